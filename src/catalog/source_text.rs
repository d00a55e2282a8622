//! The text of a definition as its file has it, with the comment above it.

use crate::diagnostic::Place;

/// A table of a definition file: the comment above it, and its lines with those of its tests and trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTable<'t> {
    /// The lines of the comment, without `#`, as one text.
    pub reason: String,
    pub text: &'t str,
}

/// The array table (`[[alarm]]`) in which a place is.
pub fn written_table(place: &Place) -> WrittenTable<'_> {
    let text = place.source.text.as_str();
    let lines = lines(text);
    let at = lines.partition_point(|(start, _)| *start <= place.span.start);
    let is_header = |(_, line): &(usize, &str)| line.starts_with("[[") && !is_part(line);
    let header = lines[..at].iter().rposition(is_header).unwrap_or(0);
    let comments = lines[..header].iter().rev();
    let comments = comments.take_while(|(_, line)| line.starts_with('#'));
    let begin = header - comments.count();
    let next = lines[at..]
        .iter()
        .position(|(_, line)| line.starts_with('[') && !is_part(line));
    let next = next.map_or(lines.len(), |next| at + next);
    let after = lines[..next].iter().rev();
    let after = after.take_while(|(_, line)| line.is_empty() || line.starts_with('#'));
    let end = next - after.count();
    let reason = lines[begin..header].iter();
    let reason = reason.map(|(_, line)| line.trim_start_matches('#').trim());
    let from = lines.get(begin).map_or(0, |(start, _)| *start);
    let to = end.checked_sub(1).and_then(|last| lines.get(last));
    let to = to.map_or(from, |(start, line)| start + line.len());
    WrittenTable {
        reason: reason.collect::<Vec<_>>().join(" "),
        text: &text[from..to.max(from)],
    }
}

/// Whether a header is that of a part of an alarm, a composite, an event or a log metric: `[[alarm.test]]`, `[event.pattern]`.
fn is_part(line: &str) -> bool {
    let name = line.trim_start_matches('[');
    ["alarm.", "composite.", "event.", "log_metric."]
        .iter()
        .any(|whole| name.starts_with(whole))
}

/// The lines with their first bytes.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let at = start;
        start += line.len();
        (at, line.trim_end())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const FILE: &str = "\
resource = \"X\"

# Two minutes, because
# one is nothing.
[[alarm]]
name = \"first\"
floor = 5

[[alarm.test]]
name = \"a test\"

[[event]]
name = \"third\"

[event.pattern]
source = [\"x\"]

[[event.test]]
name = \"an event\"

# Another reason.
[[alarm]]
name = \"second\"

[types.X]
name = \"Name\"
";

    fn table(name: &str) -> (String, String) {
        let at = FILE.find(name).unwrap();
        let place = Place::new(&Source::new("x.toml", FILE), at..at + 1);
        let table = written_table(&place);
        (table.reason, table.text.to_owned())
    }

    #[test]
    fn a_table_has_its_comment_and_its_tests() {
        let (reason, text) = table("first");
        assert_eq!(reason, "Two minutes, because one is nothing.");
        assert!(text.starts_with("# Two minutes"), "{text}");
        assert!(text.ends_with("name = \"a test\""), "{text}");
    }

    #[test]
    fn an_event_has_its_pattern_and_its_tests() {
        let (_, text) = table("third");
        assert!(text.starts_with("[[event]]"), "{text}");
        assert!(text.ends_with("name = \"an event\""), "{text}");
    }

    #[test]
    fn the_last_table_ends_before_the_types() {
        let (reason, text) = table("second");
        assert_eq!(reason, "Another reason.");
        assert_eq!(text, "# Another reason.\n[[alarm]]\nname = \"second\"");
    }
}
