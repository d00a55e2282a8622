//! The artifacts that tracewatch owns in an account, in one canonical form, so that two states are
//! compared with `==`.

mod alarm;
mod chat;
mod id;
mod metric_filter;
mod mute_rule;
mod muting;
mod notification;
mod origin;
mod service_level_objective;
mod severity;
mod state;
mod subscription;
mod subscription_record;
mod tracing;
mod variant;

pub use alarm::{
    Actions, Alarm, AlarmQuery, AlarmScope, CompositeAlarm, Condition, Dimensions, Metric, Missing,
    Suppressor, period_text, window_text,
};
pub use chat::{ChatChannel, ChatConfiguration, ChatWorkspace};
pub use id::{ArtifactId, Kind};
pub use metric_filter::MetricFilter;
pub use mute_rule::{MuteRule, MuteStatus};
pub use muting::Muting;
pub use notification::{Delivery, EventRule, InputTransformer, STATEMENT_SIDS, Topic};
pub use origin::{DefinitionKey, Origin};
pub use service_level_objective::{ServiceLevelObjective, Sli, SliSeries};
pub use severity::Severity;
pub use state::{OWNER_TAG, Scope, State, Tags};
pub use subscription::Subscription;
pub use subscription_record::SubscriptionRecord;
pub use tracing::{SamplingRule, TraceGroup};
pub use variant::{Artifact, Dashboard, LogRetention};
