//! The types of resources that have nothing to watch, from `configuration_types.txt`.

use crate::semantics::wildcard::is_like;

const LIST: &str = include_str!("configuration_types.txt");

/// Whether resources of a type are configuration, without work of their own.
pub fn is_configuration(kind: &str) -> bool {
    patterns().any(|pattern| is_like(kind, pattern))
}

fn patterns() -> impl Iterator<Item = &'static str> {
    let lines = LIST.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn types_with_definitions_are_not_configuration() {
        for service in Catalog::load(None, None).value.services() {
            assert!(!is_configuration(&service.kind), "{}", service.kind);
        }
    }

    #[test]
    fn permissions_are_configuration_and_databases_are_not() {
        for kind in [
            "AWS::IAM::Role",
            "AWS::SQS::QueuePolicy",
            "Custom::Thing",
            "Terraform::aws_iam_role",
        ] {
            assert!(is_configuration(kind), "{kind}");
        }
        for kind in ["AWS::RDS::DBInstance", "AWS::EC2::VPNGateway"] {
            assert!(!is_configuration(kind), "{kind}");
        }
    }
}
