//! Texts that may hold secrets in a file that cannot be parsed: its excerpts in diagnostics leave them out.
//! Only the template knows which parameters are secret, so that here the values of all parameters count.

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// The bytes before and after the place of a diagnostic of which an excerpt may show something.
const SHOWN: usize = 4096;

/// Hides the values of parameters in a TOML file (`[default.deploy.parameters]`, `parameter_overrides = …`).
pub(crate) fn hide_in_toml(diagnostic: &Diagnostic) {
    hide(diagnostic, &TOML);
}

/// Hides the defaults of parameters in a template, and the parameters of nested stacks.
pub(crate) fn hide_in_template(diagnostic: &Diagnostic) {
    hide(diagnostic, &TEMPLATE);
}

/// Hides a whole file.
pub(crate) fn hide_all(diagnostic: &Diagnostic) {
    for place in &diagnostic.places {
        place.source.hide(0..place.source.text.len());
    }
}

struct Syntax {
    /// Words of keys whose values are hidden, in lower case.
    keys: &'static [&'static str],
    /// The character after a key.
    separator: char,
    /// The first character of a line that begins a section with the keys in its name.
    section: Option<char>,
}

const TOML: Syntax = Syntax {
    keys: &["parameter"],
    separator: '=',
    section: Some('['),
};

const TEMPLATE: Syntax = Syntax {
    keys: &["default", "allowedvalues", "parameters"],
    separator: ':',
    section: None,
};

fn hide(diagnostic: &Diagnostic, syntax: &Syntax) {
    for place in &diagnostic.places {
        let text = &place.source.text;
        let shown = place.span.start.saturating_sub(SHOWN)..place.span.end + SHOWN;
        for range in hidden_ranges(text, syntax) {
            if range.start < shown.end && shown.start < range.end {
                place.source.hide(range);
            }
        }
    }
}

fn hidden_ranges(text: &str, syntax: &Syntax) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut in_section = false;
    // The indentation of the line with the key whose value goes on.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let written = line.trim();
        let indent = line.len() - line.trim_start().len();
        if syntax
            .section
            .is_some_and(|begin| indent == 0 && written.starts_with(begin))
        {
            in_section = syntax.value_start(written).is_some() || syntax.names_key(written);
            open = None;
            continue;
        }
        open = open.filter(|key| written.is_empty() || indent > *key || !begins_with_key(written));
        if open.is_some() {
            ranges.push(range);
        } else if in_section {
            let value = line
                .find(syntax.separator)
                .filter(|_| begins_with_key(written));
            ranges.push(range.start + value.map_or(0, |at| at + 1)..range.end);
        } else if let Some(value) = syntax
            .value_start(line)
            .filter(|_| !is_section_of_template(written))
        {
            ranges.push(range.start + value..range.end);
            open = Some(indent);
        }
    }
    ranges
}

/// The section with the declarations of all parameters.
fn is_section_of_template(line: &str) -> bool {
    matches!(line, "Parameters:" | "\"Parameters\": {")
}

/// Whether a line begins with a key rather than a part of a value.
fn begins_with_key(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        || line.starts_with('"') && line.contains("\":")
}

impl Syntax {
    fn names_key(&self, line: &str) -> bool {
        let line = line.to_ascii_lowercase();
        self.keys.iter().any(|key| line.contains(key))
    }

    /// Where the value of the first hidden key of a line begins.
    fn value_start(&self, line: &str) -> Option<usize> {
        let lower = line.to_ascii_lowercase();
        let starts = self.keys.iter().filter_map(|key| {
            let after = lower.find(key)? + key.len();
            let separator = lower.get(after..)?.find(self.separator)?;
            Some(after + separator + self.separator.len_utf8())
        });
        starts.min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_hidden(text: &str, syntax: &Syntax) {
        let hidden = hidden_ranges(text, syntax);
        for (at, _) in text.match_indices("hunter") {
            assert!(hidden.iter().any(|range| range.contains(&at)), "{text}");
        }
        for (at, _) in text.match_indices("shown") {
            assert!(!hidden.iter().any(|range| range.contains(&at)), "{text}");
        }
    }

    #[test]
    fn values_of_parameters_are_hidden_in_toml() {
        for text in [
            "[default.deploy.parameters]\nshown = 1\nparameter_overrides = \"A=hunter1\n",
            "[x.deploy.parameters]\nparameter_overrides = [\n  \"A=hunter1\",\n\"B=hunter2\"\n]\n[shown]\nshown = shown\n",
            "[stack]\nname = \"shown\"\nparameters = { A = \"hunter1\nB = \"shown\"\n",
            "stack = { name = 'shown', parameters.A = 'hunter1\n",
            "[stack.parameters]\nA = hunter1\nB = '''\nhunter2\n'''\n[shown]\n",
            "[env.prod.stack]\nparameters = {\n  A = \"hunter1\"\n  B = hunter2\n}\n",
        ] {
            is_hidden(text, &TOML);
        }
    }

    #[test]
    fn defaults_are_hidden_in_templates() {
        for text in [
            "Parameters:\n  A: { Type: shown, NoEcho: true, Default: hunter1 ]\n",
            "  A:\n    Default: >\n      hunter1\n      hunter2\n    Type: shown\n",
            "  A:\n    AllowedValues:\n    - hunter1\n    - hunter2\n    Type: shown\n",
            "{ \"A\": {\n  \"Default\": \"hunter1\",\n  \"Type\": \"shown\"\n",
            "  Nested:\n    Properties:\n      TemplateURL: shown\n      Parameters: { A: hunter1\n",
        ] {
            is_hidden(text, &TEMPLATE);
        }
    }
}
