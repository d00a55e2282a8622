use serde_json::Value;

use super::*;
use crate::diagnostic::{Colour, Place, Source};

fn diagnostics(text: &str, read: impl FnOnce(&mut Table<'_>)) -> String {
    let document = SpannedDocument::parse(&Source::new("x.toml", text)).expect("valid TOML");
    let mut table = document.root();
    read(&mut table);
    table.finish();
    let rendered: Vec<String> = document
        .into_diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.render(Colour::Never))
        .collect();
    rendered.join("\n")
}

#[test]
fn diagnostics_have_places_and_come_in_the_order_of_the_text() {
    let text = "perod = \"1m\"\nfloor = \"50\"\n[[alarm]]\nfloor = 1\n";
    let shown = diagnostics(text, |table| {
        for mut alarm in table.tables("alarm") {
            alarm.required("name", Table::string);
            alarm.number("floor");
            alarm.finish();
        }
        table.number("floor");
        table.seconds("period");
    });
    insta::assert_snapshot!(shown, @r#"
    error[unknown-key]: unknown key `perod`
     --> x.toml:1:1
      |
    1 | perod = "1m"
      | ^^^^^
      |
      = help: did you mean `period`?
    error[wrong-type]: `floor` must be a number
     --> x.toml:2:9
      |
    2 | floor = "50"
      |         ^^^^ this is a string
      |
      = help: without quotes: `50`
    error[missing-key]: `alarm.name` is missing
     --> x.toml:3:1
      |
    3 | [[alarm]]
      | ^^^^^^^^^ in this table
    "#);
}

#[test]
fn an_unknown_key_without_a_similar_one_lists_all_keys() {
    insta::assert_snapshot!(diagnostics("[a]\nzzz = 1\n", |table| {
        let mut a = table.table("a").expect("a table");
        a.string("name");
        a.string("path");
        a.finish();
    }), @"
    error[unknown-key]: unknown key `a.zzz`
     --> x.toml:2:1
      |
    2 | zzz = 1
      | ^^^
      |
      = help: keys of this table: name, path
    ");
}

#[test]
fn ranges_words_durations_and_counts_are_checked() {
    let text = "rate = 1.5\npriority = -1\nmissing = \"notBreeching\"\nperiod = \"5 minutes\"\nzero = \"0s\"\ndatapoints = \"4 of 3\"\n";
    let shown = diagnostics(text, |table| {
        table.number_in("rate", 0.0..=1.0);
        table.integer_in("priority", 1..=9999);
        table.choice("missing", &[("notBreaching", 1), ("breaching", 2)]);
        table.seconds("period");
        table.seconds("zero");
        table.m_of_n("datapoints");
    });
    insta::assert_snapshot!(shown, @r#"
    error[out-of-range]: `rate` must be between 0 and 1
     --> x.toml:1:8
      |
    1 | rate = 1.5
      |        ^^^
    error[out-of-range]: `priority` must be between 1 and 9999
     --> x.toml:2:12
      |
    2 | priority = -1
      |            ^^
    error[unknown-word]: `missing` cannot be `notBreeching`
     --> x.toml:3:11
      |
    3 | missing = "notBreeching"
      |           ^^^^^^^^^^^^^^
      |
      = help: did you mean `notBreaching`?
    error[bad-duration]: `5 minutes` is not a duration
     --> x.toml:4:10
      |
    4 | period = "5 minutes"
      |          ^^^^^^^^^^^
      |
      = help: a whole number with a unit, s, m or h: 90s, 5m, 1h, or 48h for two days
    error[bad-duration]: `0s` is not a duration
     --> x.toml:5:8
      |
    5 | zero = "0s"
      |        ^^^^
      |
      = help: a whole number with a unit, s, m or h: 90s, 5m, 1h, or 48h for two days
    error[bad-datapoints]: `4 of 3` is not M of N datapoints
     --> x.toml:6:14
      |
    6 | datapoints = "4 of 3"
      |              ^^^^^^^^
      |
      = help: M of the last N periods, as in `3 of 5`
    "#);
}

#[test]
fn infinite_numbers_are_not_accepted() {
    let shown = diagnostics("a = inf\nb = 99999999999999999999\nc = 1e999", |table| {
        assert_eq!(
            (table.number("a"), table.integer("b"), table.number("c")),
            (None, None, None)
        );
    });
    insta::assert_snapshot!(shown, @"
    error[wrong-type]: `a` must be a number
     --> x.toml:1:5
      |
    1 | a = inf
      |     ^^^ this is not a finite number of 64 bits
    error[wrong-type]: `b` must be a whole number
     --> x.toml:2:5
      |
    2 | b = 99999999999999999999
      |     ^^^^^^^^^^^^^^^^^^^^ this is not a finite number of 64 bits
    error[wrong-type]: `c` must be a number
     --> x.toml:3:5
      |
    3 | c = 1e999
      |     ^^^^^ this is not a finite number of 64 bits
    ");
}

#[test]
fn values_are_read_with_their_places() {
    let source = Source::new(
        "x.toml",
        "a = { n = 2, s = [\"x\", \"y\"] }\n\"od.d\" = 1h\n".replace("1h", "'1h'"),
    );
    let document = SpannedDocument::parse(&source).expect("valid TOML");
    let mut root = document.root();
    let mut a = root.table("a").expect("a table");
    let strings = a.strings("s");
    assert_eq!(strings[1].value, "y");
    assert_eq!(&source.text[strings[1].place.span.clone()], "\"y\"");
    assert_eq!(a.number("n").map(|n| n.value), Some(2.0));
    assert_eq!(a.json("n").map(|n| n.value), Some(Value::from(2)));
    let rest: Vec<String> = root
        .entries()
        .into_iter()
        .map(|(key, _)| key.value)
        .collect();
    assert_eq!(rest, ["od.d"]);
    assert_eq!(document.into_diagnostics(), []);
}

#[test]
fn keys_come_in_the_order_of_the_text() {
    let document = SpannedDocument::parse(&Source::new("x.toml", "z = 1\na = 2\nm = 3\n"))
        .expect("valid TOML");
    let keys: Vec<String> = document
        .root()
        .entries()
        .into_iter()
        .map(|(key, _)| key.value)
        .collect();
    assert_eq!(keys, ["z", "a", "m"]);
}

#[test]
fn contradicting_keys_are_shown_together() {
    insta::assert_snapshot!(diagnostics("topic = \"t\"\nemail = []\n", |table| {
        table.exclusive(&["topic", "email"]);
        table.string("topic");
        table.strings("email");
    }), @r#"
    error[conflicting-keys]: `topic` and `email` cannot be given together
     --> x.toml:1:1
      |
    1 | topic = "t"
      | ^^^^^
      |
     ::: x.toml:2:1
      |
    2 | email = []
      | -----
    "#);
}

#[test]
fn a_toml_syntax_error_has_its_place() {
    let diagnostic = SpannedDocument::parse(&Source::new("x.toml", "a = 1\nb = \nc = 3\n"))
        .expect_err("no value");
    insta::assert_snapshot!(diagnostic.render(Colour::Never), @"
    error[toml-syntax]: not valid TOML: string values must be quoted, expected literal string
     --> x.toml:2:5
      |
    2 | b = 
      |     ^
    ");
}

#[test]
fn diagnostics_of_a_json_table_name_the_path() {
    let source = Source::new("template.yaml", "Metadata: {}\n");
    let table = serde_json::json!({ "alarm": { "floor": "x" } });
    let place = Place::new(&source, 0..8);
    let document = SpannedDocument::from_json(
        table.as_object().expect("an object"),
        &place,
        "Fn.Metadata.tracewatch",
    );
    document
        .root()
        .table("alarm")
        .expect("a table")
        .number("floor");
    insta::assert_snapshot!(document.into_diagnostics()[0].render(Colour::Never), @"
    error[wrong-type]: `Fn.Metadata.tracewatch.alarm.floor` must be a number
     --> template.yaml:1:1
      |
    1 | Metadata: {}
      | ^^^^^^^^ this is a string
    ");
}
