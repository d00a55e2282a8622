//! Fits text to the width of the terminal.

use std::io::IsTerminal;

use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

/// The least useful width: a narrower terminal wraps by itself.
const NARROWEST: usize = 40;

/// The indentation of a continued line without columns of its own.
const HANGING: usize = 4;

/// The columns of an output: `COLUMNS`, else those of the terminal. Without either, lines keep their length, so that programs and logs
/// see one line for each statement.
pub(crate) fn columns(output: &impl IsTerminal) -> Option<usize> {
    let given = std::env::var("COLUMNS").ok();
    if let Some(columns) = given.and_then(|text| text.parse().ok()) {
        return Some(columns);
    }
    if !output.is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Breaks long lines between words. Continued lines are indented as far as their text. Words and quoted source lines stay whole.
pub(crate) fn fitted(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| *columns >= NARROWEST) else {
        return text.to_owned();
    };
    let mut fitted = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        if display_width(line) <= columns || is_source(line) {
            fitted.push_str(line);
        } else {
            fitted.push_str(&wrapped(line, columns));
        }
        fitted.push_str(end);
    }
    fitted
}

fn wrapped(line: &str, columns: usize) -> String {
    let start = line.trim_start();
    let leading = &line[..line.len() - start.len()];
    let indent = " ".repeat(text_column(line, columns));
    let options = Options::new(columns)
        .initial_indent(leading)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(start, options)
}

/// A line of a file that a diagnostic quotes, or its place.
fn is_source(line: &str) -> bool {
    let rest = line
        .trim_start()
        .trim_start_matches(|character: char| character.is_ascii_digit());
    let rest = rest.trim_start();
    rest.starts_with('|') || rest.starts_with("-->") || rest.starts_with(":::")
}

/// The column where the text of a line begins: behind `= help: `, or behind the last gap of two spaces, if the text has room there.
fn text_column(line: &str, columns: usize) -> usize {
    let leading = line.len() - line.trim_start().len();
    let help = line.find("= help: ").map(|at| at + "= help: ".len());
    let gap = line[leading..].rfind("  ").map(|at| leading + at + 2);
    let column = help.or(gap).map(|at| display_width(&line[..at]));
    column
        .filter(|column| *column <= columns / 2)
        .unwrap_or(leading + HANGING)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
  + shop.Orders.backlog  ApproximateAgeOfOldestMessage Maximum > 900, 10 of 15 × 1m, and more words
warning[sampling-inert]: sampling rules have no effect on shop-CreateOrder, a function that is itself the entry
12 | a line of a template that is longer than the terminal is wide, and that stays as it is, whole
   = help: docs/sampling.md says what can be had instead of a rule, and what each of the ways costs
";

    #[test]
    fn lines_fit_and_words_stay_whole() {
        insta::assert_snapshot!(fitted(TEXT, Some(60)), @r"
        + shop.Orders.backlog  ApproximateAgeOfOldestMessage Maximum
                               > 900, 10 of 15 × 1m, and more words
        warning[sampling-inert]: sampling rules have no effect on
            shop-CreateOrder, a function that is itself the entry
        12 | a line of a template that is longer than the terminal is wide, and that stays as it is, whole
           = help: docs/sampling.md says what can be had instead of
                   a rule, and what each of the ways costs
        ");
        for columns in [80, 120, 200] {
            let fitted = fitted(TEXT, Some(columns));
            let long = fitted
                .lines()
                .find(|line| display_width(line) > columns && !is_source(line));
            assert_eq!(long, None);
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(&fitted), words(TEXT));
        }
    }

    #[test]
    fn text_for_programs_keeps_its_lines() {
        assert_eq!(fitted(TEXT, None), TEXT);
    }
}
