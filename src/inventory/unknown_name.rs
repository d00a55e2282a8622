//! Names that only a deployment gives. Until then a text takes their place, so that a plan can show everything else.

use std::collections::BTreeSet;

/// No name of AWS contains this text.
const MARK: &str = " known after deployment)";

/// The text in place of a resource's name: `(Orders known after deployment)`.
///
/// `stack` is the path of the stack (`shop/Worker` for a nested one). The text holds no `:` and no `/`, because those separate the
/// parts of ARNs.
pub fn unknown_name(stack: &str, logical_id: &str) -> String {
    let nested = stack.split_once('/').map(|(_, nested)| nested);
    let path: Vec<String> = nested
        .into_iter()
        .chain([logical_id])
        .map(|part| part.replace(['/', ':', '(', ')'], "."))
        .collect();
    format!("({}{MARK}", path.join("."))
}

/// The text in place of a nested stack's name.
pub(crate) fn unknown_stack_name(path: &str) -> String {
    let (stack, logical_id) = path.rsplit_once('/').unwrap_or(("", path));
    unknown_name(stack, logical_id)
}

/// The resources whose unknown names a text contains, as [`unknown_name`] spells them.
pub fn unknown_names_in(text: &str) -> BTreeSet<String> {
    let mut parts: Vec<&str> = text.split(MARK).collect();
    // The last part follows the last mark.
    parts.pop();
    let names = parts.into_iter().filter_map(|part| part.rsplit_once('('));
    names.map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_are_found_in_any_text() {
        let arn = format!(
            "arn:aws:sqs:eu-west-1:123456789012:{}",
            unknown_name("shop", "Orders")
        );
        let text = format!("({arn}, {})", unknown_name("shop/Worker", "Jobs"));
        assert_eq!(
            unknown_names_in(&text),
            ["Orders", "Worker.Jobs"].map(String::from).into()
        );
        assert!(unknown_names_in("(Orders) are known").is_empty());
    }

    #[test]
    fn a_terraform_address_keeps_the_parts_of_an_arn_apart() {
        let name = unknown_name("shop", r#"module.a["x/y:z"].aws_sqs_queue.this"#);
        assert!(!name.contains([':', '/']), "{name}");
        assert_eq!(unknown_names_in(&name).len(), 1);
    }
}
