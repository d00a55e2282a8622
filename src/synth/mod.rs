//! Inventory × Catalog × Project → the desired State of each target. Pure: it reads no account, no
//! clock, no environment.

mod alarm_bound;
mod alarms;
mod assigned_objectives;
mod awaited;
mod burn_rate_math;
mod chats;
mod console;
mod coverage;
mod dashboards;
mod definition_events;
mod dimension_values;
mod event_rules;
mod fleet_query;
mod fleets;
mod group_rules;
mod grouping;
mod inputs;
mod layout;
mod links;
mod log_class;
mod log_metrics;
mod maintenance;
pub mod naming;
mod not_watched;
mod number;
mod objective_alarms;
mod objectives;
mod overrides;
mod parallel;
mod project_composites;
mod region_limits;
mod resource;
pub mod sample_resource;
mod scopes;
mod service_level_objectives;
mod settings;
mod schedule_rate;
mod subject;
mod synthesizer;
mod topics;
mod traces;
mod unpublished_metrics;
mod unmatched_overrides;
mod used_properties;
mod view;
mod watching;

pub use alarm_bound::too_many_alarms;
pub use burn_rate_math::{MINUTE_VALUE, bad_minute};
pub use coverage::{Coverage, CoveredResource, Status, coverage};
pub use inputs::{
    BurnAlarm, ConsoleLink, Inputs, ObjectiveSeries, PlannedObjective, Synthesis, TraceEntry,
};
pub use overrides::{OverrideLevel, SwitchedOff};
pub use scopes::{
    account_scope, alarm_scopes, has_own_log_metrics, metric_filter_scope, objective_scope,
    retention_log_groups, scopes, uses_application_signals,
};
pub use synthesizer::synthesise;
pub use used_properties::retain_used_properties;
pub use watching::{Explanation, Outcome, Setting, Watching, explanations, watching};
