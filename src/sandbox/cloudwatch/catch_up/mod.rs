//! Brings alarms up to date. No timer evaluates alarms: an operation on alarms first repeats AWS's evaluations between the
//! previous operation and now.

use jiff::Timestamp;

use super::alarm_data;
use super::evaluation::{NewState, next_evaluation, runs};
use super::{muting, suppression, transitions};
use crate::sandbox::account::Account;
use crate::sandbox::data::{MetricKey, Region, StoredAlarm};
use crate::sandbox::request::Request;

/// Catches up in all Regions.
pub(crate) fn catch_up_all(account: &mut Account, now: Timestamp) {
    for region in account.region_names() {
        catch_up(account, &region, now);
    }
}

/// Brings all alarms of a Region up to date, and returns the number of evaluations. Skips alarms evaluated in the current
/// minute, and evaluated alarms without samples.
pub(super) fn catch_up(account: &mut Account, region_name: &str, now: Timestamp) -> usize {
    let region = account.region(region_name);
    region.unseen_since = None;
    let runs = runs(region, now.as_second());
    for alarm in metric_alarms(region) {
        alarm.evaluated = Some(now.as_second());
    }
    let evaluations = runs.iter().map(|(_, run)| run.evaluations).sum();
    let mut new_states: Vec<(String, NewState)> = Vec::new();
    for (name, run) in runs {
        new_states.extend(run.states.into_iter().map(|state| (name.clone(), state)));
    }
    new_states.sort_by_key(|(_, state)| state.at);
    let has_new_states = !new_states.is_empty();
    for (name, state) in new_states {
        let at = Timestamp::from_second(state.at).unwrap_or_default();
        let request = Request::internal(region_name, at);
        let state = state.stored(request.instant());
        transitions::enter(region, &request, &name, state);
    }
    let present = Request::internal(region_name, now);
    let had_open_actions = suppression::settle(region, &present);
    let had_muted_actions = muting::release_all_due(region, &present);
    if has_new_states || had_open_actions || had_muted_actions {
        account.mark_changed();
    }
    evaluations
}

/// Repeats evaluations after late samples, as if those had been published in time. Earlier transitions and notifications stay.
/// `published` has the earliest new sample of each metric.
pub(super) fn rewind(region: &mut Region, published: &[(MetricKey, i64)], now: Timestamp) {
    for alarm in metric_alarms(region) {
        let keys = alarm_data::keys(alarm);
        let earliest = published
            .iter()
            .filter(|(key, _)| keys.contains(key))
            .map(|(_, at)| *at)
            .min();
        let Some((at, rule)) = earliest.zip(alarm_data::rule(alarm)) else {
            continue;
        };
        if next_evaluation(at, &rule) <= alarm.evaluated.unwrap_or(now.as_second()) {
            // An evaluation at the sample's own time does not see the sample.
            alarm.evaluated = Some(at);
        }
    }
}

fn metric_alarms(region: &mut Region) -> impl Iterator<Item = &mut StoredAlarm> {
    region
        .alarms
        .values_mut()
        .filter(|alarm| alarm.is_metric_alarm())
}

#[cfg(test)]
mod tests;
