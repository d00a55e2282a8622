//! How much the sandbox puts on a page where AWS does not say, and how much it remembers. AWS's own limits are in `semantics`.

pub const ALARM_HISTORY_PER_PAGE: usize = 100;
/// What is remembered of a Region's alarm history.
pub const ALARM_HISTORY: usize = 1000;

/// EventBridge states how much a page may have, not how much it has.
pub const RULES_PER_PAGE: usize = 100;

/// CloudFormation pages by size, 1 MB each.
pub const STACK_RESOURCES_PER_PAGE: usize = 100;
pub const STACKS_PER_PAGE: usize = 100;

pub const TAGGED_RESOURCES_PER_PAGE: usize = 50;
