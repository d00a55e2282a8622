//! The registry of diagnostic codes.

use std::fmt;

use serde::{Serialize, Serializer};

/// Declares [`Code`] with the kebab-case name of each variant.
macro_rules! codes {
    ($($variant:ident = $name:literal,)*) => {
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
        }
    };
}

codes! {
    AdoptMatchesNothing = "adopt-matches-nothing",
    AlarmLoosened = "alarm-loosened",
    AlarmSilenced = "alarm-silenced",
    AssemblyMalformed = "assembly-malformed",
    AssemblyStackTwice = "assembly-stack-twice",
    AssemblyUnreadable = "assembly-unreadable",
    AssemblyWithoutStacks = "assembly-without-stacks",
    BadDatapoints = "bad-datapoints",
    BadDuration = "bad-duration",
    BadExpression = "bad-expression",
    BadFilter = "bad-filter",
    BadMetricName = "bad-metric-name",
    BadMetricWord = "bad-metric-word",
    BadName = "bad-name",
    BadPeriod = "bad-period",
    BadReceiver = "bad-receiver",
    BadRetention = "bad-retention",
    BadRule = "bad-rule",
    BadSamplingMethod = "bad-sampling-method",
    BadSamplingPath = "bad-sampling-path",
    BadSeries = "bad-series",
    BadStackName = "bad-stack-name",
    BadStatistic = "bad-statistic",
    BadTag = "bad-tag",
    BadWhen = "bad-when",
    BoardNotJson = "board-not-json",
    BoardRender = "board-render",
    BoardSyntax = "board-syntax",
    BoardWithoutDefinitions = "board-without-definitions",
    CelSyntax = "cel-syntax",
    CelValue = "cel-value",
    CompositeLeftOut = "composite-left-out",
    ConflictingKeys = "conflicting-keys",
    CostOverLimit = "cost-over-limit",
    DashboardInvalid = "dashboard-invalid",
    DashboardSectionCut = "dashboard-section-cut",
    DeadMetric = "dead-metric",
    DefinitionMatchesNothing = "definition-matches-nothing",
    DuplicateAlarm = "duplicate-alarm",
    DuplicateArtifact = "duplicate-artifact",
    DuplicateName = "duplicate-name",
    EmptyDimension = "empty-dimension",
    EmptyFilter = "empty-filter",
    Failed = "failed",
    FileUnreadable = "file-unreadable",
    FloorWithBand = "floor-with-band",
    GroupBudget = "group-budget",
    GroupOutsideTraces = "group-outside-traces",
    LogGroupMissing = "log-group-missing",
    ManyDeletions = "many-deletions",
    MissingKey = "missing-key",
    NameUnknown = "name-unknown",
    NestedStack = "nested-stack",
    NoFloor = "no-floor",
    NoTraces = "no-traces",
    NobodyIsTold = "nobody-is-told",
    NothingTagged = "nothing-tagged",
    NothingToWatch = "nothing-to-watch",
    OtherSubscriptions = "other-subscriptions",
    OutOfRange = "out-of-range",
    OverlayResource = "overlay-resource",
    ParameterUnknown = "parameter-unknown",
    ParameterValue = "parameter-value",
    ParameterWithoutValue = "parameter-without-value",
    PathShares = "path-shares",
    PropertyUnknown = "property-unknown",
    ResourceWithoutAlarms = "resource-without-alarms",
    RetentionShortened = "retention-shortened",
    SamInvalid = "sam-invalid",
    SamInvalidGlobal = "sam-invalid-global",
    SamNotNamed = "sam-not-named",
    SamUnknownEvent = "sam-unknown-event",
    SamUnknownType = "sam-unknown-type",
    SamplingInert = "sampling-inert",
    SamplingPriority = "sampling-priority",
    Sandbox = "sandbox",
    StackElsewhere = "stack-elsewhere",
    StackInProgress = "stack-in-progress",
    StackNotDeployed = "stack-not-deployed",
    StackTwice = "stack-twice",
    TaggedNotWatched = "tagged-not-watched",
    TemplateCycle = "template-cycle",
    TemplateDuplicateKey = "template-duplicate-key",
    TemplateLoop = "template-loop",
    TemplateMacro = "template-macro",
    TemplateNotAMap = "template-not-a-map",
    TemplateNotExpanded = "template-not-expanded",
    TemplateNotJson = "template-not-json",
    TemplateNotYaml = "template-not-yaml",
    TemplateResourceForm = "template-resource-form",
    TemplateResourceWithoutType = "template-resource-without-type",
    TemplateSectionForm = "template-section-form",
    TemplateTooDeep = "template-too-deep",
    TemplateTooLarge = "template-too-large",
    TemplateUnknownCondition = "template-unknown-condition",
    TemplateUnknownFunction = "template-unknown-function",
    TemplateUnknownMappingKey = "template-unknown-mapping-key",
    TemplateUnknownReference = "template-unknown-reference",
    TemplateUnknownSection = "template-unknown-section",
    TemplateUnreadable = "template-unreadable",
    TemplateWithoutResources = "template-without-resources",
    TerraformForeign = "terraform-foreign",
    TerraformForm = "terraform-form",
    TerraformNotJson = "terraform-not-json",
    TerraformPartialPlan = "terraform-partial-plan",
    TerraformPlanFailed = "terraform-plan-failed",
    TerraformTooDeep = "terraform-too-deep",
    TerraformTooLarge = "terraform-too-large",
    TerraformVersion = "terraform-version",
    TestCannotRun = "test-cannot-run",
    TestContradiction = "test-contradiction",
    TestTime = "test-time",
    TestUnknownMetric = "test-unknown-metric",
    TextRender = "text-render",
    TextSyntax = "text-syntax",
    TomlSyntax = "toml-syntax",
    TooManySamplingRules = "too-many-sampling-rules",
    TooManyTraceGroups = "too-many-trace-groups",
    TraceGroupFilterEdited = "trace-group-filter-edited",
    TraceGroupReplaced = "trace-group-replaced",
    TraceGroupsInTwoRuns = "trace-groups-in-two-runs",
    TraceGroupsLeftOut = "trace-groups-left-out",
    UnknownAlarm = "unknown-alarm",
    UnknownAwsMetric = "unknown-aws-metric",
    UnknownDefinitions = "unknown-definitions",
    UnknownGroup = "unknown-group",
    UnknownKey = "unknown-key",
    UnknownMetric = "unknown-metric",
    UnknownResource = "unknown-resource",
    UnknownWord = "unknown-word",
    Unmarked = "unmarked",
    WindowTooLong = "window-too-long",
    WrongType = "wrong-type",
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
