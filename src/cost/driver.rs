//! What drives a cost, and what would save most of it.

use super::line::Line;

/// A change of the project file that would save the whole cost of an item, and what it gives up.
struct Saving {
    /// The item of the estimate.
    what: &'static str,
    change: &'static str,
    loss: &'static str,
}

const SAVINGS: [Saving; 2] = [
    Saving {
        what: "Insights",
        change: "`insights = false` under `[tracing]`",
        loss: "X-Ray then looks for no anomalies",
    },
    Saving {
        what: "composite alarms",
        change: "`grouping = \"none\"` under `[notify]`",
        loss: "every alarm then notifies by itself",
    },
];

/// One line about the largest item, and the change that would save most. `None` for an estimate of nothing.
pub(super) fn driver(lines: &[Line]) -> Option<String> {
    let largest = lines
        .iter()
        .max_by(|left, right| left.usd.total_cmp(&right.usd))?;
    if largest.usd <= 0.0 {
        return None;
    }
    let driver = format!("most of it: {}, ${:.2}", largest.what, largest.usd);
    let usd_of = |saving: &Saving| {
        let mut lines = lines.iter();
        lines
            .find(|line| line.what == saving.what)
            .map_or(0.0, |line| line.usd)
    };
    let most = SAVINGS
        .iter()
        .max_by(|left, right| usd_of(left).total_cmp(&usd_of(right)))?;
    let usd = usd_of(most);
    if usd <= 0.0 {
        return Some(driver);
    }
    Some(format!(
        "{driver}; {} would save most, ${usd:.2} ({})",
        most.change, most.loss
    ))
}
