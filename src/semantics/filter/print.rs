//! Prints filter expressions.

use std::fmt;

use super::expression::{EdgeEnd, Filter, Literal, Operand, ServiceNode};

/// A literal in quotes for a filter expression. `None` for a literal with `"` or `\`: AWS does not document their escapes.
pub fn quote(literal: &str) -> Option<String> {
    (!literal.contains(['"', '\\'])).then(|| format!("\"{literal}\""))
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Any(parts) => write_chain(f, parts, " OR "),
            Filter::All(parts) => write_chain(f, parts, " AND "),
            Filter::Not(part) if part.is_chain() => write!(f, "!({part})"),
            Filter::Not(part) => write!(f, "!{part}"),
            Filter::Service { node, filter } => {
                write!(f, "service(")?;
                node.iter().try_for_each(|node| write!(f, "{node}"))?;
                write!(f, ")")?;
                write_block(f, filter.as_deref())
            }
            Filter::Edge { nodes, filter } => {
                write!(f, "edge(")?;
                nodes
                    .iter()
                    .try_for_each(|(source, destination)| write!(f, "{source}, {destination}"))?;
                write!(f, ")")?;
                write_block(f, filter.as_deref())
            }
            Filter::RootCause {
                cause,
                level,
                filter,
            } => write!(
                f,
                "rootcause.{}.{} {{ {filter} }}",
                cause.word(),
                level.word()
            ),
            Filter::RootCauseJson { equal, object } => write!(
                f,
                "rootcause.json {} #{object}",
                if *equal { "=" } else { "!=" }
            ),
            Filter::Compare {
                operand,
                operator,
                value,
            } => write!(f, "{operand} {} {value}", operator.word()),
            Filter::Present(operand) => write!(f, "{operand}"),
        }
    }
}

fn write_chain(f: &mut fmt::Formatter<'_>, parts: &[Filter], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        if part.is_chain() {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

fn write_block(f: &mut fmt::Formatter<'_>, filter: Option<&Filter>) -> fmt::Result {
    filter.map_or(Ok(()), |filter| write!(f, " {{ {filter} }}"))
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Keyword(keyword) => f.write_str(keyword.word),
            Operand::Annotation { end, key } => {
                f.write_str(match end {
                    None => "",
                    Some(EdgeEnd::Source) => "source.",
                    Some(EdgeEnd::Destination) => "destination.",
                })?;
                write!(f, "annotation[{key}]")
            }
            Operand::GroupName => f.write_str("group.name"),
            Operand::GroupArn => f.write_str("group.arn"),
        }
    }
}

impl fmt::Display for ServiceNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServiceNode::Name(name) => write!(f, "\"{name}\""),
            ServiceNode::Id {
                name,
                kind,
                account,
            } => {
                let fields = [("name", name), ("type", kind), ("account.id", account)];
                let written: Vec<String> = fields
                    .iter()
                    .filter_map(|(field, value)| {
                        Some(format!("{field}: \"{}\"", value.as_deref()?))
                    })
                    .collect();
                write!(f, "id({})", written.join(", "))
            }
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Boolean(value) => write!(f, "{value}"),
            Literal::Number(value) => write!(f, "{value}"),
            Literal::Text(value) => write!(f, "\"{value}\""),
        }
    }
}
