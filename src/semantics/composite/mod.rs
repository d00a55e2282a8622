//! Rules of composite alarms: parsed, checked, evaluated over the states of their children, searched for cycles, printed.

mod check;
mod cycles;
mod grammar;
mod print;
mod reference;
mod rule;

pub use check::{check, parse};
pub use cycles::cycles;
pub use reference::name_of;
pub use rule::{AlarmRule, Quota, StateCondition};

#[cfg(test)]
mod tests;
