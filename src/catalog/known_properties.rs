//! The properties that CloudFormation's schemas give the types with facts, from `properties.txt`.

use crate::diagnostic::{Code, Diagnostic, nearest};

const LIST: &str = include_str!("properties.txt");

/// The diagnostic for a property that no resource of the type can have.
pub(super) fn diagnostic(kind: &str, path: &str) -> Option<Diagnostic> {
    let (name, near) = unknown_property(kind, path)?;
    let message = format!("`{kind}` has no property `{name}`");
    let diagnostic = Diagnostic::new(Code::UnknownProperty, message);
    Some(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    })
}

/// The first part of a path (`TracingConfig.Mode`) that no resource of the type can have, with the nearest one that it can.
/// Types and members that are not listed have every property.
fn unknown_property<'p>(kind: &str, path: &'p str) -> Option<(&'p str, Option<&'static str>)> {
    let known: Vec<&str> = properties(kind).collect();
    let mut start = 0;
    for part in path.split('.') {
        let (parent, end) = (&path[..start], start + part.len());
        let siblings: Vec<&str> = known
            .iter()
            .copied()
            .filter(|name| parent_of(name) == parent.trim_end_matches('.'))
            .collect();
        if siblings.is_empty() {
            return None;
        }
        let name = &path[..end];
        if !siblings.contains(&name) {
            return Some((name, nearest(name, siblings)));
        }
        start = end + 1;
        if start > path.len() {
            return None;
        }
    }
    None
}

fn parent_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(parent, _)| parent)
}

fn properties(kind: &str) -> impl Iterator<Item = &'static str> {
    let lines = LIST.lines().skip_while(move |line| *line != kind).skip(1);
    lines
        .take_while(|line| line.starts_with(' '))
        .flat_map(str::split_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_property_has_a_nearest_one() {
        let function = "AWS::Lambda::Function";
        for (kind, path, expected) in [
            (function, "Timeout", None),
            (function, "TimeOut", Some(("TimeOut", Some("Timeout")))),
            (function, "TracingConfig.Mode", None),
            (
                function,
                "TracingConfig.Mod",
                Some(("TracingConfig.Mod", Some("TracingConfig.Mode"))),
            ),
            (function, "Layers.0", None),
            (function, "Environment.Variables.STAGE", None),
            (function, "X", Some(("X", None))),
            ("Custom::Thing", "X", None),
        ] {
            assert_eq!(unknown_property(kind, path), expected, "{kind} {path}");
        }
    }
}
