//! The levels of diagnostics under the settings of a project and the command line.

use std::collections::BTreeSet;

use super::code::Code;
use super::level::Level;
use super::message::Diagnostic;

/// The treatment of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Warnings are shown.
    #[default]
    Lenient,
    /// Warnings become errors.
    Strict,
}

/// The allowed codes, the denied codes and the strictness.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelPolicy {
    /// Codes whose diagnostics are not shown. Codes that cannot be allowed have no effect here.
    pub allow: BTreeSet<Code>,
    /// Codes whose diagnostics are errors.
    pub deny: BTreeSet<Code>,
    pub strictness: Strictness,
}

/// Diagnostics at the levels of a policy, and the number of allowed diagnostics.
#[derive(Debug, Clone, Default)]
pub struct Leveled {
    pub diagnostics: Vec<Diagnostic>,
    pub allowed: usize,
}

impl LevelPolicy {
    #[must_use]
    pub fn with_strictness(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// The level of a diagnostic under this policy; `None` for an allowed one.
    /// `allow` overrides [`Strictness::Strict`].
    pub fn level(&self, diagnostic: &Diagnostic) -> Option<Level> {
        let code = diagnostic.code;
        if self.allow.contains(&code) && code.can_allow() {
            return None;
        }
        let is_raised = self.deny.contains(&code)
            || self.strictness == Strictness::Strict && diagnostic.severity == Level::Warning;
        Some(if is_raised {
            Level::Error
        } else {
            diagnostic.severity
        })
    }

    /// Sets levels and removes allowed diagnostics. Idempotent.
    pub fn apply(&self, diagnostics: Vec<Diagnostic>) -> Leveled {
        let total = diagnostics.len();
        let diagnostics: Vec<Diagnostic> = diagnostics
            .into_iter()
            .filter_map(|diagnostic| {
                let severity = self.level(&diagnostic)?;
                Some(Diagnostic {
                    severity,
                    ..diagnostic
                })
            })
            .collect();
        Leveled {
            allowed: total - diagnostics.len(),
            diagnostics,
        }
    }
}

impl Leveled {
    pub fn extend(&mut self, other: Leveled) {
        self.diagnostics.extend(other.diagnostics);
        self.allowed += other.allowed;
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(policy: &LevelPolicy, codes: &[Code]) -> (Vec<Level>, usize) {
        let diagnostics = codes.iter().map(|code| Diagnostic::new(*code, "x"));
        let leveled = policy.apply(diagnostics.collect());
        let levels = leveled.diagnostics.iter().map(|one| one.severity);
        (levels.collect(), leveled.allowed)
    }

    fn allow(code: Code) -> LevelPolicy {
        LevelPolicy {
            allow: [code].into(),
            ..LevelPolicy::default()
        }
    }

    const ONE_OF_EACH: [Code; 3] = [Code::BadRule, Code::SamplingInert, Code::Sandbox];

    #[test]
    fn without_a_policy_every_diagnostic_keeps_its_level() {
        assert_eq!(
            levels(&LevelPolicy::default(), &ONE_OF_EACH),
            (vec![Level::Error, Level::Warning, Level::Info], 0)
        );
    }

    #[test]
    fn an_allowed_diagnostic_is_left_out_and_counted() {
        assert_eq!(
            levels(&allow(Code::SamplingInert), &ONE_OF_EACH),
            (vec![Level::Error, Level::Info], 1)
        );
    }

    #[test]
    fn an_error_is_allowed_only_where_the_registry_permits_it() {
        assert_eq!(levels(&allow(Code::DeadMetric), &[Code::DeadMetric]).1, 1);
        assert_eq!(levels(&allow(Code::BadRule), &[Code::BadRule]).1, 0);
    }

    #[test]
    fn a_denied_info_is_an_error() {
        let policy = LevelPolicy {
            deny: [Code::Sandbox].into(),
            ..LevelPolicy::default()
        };
        assert_eq!(levels(&policy, &[Code::Sandbox]), (vec![Level::Error], 0));
    }

    #[test]
    fn strict_raises_warnings_alone_and_not_those_that_are_allowed() {
        let strict = LevelPolicy::default().with_strictness(Strictness::Strict);
        assert_eq!(
            levels(&strict, &ONE_OF_EACH).0,
            [Level::Error, Level::Error, Level::Info]
        );
        let allowing = allow(Code::SamplingInert).with_strictness(Strictness::Strict);
        assert_eq!(
            levels(&allowing, &ONE_OF_EACH),
            (vec![Level::Error, Level::Info], 1)
        );
    }
}
