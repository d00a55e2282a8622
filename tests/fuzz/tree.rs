//! Mutations of a template that stays well-formed: functions, conditions, loops and references that no author would write.

use serde_json::{Value, json};

use crate::corpus::{TREES, WORDS};
use crate::random::Random;

pub(crate) fn mutated(random: &mut Random) -> String {
    let mut tree = TREES[random.below(TREES.len())].clone();
    let names = names(&tree);
    for _ in 0..=random.below(8) {
        let target = random.below(values(&mut tree));
        let other = taken(random, &mut tree);
        if let Some(value) = nth(&mut tree, &mut { target }) {
            change(random, value, other, &names);
        }
    }
    tree.to_string()
}

/// Logical ids, names of parameters and conditions: what functions can mean.
fn names(tree: &Value) -> Vec<String> {
    let sections = ["Resources", "Parameters", "Conditions", "Mappings"]
        .iter()
        .filter_map(|name| tree.get(name)?.as_object());
    let mut names: Vec<String> = sections
        .flat_map(|section| section.keys().cloned())
        .collect();
    names.push("AWS::NoValue".to_owned());
    names
}

/// How many values a tree is made of.
fn values(tree: &mut Value) -> usize {
    let mut beyond = usize::MAX;
    nth(tree, &mut beyond);
    usize::MAX - beyond
}

/// The value that is met after as many others.
fn nth<'t>(tree: &'t mut Value, others: &mut usize) -> Option<&'t mut Value> {
    if *others == 0 {
        return Some(tree);
    }
    *others -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, others)),
        Value::Object(map) => map.values_mut().find_map(|value| nth(value, others)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A part of this tree or of another seed.
fn taken(random: &mut Random, tree: &mut Value) -> Value {
    let mut other = TREES[random.below(TREES.len())].clone();
    let from = if random.below(3) == 0 {
        &mut other
    } else {
        tree
    };
    let at = random.below(values(from));
    nth(from, &mut { at }).cloned().unwrap_or(Value::Null)
}

fn change(random: &mut Random, value: &mut Value, other: Value, names: &[String]) {
    let old = value.take();
    *value = match random.below(12) {
        0 => other,
        1 => json!([old, other]),
        2 => without_one(random, old),
        3 => with_renamed(random, old, names),
        4 => random.one_of(WORDS).into(),
        5 => nested(random, old),
        _ => call(random, &old, &other, names),
    };
}

fn without_one(random: &mut Random, old: Value) -> Value {
    match old {
        Value::Array(mut items) if !items.is_empty() => {
            items.remove(random.below(items.len()));
            items.into()
        }
        Value::Object(mut map) if !map.is_empty() => {
            let key = map
                .keys()
                .nth(random.below(map.len()))
                .cloned()
                .unwrap_or_default();
            map.remove(&key);
            map.into()
        }
        _ => Value::Null,
    }
}

/// A map of which one value stands under another key too.
fn with_renamed(random: &mut Random, old: Value, names: &[String]) -> Value {
    let Value::Object(mut map) = old else {
        return random.one_of(WORDS).into();
    };
    let copied = map
        .values()
        .nth(random.below(map.len()))
        .cloned()
        .unwrap_or(Value::Null);
    let key = if random.below(2) == 0 {
        random.one_of(WORDS).to_owned()
    } else {
        name(random, names)
    };
    map.insert(key, copied);
    map.into()
}

fn nested(random: &mut Random, old: Value) -> Value {
    let kind = random.below(4);
    (0..[1, 3, 30, 60][random.below(4)]).fold(old, |inner, _| match kind {
        0 => json!([inner]),
        1 => json!({ "Fn::Not": [inner] }),
        2 => json!({ "Fn::Sub": ["${a}${a}", { "a": inner }] }),
        _ => json!({ "Fn::Join": ["", [inner, "x"]] }),
    })
}

fn name(random: &mut Random, names: &[String]) -> String {
    names[random.below(names.len())].clone()
}

/// A function of what stood here, of other parts, and of names that may not fit it.
fn call(random: &mut Random, old: &Value, other: &Value, names: &[String]) -> Value {
    let (one, two) = (name(random, names), name(random, names));
    match random.below(16) {
        0 => json!({ "Ref": one }),
        1 => json!({ "Fn::GetAtt": [one, "Arn"] }),
        2 => json!({ "Fn::Sub": format!("${{{one}}}${{{two}.Arn}}${{{one}}}") }),
        3 => json!({ "Fn::Sub": ["${x}${x}${y}", { "x": old, "y": other }] }),
        4 => json!({ "Fn::If": [one, old, other] }),
        5 => {
            json!({ "Fn::ForEach::L": [one, [two, "b"], { "K${L}": old, (format!("Q${{{one}}}")): other }] })
        }
        6 => json!({ "Condition": one }),
        7 => json!({ "Fn::Equals": [old, other] }),
        8 => json!({ "Fn::And": [{ "Condition": one }, old] }),
        9 => json!({ "Fn::Not": [{ "Condition": one }] }),
        10 => json!({ "Fn::FindInMap": [one, two, old, { "DefaultValue": other }] }),
        11 => json!({ "Fn::Select": [random.below(3), old] }),
        12 => json!({ "Fn::Split": [",", old] }),
        13 => json!({ "Fn::Cidr": [old, 256, 8] }),
        14 => json!({ random.one_of(WORDS): old }),
        _ => json!({ "Fn::Join": ["", [old, { "Ref": one }]] }),
    }
}
