//! Mutations of a template's text: of its characters, and of its lines and words as an author would mistake them.

use crate::corpus::{JSON, WORDS, YAML};
use crate::random::Random;

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    ",",
    "\n",
    "\r\n",
    "  ",
    "\t",
    "\"",
    "'",
    "\\",
    "\\u",
    "#",
    "?",
    "? ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "!",
    "!!str ",
    "!!binary ",
    "!Ref ",
    "!Sub ",
    "!GetAtt ",
    "!If ",
    "!Unknown ",
    "&a ",
    "*a",
    "<<: *a\n",
    "<<: ",
    "${",
    "}",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{2028}",
    "🦀",
    "0x",
    "1_0",
    "1:30",
    ".",
    "e9",
    "-",
];

const CALLS: &[&str] = &[
    "!Ref Stage",
    "!Ref AWS::NoValue",
    "!GetAtt A.Arn",
    "!GetAtt [A, Arn]",
    "!Sub '${A}-${A.Arn}'",
    "!Sub ['${x}${x}', {x: !Ref A}]",
    "!If [C, 1, 2]",
    "!If [C, !Ref AWS::NoValue]",
    "!Join ['', [a, !Ref A]]",
    "!Select [9, [a]]",
    "!Split [',', 'a,b']",
    "!FindInMap [M, a, b]",
    "!Equals [!Ref Stage, prod]",
    "!Condition C",
    "!Not [!Condition C]",
    "!ImportValue x",
    "{Ref: A}",
    "{\"Fn::If\": [\"C\", {}, []]}",
    "{\"Fn::Sub\": \"${A.Arn}\"}",
    "{\"Fn::ForEach::L\": [\"N\", [\"a\", \"b\"], {\"Q${N}\": 1}]}",
];

pub(crate) fn mutated_yaml(random: &mut Random) -> String {
    mutated(random, &YAML)
}

pub(crate) fn mutated_json(random: &mut Random) -> String {
    mutated(random, &JSON)
}

type Mutation = fn(&mut Random, &[String], &mut String);

/// Chosen alike; the more of them are of a kind, the more often that kind is chosen.
const MUTATIONS: &[Mutation] = &[
    delete_characters,
    insert_piece,
    repeat_characters,
    change_character,
    cut_off,
    splice_seeds,
    swap_lines,
    double_lines,
    delete_line,
    indent_line,
    replace_scalar,
    nest_scalar,
    repeat_anchor,
    replace_word,
    replace_word,
];

fn mutated(random: &mut Random, seeds: &[String]) -> String {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(5) {
        MUTATIONS[random.below(MUTATIONS.len())](random, seeds, &mut text);
    }
    text
}

/// A place between two characters.
fn place(random: &mut Random, text: &str) -> usize {
    text.floor_char_boundary(random.below(text.len() + 1))
}

fn stretch(random: &mut Random, text: &str) -> std::ops::Range<usize> {
    let start = place(random, text);
    start..text.ceil_char_boundary((start + random.below(24)).min(text.len()))
}

fn delete_characters(random: &mut Random, _: &[String], text: &mut String) {
    let stretch = stretch(random, text);
    text.replace_range(stretch, "");
}

fn insert_piece(random: &mut Random, _: &[String], text: &mut String) {
    let at = place(random, text);
    text.insert_str(at, random.one_of(PIECES));
}

fn repeat_characters(random: &mut Random, _: &[String], text: &mut String) {
    let copy = text[stretch(random, text)].repeat(1 + random.below(200));
    let at = place(random, text);
    text.insert_str(at, &copy);
}

fn change_character(random: &mut Random, _: &[String], text: &mut String) {
    let at = place(random, text);
    if let Some(old) = text[at..].chars().next() {
        let new = char::from_u32(u32::try_from(random.below(256)).unwrap_or(0)).unwrap_or(' ');
        text.replace_range(at..at + old.len_utf8(), new.encode_utf8(&mut [0; 4]));
    }
}

fn cut_off(random: &mut Random, _: &[String], text: &mut String) {
    let at = place(random, text);
    text.truncate(at);
}

fn splice_seeds(random: &mut Random, seeds: &[String], text: &mut String) {
    let other = &seeds[random.below(seeds.len())];
    let (at, from) = (place(random, text), place(random, other));
    text.truncate(text[..at].rfind('\n').unwrap_or(0));
    text.push_str(&other[other[..from].rfind('\n').unwrap_or(0)..]);
}

/// Has the lines changed, all of them with their ends.
fn with_lines(text: &mut String, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if !lines.is_empty() {
        change(&mut lines);
        *text = lines.concat();
    }
}

fn swap_lines(random: &mut Random, _: &[String], text: &mut String) {
    with_lines(text, |lines| {
        let (one, two) = (random.below(lines.len()), random.below(lines.len()));
        lines.swap(one, two);
    });
}

fn double_lines(random: &mut Random, _: &[String], text: &mut String) {
    with_lines(text, |lines| {
        let start = random.below(lines.len());
        let block: Vec<String> = lines
            .iter()
            .skip(start)
            .take(1 + random.below(8))
            .cloned()
            .collect();
        let to = random.below(lines.len());
        lines.splice(to..to, block);
    });
}

fn delete_line(random: &mut Random, _: &[String], text: &mut String) {
    with_lines(text, |lines| drop(lines.remove(random.below(lines.len()))));
}

fn indent_line(random: &mut Random, _: &[String], text: &mut String) {
    with_lines(text, |lines| {
        let at = random.below(lines.len());
        match lines[at].strip_prefix("  ") {
            Some(less) if random.below(2) == 0 => lines[at] = less.to_owned(),
            Some(_) | None => lines[at].insert_str(0, "  "),
        }
    });
}

/// Where the values of `key: value` stand, within their lines.
fn scalar(random: &mut Random, text: &str) -> Option<std::ops::Range<usize>> {
    let from = place(random, text);
    let start = from + text[from..].find(": ")? + 2;
    let length = text[start..].find(['\n', ',', '}', ']'])?;
    Some(start..start + length)
}

fn replace_scalar(random: &mut Random, _: &[String], text: &mut String) {
    if let Some(at) = scalar(random, text) {
        text.replace_range(at, random.one_of(CALLS));
    }
}

fn nest_scalar(random: &mut Random, _: &[String], text: &mut String) {
    if let Some(at) = scalar(random, text) {
        let levels = [1, 2, 3, 40, 200][random.below(5)];
        let (open, close) = [
            ("[", "]"),
            ("{A: ", "}"),
            ("{\"Fn::Not\": [", "]}"),
            ("!Sub ['${a}${a}', {a: ", "}]"),
        ][random.below(4)];
        let nested = format!(
            "{}{}{}",
            open.repeat(levels),
            &text[at.clone()],
            close.repeat(levels)
        );
        text.replace_range(at, &nested);
    }
}

/// Marks one value, and puts an alias of it in place of others, which may stand inside it.
fn repeat_anchor(random: &mut Random, _: &[String], text: &mut String) {
    let Some(anchored) = scalar(random, text) else {
        return;
    };
    text.insert_str(anchored.start, "&z ");
    for _ in 0..=random.below(3) {
        if let Some(at) = scalar(random, text) {
            text.replace_range(at, "*z");
        }
    }
}

fn replace_word(random: &mut Random, _: &[String], text: &mut String) {
    let word = |from: usize, text: &str| {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == ':';
        let start = from + text[from..].find(is_part)?;
        let length = text[start..]
            .find(|character| !is_part(character))
            .unwrap_or(text.len() - start);
        Some(start..start + length)
    };
    let Some(old) = word(place(random, text), text) else {
        return;
    };
    let new = match word(place(random, text), text) {
        Some(own) if random.below(2) == 0 => text[own].to_owned(),
        Some(_) | None => random.one_of(WORDS).to_owned(),
    };
    text.replace_range(old, &new);
}
