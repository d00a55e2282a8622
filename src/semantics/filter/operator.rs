//! The comparison operators of filter expressions.

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterOperator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
    BeginsWith,
    EndsWith,
}

pub(super) const FILTER_OPERATORS: [(&str, FilterOperator); 9] = [
    ("=", FilterOperator::Equal),
    ("!=", FilterOperator::NotEqual),
    ("<", FilterOperator::Less),
    ("<=", FilterOperator::AtMost),
    (">", FilterOperator::Greater),
    (">=", FilterOperator::AtLeast),
    ("CONTAINS", FilterOperator::Contains),
    ("BEGINSWITH", FilterOperator::BeginsWith),
    ("ENDSWITH", FilterOperator::EndsWith),
];

impl FilterOperator {
    pub(super) fn word(self) -> &'static str {
        FILTER_OPERATORS
            .iter()
            .find(|(_, operator)| *operator == self)
            .map_or("", |(word, _)| word)
    }
}
