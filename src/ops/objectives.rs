//! How much of each objective's budget is spent, by the history of its metrics.

use futures_util::future::try_join_all;

use super::error::{Collector, Error};
use super::inventory::{self, ReadStacks};
use super::plan::synthesise;
use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::Metric;
use crate::diagnostic::Leveled;
use crate::inventory::SortedMap;
use crate::objective::{BurnRate, budget_spent};
use crate::provider::aws::Account;
use crate::provider::{AccountError, History, Points, SeriesQuery};
use crate::semantics::math::Expr;
use crate::stack::UnknownNames;
use crate::synth::{BurnAlarm, MINUTE_VALUE, ObjectiveSeries, PlannedObjective, bad_minute};

const HOUR: u32 = 3600;
const FIVE_MINUTES: u32 = 300;
const MINUTE: u32 = 60;
const DAY: i64 = 86_400;

/// The shares of failures for which a report says how soon they notify.
pub const FAILING_SHARES: [f64; 3] = [1.0, 0.1, 0.01];

/// An objective, and how it goes.
#[derive(Debug)]
pub struct ObjectiveReport {
    pub objective: PlannedObjective,
    /// The share of good requests or minutes in the window, 0 to 1. `None` without data.
    pub attained: Option<f64>,
    /// The share of the budget that is left; below 0 it is overspent.
    pub budget_left: Option<f64>,
    pub rates: Vec<RateReport>,
}

/// A burn rate, and what it would take to notify.
#[derive(Debug)]
pub struct RateReport {
    pub burn: BurnRate,
    /// The composite alarm that notifies.
    pub alarm: String,
    /// The current rates in the long and in the short window; `None` without data.
    pub now: [Option<f64>; 2],
    /// The share of the budget that the rate spends in its long window.
    pub budget_spent: f64,
    /// For each of [`FAILING_SHARES`], seconds of steady traffic until it notifies; `None`: never.
    pub notifies_after: [Option<f64>; 3],
}

/// Reads the metrics of every objective. `now` is in seconds since 1970.
///
/// # Errors
/// As [`super::plan`], and when the account denies `cloudwatch:GetMetricData`.
pub async fn objectives(
    workspace: &Workspace,
    session: &Session,
    now: i64,
) -> Result<(Vec<ObjectiveReport>, Leveled), Error> {
    let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    let ReadStacks { system, .. } =
        inventory::read(workspace, session, UnknownNames::MarkUnknown).await?;
    let inventory = collector.accept(system)?;
    let synthesis = synthesise(workspace, session, inventory).await;
    let synthesis = collector.accept(synthesis)?;
    let reports = synthesis.objectives.into_iter().map(|objective| async {
        let account = &session.accounts()[&objective.target];
        report(account, objective, now).await
    });
    let reports = try_join_all(reports).await?;
    Ok((reports, collector.into_leveled()))
}

async fn report(
    account: &Account,
    objective: PlannedObjective,
    now: i64,
) -> Result<ObjectiveReport, AccountError> {
    let whole = i64::from(objective.days) * DAY;
    let longest = objective.burn_alarms.iter().map(|alarm| alarm.burn.long);
    let recent = i64::from(longest.max().unwrap_or(MINUTE));
    let counted = Counted::new(&objective.series);
    let (of_window, of_late) = tokio::try_join!(
        counted.read(account, counted.period, whole, now),
        counted.read(account, MINUTE, recent, now),
    )?;
    let budget = objective.budget();
    let failed = counted.failed(&of_window, whole, now);
    let rates = objective.burn_alarms.iter().map(|alarm| {
        let BurnAlarm { burn, notifies } = alarm;
        let now_in = |window: u32| {
            let failed = counted.failed(&of_late, i64::from(window), now);
            failed.map(|share| share / budget)
        };
        RateReport {
            burn: burn.clone(),
            alarm: notifies.clone(),
            now: [now_in(burn.long), now_in(burn.short)],
            budget_spent: budget_spent(burn.rate, burn.long, objective.days),
            notifies_after: FAILING_SHARES.map(|share| counted.seconds_until(burn, budget, share)),
        }
    });
    Ok(ObjectiveReport {
        attained: failed.map(|share| 1.0 - share),
        budget_left: failed.map(|share| 1.0 - share / budget),
        rates: rates.collect(),
        objective,
    })
}

/// What an objective counts, as metric math.
struct Counted {
    bad: Expr,
    /// `None`: each period counts once.
    total: Option<Expr>,
    metrics: SortedMap<String, Metric>,
    /// Seconds of the periods in which the whole window is counted.
    period: u32,
}

/// The points of one reading.
struct CountedPoints {
    bad: Points,
    total: Points,
    /// Seconds.
    period: u32,
}

impl Counted {
    fn new(series: &ObjectiveSeries) -> Self {
        match series {
            ObjectiveSeries::Requests {
                bad,
                total,
                metrics,
            } => Self {
                bad: bad.clone(),
                total: Some(total.clone()),
                metrics: metrics.clone(),
                period: HOUR,
            },
            // CloudWatch keeps minutes for 15 days, five minutes for 63: a period is bad when one of its minutes is.
            ObjectiveSeries::Minutes { metric, bad_from } => Self {
                bad: bad_minute(*bad_from),
                total: None,
                metrics: [(MINUTE_VALUE.to_owned(), metric.clone())]
                    .into_iter()
                    .collect(),
                period: FIVE_MINUTES,
            },
        }
    }

    /// Reads the periods that begin in the last `seconds` before `now`.
    async fn read(
        &self,
        account: &Account,
        period: u32,
        seconds: i64,
        now: i64,
    ) -> Result<CountedPoints, AccountError> {
        let length = i64::from(period);
        let from = (now - seconds).div_euclid(length) * length + length;
        let exprs = [Some(&self.bad), self.total.as_ref()];
        let queries: Vec<SeriesQuery<'_>> = exprs
            .into_iter()
            .flatten()
            .map(|expr| SeriesQuery {
                expression: expr.clone(),
                metrics: &self.metrics,
                period,
            })
            .collect();
        let mut found = account.series(&queries, from, now).await?.into_iter();
        Ok(CountedPoints {
            bad: found.next().unwrap_or_default(),
            total: found.next().unwrap_or_default(),
            period,
        })
    }

    /// The time after which a share of failures reaches the rate in the long window: the window has to hold that many of them. A window of
    /// several days is over the rate when each of its days is. An alarm is evaluated every minute.
    fn seconds_until(&self, burn: &BurnRate, budget: f64, share: f64) -> Option<f64> {
        let minute = f64::from(MINUTE);
        let window = f64::from(burn.long);
        if self.total.is_none() {
            let bad = f64::from(burn.bad_minutes(budget, burn.long / MINUTE));
            let seconds = minute * bad / share;
            return (seconds <= window).then_some(seconds);
        }
        let needed = burn.rate * budget;
        let day = window.min(DAY as f64);
        (share > needed).then(|| (window - day + day * needed / share).max(minute))
    }

    /// The share of failures in the last `seconds` before `now`; `None` without data.
    fn failed(&self, points: &CountedPoints, seconds: i64, now: i64) -> Option<f64> {
        let since = now - seconds;
        let sum = |points: &Points| -> f64 {
            let of_window = points.iter().filter(|(start, _)| *start >= since);
            of_window.map(|(_, value)| value).sum()
        };
        let total = match self.total {
            Some(_) => sum(&points.total),
            None if points.bad.is_empty() => 0.0,
            None => seconds as f64 / f64::from(points.period),
        };
        (total > 0.0).then(|| sum(&points.bad) / total)
    }
}
