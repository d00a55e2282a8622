//! Limits of the memory and recursion that evaluating one template may take. Nested functions can double a text at every level,
//! and names and conditions can form chains as long as the template.

use serde_json::Value as Json;

use crate::diagnostic::Code;
use crate::files::limits::{
    BASE_EVALUATION_BYTES, EVALUATION_BYTES_PER_BYTE, MAX_EVALUATION_LEVELS,
};

/// The limit that stopped the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BudgetExceeded {
    Levels,
    Bytes,
}

/// The limits and the amounts used.
#[derive(Debug)]
pub(crate) struct EvaluationBudget {
    level: usize,
    /// Bytes that are left.
    left: usize,
    spent: usize,
    levels_reported: bool,
    bytes_reported: bool,
}

impl EvaluationBudget {
    pub(crate) fn for_template(template_bytes: usize) -> Self {
        let left = BASE_EVALUATION_BYTES
            .saturating_add(template_bytes.saturating_mul(EVALUATION_BYTES_PER_BYTE));
        Self {
            level: 0,
            left,
            spent: 0,
            levels_reported: false,
            bytes_reported: false,
        }
    }

    /// Enters one level and counts one value.
    pub(crate) fn begin(&mut self) -> Result<(), BudgetExceeded> {
        if self.level >= MAX_EVALUATION_LEVELS {
            return Err(BudgetExceeded::Levels);
        }
        if self.left == 0 {
            return Err(BudgetExceeded::Bytes);
        }
        self.level += 1;
        self.spend(size_of::<Json>());
        Ok(())
    }

    /// Leaves one level.
    pub(crate) fn end(&mut self) {
        self.level -= 1;
    }

    pub(crate) fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        self.spent = self.spent.saturating_add(bytes);
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Bytes of all values so far.
    pub(crate) fn spent(&self) -> usize {
        self.spent
    }

    /// Whether the limit has not been reported before.
    pub(crate) fn is_first_report(&mut self, exceeded: BudgetExceeded) -> bool {
        let reported = match exceeded {
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
                    "functions, and the names and conditions that they use, are nested more than {MAX_EVALUATION_LEVELS} levels deep"
                )
            }
            BudgetExceeded::Bytes => {
                format!(
                    "the functions of this template make more than {} megabytes of values",
                    BASE_EVALUATION_BYTES / 1024 / 1024
                )
            }
        }
    }
}

/// Estimated memory of a value in bytes.
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
