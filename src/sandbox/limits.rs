//! Sizes of pages and of the alarm history where AWS documents none. AWS's own limits are in `semantics::limits`.

pub(super) const ALARM_HISTORY_PER_PAGE: usize = 100;
/// Items of a Region's alarm history; older ones are dropped.
pub(super) const ALARM_HISTORY: usize = 1000;

/// EventBridge documents the greatest page size, but no default.
pub(super) const RULES_PER_PAGE: usize = 100;

/// CloudFormation limits a page to 1 MB, not to a number of items.
pub(super) const STACK_RESOURCES_PER_PAGE: usize = 100;
pub(super) const STACKS_PER_PAGE: usize = 100;

/// `ListServiceLevelObjectives` without `MaxResults`.
pub(super) const OBJECTIVES_PER_PAGE: usize = 50;
/// `ListAlarmMuteRules` without `MaxRecords`.
pub(super) const MUTE_RULES_PER_PAGE: usize = 50;

/// `DescribeSlackChannelConfigurations` and `ListMicrosoftTeamsChannelConfigurations` without `MaxResults`.
pub(super) const CHAT_CONFIGURATIONS_PER_PAGE: usize = 100;

pub(super) const TAGGED_RESOURCES_PER_PAGE: usize = 50;
