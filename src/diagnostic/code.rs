//! The registry of diagnostic codes. `pages/` explains each of them.

use std::fmt;

use serde::{Serialize, Serializer};

use super::level::Level;
use super::stage::Stage;

/// Whether a project may allow a code: only codes whose diagnostics leave the command's result
/// correct are allowable.
enum Allowance {
    Allowable,
    Mandatory,
}

/// Declares [`Code`]: the name, stage, level and allowance of each variant. The page is
/// `pages/<name>.md`.
macro_rules! codes {
    ($($variant:ident = $name:literal, $stage:ident, $level:ident, $allowance:ident;)*) => {
        /// The kind of a diagnostic. `docs/diagnostics.md` explains every code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($variant,)*
        }

        impl Code {
            /// All codes, sorted by name.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The kebab-case name that users see.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// The stage that finds diagnostics of this code.
            pub fn stage(self) -> Stage {
                match self {
                    $(Code::$variant => Stage::$stage,)*
                }
            }

            /// The default level of a diagnostic of this code.
            pub fn level(self) -> Level {
                match self {
                    $(Code::$variant => Level::$level,)*
                }
            }

            /// Whether `[diagnostics] allow` may name this code.
            pub fn can_allow(self) -> bool {
                let allowance = match self {
                    $(Code::$variant => Allowance::$allowance,)*
                };
                matches!(allowance, Allowance::Allowable)
            }

            /// The page's file: the title as a heading, then the text.
            fn file(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(concat!("pages/", $name, ".md")),)*
                }
            }
        }
    };
}

codes! {
    AccountWatchedByAnother = "account-watched-by-another", Plans, Warning, Allowable;
    AdoptMatchesNothing = "adopt-matches-nothing", Plans, Warning, Allowable;
    AlarmLoosened = "alarm-loosened", Plans, Info, Allowable;
    AlarmSilenced = "alarm-silenced", Plans, Warning, Allowable;
    AlarmsMuted = "alarms-muted", Plans, Info, Allowable;
    AnomalyModelLeft = "anomaly-model-left", Plans, Info, Allowable;
    AssemblyElsewhere = "assembly-elsewhere", Templates, Error, Mandatory;
    AssemblyMalformed = "assembly-malformed", Templates, Error, Mandatory;
    AssemblyStackTwice = "assembly-stack-twice", Templates, Error, Mandatory;
    AssemblyUnreadable = "assembly-unreadable", Templates, Error, Mandatory;
    AssemblyWithoutStacks = "assembly-without-stacks", Templates, Error, Mandatory;
    BadAddress = "bad-address", EveryFile, Error, Mandatory;
    BadBurnRate = "bad-burn-rate", EveryFile, Error, Mandatory;
    BadDatapoints = "bad-datapoints", EveryFile, Error, Mandatory;
    BadDuration = "bad-duration", EveryFile, Error, Mandatory;
    BadEventPattern = "bad-event-pattern", Definitions, Error, Mandatory;
    BadEventText = "bad-event-text", Definitions, Error, Mandatory;
    BadExpression = "bad-expression", Definitions, Error, Mandatory;
    BadFilter = "bad-filter", Definitions, Error, Mandatory;
    BadLogPattern = "bad-log-pattern", Definitions, Error, Mandatory;
    BadMaintenanceSchedule = "bad-maintenance-schedule", ProjectFile, Error, Mandatory;
    BadMetricName = "bad-metric-name", Definitions, Error, Mandatory;
    BadMetricWord = "bad-metric-word", Definitions, Error, Mandatory;
    BadName = "bad-name", ProjectFile, Error, Mandatory;
    BadObjective = "bad-objective", EveryFile, Error, Mandatory;
    BadPeriod = "bad-period", ProjectFile, Error, Mandatory;
    BadReceiver = "bad-receiver", ProjectFile, Error, Mandatory;
    BadRegion = "bad-region", Definitions, Error, Mandatory;
    BadRetention = "bad-retention", ProjectFile, Error, Mandatory;
    BadRule = "bad-rule", Definitions, Error, Mandatory;
    BadSamplingMethod = "bad-sampling-method", ProjectFile, Error, Mandatory;
    BadSamplingPath = "bad-sampling-path", ProjectFile, Error, Mandatory;
    BadSchedule = "bad-schedule", Synth, Warning, Allowable;
    BadSeries = "bad-series", Tests, Error, Mandatory;
    BadServiceLevelObjective = "bad-service-level-objective", EveryFile, Error, Mandatory;
    BadShare = "bad-share", Tests, Error, Mandatory;
    BadStackName = "bad-stack-name", ProjectFile, Error, Mandatory;
    BadStatistic = "bad-statistic", Definitions, Error, Mandatory;
    BadTag = "bad-tag", ProjectFile, Error, Mandatory;
    BadTimeZone = "bad-time-zone", ProjectFile, Error, Mandatory;
    BadTraffic = "bad-traffic", Tests, Error, Mandatory;
    BadVariable = "bad-variable", ProjectFile, Error, Mandatory;
    BadWhen = "bad-when", Definitions, Error, Mandatory;
    BoardNotJson = "board-not-json", Boards, Error, Mandatory;
    BoardRender = "board-render", Boards, Error, Mandatory;
    BoardSyntax = "board-syntax", Boards, Error, Mandatory;
    BoardWithoutDefinitions = "board-without-definitions", Boards, Warning, Allowable;
    BuiltInReplaced = "built-in-replaced", Synth, Info, Allowable;
    CannotBeAllowed = "cannot-be-allowed", ProjectFile, Error, Mandatory;
    CelSyntax = "cel-syntax", Definitions, Error, Mandatory;
    CelValue = "cel-value", Definitions, Error, Mandatory;
    ChatChannelTaken = "chat-channel-taken", Plans, Error, Mandatory;
    ChatNotAuthorised = "chat-not-authorised", Plans, Error, Mandatory;
    CompositeLeftOut = "composite-left-out", Definitions, Info, Allowable;
    ConditionUnknown = "condition-unknown", Synth, Warning, Allowable;
    ConflictingKeys = "conflicting-keys", EveryFile, Error, Mandatory;
    CostOverLimit = "cost-over-limit", Plans, Error, Mandatory;
    CriticalAlarmLoosened = "critical-alarm-loosened", Plans, Warning, Allowable;
    CriticalAlarmRemoved = "critical-alarm-removed", Plans, Warning, Allowable;
    DashboardInvalid = "dashboard-invalid", Boards, Error, Mandatory;
    DashboardSectionCut = "dashboard-section-cut", Boards, Info, Allowable;
    DeadMetric = "dead-metric", Definitions, Error, Allowable;
    DefinitionMatchesNothing = "definition-matches-nothing", Definitions, Warning, Allowable;
    DiagnosticsLeftOut = "diagnostics-left-out", Other, Info, Allowable;
    DimensionIsArn = "dimension-is-arn", Synth, Warning, Allowable;
    DimensionIsLogicalId = "dimension-is-logical-id", Synth, Warning, Allowable;
    DimensionValue = "dimension-value", Synth, Warning, Allowable;
    DoubtfulExpression = "doubtful-expression", Definitions, Warning, Allowable;
    DoubtfulFilter = "doubtful-filter", Definitions, Warning, Allowable;
    DoubtfulLogPattern = "doubtful-log-pattern", Definitions, Warning, Allowable;
    DoubtfulRule = "doubtful-rule", Definitions, Warning, Allowable;
    DoubtfulSchedule = "doubtful-schedule", ProjectFile, Warning, Allowable;
    DoubtfulStatistic = "doubtful-statistic", Definitions, Warning, Allowable;
    DuplicateAlarm = "duplicate-alarm", Definitions, Error, Mandatory;
    DuplicateArtifact = "duplicate-artifact", Definitions, Error, Mandatory;
    DuplicateName = "duplicate-name", ProjectFile, Error, Mandatory;
    EmptyDimension = "empty-dimension", Definitions, Warning, Allowable;
    EmptyFilter = "empty-filter", ProjectFile, Error, Mandatory;
    EventLeftOut = "event-left-out", Definitions, Warning, Allowable;
    Failed = "failed", Other, Error, Mandatory;
    FileInUtf16 = "file-in-utf-16", EveryFile, Info, Allowable;
    FileOutsideProject = "file-outside-project", EveryFile, Info, Allowable;
    FileUnreadable = "file-unreadable", EveryFile, Error, Mandatory;
    FleetCost = "fleet-cost", Synth, Info, Allowable;
    FleetImpossible = "fleet-impossible", Definitions, Error, Mandatory;
    FleetLeftOut = "fleet-left-out", Synth, Warning, Allowable;
    FleetWithoutTags = "fleet-without-tags", Plans, Warning, Allowable;
    FloorWithBand = "floor-with-band", Definitions, Error, Mandatory;
    ForeignLogGroup = "foreign-log-group", Definitions, Warning, Allowable;
    GroupBudget = "group-budget", ProjectFile, Error, Mandatory;
    GroupOutsideTraces = "group-outside-traces", Definitions, Error, Mandatory;
    KnownAfterDeployment = "known-after-deployment", Plans, Info, Allowable;
    LinkOutsideProject = "link-outside-project", EveryFile, Warning, Allowable;
    LogGroupMissing = "log-group-missing", Plans, Info, Allowable;
    LogMetricLeftOut = "log-metric-left-out", Definitions, Warning, Allowable;
    MaintenanceMutesMore = "maintenance-mutes-more", Synth, Warning, Allowable;
    MaintenanceMutesNothing = "maintenance-mutes-nothing", Synth, Warning, Allowable;
    MaintenanceOver = "maintenance-over", Synth, Warning, Allowable;
    MaintenanceOverlap = "maintenance-overlap", Synth, Warning, Allowable;
    MaintenanceWithoutEnd = "maintenance-without-end", Synth, Info, Allowable;
    ManyDeletions = "many-deletions", Plans, Error, Mandatory;
    ManyDeletionsAllowed = "many-deletions-allowed", Plans, Warning, Allowable;
    MetricNotPublishedHere = "metric-not-published-here", Synth, Warning, Allowable;
    MissingKey = "missing-key", EveryFile, Error, Mandatory;
    NameUnknown = "name-unknown", Synth, Error, Mandatory;
    NestedStack = "nested-stack", Templates, Warning, Allowable;
    NestedStackCycle = "nested-stack-cycle", Templates, Error, Mandatory;
    NestedStackTooDeep = "nested-stack-too-deep", Templates, Error, Mandatory;
    NoFloor = "no-floor", Overrides, Error, Mandatory;
    NoServiceQuota = "no-service-quota", Definitions, Error, Mandatory;
    NoTraces = "no-traces", Synth, Warning, Allowable;
    NobodyIsTold = "nobody-is-told", Synth, Warning, Allowable;
    NotWatched = "not-watched", Synth, Info, Allowable;
    NothingTagged = "nothing-tagged", Templates, Error, Mandatory;
    NothingToWatch = "nothing-to-watch", Synth, Warning, Allowable;
    ObjectiveNotMeasured = "objective-not-measured", Synth, Error, Mandatory;
    OlderFilterForm = "older-filter-form", Definitions, Info, Allowable;
    OpensloIgnored = "openslo-ignored", ProjectFile, Info, Allowable;
    OpensloUnsupported = "openslo-unsupported", ProjectFile, Error, Mandatory;
    OtherSubscriptions = "other-subscriptions", Plans, Info, Allowable;
    OtherTags = "other-tags", Plans, Info, Allowable;
    OutOfRange = "out-of-range", EveryFile, Error, Mandatory;
    OverlayResource = "overlay-resource", Definitions, Error, Mandatory;
    OverrideWithoutEffect = "override-without-effect", Overrides, Warning, Allowable;
    ParameterUnknown = "parameter-unknown", Templates, Error, Allowable;
    ParameterValue = "parameter-value", Templates, Error, Mandatory;
    ParameterWithoutValue = "parameter-without-value", Templates, Info, Allowable;
    PathShares = "path-shares", ProjectFile, Error, Mandatory;
    PropertyNotRead = "property-not-read", Synth, Info, Allowable;
    PropertyUnknown = "property-unknown", Synth, Error, Mandatory;
    RegionsDiffer = "regions-differ", Definitions, Error, Mandatory;
    ResourceWithoutAlarms = "resource-without-alarms", Synth, Info, Allowable;
    RetentionShortened = "retention-shortened", Plans, Warning, Allowable;
    SamInvalid = "sam-invalid", Templates, Error, Mandatory;
    SamInvalidGlobal = "sam-invalid-global", Templates, Error, Mandatory;
    SamNotNamed = "sam-not-named", Templates, Warning, Allowable;
    SamUnknownEvent = "sam-unknown-event", Templates, Error, Mandatory;
    SamUnknownType = "sam-unknown-type", Templates, Error, Mandatory;
    SamplingInert = "sampling-inert", Synth, Warning, Allowable;
    SamplingPriority = "sampling-priority", ProjectFile, Error, Mandatory;
    Sandbox = "sandbox", Synth, Info, Allowable;
    SandboxFile = "sandbox-file", Other, Error, Mandatory;
    SandboxInUse = "sandbox-in-use", Other, Error, Mandatory;
    SavedPlanOutdated = "saved-plan-outdated", Plans, Error, Mandatory;
    SavedPlanUnreadable = "saved-plan-unreadable", Plans, Error, Mandatory;
    SavedPlanUnwritable = "saved-plan-unwritable", Plans, Error, Mandatory;
    SparseMetric = "sparse-metric", Definitions, Warning, Allowable;
    StackElsewhere = "stack-elsewhere", Templates, Info, Allowable;
    StackEmpty = "stack-empty", Templates, Error, Mandatory;
    StackInProgress = "stack-in-progress", Templates, Warning, Allowable;
    StackNotDeployed = "stack-not-deployed", Templates, Info, Allowable;
    StackNotFound = "stack-not-found", Templates, Error, Mandatory;
    StackNotInRegion = "stack-not-in-region", Templates, Info, Allowable;
    StackTwice = "stack-twice", ProjectFile, Error, Mandatory;
    SubscriptionPending = "subscription-pending", Plans, Warning, Allowable;
    TaggedNotWatched = "tagged-not-watched", Templates, Info, Allowable;
    TemplateCycle = "template-cycle", Templates, Error, Mandatory;
    TemplateDuplicateKey = "template-duplicate-key", Templates, Error, Mandatory;
    TemplateLogicalId = "template-logical-id", Templates, Error, Mandatory;
    TemplateLoop = "template-loop", Templates, Error, Mandatory;
    TemplateMacro = "template-macro", Templates, Warning, Allowable;
    TemplateNotAMap = "template-not-a-map", Templates, Error, Mandatory;
    TemplateNotExpanded = "template-not-expanded", Templates, Warning, Allowable;
    TemplateNotJson = "template-not-json", Templates, Error, Mandatory;
    TemplateNotYaml = "template-not-yaml", Templates, Error, Mandatory;
    TemplateResourceForm = "template-resource-form", Templates, Error, Mandatory;
    TemplateResourceWithoutType = "template-resource-without-type", Templates, Warning, Allowable;
    TemplateSectionForm = "template-section-form", Templates, Error, Mandatory;
    TemplateTooDeep = "template-too-deep", Templates, Error, Mandatory;
    TemplateTooLarge = "template-too-large", Templates, Error, Mandatory;
    TemplateUnknownCondition = "template-unknown-condition", Templates, Error, Mandatory;
    TemplateUnknownFunction = "template-unknown-function", Templates, Error, Mandatory;
    TemplateUnknownMappingKey = "template-unknown-mapping-key", Templates, Error, Mandatory;
    TemplateUnknownReference = "template-unknown-reference", Templates, Warning, Allowable;
    TemplateUnknownSection = "template-unknown-section", Templates, Error, Mandatory;
    TemplateUnreadable = "template-unreadable", Templates, Error, Mandatory;
    TemplateWithoutResources = "template-without-resources", Templates, Error, Mandatory;
    TerraformElsewhere = "terraform-elsewhere", Terraform, Error, Allowable;
    TerraformForeign = "terraform-foreign", Terraform, Error, Mandatory;
    TerraformForm = "terraform-form", Terraform, Error, Mandatory;
    TerraformNotJson = "terraform-not-json", Terraform, Error, Mandatory;
    TerraformPartialPlan = "terraform-partial-plan", Terraform, Warning, Allowable;
    TerraformPlanFailed = "terraform-plan-failed", Terraform, Error, Mandatory;
    TerraformTooDeep = "terraform-too-deep", Terraform, Error, Mandatory;
    TerraformTooLarge = "terraform-too-large", Terraform, Error, Mandatory;
    TerraformVersion = "terraform-version", Terraform, Error, Mandatory;
    TestCannotRun = "test-cannot-run", Tests, Error, Mandatory;
    TestContradiction = "test-contradiction", Tests, Error, Mandatory;
    TestTime = "test-time", Tests, Error, Mandatory;
    TestUnknownMetric = "test-unknown-metric", Tests, Error, Mandatory;
    TextRender = "text-render", Definitions, Error, Mandatory;
    TextSyntax = "text-syntax", Definitions, Error, Mandatory;
    ThresholdAlwaysBreached = "threshold-always-breached", Definitions, Warning, Allowable;
    ThresholdNeverReached = "threshold-never-reached", Definitions, Error, Allowable;
    ThresholdUnit = "threshold-unit", Definitions, Warning, Allowable;
    TomlSyntax = "toml-syntax", EveryFile, Error, Mandatory;
    TooManyAlarms = "too-many-alarms", Synth, Error, Mandatory;
    TooManyMetricFilters = "too-many-metric-filters", Synth, Error, Mandatory;
    TooManySamplingRules = "too-many-sampling-rules", Synth, Error, Mandatory;
    TooManyTraceGroups = "too-many-trace-groups", Plans, Error, Mandatory;
    TopicEncrypted = "topic-encrypted", Plans, Warning, Allowable;
    TopicInAnotherRegion = "topic-in-another-region", Synth, Warning, Allowable;
    TopicNotInRegion = "topic-not-in-region", Synth, Error, Mandatory;
    TraceGroupFilterEdited = "trace-group-filter-edited", Plans, Info, Allowable;
    TraceGroupReplaced = "trace-group-replaced", Plans, Warning, Allowable;
    TraceGroupsInTwoRuns = "trace-groups-in-two-runs", Plans, Warning, Allowable;
    TraceGroupsLeftOut = "trace-groups-left-out", Synth, Warning, Allowable;
    TraceNameNotFilterable = "trace-name-not-filterable", Synth, Warning, Allowable;
    TrafficNotWatched = "traffic-not-watched", Overrides, Warning, Allowable;
    TrialCannotRun = "trial-cannot-run", Tests, Error, Mandatory;
    TrialExpectation = "trial-expectation", Tests, Error, Mandatory;
    UnknownAlarm = "unknown-alarm", Definitions, Error, Mandatory;
    UnknownAwsMetric = "unknown-aws-metric", Definitions, Warning, Allowable;
    UnknownCode = "unknown-code", ProjectFile, Error, Mandatory;
    UnknownDefinitions = "unknown-definitions", Overrides, Error, Allowable;
    UnknownEnvironment = "unknown-environment", ProjectFile, Error, Mandatory;
    UnknownGroup = "unknown-group", Definitions, Error, Mandatory;
    UnknownKey = "unknown-key", EveryFile, Error, Mandatory;
    UnknownLogMetric = "unknown-log-metric", Definitions, Error, Mandatory;
    UnknownMetric = "unknown-metric", Definitions, Error, Mandatory;
    UnknownProperty = "unknown-property", Definitions, Error, Allowable;
    UnknownResource = "unknown-resource", Overrides, Error, Allowable;
    UnknownServiceQuota = "unknown-service-quota", Definitions, Warning, Allowable;
    UnknownWord = "unknown-word", EveryFile, Error, Mandatory;
    Unmarked = "unmarked", Plans, Info, Allowable;
    UnsuitableStatistic = "unsuitable-statistic", Definitions, Warning, Allowable;
    UnusedLogMetric = "unused-log-metric", Definitions, Warning, Allowable;
    VariableUnset = "variable-unset", ProjectFile, Error, Mandatory;
    WindowLeftOut = "window-left-out", Synth, Info, Allowable;
    WindowTooLong = "window-too-long", Definitions, Error, Mandatory;
    WrongType = "wrong-type", EveryFile, Error, Mandatory;
}

impl Code {
    /// The code with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The title of the page: a one-line summary.
    pub fn title(self) -> &'static str {
        let first = self.file().lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }

    /// The page as Markdown, without title: meaning, importance, example, fix. Links are relative to
    /// `docs/`.
    pub fn page(self) -> &'static str {
        let (_, text) = self.file().split_once('\n').unwrap_or_default();
        text.trim()
    }

    /// The code of the same diagnostic at a lower level: a valid but probably wrong text has a
    /// separate code.
    #[must_use]
    pub fn at_level(self, level: Level) -> Self {
        match (self, level) {
            (Code::BadExpression, Level::Warning) => Code::DoubtfulExpression,
            (Code::BadLogPattern, Level::Warning) => Code::DoubtfulLogPattern,
            (Code::BadRule, Level::Warning) => Code::DoubtfulRule,
            (Code::BadStatistic, Level::Warning) => Code::DoubtfulStatistic,
            (Code::BadFilter, Level::Warning) => Code::DoubtfulFilter,
            (Code::BadFilter, Level::Info) => Code::OlderFilterForm,
            (code, _) => code,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_the_order_of_their_names() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.name()));
    }

    #[test]
    fn every_page_has_a_title_and_all_parts_in_order() {
        for code in Code::ALL {
            assert!(
                code.file().starts_with("# "),
                "{code}: the title is a heading"
            );
            let parts = ["**Why it matters:**", "**Example:**", "**Fix:**"];
            let places: Vec<_> = parts.iter().map(|part| code.page().find(part)).collect();
            assert!(
                places.iter().all(Option::is_some) && places.is_sorted() && places[0] > Some(0),
                "{code}: {parts:?} after the meaning"
            );
        }
    }

    #[test]
    fn every_warning_can_be_allowed() {
        let strict = Code::ALL.iter().filter(|code| !code.can_allow());
        assert!(strict.into_iter().all(|code| code.level() == Level::Error));
    }
}
