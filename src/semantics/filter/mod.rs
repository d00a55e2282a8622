//! X-Ray filter expressions: parsed, checked, printed. AWS publishes no grammar; this one is the union of its documented forms. Forms
//! that only other sources describe get a warning.

mod check;
mod conditions;
mod expression;
mod grammar;
mod keywords;
mod operator;
mod print;
mod root_cause;

pub use check::{check, check_group, parse};
pub use expression::{EdgeEnd, Filter, Literal, Operand, ServiceNode};
pub use keywords::{Keyword, KeywordType};
pub use operator::FilterOperator;
pub use print::quote;
pub use root_cause::{RootCause, RootCauseLevel};

#[cfg(test)]
mod tests;
