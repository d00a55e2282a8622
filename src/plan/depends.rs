//! The dependencies of an artifact: other artifacts that must exist first, found in its data.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

use crate::artifact::{Actions, Artifact, ArtifactId, Kind};

/// The artifacts that `artifact` mentions. Some may not exist: an alarm name in a rule yields an id
/// of both alarm kinds. Callers keep the ids that they know.
pub fn needs(artifact: &Artifact) -> BTreeSet<ArtifactId> {
    match artifact {
        Artifact::Alarm(alarm) => notified_topics(&alarm.actions).collect(),
        Artifact::CompositeAlarm(alarm) => notified_topics(&alarm.actions)
            .chain(children(&alarm.rule))
            .collect(),
        Artifact::EventRule(rule) => rule.targets.iter().filter_map(|arn| topic(arn)).collect(),
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::Dashboard(_) => BTreeSet::new(),
    }
}

fn notified_topics(actions: &Actions) -> impl Iterator<Item = ArtifactId> {
    let Actions {
        enabled: _,
        alarm,
        ok,
        insufficient_data,
    } = actions;
    alarm
        .iter()
        .chain(ok)
        .chain(insufficient_data)
        .filter_map(|arn| topic(arn))
}

/// `arn:PARTITION:sns:REGION:ACCOUNT:NAME`
pub(super) fn topic(arn: &str) -> Option<ArtifactId> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", _, _, name] => Some(ArtifactId {
            kind: Kind::Topic,
            name: (*name).to_owned(),
        }),
        _ => None,
    }
}

fn children(rule: &str) -> impl Iterator<Item = ArtifactId> {
    mentioned(rule).into_iter().flat_map(|name| {
        [Kind::Alarm, Kind::CompositeAlarm].map(|kind| ArtifactId {
            kind,
            name: name.clone(),
        })
    })
}

/// All words of a composite rule: alarm names, keywords and numbers. Keywords are not filtered out.
pub(super) fn mentioned(rule: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut rest = rule.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            '"' => words.insert(without_arn(&quoted(&mut rest))),
            separator if is_separator(separator) => false,
            first => words.insert(without_arn(&bare(first, &mut rest))),
        };
    }
    words
}

/// Reads up to the closing quote; `\"` escapes a quote.
fn quoted(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::new();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => word.extend(rest.next()),
            other => word.push(other),
        }
    }
    word
}

fn bare(first: char, rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::from(first);
    while let Some(next) = rest.next_if(|next| !is_separator(*next)) {
        word.push(next);
    }
    word
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | ',')
}

/// `arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:NAME`, where the name may contain colons.
fn without_arn(reference: &str) -> String {
    let parts: Vec<&str> = reference.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "cloudwatch", _, _, "alarm", name] => (*name).to_owned(),
        _ => reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_reference_in_a_composite_rule_is_found() {
        let rule = r#"(ALARM(plain) OR ALARM("with (round), brackets")) AND NOT OK("say \"hi\"")
            AND AT_LEAST(60%, NOT OK, ("one","two")) OR ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a:b)"#;
        let names = mentioned(rule);
        for name in [
            "plain",
            "with (round), brackets",
            "say \"hi\"",
            "one",
            "two",
            "a:b",
        ] {
            assert!(names.contains(name), "{name} in {names:?}");
        }
    }

    #[test]
    fn an_unfinished_rule_is_read_to_its_end() {
        assert_eq!(
            mentioned(r#"ALARM("x\"#),
            ["ALARM", "x"].map(String::from).into()
        );
    }

    #[test]
    fn actions_yield_topics_only() {
        assert_eq!(
            topic("arn:aws:sns:eu-west-1:111122223333:shop_critical")
                .map(|id| id.name)
                .as_deref(),
            Some("shop_critical")
        );
        assert_eq!(
            topic("arn:aws:sns:eu-west-1:111122223333:shop_critical:5be8-subscription"),
            None
        );
        assert_eq!(
            topic("arn:aws:lambda:eu-west-1:111122223333:function:x"),
            None
        );
    }
}
