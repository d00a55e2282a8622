//! The composite alarms of the project file: rules over alarms of any resources of the stack's own target.

use std::collections::BTreeMap;

use super::inputs::Inputs;
use super::naming::Names;
use super::topics::Topics;
use crate::artifact::{Artifact, CompositeAlarm, Kind, Origin, State, Suppressor};
use crate::catalog::definition::Enabled;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::inventory::{Target, Types as _};
use crate::project::{ProjectComposite, toml_key};
use crate::semantics::composite::{self, AlarmRule};
use crate::semantics::limits;
use crate::semantics::place::{in_text, part};
use crate::semantics::state::AlarmState;
use crate::spanned::Spanned;

/// Makes the composite alarms of the project.
pub(super) struct ProjectComposites<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) names: &'a Names<'a>,
    /// The state with the alarms that rules may name.
    pub(super) state: &'a State,
    pub(super) topics: &'a Topics,
    /// The link that every description ends with.
    pub(super) dashboard: &'a str,
}

impl ProjectComposites<'_> {
    pub(super) fn make(&self) -> (Vec<(Origin, Artifact)>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut rules = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for written in self.enabled() {
            match self.composite(written) {
                Ok((alarm, rule)) => {
                    rules.insert(alarm.name.clone(), with_suppressor(rule, &alarm));
                    let origin = Origin {
                        place: Some(written.name.place.clone()),
                        ..Origin::of_stack("composite", &written.name.value)
                            .with_severity(written.severity)
                    };
                    found.push((origin, alarm.into()));
                }
                Err(wrong) => diagnostics.extend(wrong),
            }
        }
        diagnostics.extend(self.cycles(&rules));
        (found, diagnostics)
    }

    fn enabled(&self) -> impl Iterator<Item = &ProjectComposite> {
        let composites = self.inputs.project.composites.iter();
        composites.filter(|written| written.enabled)
    }

    fn composite(
        &self,
        written: &ProjectComposite,
    ) -> Result<(CompositeAlarm, AlarmRule), Vec<Diagnostic>> {
        let rule = self.rule(&written.rule)?;
        let suppressor = match &written.suppressed_by {
            None => None,
            Some(by) => Some(Suppressor {
                alarm: self.resolved(&by.alarm.value).ok_or_else(|| {
                    let alarm = &by.alarm;
                    vec![self.unknown(
                        &alarm.value,
                        alarm.diagnostic(Code::UnknownAlarm, absent(&alarm.value)),
                    )]
                })?,
                wait: by.wait,
                extension: by.extension,
            }),
        };
        let alarm = CompositeAlarm {
            name: self.name(&written.name.value),
            description: self.description(written),
            rule: rule.to_string(),
            actions: self.topics.actions(written.severity),
            suppressor,
        };
        Ok((alarm, rule))
    }

    /// The rule with full names.
    fn rule(&self, written: &Spanned<String>) -> Result<AlarmRule, Vec<Diagnostic>> {
        let rule = composite::parse(&written.value).map_err(|errors| {
            let errors = errors.iter();
            errors
                .map(|error| in_text(&written.place, Code::BadRule, error))
                .collect::<Vec<_>>()
        })?;
        let unknown: Vec<Diagnostic> = rule
            .children()
            .into_iter()
            .filter_map(|reference| {
                let place = part(&written.place, reference);
                if reference.starts_with("arn:") {
                    return Some(self.not_of_target(reference)?.at(place));
                }
                if self.resolved(reference).is_some() {
                    return None;
                }
                let diagnostic = Diagnostic::new(Code::UnknownAlarm, absent(reference));
                Some(self.unknown(reference, diagnostic.at(place)))
            })
            .collect();
        if unknown.is_empty() {
            Ok(rule.renamed(&|reference| {
                self.resolved(reference)
                    .unwrap_or_else(|| reference.to_owned())
            }))
        } else {
            Err(unknown)
        }
    }

    /// CloudWatch takes alarms of one account and Region in a composite alarm (CloudWatch user guide, "Create a composite alarm").
    fn not_of_target(&self, arn: &str) -> Option<Diagnostic> {
        let Target {
            partition,
            region,
            account,
        } = self.inputs.identity;
        let own = format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:");
        if arn.starts_with(&own) {
            return None;
        }
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let message = match parts[..] {
            [
                "arn",
                _,
                "cloudwatch",
                other_region,
                other_account,
                "alarm",
                _,
            ] => format!(
                "`{arn}` is an alarm of account {other_account} in {other_region}, and the composite alarm is in account {account} in {region}"
            ),
            _ => format!("`{arn}` is not the ARN of an alarm"),
        };
        let help = format!(
            "a composite alarm takes alarms of its own account and Region: `{own}NAME`, or an alarm here on the metrics of the other"
        );
        Some(Diagnostic::new(Code::BadRule, message).help(help))
    }

    /// The alarm that a reference means: an alarm of the stack without the stack's name, a composite alarm of the project, a full name or
    /// an ARN.
    fn resolved(&self, reference: &str) -> Option<String> {
        if reference.starts_with("arn:") {
            return Some(reference.to_owned());
        }
        let own = self.name(reference);
        let is_of_project = self
            .enabled()
            .any(|written| written.name.value == reference);
        if is_of_project || self.exists(&own) {
            return Some(own);
        }
        self.exists(reference).then(|| reference.to_owned())
    }

    fn exists(&self, alarm: &str) -> bool {
        let kinds = [Kind::Alarm, Kind::CompositeAlarm];
        kinds
            .into_iter()
            .any(|kind| self.state.names(kind).contains(alarm))
    }

    fn name(&self, name: &str) -> String {
        self.names.group(None, name)
    }

    fn unknown(&self, reference: &str, diagnostic: Diagnostic) -> Diagnostic {
        if let Some(help) = self.off_by_preset(reference) {
            return diagnostic.help(help);
        }
        if let Some(fleet) = self.joined_into(reference) {
            return diagnostic.help(format!(
                "the fleet alarm `{fleet}` watches it together with others"
            ));
        }
        let prefix = self.names.alarm_prefix();
        let kinds = [Kind::Alarm, Kind::CompositeAlarm].into_iter();
        let names: Vec<String> = kinds.flat_map(|kind| self.state.names(kind)).collect();
        let short = names.iter().filter_map(|name| name.strip_prefix(&prefix));
        match nearest(reference, short) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`RESOURCE.ALARM`, as in `ALARM(OrdersApiStage.fault-rate)`; `tracewatch plan` lists the alarms"),
        }
    }

    /// The fleet alarm that watches a resource in place of the alarm that a reference means.
    fn joined_into(&self, reference: &str) -> Option<String> {
        let prefix = self.names.alarm_prefix();
        let system = &self.inputs.project.name;
        let mut alarms = self.state.iter();
        let (id, _) = alarms.find(|(id, _)| {
            let origin = self.state.origin(id);
            origin.is_some_and(|origin| {
                let name = &origin.definition.name;
                let mut fleet = origin.fleet.iter();
                fleet.any(|member| format!("{}.{name}", member.within(system)) == reference)
            })
        })?;
        Some(id.name.strip_prefix(&prefix)?.to_owned())
    }

    /// How to switch on an alarm that a preset switches off.
    fn off_by_preset(&self, reference: &str) -> Option<String> {
        let Inputs {
            inventory,
            catalog,
            project,
            ..
        } = self.inputs;
        let preset = project.preset.as_ref()?.value.name();
        let mut resources = inventory.resources.values();
        let (resource, alarm) = resources.find_map(|resource| {
            let alarm = reference.strip_prefix(&*resource.id.within(&project.name))?;
            Some((resource, alarm.strip_prefix('.')?))
        })?;
        let services = catalog.services_for(catalog.watched_as(&resource.kind));
        let mut definitions = services.flat_map(|service| service.definition().named());
        let is_off = definitions
            .any(|named| named.name == alarm && matches!(named.enabled, Enabled::NotInPreset(_)));
        let key = toml_key(&resource.id.within(&project.name));
        is_off.then(|| {
            format!("the preset `{preset}` switches it off; `[resources.{key}.{alarm}] enabled = true` switches it on")
        })
    }

    /// CloudWatch stops evaluating composite alarms that depend on each other.
    fn cycles(&self, rules: &BTreeMap<String, AlarmRule>) -> Vec<Diagnostic> {
        let cycles = composite::cycles(rules).into_iter();
        cycles
            .map(|cycle| {
                let names: Vec<&str> = cycle.iter().copied().collect();
                let message = format!(
                    "composite alarms depend on each other: {}",
                    names.join(", ")
                );
                let places = self
                    .enabled()
                    .filter(|written| cycle.contains(&*self.name(&written.name.value)))
                    .map(|written| written.rule.place.clone());
                let diagnostic = Diagnostic::new(Code::BadRule, message)
                    .help("CloudWatch evaluates none of them: take one out of the other's rule");
                places.fold(diagnostic, Diagnostic::at)
            })
            .collect()
    }

    fn description(&self, written: &ProjectComposite) -> String {
        let notify = self.inputs.project.notify.get(&written.severity);
        let runbook = written.runbook.as_ref();
        let runbook = runbook.or_else(|| notify?.runbook.as_ref());
        let fix = written.fix.iter().map(|fix| format!("\n{fix}"));
        let runbook = runbook.map(|url| format!("\nRunbook: {url}"));
        let end = format!(
            "{}\nDashboard: {}",
            runbook.unwrap_or_default(),
            self.dashboard
        );
        let words: String = std::iter::once(written.summary.clone())
            .chain(fix)
            .collect();
        let room = limits::ALARM_DESCRIPTION.saturating_sub(end.chars().count());
        words.chars().take(room).collect::<String>() + &end
    }
}

/// The rule with the suppressor: an alarm that waits for itself never notifies.
fn with_suppressor(rule: AlarmRule, alarm: &CompositeAlarm) -> AlarmRule {
    match &alarm.suppressor {
        Some(suppressor) => {
            let suppressor = AlarmRule::In(AlarmState::Alarm, suppressor.alarm.clone());
            AlarmRule::All(vec![rule, suppressor])
        }
        None => rule,
    }
}

fn absent(reference: &str) -> String {
    format!("the stack has no alarm `{reference}`")
}
