//! Limits the diagnostics of one code: a file can hold the same mistake a hundred thousand times.

use std::collections::BTreeMap;

use super::code::Code;
use super::message::Diagnostic;

/// Most diagnostics of one code in a stage.
const MAX_REPEATED: usize = 100;

/// The first diagnostics of each code, with a diagnostic for the number that is left out.
pub(crate) fn without_repetitions(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    let mut limited: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|diagnostic| {
            let count = counts.entry(diagnostic.code).or_default();
            *count += 1;
            *count <= MAX_REPEATED
        })
        .collect();
    let left_out = counts
        .into_iter()
        .filter(|(_, count)| *count > MAX_REPEATED)
        .map(|(code, count)| left_out(code, count));
    limited.extend(left_out);
    limited
}

fn left_out(code: Code, count: usize) -> Diagnostic {
    let message = format!(
        "{count} diagnostics have the code `{}`; the first {MAX_REPEATED} are shown",
        code.name()
    );
    Diagnostic::new(Code::DiagnosticsLeftOut, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(repetitions: usize) -> Vec<Code> {
        let mut diagnostics = vec![Diagnostic::new(Code::BadRule, "x"); repetitions];
        diagnostics.push(Diagnostic::new(Code::BadName, "x"));
        without_repetitions(diagnostics)
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    #[test]
    fn only_codes_above_the_limit_lose_diagnostics() {
        let mut expected = vec![Code::BadRule; MAX_REPEATED];
        expected.push(Code::BadName);
        assert_eq!(codes(MAX_REPEATED), expected);
        expected.push(Code::DiagnosticsLeftOut);
        assert_eq!(codes(MAX_REPEATED + 1), expected);
    }
}
