//! The event rules of definitions, for one resource at a time.

use std::collections::BTreeSet;

use serde_json::json;

use super::alarms::{AlarmBuilder, Words};
use super::overrides::EffectiveNotice;
use super::subject::Subject;
use super::view::at_resource;
use crate::artifact::{DefinitionKey, EventRule, InputTransformer, Origin};
use crate::catalog::event::EventDefinition;
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Resource;
use crate::semantics::limits;

/// One resource's event rules, plus diagnostics for failed definitions.
#[derive(Debug, Default)]
pub(super) struct GeneratedEvents {
    pub rules: Vec<(Origin, EventRule)>,
    /// Whether an event applies whose severity has no topic.
    pub is_unsent: bool,
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes the rules of `[[event]]` in the stack's own Region: events arrive where their resource is.
pub(super) struct EventBuilder<'b> {
    pub alarms: &'b AlarmBuilder<'b>,
}

impl EventBuilder<'_> {
    pub(super) fn of(&self, subject: &Subject<'_>) -> GeneratedEvents {
        let mut generated = GeneratedEvents::default();
        for definition in &subject.service.events {
            if let Err(diagnostic) = self.add(subject, definition, &mut generated) {
                generated.diagnostics.push(diagnostic);
            }
        }
        generated
    }

    fn add(
        &self,
        subject: &Subject<'_>,
        definition: &EventDefinition,
        generated: &mut GeneratedEvents,
    ) -> Result<(), Diagnostic> {
        let resource = subject.view.resource;
        let effective =
            self.alarms
                .overrides
                .effective_event(subject.service, definition, resource)?;
        if !effective.enabled || !applies(subject, definition)? {
            return Ok(());
        }
        let topics = self.alarms.topics.get(self.alarms.inputs.identity);
        let Some(topic) = topics.and_then(|topics| topics.arn(effective.severity)) else {
            generated.is_unsent = true;
            return Ok(());
        };
        let rule = self.rule(subject, definition, &effective, topic)?;
        let origin = Origin {
            fleet: Vec::new(),
            resource: Some(resource.id.clone()),
            definition: DefinitionKey::new(&subject.service.file, &definition.name),
            item: None,
            place: Some(definition.place.clone()),
            severity: Some(effective.severity),
        };
        generated.rules.push((origin, rule));
        Ok(())
    }

    fn rule(
        &self,
        subject: &Subject<'_>,
        definition: &EventDefinition,
        effective: &EffectiveNotice,
        topic: &str,
    ) -> Result<EventRule, Diagnostic> {
        let id = &subject.view.resource.id;
        let description = format!(
            "Event {}.{} of {}, to the receivers of {} alarms",
            subject.service.file, definition.name, id.logical_id, effective.severity
        );
        Ok(EventRule {
            name: self.alarms.names.resource_event_rule(id, &definition.name),
            description: description
                .chars()
                .take(limits::EVENT_RULE_DESCRIPTION)
                .collect(),
            pattern: self.pattern(subject, definition)?,
            targets: BTreeSet::from([topic.to_owned()]),
            input: Some(self.message(subject, definition, effective)?),
        })
    }

    /// The pattern of an event for one resource.
    pub(super) fn pattern(
        &self,
        subject: &Subject<'_>,
        definition: &EventDefinition,
    ) -> Result<serde_json::Value, Diagnostic> {
        let texts = &self.alarms.inputs.catalog.texts;
        let what = format!("the pattern of event `{}`", definition.name);
        definition.pattern.fill(|text| {
            subject.view.text_needs_known(text, &what)?;
            let rendered = texts.render(text, &subject.view.values)?;
            if rendered.is_empty() {
                let resource = subject.view.resource;
                return Err(left_out(resource, definition, text.source()).at(text.place.clone()));
            }
            Ok(rendered)
        })
    }

    /// The description of an alarm, with a line for each value of the event that no other line shows.
    fn message(
        &self,
        subject: &Subject<'_>,
        definition: &EventDefinition,
        effective: &EffectiveNotice,
    ) -> Result<InputTransformer, Diagnostic> {
        let description = self.alarms.description(
            subject,
            &Words {
                summary: &definition.summary,
                fix: definition.fix.as_ref(),
                runbook: effective.runbook.as_deref(),
                severity: effective.severity,
            },
        )?;
        let (summary, rest) = description.split_once('\n').unwrap_or((&description, ""));
        let own_lines = definition.values.iter().filter_map(|(word, _)| {
            let shown = format!("<{word}>");
            let is_shown = definition
                .words()
                .any(|text| text.source().contains(&shown));
            (!is_shown).then(|| format!("{}: {shown}", label(word)))
        });
        let lines = [summary.to_owned()].into_iter().chain(own_lines);
        let lines = lines.chain(rest.lines().map(str::to_owned));
        let quoted: Vec<String> = lines.map(|line| json!(line).to_string()).collect();
        Ok(InputTransformer {
            paths: definition.values.iter().cloned().collect(),
            template: quoted.join("\n"),
        })
    }
}

/// Whether an event applies to a resource.
pub(super) fn applies(
    subject: &Subject<'_>,
    definition: &EventDefinition,
) -> Result<bool, Diagnostic> {
    let Some(applies) = &definition.applies else {
        return Ok(true);
    };
    let what = format!("event `{}`", definition.name);
    subject.view.condition_needs_known(applies, &what)?;
    applies.holds(subject.view.variables())
}

/// `stopped_at` is shown as `Stopped at`.
fn label(word: &str) -> String {
    let words = word.replace('_', " ");
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn left_out(resource: &Resource, definition: &EventDefinition, text: &str) -> Diagnostic {
    let message = format!(
        "`{}` has no rule for event `{}`: `{text}` of its pattern comes out empty",
        resource.id.logical_id, definition.name
    );
    at_resource(Diagnostic::new(Code::EventLeftOut, message), resource)
        .help("the stack does not say it, or it is misspelt here; `enabled = false` for the event makes this go away")
}
