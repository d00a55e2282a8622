//! What Application Signals asks of a service-level objective.

use std::collections::BTreeSet;

use super::burn_rate::{BurnRate, window_text};
use crate::semantics::limits::{OBJECTIVE_BURN_RATES, OBJECTIVE_LOOK_BACK};

/// The length of a period in seconds, of which every look-back window is a multiple.
const PERIOD: u32 = 60;

/// The windows of burn rates in minutes.
pub fn look_back_windows(burn_rates: &[BurnRate]) -> BTreeSet<u32> {
    let windows = burn_rates.iter().flat_map(|burn| [burn.long, burn.short]);
    windows.map(|seconds| seconds / PERIOD).collect()
}

/// What Application Signals would refuse, as messages with their helps.
pub(super) fn violations(name: &str, burn_rates: &[BurnRate], days: u32) -> Vec<(String, String)> {
    let mut violations = Vec::new();
    if name.ends_with('-') {
        violations.push((
            format!("`{name}` cannot be the name of a service-level objective"),
            "the last character is a letter or a digit".to_owned(),
        ));
    }
    let windows = look_back_windows(burn_rates);
    if windows.len() > OBJECTIVE_BURN_RATES {
        violations.push((
            format!(
                "Application Signals has at most {OBJECTIVE_BURN_RATES} burn rates for an objective, one for each window; this has {}",
                windows.len()
            ),
            "write fewer `[[slo.burn]]`, or the same windows for several of them".to_owned(),
        ));
    }
    let interval = days * 24 * 60;
    let longest = OBJECTIVE_LOOK_BACK.min(interval - 1);
    if let Some(window) = windows.iter().find(|window| **window > longest) {
        violations.push((
            format!(
                "Application Signals looks back for less than the objective's window of {days}d and for at most 7d, not for {}",
                window_text(window * 60)
            ),
            "write a shorter window of the burn rate, or a longer one of the objective".to_owned(),
        ));
    }
    violations
}
