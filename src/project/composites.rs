//! `[[composite]]`: composite alarms over alarms of any resources.

use super::model::{ProjectComposite, SuppressedBy};
use super::names::UniqueNames;
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic};
use crate::spanned::{Spanned, Table};

/// Seconds; AWS suggests a minute for both (CloudWatch user guide, "Alarm suppression").
const WAIT: u32 = 60;

pub(super) fn composites(file: &mut Table<'_>) -> Vec<ProjectComposite> {
    let mut names = UniqueNames::of("a composite alarm");
    let tables = file.tables("composite").into_iter();
    tables
        .filter_map(|table| composite(table, &mut names))
        .collect()
}

/// Names of the composite alarms that notify for groups.
const GROUPS: [&str; 5] = [
    "critical",
    "critical-requests",
    "critical-work",
    "warning",
    "info",
];

fn composite(mut table: Table<'_>, names: &mut UniqueNames) -> Option<ProjectComposite> {
    let name = names.read(&mut table);
    if let Some(group) = name.as_ref().filter(|name| GROUPS.contains(&&*name.value)) {
        let message = format!("`{}` is the name of a group of alarms", group.value);
        table.report(
            group
                .diagnostic(Code::BadName, message)
                .help("give the composite alarm another name"),
        );
    }
    let severity = table.required("severity", |table, key| table.choice(key, &Severity::WORDS));
    let summary = table.required("summary", Table::string);
    let fix = table.string("fix").map(|fix| fix.value);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let rule = table.required("rule", Table::string);
    let suppressed_by = suppressed_by(&mut table);
    let enabled = table.boolean("enabled").is_none_or(|enabled| enabled.value);
    table.finish();
    Some(ProjectComposite {
        name: name?,
        severity: severity?.value,
        summary: summary?.value,
        fix,
        runbook,
        rule: rule?,
        suppressed_by,
        enabled,
    })
}

fn suppressed_by(table: &mut Table<'_>) -> Option<SuppressedBy> {
    let alarm = table.string("suppressed_by");
    let wait = table.seconds("wait");
    let extension = table.seconds("extension");
    let Some(alarm) = alarm else {
        let periods = [("wait", &wait), ("extension", &extension)];
        for (key, seconds) in periods
            .into_iter()
            .filter_map(|(key, of)| Some((key, of.as_ref()?)))
        {
            table.report(without_suppressor(key, seconds));
        }
        return None;
    };
    Some(SuppressedBy {
        alarm,
        wait: wait.map_or(WAIT, |wait| wait.value),
        extension: extension.map_or(WAIT, |extension| extension.value),
    })
}

fn without_suppressor(key: &str, seconds: &Spanned<u32>) -> Diagnostic {
    let message = format!("`{key}` has no effect without `suppressed_by`");
    seconds
        .diagnostic(Code::MissingKey, message)
        .help("`suppressed_by = \"OrdersApiStage.fault-rate\"`")
}
