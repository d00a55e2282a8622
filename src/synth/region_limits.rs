//! AWS's limits on artifacts per account and Region.

use std::collections::BTreeMap;

use crate::artifact::{AlarmQuery, Kind, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::semantics::limits;

/// A limit per account and Region, which all stacks share.
struct RegionLimit {
    what: &'static str,
    most: usize,
    count: fn(&State) -> usize,
    code: Code,
    help: &'static str,
}

const LIMITS: [RegionLimit; 2] = [
    RegionLimit {
        what: "service-level objectives",
        most: limits::OBJECTIVES,
        count: |state| state.names(Kind::ServiceLevelObjective).len(),
        code: Code::BadServiceLevelObjective,
        help: "leave out `engine` of some: their alarms stay",
    },
    RegionLimit {
        what: "fleet alarms",
        most: limits::METRICS_INSIGHTS_ALARMS,
        count: fleet_alarms,
        code: Code::FleetImpossible,
        help: "leave out `scope` of some: each resource then has an alarm",
    },
];

/// A diagnostic for each limit that a state exceeds by itself.
pub(super) fn exceeded(states: &BTreeMap<Target, State>) -> Vec<Diagnostic> {
    let limits = LIMITS.iter();
    let diagnostics = limits.flat_map(|limit| {
        let states = states.iter();
        states.filter_map(|(target, state)| limit.exceeded(target, state))
    });
    diagnostics.collect()
}

impl RegionLimit {
    fn exceeded(&self, target: &Target, state: &State) -> Option<Diagnostic> {
        let number = (self.count)(state);
        if number <= self.most {
            return None;
        }
        let message = format!(
            "{number} {} in {}: an account has at most {} in a Region",
            self.what, target.region, self.most
        );
        Some(Diagnostic::new(self.code, message).help(self.help))
    }
}

fn fleet_alarms(state: &State) -> usize {
    let alarms = state.iter().filter_map(|(_, artifact)| artifact.as_alarm());
    let fleets = alarms.filter(|alarm| matches!(alarm.query, AlarmQuery::Insights { .. }));
    fleets.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Actions, Alarm, Condition, Missing, Origin};

    fn fleet_alarm(number: usize) -> Alarm {
        Alarm {
            name: format!("shop.fleet-lambda.{number}"),
            description: String::new(),
            query: AlarmQuery::Insights {
                query: "SELECT SUM(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName)".to_owned(),
            },
            condition: Condition::Above(0.0),
            period: 60,
            datapoints_to_alarm: 1,
            evaluation_periods: 1,
            warm_up_minutes: None,
            missing: Missing::Missing,
            evaluate_low_samples: true,
            actions: Actions::default(),
        }
    }

    #[test]
    fn a_region_holds_two_hundred_fleet_alarms() {
        let target = Target {
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
        };
        for (number, expected) in [(200, 0), (201, 1)] {
            let mut state = State::default();
            for number in 0..number {
                let origin = Origin::of_stack("lambda", "throttles");
                state.insert_from(origin, fleet_alarm(number).into());
            }
            let found = exceeded(&BTreeMap::from([(target.clone(), state)]));
            assert_eq!(found.len(), expected, "{number}");
        }
    }
}
