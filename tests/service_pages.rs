//! The pages in `docs/services/` are those of the built-in definitions: alarms, events, metrics, costs, AWS's recommendations, and the operating tables of
//! alarms on shares. `BLESS=1` writes the pages; it computes a table only if the alarm has none, or if a cell near the edge of what the alarm notifies
//! changed, because all of them take minutes. `TRACEWATCH_TABLES=all` compares or writes every cell.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use tracewatch::artifact::{Severity, State, window_text};
use tracewatch::catalog::Catalog;
use tracewatch::catalog::definition::{
    AlarmDefinition, CompositeDefinition, MetricDefinition, MetricSource, ServiceDefinition, Window,
};
use tracewatch::catalog::event::EventDefinition;
use tracewatch::catalog::recommended::{self, Recommendation};
use tracewatch::catalog::written_table;
use tracewatch::cost::{self, Prices, Usage};
use tracewatch::project::Preset;
use tracewatch::simulate::trial::table::{self, OperatingTable, SHARES, TRAFFIC};
use tracewatch::synth::sample_resource;

/// A cell near the edge of what the alarms notify: another shape has another value there.
const SAMPLE: ([f64; 1], [f64; 1]) = ([0.1], [12.0]);

/// Tables in Markdown by the full names of their alarms.
type Tables = BTreeMap<String, String>;

#[test]
fn the_pages_are_those_of_the_built_in_definitions() {
    let catalog = Catalog::load_with_tests(None, None).value;
    let is_blessed = std::env::var_os("BLESS").is_some();
    let tables = tables(&catalog, is_blessed);
    let prices = Prices::built_in();
    let pages = Pages {
        catalog: &catalog,
        tables: &tables,
        prices: &prices,
    };
    let mut wrong = Vec::new();
    let mut texts: Vec<(String, String)> = catalog
        .definitions()
        .map(|service| (format!("services/{}", service.file), pages.page(service)))
        .collect();
    texts.push(("services/README".to_owned(), pages.index()));
    texts.push(("SUMMARY".to_owned(), contents(&catalog)));
    texts.push(("presets".to_owned(), presets_page()));
    for (file, text) in texts {
        let path = support::repository(&format!("docs/{file}.md"));
        if is_blessed {
            fs::write(path, text).unwrap();
        } else if fs::read_to_string(path).unwrap_or_default() != text {
            wrong.push(file);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}: BLESS=1 writes the pages");
}

/// The alarms of the preset follow this heading; the text before it is written by hand.
const EACH_ALARM: &str = "## Each alarm\n\n";

fn presets_page() -> String {
    let page = fs::read_to_string(support::repository("docs/presets.md")).unwrap();
    let (written, _) = page.split_once(EACH_ALARM).expect("the heading");
    let catalog = Catalog::load_with_tests(None, Some(Preset::AwsRecommended)).value;
    let mut rows = String::new();
    for service in catalog.definitions() {
        let on = service.alarms.iter().filter(|alarm| alarm.enabled.is_on());
        for alarm in on {
            let name = format!("{}.{}", service.file, alarm.name);
            let (value, when, window) = (&alarm.value.value, &alarm.when, window(alarm));
            let condition = format!("`{value}` `{when}`, {window}").replace('|', "\\|");
            let reason = written_table(&alarm.place).reason;
            let severity = alarm.severity;
            writeln!(rows, "| `{name}` | {severity} | {condition} | {reason} |").unwrap();
        }
    }
    let header = "| Alarm | Severity | Condition | Where AWS leaves it open, or does not fit |\n|---|---|---|---|\n";
    format!("{written}{EACH_ALARM}{header}{rows}")
}

#[test]
fn every_page_belongs_to_a_definition_file() {
    let catalog = Catalog::load(None, None).value;
    let known: Vec<&str> = catalog
        .services()
        .iter()
        .map(|service| &*service.file)
        .collect();
    for entry in fs::read_dir(support::repository("docs/services")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(
            stem == "README" || known.contains(&&*stem),
            "{} describes nothing",
            path.display()
        );
    }
}

#[test]
fn the_site_has_every_page() {
    let contents = fs::read_to_string(support::repository("docs/SUMMARY.md")).unwrap();
    for entry in fs::read_dir(support::repository("docs")).unwrap() {
        let name = entry.unwrap().file_name();
        let name = name.to_str().unwrap();
        let page = name.strip_suffix(".md");
        let is_page = page.is_some_and(|page| page != "SUMMARY");
        assert!(
            !is_page || contents.contains(&format!("]({name})")),
            "docs/{name} is missing in the contents of the site"
        );
    }
}

/// The operating tables: as written where the sample is right, or computed.
fn tables(catalog: &Catalog, is_blessed: bool) -> Tables {
    let all = std::env::var("TRACEWATCH_TABLES").is_ok_and(|which| which == "all");
    let (shares, traffic) = SAMPLE;
    let mut tables = Tables::new();
    for alarm in table::alarms(catalog) {
        let written = written(&alarm);
        let found = OperatingTable::new(catalog, &alarm, &shares, &traffic);
        let found = found.unwrap().unwrap().rows[0].cells[0].to_string();
        let is_right = sample(&written) == Some(&*found);
        assert!(is_right || is_blessed, "{alarm}: BLESS=1 writes the tables");
        let table = if all || !is_right {
            let computed = OperatingTable::new(catalog, &alarm, &SHARES, &TRAFFIC);
            computed.unwrap().unwrap().markdown()
        } else {
            written
        };
        tables.insert(alarm, table);
    }
    tables
}

fn services_page(file: &str) -> PathBuf {
    support::repository(&format!("docs/services/{file}.md"))
}

/// The table of an alarm in its page.
fn written(alarm: &str) -> String {
    let (file, name) = alarm.split_once('.').unwrap();
    let page = fs::read_to_string(services_page(file)).unwrap_or_default();
    let section = page.split(&format!("## `{name}`\n")).nth(1);
    let section = section.and_then(|rest| rest.split("\n## ").next());
    let rows = section.unwrap_or_default().lines();
    let rows = rows.filter(|line| line.starts_with('|'));
    rows.fold(String::new(), |table, row| table + row + "\n")
}

/// The cell of the sample in a table.
fn sample(table: &str) -> Option<&str> {
    let row = table.lines().find(|line| line.starts_with("| 10 % "))?;
    row.split('|').nth(4).map(str::trim)
}

/// The contents of the site (mdBook's `SUMMARY.md`).
fn contents(catalog: &Catalog) -> String {
    let pages = catalog.definitions().map(|service| {
        let ServiceDefinition { file, title, .. } = service;
        format!("  - [{file}: {title}](services/{file}.md)\n")
    });
    let services: String = pages.collect();
    CONTENTS.replace("SERVICES\n", &services)
}

const CONTENTS: &str = "# tracewatch

[Introduction](README.md)

# Alarms

- [Services](services/README.md)
SERVICES
- [The shapes of alarms](alarms.md)
- [Presets](presets.md)
- [Coverage](coverage.md)
- [Objectives](objectives.md)

# Projects

- [The project file](project-file.md)
- [Notifications](notifications.md)
- [Muting](muting.md)
- [Sampling](sampling.md)
- [Plans in pull requests](pull-requests.md)
- [Permissions](permissions.md)
- [Shell and editor](shell-and-editor.md)

# Authors

- [Definitions](definitions.md)
- [Dashboards](dashboards.md)
- [Testing alarms](testing-alarms.md)
- [Trials](trials.md)

# Reference

- [Diagnostics](diagnostics.md)
- [Plans and results as JSON](json.md)
- [The inventory as JSON](inventory.md)
";

struct Pages<'p> {
    catalog: &'p Catalog,
    tables: &'p Tables,
    prices: &'p Prices,
}

impl Pages<'_> {
    /// The list of all pages.
    fn index(&self) -> String {
        let mut text = INDEX.to_owned();
        for service in self.catalog.definitions() {
            let ServiceDefinition {
                file, title, kind, ..
            } = service;
            let on = service
                .named()
                .filter(|named| named.enabled.is_on())
                .count();
            let off = service.named().count() - on;
            let cost = usd(self.cost_of_all(service));
            writeln!(
                text,
                "| [{title}]({file}.md) | `{kind}` | {on} | {off} | {cost} |"
            )
            .unwrap();
        }
        text
    }

    /// The page of a definition file.
    fn page(&self, service: &ServiceDefinition) -> String {
        let ServiceDefinition {
            file, title, kind, ..
        } = service;
        let mut text = format!(
            "# {title}\n\n`{kind}`: [alarms/{file}.toml](../../alarms/{file}.toml), [dashboards/{file}.hbs](../../dashboards/{file}.hbs). [The shapes of alarms](../alarms.md).\n"
        );
        if let Some(applies) = &service.applies {
            writeln!(text, "\nOnly where `{}`.", on_one_line(&applies.text)).unwrap();
        }
        text += &self.summary(service);
        text += &recommendations(recommended::of_file(file));
        text += &metrics(service);
        for alarm in &service.alarms {
            let facts = alarm_facts(alarm);
            text += &section(&alarm.name, &facts, &written_table(&alarm.place).reason);
            if let Some(table) = self.tables.get(&format!("{file}.{}", alarm.name)) {
                write!(text, "\n{CELLS}\n\n{table}").unwrap();
            }
        }
        for composite in &service.composites {
            let reason = written_table(&composite.place).reason;
            text += &section(&composite.name, &composite_facts(composite), &reason);
        }
        for event in &service.events {
            let reason = written_table(&event.place).reason;
            text += &section(&event.name, &event_facts(event), &reason);
        }
        text
    }

    /// The table of alarms and events.
    fn summary(&self, service: &ServiceDefinition) -> String {
        let mut text =
            "\n| Alarm | Severity | Fires when | USD a month |\n|---|---|---|---|\n".to_owned();
        for alarm in &service.alarms {
            let fires = format!(
                "`{}` `{}`, {}",
                alarm.value.value,
                alarm.when,
                window(alarm)
            );
            let cost = usd(self.cost(service, alarm));
            let row = summary_row(
                &alarm.name,
                alarm.severity,
                alarm.enabled.is_on(),
                &fires,
                &cost,
            );
            text += &row;
        }
        for composite in &service.composites {
            let fires = format!("`{}`", composite.rule.value);
            let (name, severity) = (&composite.name, composite.severity);
            let cost = usd(self.prices.composite_alarm.usd);
            text += &summary_row(name, severity, composite.enabled.is_on(), &fires, &cost);
        }
        for event in &service.events {
            let (name, severity) = (&event.name, event.severity);
            text += &summary_row(name, severity, event.enabled.is_on(), "an event comes", "0");
        }
        let cost = usd(self.cost_of_all(service));
        writeln!(
            text,
            "\nA resource costs at most {cost} USD a month with all that is on; conditions (`if`) usually leave fewer."
        )
        .unwrap();
        text
    }

    /// USD a month for the alarms of one resource that are on, as if all applied.
    fn cost_of_all(&self, service: &ServiceDefinition) -> f64 {
        let alarms = service.alarms.iter().filter(|alarm| alarm.enabled.is_on());
        let alarms: f64 = alarms.map(|alarm| self.cost(service, alarm)).sum();
        let composites = service.composites.iter();
        let composites = composites.filter(|composite| composite.enabled.is_on());
        let composites = composites.map(|_| self.prices.composite_alarm.usd);
        alarms + composites.sum::<f64>()
    }

    /// USD a month for one alarm, made for the resource of its first test or trial that it applies to.
    fn cost(&self, service: &ServiceDefinition, alarm: &AlarmDefinition) -> f64 {
        let tests = alarm.tests.iter().map(|test| &test.given);
        let trials = alarm.trials.iter().map(|trial| &trial.given);
        for given in tests.chain(trials) {
            let made = sample_resource::alarms(self.catalog, service, alarm, given).unwrap();
            if let Some(made) = made.into_iter().next() {
                let mut state = State::default();
                state.insert(made.alarm.into());
                let estimate = cost::estimate([&state], &Usage::default(), self.prices);
                return estimate.total_before_free_tier_usd;
            }
        }
        panic!("{}.{}: no test has the alarm", service.file, alarm.name)
    }
}

const INDEX: &str = "# Services

What tracewatch watches by default, a page for each definition file. `tracewatch catalog` lists the same, with the definitions of a project. Costs are those of one resource
with everything that is on, before the free tier; conditions usually leave fewer alarms.

| Page | Type | On | Off | USD a month, at most |
|---|---|---|---|---|
";

const CELLS: &str = "Minutes until the first notification (the median; `–` if most incidents of six hours have none), and notifications a week while the share
stays the same. Columns are requests a minute.";

fn summary_row(name: &str, severity: Severity, enabled: bool, fires: &str, cost: &str) -> String {
    let off = if enabled { "" } else { " (off)" };
    let fires = fires.replace('|', "\\|");
    format!("| [`{name}`](#{name}){off} | {severity} | {fires} | {cost} |\n")
}

fn section(name: &str, facts: &[String], reason: &str) -> String {
    let mut text = format!("\n## `{name}`\n\n");
    for fact in facts {
        writeln!(text, "- {fact}").unwrap();
    }
    if !reason.is_empty() {
        write!(text, "\n{reason}\n").unwrap();
    }
    text
}

fn alarm_facts(alarm: &AlarmDefinition) -> Vec<String> {
    let mut facts = vec![
        summary(alarm.severity, alarm.summary.source()),
        format!(
            "`{}` `{}`, {}",
            alarm.value.value,
            alarm.when,
            window(alarm)
        ),
    ];
    facts.extend(alarm.tolerate.as_ref().map(|tolerance| {
        let (count, metric) = (tolerance.count, &tolerance.metric.value);
        format!("{count} `{metric}` of a period do not count")
    }));
    facts.extend(alarm.floor.as_ref().map(|floor| {
        let (min, metric) = (floor.min, &floor.metric.value);
        format!("{min} `{metric}` are needed in a period")
    }));
    let conditions = [("for each of", &alarm.each), ("if", &alarm.applies)];
    facts.extend(conditions.into_iter().filter_map(|(word, condition)| {
        let condition = on_one_line(&condition.as_ref()?.text);
        Some(format!("{word} `{condition}`"))
    }));
    facts.extend(off(alarm.enabled.is_on()));
    let fix = alarm.fix.as_ref();
    facts.extend(fix.map(|fix| format!("*{}*", prose(fix.source()))));
    facts
}

fn composite_facts(composite: &CompositeDefinition) -> Vec<String> {
    let mut facts = vec![
        summary(composite.severity, composite.summary.source()),
        format!("`{}`", composite.rule.value),
    ];
    facts.extend(off(composite.enabled.is_on()));
    facts
}

fn event_facts(event: &EventDefinition) -> Vec<String> {
    let mut facts = vec![
        summary(event.severity, event.summary.source()),
        format!("`{}`", event.pattern.written),
    ];
    let applies = event.applies.as_ref();
    facts.extend(applies.map(|applies| format!("if `{}`", on_one_line(&applies.text))));
    facts.extend(off(event.enabled.is_on()));
    let fix = event.fix.as_ref();
    facts.extend(fix.map(|fix| format!("*{}*", prose(fix.source()))));
    facts
}

fn summary(severity: Severity, text: &str) -> String {
    format!("**{severity}**: {}", prose(text))
}

fn off(enabled: bool) -> Option<String> {
    (!enabled).then(|| "off unless a project switches it on".to_owned())
}

fn window(alarm: &AlarmDefinition) -> String {
    match &alarm.window {
        Window::Fixed(periods) => window_text(periods.datapoints, periods.period),
        Window::Computed(window) => format!("for all of `{}` seconds", window.text),
    }
}

/// The metrics of a file by their words.
fn metrics(service: &ServiceDefinition) -> String {
    let mut text =
        "\n## Metrics\n\n| Word | Metric | Statistic | Dimensions |\n|---|---|---|---|\n"
            .to_owned();
    for (word, metric) in &service.metrics {
        text += &metric_row(word, metric);
    }
    text
}

fn metric_row(word: &str, metric: &MetricDefinition) -> String {
    let (name, dimensions) = match &metric.source {
        MetricSource::Published {
            namespace,
            name,
            dimensions,
        } => (format!("`{namespace} {name}`"), dimensions.as_slice()),
        MetricSource::Group(group) => (format!("traces of `{}`", group.value), [].as_slice()),
        MetricSource::Log(log) => (format!("log metric `{}`", log.value), [].as_slice()),
    };
    let dimensions: Vec<&str> = dimensions.iter().map(|(name, _)| &**name).collect();
    let stat = &metric.stat;
    format!(
        "| `{word}` | {name} | {stat} | {} |\n",
        dimensions.join(", ")
    )
}

/// What AWS recommends for the type, and what the file does about it.
fn recommendations(rows: &[Recommendation]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "\n## AWS's recommendations\n\n| Metric | Alarm |\n|---|---|\n".to_owned();
    for row in rows {
        let alarms: Vec<String> = row
            .alarms
            .iter()
            .map(|name| format!("[`{name}`](#{name})"))
            .collect();
        let mut answer = alarms.join(", ");
        if let Some(reason) = &row.because {
            let separator = if answer.is_empty() { "" } else { "; " };
            write!(answer, "{separator}{reason}").unwrap();
        }
        if answer.is_empty() {
            answer.push_str("none");
        }
        writeln!(text, "| `{}` | {answer} |", row.metric).unwrap();
    }
    text
}

/// Placeholders as code; no HTML.
fn prose(text: &str) -> String {
    let text = on_one_line(text);
    let text = text.replace("{{", "`{{").replace("}}", "}}`");
    text.replace('<', "&lt;")
}

fn on_one_line(expression: &str) -> String {
    let words: Vec<&str> = expression.split_whitespace().collect();
    words.join(" ")
}

fn usd(amount: f64) -> String {
    format!("{amount:.2}")
}
