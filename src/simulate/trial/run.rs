//! Runs a trial: many weeks without an incident, or many incidents.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::SeedableRng as _;
use std::collections::BTreeMap;

use super::model::AlarmModel;
use super::requests::{self, Requests};
use crate::semantics::composite::AlarmRule;
use crate::semantics::state::AlarmState;
use crate::trial::Trial;

pub(super) const MINUTES_OF_WEEK: u32 = 7 * 24 * 60;

/// The alarm, or the composite and its children.
#[derive(Debug)]
pub(super) enum Subject {
    Alarm(AlarmModel),
    Composite {
        rule: AlarmRule,
        children: BTreeMap<String, AlarmModel>,
    },
}

/// One run with an incident. Times are in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IncidentRun {
    /// From the incident's start to the first notification.
    pub notified_after: Option<u32>,
    /// Notifications from the incident's start on.
    pub notified: u32,
    /// From the incident's end until the alarm is not in ALARM; `None` if it still is at the end of the run.
    pub recovered_after: Option<u32>,
}

impl Subject {
    fn models(&self) -> Vec<&AlarmModel> {
        match self {
            Subject::Alarm(model) => vec![model],
            Subject::Composite { children, .. } => children.values().collect(),
        }
    }

    /// The words of all metrics.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.models().into_iter().flat_map(AlarmModel::words)
    }

    /// Minutes until every evaluation has its whole range.
    fn lead(&self) -> u32 {
        let models = self.models().into_iter();
        let lead = models.map(AlarmModel::lead).max().unwrap_or(0);
        u32::try_from(lead).unwrap_or(u32::MAX)
    }

    fn states(&self, requests: &Requests) -> Vec<AlarmState> {
        match self {
            Subject::Alarm(model) => model.states(requests),
            Subject::Composite { rule, children } => composite_states(rule, children, requests),
        }
    }

    /// Notifications in each of several weeks.
    pub(super) fn weeks(&self, trial: &Trial, weeks: u32, seed: u64) -> Vec<u32> {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let lead = self.lead();
        let notified = (0..weeks).map(|_| {
            let minutes = lead + MINUTES_OF_WEEK;
            let states = self.states(&requests::draw(trial, minutes, minutes, &mut random));
            notifications(&states, lead).count()
        });
        notified
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
            .collect()
    }

    /// The minutes of one run with an incident.
    pub(super) fn minutes_of_incident(&self, trial: &Trial, after: u32) -> u32 {
        let incident = trial.incident.iter();
        let minutes = incident.map(|incident| incident.starts.max(self.lead()) + incident.minutes);
        minutes.sum::<u32>() + after
    }

    /// Runs with one incident each, of which `after` minutes are simulated.
    pub(super) fn incidents(
        &self,
        trial: &Trial,
        runs: u32,
        after: u32,
        seed: u64,
    ) -> Vec<IncidentRun> {
        let Some(incident) = &trial.incident else {
            return Vec::new();
        };
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let starts = incident.starts.max(self.lead());
        let ends = starts + incident.minutes;
        let runs = (0..runs).map(|_| {
            let requests = requests::draw(trial, ends + after, starts, &mut random);
            incident_run(&self.states(&requests), starts, ends)
        });
        runs.collect()
    }
}

fn incident_run(states: &[AlarmState], starts: u32, ends: u32) -> IncidentRun {
    let mut notified = notifications(states, starts);
    let first = notified.next();
    let after_end = states.iter().skip(ends.saturating_sub(1) as usize);
    let recovered = after_end
        .take_while(|state| **state == AlarmState::Alarm)
        .count();
    let recovered = u32::try_from(recovered).unwrap_or(u32::MAX);
    let left = u32::try_from(states.len()).unwrap_or(u32::MAX) - ends + 1;
    IncidentRun {
        notified_after: first.map(|minute| minute + 1 - starts),
        notified: u32::from(first.is_some()) + u32::try_from(notified.count()).unwrap_or(u32::MAX),
        recovered_after: (recovered < left).then_some(recovered),
    }
}

/// The minutes, from `since` on, in which the state becomes ALARM.
fn notifications(states: &[AlarmState], since: u32) -> impl Iterator<Item = u32> {
    let is_alarm = |minute: usize| states.get(minute) == Some(&AlarmState::Alarm);
    let minutes = since as usize..states.len();
    let entered = minutes
        .filter(move |minute| is_alarm(*minute) && !minute.checked_sub(1).is_some_and(is_alarm));
    entered.map(|minute| u32::try_from(minute).unwrap_or(u32::MAX))
}

fn composite_states(
    rule: &AlarmRule,
    children: &BTreeMap<String, AlarmModel>,
    requests: &Requests,
) -> Vec<AlarmState> {
    let states: BTreeMap<&str, Vec<AlarmState>> = children
        .iter()
        .map(|(name, model)| (name.as_str(), model.states(requests)))
        .collect();
    let of_minute = |minute: usize| {
        let state_of = |child: &str| {
            let state = states.get(child).and_then(|states| states.get(minute));
            state.copied().unwrap_or(AlarmState::InsufficientData)
        };
        if rule.holds(&state_of) {
            AlarmState::Alarm
        } else {
            AlarmState::Ok
        }
    };
    (0..requests.total.len()).map(of_minute).collect()
}
