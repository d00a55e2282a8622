//! The registry of diagnostic codes.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Level;

/// Declares [`Code`] with the kebab-case name and the level of each variant.
macro_rules! codes {
    ($($variant:ident = $name:literal, $level:ident;)*) => {
        /// What a diagnostic is about. `docs/diagnostics.md` explains every code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($variant,)*
        }

        impl Code {
            /// Every code, in the order of the names.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The kebab-case name that users see.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// How serious a diagnostic of this code is.
            pub fn level(self) -> Level {
                match self {
                    $(Code::$variant => Level::$level,)*
                }
            }
        }
    };
}

codes! {
    AdoptMatchesNothing = "adopt-matches-nothing", Warning;
    AlarmLoosened = "alarm-loosened", Info;
    AlarmSilenced = "alarm-silenced", Warning;
    AssemblyMalformed = "assembly-malformed", Error;
    AssemblyStackTwice = "assembly-stack-twice", Error;
    AssemblyUnreadable = "assembly-unreadable", Error;
    AssemblyWithoutStacks = "assembly-without-stacks", Error;
    BadDatapoints = "bad-datapoints", Error;
    BadDuration = "bad-duration", Error;
    BadExpression = "bad-expression", Error;
    BadFilter = "bad-filter", Error;
    BadMetricName = "bad-metric-name", Error;
    BadMetricWord = "bad-metric-word", Error;
    BadName = "bad-name", Error;
    BadPeriod = "bad-period", Error;
    BadReceiver = "bad-receiver", Error;
    BadRetention = "bad-retention", Error;
    BadRegion = "bad-region", Error;
    BadRule = "bad-rule", Error;
    BadSamplingMethod = "bad-sampling-method", Error;
    BadSamplingPath = "bad-sampling-path", Error;
    BadSeries = "bad-series", Error;
    BadStackName = "bad-stack-name", Error;
    BadStatistic = "bad-statistic", Error;
    BadTag = "bad-tag", Error;
    BadWhen = "bad-when", Error;
    BoardNotJson = "board-not-json", Error;
    BoardRender = "board-render", Error;
    BoardSyntax = "board-syntax", Error;
    BoardWithoutDefinitions = "board-without-definitions", Warning;
    CelSyntax = "cel-syntax", Error;
    CelValue = "cel-value", Error;
    CompositeLeftOut = "composite-left-out", Info;
    ConflictingKeys = "conflicting-keys", Error;
    CostOverLimit = "cost-over-limit", Error;
    DashboardInvalid = "dashboard-invalid", Error;
    DashboardSectionCut = "dashboard-section-cut", Info;
    DeadMetric = "dead-metric", Error;
    DefinitionMatchesNothing = "definition-matches-nothing", Warning;
    DoubtfulExpression = "doubtful-expression", Warning;
    DoubtfulFilter = "doubtful-filter", Warning;
    DoubtfulRule = "doubtful-rule", Warning;
    DoubtfulStatistic = "doubtful-statistic", Warning;
    DuplicateAlarm = "duplicate-alarm", Error;
    DuplicateArtifact = "duplicate-artifact", Error;
    DuplicateName = "duplicate-name", Error;
    EmptyDimension = "empty-dimension", Warning;
    EmptyFilter = "empty-filter", Error;
    Failed = "failed", Error;
    FileUnreadable = "file-unreadable", Error;
    FloorWithBand = "floor-with-band", Error;
    GroupBudget = "group-budget", Error;
    GroupOutsideTraces = "group-outside-traces", Error;
    LogGroupMissing = "log-group-missing", Info;
    ManyDeletions = "many-deletions", Error;
    ManyDeletionsAllowed = "many-deletions-allowed", Warning;
    MissingKey = "missing-key", Error;
    NameUnknown = "name-unknown", Error;
    NestedStack = "nested-stack", Warning;
    NestedStackCycle = "nested-stack-cycle", Error;
    NestedStackTooDeep = "nested-stack-too-deep", Error;
    NoFloor = "no-floor", Error;
    NoTraces = "no-traces", Warning;
    NobodyIsTold = "nobody-is-told", Warning;
    NothingTagged = "nothing-tagged", Warning;
    NothingToWatch = "nothing-to-watch", Warning;
    OlderFilterForm = "older-filter-form", Info;
    OtherSubscriptions = "other-subscriptions", Info;
    OutOfRange = "out-of-range", Error;
    OverlayResource = "overlay-resource", Error;
    ParameterUnknown = "parameter-unknown", Error;
    ParameterValue = "parameter-value", Error;
    ParameterWithoutValue = "parameter-without-value", Info;
    PathShares = "path-shares", Error;
    PropertyNotRead = "property-not-read", Info;
    PropertyUnknown = "property-unknown", Error;
    RegionsDiffer = "regions-differ", Error;
    ResourceWithoutAlarms = "resource-without-alarms", Info;
    RetentionShortened = "retention-shortened", Warning;
    SamInvalid = "sam-invalid", Error;
    SamInvalidGlobal = "sam-invalid-global", Error;
    SamNotNamed = "sam-not-named", Warning;
    SamUnknownEvent = "sam-unknown-event", Error;
    SamUnknownType = "sam-unknown-type", Error;
    SamplingInert = "sampling-inert", Warning;
    SamplingPriority = "sampling-priority", Error;
    Sandbox = "sandbox", Info;
    StackElsewhere = "stack-elsewhere", Info;
    StackInProgress = "stack-in-progress", Warning;
    StackNotDeployed = "stack-not-deployed", Info;
    StackTwice = "stack-twice", Error;
    TaggedNotWatched = "tagged-not-watched", Info;
    TemplateCycle = "template-cycle", Error;
    TemplateDuplicateKey = "template-duplicate-key", Error;
    TemplateLoop = "template-loop", Error;
    TemplateMacro = "template-macro", Warning;
    TemplateNotAMap = "template-not-a-map", Error;
    TemplateNotExpanded = "template-not-expanded", Warning;
    TemplateNotJson = "template-not-json", Error;
    TemplateNotYaml = "template-not-yaml", Error;
    TemplateResourceForm = "template-resource-form", Error;
    TemplateResourceWithoutType = "template-resource-without-type", Warning;
    TemplateSectionForm = "template-section-form", Error;
    TemplateTooDeep = "template-too-deep", Error;
    TemplateTooLarge = "template-too-large", Error;
    TemplateUnknownCondition = "template-unknown-condition", Error;
    TemplateUnknownFunction = "template-unknown-function", Error;
    TemplateUnknownMappingKey = "template-unknown-mapping-key", Error;
    TemplateUnknownReference = "template-unknown-reference", Warning;
    TemplateUnknownSection = "template-unknown-section", Error;
    TemplateUnreadable = "template-unreadable", Error;
    TemplateWithoutResources = "template-without-resources", Error;
    TerraformForeign = "terraform-foreign", Error;
    TerraformForm = "terraform-form", Error;
    TerraformNotJson = "terraform-not-json", Error;
    TerraformPartialPlan = "terraform-partial-plan", Warning;
    TerraformPlanFailed = "terraform-plan-failed", Error;
    TerraformTooDeep = "terraform-too-deep", Error;
    TerraformTooLarge = "terraform-too-large", Error;
    TerraformVersion = "terraform-version", Error;
    TestCannotRun = "test-cannot-run", Error;
    TestContradiction = "test-contradiction", Error;
    TestTime = "test-time", Error;
    TestUnknownMetric = "test-unknown-metric", Error;
    TextRender = "text-render", Error;
    TextSyntax = "text-syntax", Error;
    TomlSyntax = "toml-syntax", Error;
    TooManySamplingRules = "too-many-sampling-rules", Error;
    TooManyTraceGroups = "too-many-trace-groups", Error;
    TopicInAnotherRegion = "topic-in-another-region", Warning;
    TraceGroupFilterEdited = "trace-group-filter-edited", Info;
    TraceGroupReplaced = "trace-group-replaced", Warning;
    TraceGroupsInTwoRuns = "trace-groups-in-two-runs", Warning;
    TraceGroupsLeftOut = "trace-groups-left-out", Warning;
    UnknownAlarm = "unknown-alarm", Error;
    UnknownAwsMetric = "unknown-aws-metric", Warning;
    UnknownDefinitions = "unknown-definitions", Error;
    UnknownGroup = "unknown-group", Error;
    UnknownKey = "unknown-key", Error;
    UnknownMetric = "unknown-metric", Error;
    UnknownResource = "unknown-resource", Error;
    UnknownWord = "unknown-word", Error;
    Unmarked = "unmarked", Info;
    WindowTooLong = "window-too-long", Error;
    WrongType = "wrong-type", Error;
}

impl Code {
    /// The code for a lesser complaint about the same text: a text that AWS accepts and that is
    /// probably wrong has a code of its own.
    #[must_use]
    pub fn at_level(self, level: Level) -> Self {
        match (self, level) {
            (Code::BadExpression, Level::Warning) => Code::DoubtfulExpression,
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
