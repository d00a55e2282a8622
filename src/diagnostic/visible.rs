//! Characters that a terminal would obey, made visible.

/// Escapes control characters (C0 and C1) and the characters that change the direction of text, because names and descriptions come from
/// templates and accounts: `\u{1b}`, `\u{202e}`.
pub fn visible(text: &str) -> String {
    escaped(text, |character| {
        character.is_control() || is_directional(character)
    })
}

/// As [`visible`], but keeps line feeds.
pub(super) fn visible_lines(text: &str) -> String {
    escaped(text, |character| {
        character != '\n' && (character.is_control() || is_directional(character))
    })
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// Unicode's bidirectional marks, embeddings, overrides and isolates.
fn is_directional(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_directional_characters_are_escaped() {
        for (text, expected) in [
            ("Café → naïve", "Café → naïve"),
            ("\u{1b}[31mred\u{7}", r"\u{1b}[31mred\u{7}"),
            ("c1 \u{9b}31m", r"c1 \u{9b}31m"),
            ("user\u{202e}cod\u{2066}", r"user\u{202e}cod\u{2066}"),
            ("two\nlines", r"two\nlines"),
        ] {
            assert_eq!(visible(text), expected);
        }
        assert_eq!(visible_lines("two\nlines\t"), "two\nlines\\t");
    }
}
