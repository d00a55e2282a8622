//! Trials as written: `[[alarm.trial]]`, `[[composite.trial]]` and `[[slo.trial]]`. `simulate` runs them.

mod given;

use std::collections::BTreeMap;

pub use given::{Given, GivenLink, given, given_with_quotas};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::place::in_text;
use crate::semantics::traffic::{self, Traffic};
use crate::spanned::{Item, Spanned, Table, seconds};

/// The default length of an incident in minutes.
const INCIDENT_MINUTES: u32 = 120;
/// The default share of runs that must meet an expectation.
const MOST_RUNS: f64 = 0.95;

/// Random traffic, and how often the alarm may or must notify.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub name: Spanned<String>,
    /// The word of the metric that counts requests. `None` for a trial of levels alone.
    pub requests: Option<Spanned<String>>,
    /// The traffic outside the incident.
    pub normal: Behaviour,
    /// Minutes from the first attempt of a failed request to each further one. A request that fails once fails every time.
    pub retries: Vec<u32>,
    pub incident: Option<Incident>,
    pub given: Given,
    pub expect: Frequencies,
}

/// Random requests, the share of them that each metric counts, their latencies, and levels that no request makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    pub traffic: Traffic,
    /// Fractions (0 to 1) by metric word.
    pub shares: BTreeMap<String, Spanned<f64>>,
    pub latencies: BTreeMap<String, Spanned<Latency>>,
    pub levels: BTreeMap<String, Spanned<Level>>,
}

/// A value that wanders around its mean, such as the use of a processor, in the unit of the metric. It is never below 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
}

/// A log-normal distribution, in the unit of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    pub median: f64,
    pub p99: f64,
}

/// A time in which requests behave differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Minutes after the start of a run.
    pub starts: u32,
    pub minutes: u32,
    pub behaviour: Behaviour,
}

/// The expected frequencies.
#[derive(Debug, Clone, PartialEq)]
pub enum Frequencies {
    /// Of weeks without an incident.
    PerWeek { most: f64 },
    /// Of runs with one incident each.
    PerRun(IncidentExpectation),
}

/// What must hold in a share of the runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidentExpectation {
    /// Minutes from the incident's start to the first notification.
    pub notified_within: Option<u32>,
    /// Notifications from the incident's start until the recovery.
    pub notified: Option<u32>,
    /// Minutes from the incident's end until the alarm is no longer in ALARM.
    pub recovers_within: Option<u32>,
    /// Fraction of the runs, 0 to 1.
    pub share_of_runs: f64,
}

/// Reads the trials of a table.
pub fn trials(table: &mut Table<'_>) -> Vec<Trial> {
    let tables = table.tables("trial");
    tables.into_iter().filter_map(trial).collect()
}

fn trial(mut table: Table<'_>) -> Option<Trial> {
    let name = table.required("name", Table::string);
    let requests = requests_or_levels(&mut table);
    let shares = shares(&mut table);
    let latencies = latencies(&mut table);
    let levels = levels(&mut table);
    let retries = retries(&mut table);
    let given = given_with_quotas(&mut table);
    let incident = table.table("incident").map(WrittenIncident::read);
    let expect = table
        .required("expect", Table::table)
        .map(WrittenExpectation::read)
        .and_then(|written| table.accept(written.complete(incident.is_some())));
    let trial = requests.and_then(|(requests, traffic)| {
        let normal = Behaviour {
            traffic,
            shares,
            latencies,
            levels,
        };
        let incident = match incident {
            Some(written) => Some(table.accept(written.complete(requests.as_ref(), &normal))??),
            None => None,
        };
        Some(Trial {
            name: name?,
            expect: expect?,
            requests,
            normal,
            retries,
            incident,
            given,
        })
    });
    table.finish();
    trial
}

/// The metric that counts requests, and its traffic; no metric and no traffic for a trial of levels alone.
fn requests_or_levels(table: &mut Table<'_>) -> Option<(Option<Spanned<String>>, Traffic)> {
    if table.contains("level") && !table.contains("traffic") {
        return Some((None, Traffic(Vec::new())));
    }
    let (word, traffic) = table
        .required("traffic", Table::item)
        .and_then(|item| requests(&item))?;
    Some((Some(word), traffic))
}

/// The metric that counts requests, and its traffic.
fn requests(item: &Item<'_>) -> Option<(Spanned<String>, Traffic)> {
    let mut entries = item.table()?.entries();
    let Some((word, written)) = entries.pop().filter(|_| entries.is_empty()) else {
        let help = "`traffic = { invocations = \"30/min\" }`; other metrics are shares of it: `share = { errors = \"3 %\" }`";
        let diagnostic = Diagnostic::new(
            Code::BadTraffic,
            "a trial needs exactly one metric of requests",
        );
        item.report(diagnostic.at(item.place()).help(help));
        return None;
    };
    Some((word, traffic(&written)?))
}

fn traffic(item: &Item<'_>) -> Option<Traffic> {
    let text = item.string()?;
    match traffic::parse(&text.value) {
        Ok(traffic) => Some(traffic),
        Err(error) => {
            item.report(in_text(&text.place, Code::BadTraffic, &error));
            None
        }
    }
}

/// `share = { errors = "3 %" }`
fn shares(table: &mut Table<'_>) -> BTreeMap<String, Spanned<f64>> {
    let written = table.string_map("share");
    let shares = written.into_iter().filter_map(|(word, text)| {
        let share = table.accept(share(&text))?;
        Some((word.value, share))
    });
    shares.collect()
}

/// `3 %` as 0.03.
fn share(text: &Spanned<String>) -> Result<Spanned<f64>, Diagnostic> {
    let percent = text.value.strip_suffix('%').map(str::trim_end);
    match percent.and_then(|percent| percent.parse::<f64>().ok()) {
        Some(percent) if (0.0..=100.0).contains(&percent) => {
            Ok(text.clone().map(|_| percent / 100.0))
        }
        _ => Err(text
            .diagnostic(
                Code::BadShare,
                format!("`{}` is not a share of the requests", text.value),
            )
            .help("a percentage from 0 to 100: `3 %`")),
    }
}

/// `latency = { duration = { median = 200, p99 = 900 } }`
fn latencies(table: &mut Table<'_>) -> BTreeMap<String, Spanned<Latency>> {
    let entries = table.table("latency").map(Table::entries);
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .filter_map(|(word, item)| Some((word.value, latency(&item)?)))
        .collect()
}

fn latency(item: &Item<'_>) -> Option<Spanned<Latency>> {
    let mut table = item.table()?;
    let place = table.place();
    let median = table.required("median", Table::number);
    let p99 = table.required("p99", Table::number);
    table.finish();
    let value = Latency {
        median: median?.value,
        p99: p99?.value,
    };
    if value.median > 0.0 && value.p99 > value.median {
        return Some(Spanned { value, place });
    }
    let message = format!(
        "`{}` must have a median above 0 and a p99 above the median",
        item.path()
    );
    item.report(Diagnostic::new(Code::BadTraffic, message).at(place));
    None
}

/// `level = { cpu = { mean = 50, sd = 10 } }`
fn levels(table: &mut Table<'_>) -> BTreeMap<String, Spanned<Level>> {
    let entries = table.table("level").map(Table::entries);
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .filter_map(|(word, item)| Some((word.value, level(&item)?)))
        .collect()
}

fn level(item: &Item<'_>) -> Option<Spanned<Level>> {
    let mut table = item.table()?;
    let place = table.place();
    let mean = table.required("mean", |table, key| table.number_in(key, 0.0..));
    let sd = table.required("sd", |table, key| table.number_in(key, 0.0..));
    table.finish();
    let value = Level {
        mean: mean?.value,
        sd: sd?.value,
    };
    Some(Spanned { value, place })
}

/// `retries = ["1m", "3m"]`: minutes after the first attempt.
fn retries(table: &mut Table<'_>) -> Vec<u32> {
    let written = table.strings("retries");
    let seconds = written
        .iter()
        .filter_map(|text| table.accept(seconds(text)));
    seconds.map(|seconds| seconds.value.div_ceil(60)).collect()
}

/// An incident as written: what it leaves out stays normal.
struct WrittenIncident {
    /// Seconds after the start of a run.
    starts: Option<Spanned<u32>>,
    lasts: Option<Spanned<u32>>,
    requests: Option<(Spanned<String>, Traffic)>,
    shares: BTreeMap<String, Spanned<f64>>,
    latencies: BTreeMap<String, Spanned<Latency>>,
    levels: BTreeMap<String, Spanned<Level>>,
}

impl WrittenIncident {
    fn read(mut table: Table<'_>) -> Self {
        let written = Self {
            starts: table.required("at", Table::seconds),
            lasts: table.seconds("lasts"),
            requests: table.item("traffic").and_then(|item| requests(&item)),
            shares: shares(&mut table),
            latencies: latencies(&mut table),
            levels: levels(&mut table),
        };
        table.finish();
        written
    }

    /// `requests` is the metric that counts the trial's requests. `Ok(None)` for an incident whose diagnostics are reported already.
    fn complete(
        self,
        requests: Option<&Spanned<String>>,
        normal: &Behaviour,
    ) -> Result<Option<Incident>, Diagnostic> {
        let mut behaviour = normal.clone();
        if let Some((word, traffic)) = self.requests {
            if requests.is_none_or(|requests| requests.value != word.value) {
                return Err(other_requests(&word, requests));
            }
            behaviour.traffic = traffic;
        }
        behaviour.shares.extend(self.shares);
        behaviour.latencies.extend(self.latencies);
        behaviour.levels.extend(self.levels);
        Ok(self.starts.map(|starts| Incident {
            starts: starts.value.div_ceil(60),
            minutes: self
                .lasts
                .map_or(INCIDENT_MINUTES, |lasts| lasts.value.div_ceil(60)),
            behaviour,
        }))
    }
}

/// The diagnostic about an incident whose requests are not the trial's.
fn other_requests(word: &Spanned<String>, requests: Option<&Spanned<String>>) -> Diagnostic {
    let message = match requests {
        Some(requests) => format!(
            "the trial's requests are `{}`, not `{}`",
            requests.value, word.value
        ),
        None => format!(
            "the trial has no `traffic`, so that no `{}` arrive",
            word.value
        ),
    };
    word.diagnostic(Code::BadTraffic, message)
}

/// What a trial expects as written.
struct WrittenExpectation {
    place: Place,
    notified_per_week: Option<f64>,
    incident: IncidentExpectation,
}

impl WrittenExpectation {
    fn read(mut table: Table<'_>) -> Self {
        let written = Self {
            place: table.place(),
            notified_per_week: table
                .string("notified_per_week")
                .and_then(|text| table.accept(at_most(&text))),
            incident: IncidentExpectation {
                notified_within: minutes(&mut table, "notified_within"),
                notified: table
                    .integer_in("notified", 0..=u32::MAX)
                    .map(|times| times.value),
                recovers_within: minutes(&mut table, "recovers_within"),
                share_of_runs: table
                    .string("in")
                    .and_then(|text| table.accept(share(&text)))
                    .map_or(MOST_RUNS, |share| share.value),
            },
        };
        table.finish();
        written
    }

    fn complete(self, has_incident: bool) -> Result<Frequencies, Diagnostic> {
        let expects_incident = !self.incident.expects_nothing();
        match (has_incident, self.notified_per_week) {
            (false, Some(most)) if !expects_incident => Ok(Frequencies::PerWeek { most }),
            (true, None) if expects_incident => Ok(Frequencies::PerRun(self.incident)),
            (false, _) => Err(self.wrong(
                "a trial without an incident expects `notified_per_week` alone",
                "`expect = { notified_per_week = \"<= 1\" }`",
            )),
            (true, _) => Err(self.wrong(
                "a trial with an incident expects one or more of `notified_within`, `notified` and `recovers_within`",
                "`expect = { notified_within = \"10m\", notified = 1, recovers_within = \"15m\", in = \"95 %\" }`",
            )),
        }
    }

    fn wrong(self, message: &str, help: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(Code::TrialExpectation, message);
        diagnostic.at(self.place).help(help)
    }
}

fn minutes(table: &mut Table<'_>, key: &'static str) -> Option<u32> {
    Some(table.seconds(key)?.value.div_ceil(60))
}

/// `<= 1` as 1.
fn at_most(text: &Spanned<String>) -> Result<f64, Diagnostic> {
    let number = text.value.strip_prefix("<=").map(str::trim_start);
    match number.and_then(|number| number.parse::<f64>().ok()) {
        Some(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err(text
            .diagnostic(
                Code::TrialExpectation,
                format!("`{}` is not a limit for notifications", text.value),
            )
            .help("`<= 1`: at most one a week on average")),
    }
}

impl IncidentExpectation {
    fn expects_nothing(&self) -> bool {
        self.notified_within.is_none() && self.notified.is_none() && self.recovers_within.is_none()
    }
}
