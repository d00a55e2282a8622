//! What resolving one template may cost. Functions can double a text over and over, and names and conditions can lead from one to the next
//! in chains as long as the template: neither may take the memory or the stack that a small input does not deserve.

use serde_json::Value as Json;

use crate::diagnostic::Code;

/// Functions within functions, through the names and conditions that they ask for. A template alone is at most half as deep.
pub(crate) const MAX_LEVELS: usize = 250;
/// Bytes of the values that may be worked out, those in between included: so many for any template, and so many for each of its bytes.
const BYTES: usize = 32 * 1024 * 1024;
const BYTES_FOR_EACH: usize = 32;

/// Why a template is not resolved any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BudgetExceeded {
    Levels,
    Bytes,
}

/// What has been spent on a template so far.
#[derive(Debug)]
pub(crate) struct EvaluationBudget {
    level: usize,
    /// Bytes that may still be made.
    left: usize,
    spent: usize,
    levels_reported: bool,
    bytes_reported: bool,
}

impl EvaluationBudget {
    /// For a template of so many bytes.
    pub(crate) fn of(template: usize) -> Self {
        let left = BYTES.saturating_add(template.saturating_mul(BYTES_FOR_EACH));
        Self {
            level: 0,
            left,
            spent: 0,
            levels_reported: false,
            bytes_reported: false,
        }
    }

    /// One value more, inside those that were begun and have not ended.
    pub(crate) fn begin(&mut self) -> Result<(), BudgetExceeded> {
        if self.level >= MAX_LEVELS {
            return Err(BudgetExceeded::Levels);
        }
        if self.left == 0 {
            return Err(BudgetExceeded::Bytes);
        }
        self.level += 1;
        self.spend(size_of::<Json>());
        Ok(())
    }

    pub(crate) fn end(&mut self) {
        self.level -= 1;
    }

    pub(crate) fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        self.spent = self.spent.saturating_add(bytes);
    }

    /// Bytes that may still be made.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Bytes that were made.
    pub(crate) fn spent(&self) -> usize {
        self.spent
    }

    /// Whether this is the first time that the reason is met.
    pub(crate) fn is_news(&mut self, why: BudgetExceeded) -> bool {
        let reported = match why {
            BudgetExceeded::Levels => &mut self.levels_reported,
            BudgetExceeded::Bytes => &mut self.bytes_reported,
        };
        !std::mem::replace(reported, true)
    }
}

impl BudgetExceeded {
    pub(crate) fn code(self) -> Code {
        match self {
            BudgetExceeded::Levels => Code::TemplateTooDeep,
            BudgetExceeded::Bytes => Code::TemplateTooLarge,
        }
    }

    pub(crate) fn message(self) -> String {
        match self {
            BudgetExceeded::Levels => {
                format!(
                    "functions, and the names and conditions that they ask for, lead more than {MAX_LEVELS} levels deep"
                )
            }
            BudgetExceeded::Bytes => {
                format!(
                    "the functions of this template make more than {} megabytes of values",
                    BYTES / 1024 / 1024
                )
            }
        }
    }
}

/// About the memory that a value takes.
pub(crate) fn weight(value: &Json) -> usize {
    size_of::<Json>()
        + match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => 0,
            Json::String(text) => text.len(),
            Json::Array(items) => items.iter().map(weight).sum(),
            Json::Object(map) => map
                .iter()
                .map(|(key, value)| key.len() + weight(value))
                .sum(),
        }
}
