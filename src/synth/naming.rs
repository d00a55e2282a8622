//! Every name that tracewatch generates. Names begin with the stack's name and a character that a stack name cannot hold, so that one
//! listing by prefix returns what may be ours and nothing of the stack `{stack}-two`. X-Ray names have no such character to spare
//! (letters, digits and dashes are all that is sure to be accepted): there the prefix ends with a hash of the stack's name.

use sha2::{Digest, Sha256};

use crate::artifact::Severity;
use crate::artifact::{ChatChannel, Scope};
use crate::inventory::ResourceId;
use crate::semantics::chat::CONFIGURATION_NAME;
use crate::semantics::limits;

/// What the names of the account's alarms begin with. A stack name has no underscore.
pub const ACCOUNT_ALARMS: &str = "tracewatch_account.";

/// How much of a stack's name an X-Ray name begins with.
const XRAY_STACK: usize = 8;

/// Makes the names of one system's artifacts.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    stack: &'a str,
    region: &'a str,
}

impl<'a> Names<'a> {
    pub fn new(stack: &'a str, region: &'a str) -> Self {
        Self { stack, region }
    }

    /// `{stack}.{resource}.{alarm}`, with `.{each}` for an alarm that is repeated.
    pub fn alarm(&self, resource: &ResourceId, alarm: &str, each: Option<&str>) -> String {
        let begin = self.alarms_of(resource);
        let name = match each {
            Some(each) => format!("{begin}{alarm}.{each}"),
            None => format!("{begin}{alarm}"),
        };
        shortened(&name, limits::ALARM_NAME)
    }

    /// What the names of a resource's alarms begin with. Alarms of the account are not named by the stack: of two stacks that watch the
    /// account, the second finds the names taken.
    pub fn alarms_of(&self, resource: &ResourceId) -> String {
        if resource.is_account() {
            return ACCOUNT_ALARMS.to_owned();
        }
        // Terraform's addresses have quotation marks; a composite's rule puts alarm names in quotation marks.
        format!(
            "{}.{}.",
            self.stack,
            resource.within(self.stack).replace('"', "")
        )
    }

    /// A composite alarm over the stack, `{stack}.{group}`, or over a resource, `{stack}.{resource}.{group}`.
    pub fn group(&self, resource: Option<&ResourceId>, group: &str) -> String {
        match resource {
            Some(resource) => self.alarm(resource, group, None),
            None => shortened(
                &format!("{}{group}", self.alarm_prefix()),
                limits::ALARM_NAME,
            ),
        }
    }

    pub fn topic(&self, severity: Severity) -> String {
        format!("{}_{}", self.stack, severity)
    }

    /// `{stack}_{region}_{board}`, numbered from the second part on. Dashboards are global: the same stack in another Region has its own.
    pub fn dashboard(&self, board: &str, part: usize) -> String {
        let prefix = self.dashboard_prefix();
        let name = with_part(&format!("{prefix}{board}"), part);
        shortened(&name, limits::DASHBOARD_NAME)
    }

    fn dashboard_prefix(&self) -> String {
        format!("{}_{}_", self.stack, self.region)
    }

    pub fn event_rule(&self, purpose: &str) -> String {
        format!("{}{purpose}", self.event_rule_prefix())
    }

    /// The rule of a resource's event, `{stack}_{resource}-{event}`.
    pub fn resource_event_rule(&self, resource: &ResourceId, event: &str) -> String {
        let prefix = self.event_rule_prefix();
        let word = dashed(&format!("{}-{event}", resource.within(self.stack)));
        let room = limits::EVENT_RULE_NAME - prefix.chars().count();
        format!("{prefix}{}", shortened(&word, room))
    }

    /// The metric filter of a resource's log metric, and its metric: `{stack}.{resource}.{log metric}`.
    pub fn metric_filter(&self, resource: &ResourceId, log_metric: &str) -> String {
        let name = format!("{}{log_metric}", self.alarms_of(resource));
        // Neither Logs nor its metrics take these characters.
        let name = name.replace([':', '*', '$'], "-");
        shortened(&name, limits::FILTERED_METRIC_NAME)
    }

    /// Prefix of the names of all metric filters.
    pub fn metric_filter_prefix(&self) -> String {
        self.alarm_prefix()
    }

    fn event_rule_prefix(&self) -> String {
        format!(
            "{}_",
            shortened(self.stack, limits::EVENT_RULE_NAME - 1 - EVENT_RULE_PURPOSE)
        )
    }

    /// The configuration of a chat channel.
    pub fn chat(&self, channel: &ChatChannel) -> String {
        let prefix = self.chat_prefix();
        let name = match channel {
            ChatChannel::Slack { workspace, channel } => format!("slack_{workspace}_{channel}"),
            ChatChannel::Teams { team, channel, .. } => format!("teams_{team}_{channel}"),
        };
        let word: String = name.split('_').map(dashed).collect::<Vec<_>>().join("_");
        shortened(&format!("{prefix}{word}"), CONFIGURATION_NAME)
    }

    fn chat_prefix(&self) -> String {
        format!("{}_", self.stack)
    }

    /// A mute rule of a maintenance window, numbered from the second on.
    pub fn maintenance(&self, window: &str, part: usize) -> String {
        let name = format!("{}maintenance_{window}", self.mute_rule_prefix());
        shortened(&with_part(&name, part), limits::MUTE_RULE_NAME)
    }

    /// A mute rule that `tracewatch mute` makes at a time (`20261224T200000`), numbered from the second on.
    pub fn mute(&self, time: &str, part: usize) -> String {
        with_part(&format!("{}{time}", self.mute_prefix()), part)
    }

    /// Prefix of the names of all rules that `tracewatch mute` makes.
    pub fn mute_prefix(&self) -> String {
        format!("{}mute_", self.mute_rule_prefix())
    }

    fn mute_rule_prefix(&self) -> String {
        format!("{}_", self.stack)
    }

    /// A service-level objective of Application Signals.
    pub fn objective(&self, resource: Option<&ResourceId>, objective: &str) -> String {
        let resource =
            resource.map(|resource| format!("{}.", dashed(&resource.within(self.stack))));
        let name = format!(
            "{}{}{objective}",
            self.objective_prefix(),
            resource.unwrap_or_default()
        );
        shortened(&name, limits::OBJECTIVE_NAME)
    }

    fn objective_prefix(&self) -> String {
        format!("{}.", shortened(self.stack, limits::OBJECTIVE_NAME / 2))
    }

    /// An X-Ray group at an entry point.
    pub fn trace_group(&self, resource: &ResourceId, group: &str) -> String {
        self.xray(resource, group)
    }

    /// An X-Ray group of the user's own.
    pub fn user_group(&self, name: &str) -> String {
        let prefix = self.xray_prefix();
        let room = limits::TRACE_GROUP_NAME - prefix.len();
        format!("{prefix}{}", shortened(&dashed(name), room))
    }

    pub fn sampling_rule(&self, resource: &ResourceId, rule: &str) -> String {
        self.xray(resource, rule)
    }

    /// Prefix of all alarm names.
    pub fn alarm_prefix(&self) -> String {
        format!("{}.", self.stack)
    }

    /// Scope that lists tracewatch's artifacts.
    pub fn scope(&self) -> Scope {
        Scope {
            alarm_prefix: self.alarm_prefix(),
            account_alarm_prefix: ACCOUNT_ALARMS.to_owned(),
            dashboard_prefix: self.dashboard_prefix(),
            group_prefix: self.xray_prefix(),
            sampling_rule_prefix: self.xray_prefix(),
            event_rule_prefix: self.event_rule_prefix(),
            metric_filter_prefix: String::new(),
            mute_rule_prefix: self.mute_rule_prefix(),
            chat_prefix: self.chat_prefix(),
            has_chats: false,
            objective_prefix: self.objective_prefix(),
            topics: Severity::ALL
                .iter()
                .map(|severity| self.topic(*severity))
                .collect(),
        }
    }

    /// Scope for other Regions, which contain only alarms, topics, event rules, mute rules and service-level objectives.
    pub fn scope_elsewhere(&self) -> Scope {
        let Scope {
            alarm_prefix,
            event_rule_prefix,
            mute_rule_prefix,
            objective_prefix,
            topics,
            ..
        } = self.scope();
        Scope {
            alarm_prefix,
            event_rule_prefix,
            mute_rule_prefix,
            objective_prefix,
            topics,
            ..Scope::default()
        }
    }

    fn xray(&self, resource: &ResourceId, word: &str) -> String {
        let prefix = self.xray_prefix();
        let word = shortened(&dashed(word), XRAY_WORD);
        let room = limits::TRACE_GROUP_NAME - prefix.len() - 1 - XRAY_WORD;
        format!(
            "{prefix}{}-{word}",
            shortened(&dashed(&resource.within(self.stack)), room)
        )
    }

    fn xray_prefix(&self) -> String {
        let begin: String = dashed(self.stack).chars().take(XRAY_STACK).collect();
        format!("{begin}-{}-", hash(self.stack, 4))
    }
}

/// The name of a part of a group of alarms.
pub(super) fn numbered(group: &str, part: usize) -> String {
    shortened(&format!("{group}-{part}"), limits::ALARM_NAME)
}

/// A name, or the name of a later part: `NAME-2`.
fn with_part(name: &str, part: usize) -> String {
    if part == 0 {
        name.to_owned()
    } else {
        format!("{name}-{}", part + 1)
    }
}

/// The longest last word of an event rule's name.
const EVENT_RULE_PURPOSE: usize = 16;

/// The longest last word of an X-Ray name; all names of one resource share one prefix and sort together.
const XRAY_WORD: usize = 6;

fn dashed(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

/// Shortens a long name: replaces its end by a hash of the full name. The result depends on this name alone.
fn shortened(name: &str, characters: usize) -> String {
    if name.chars().count() <= characters {
        return name.to_owned();
    }
    let digits = (characters / 3).min(8);
    let begin: String = name
        .chars()
        .take(characters.saturating_sub(digits + 1))
        .collect();
    format!("{begin}-{}", hash(name, digits))
}

/// The first lower-case base-32 digits of a text's SHA-256.
fn hash(text: &str, digits: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    Sha256::digest(text.as_bytes())
        .iter()
        .take(digits)
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &Names<'_>, logical_id: &str) -> ResourceId {
        ResourceId::new(names.stack, logical_id)
    }

    #[test]
    fn names_begin_with_the_stack_and_a_character_it_cannot_hold() {
        let names = Names::new("orders-dev", "eu-west-1");
        assert_eq!(
            names.alarm(&of(&names, "CreateOrder"), "error-rate", None),
            "orders-dev.CreateOrder.error-rate"
        );
        assert_eq!(
            names.alarm(
                &of(&names, "Orders"),
                "index-read-throttles",
                Some("by-date")
            ),
            "orders-dev.Orders.index-read-throttles.by-date"
        );
        assert_eq!(names.topic(Severity::Critical), "orders-dev_critical");
        assert_eq!(
            names.dashboard("overview", 1),
            "orders-dev_eu-west-1_overview-2"
        );
        let other = Names::new("orders-dev-two", "eu-west-1");
        assert!(
            !other
                .alarm(&of(&other, "A"), "b", None)
                .starts_with(&names.scope().alarm_prefix)
        );
    }

    #[test]
    fn names_of_objectives_are_those_that_application_signals_accepts() {
        for stack in ["shop", &"s".repeat(128)] {
            let names = Names::new(stack, "eu-west-1");
            let resources = ["Stage", "Nested/Stage", &"R".repeat(255)];
            let ids = resources.map(|logical_id| of(&names, logical_id));
            for id in [None, Some(&ids[0]), Some(&ids[1]), Some(&ids[2])] {
                let name = names.objective(id, "availability");
                assert!(limits::is_objective_name(&name), "{name}");
                assert!(name.starts_with(&names.scope().objective_prefix), "{name}");
            }
        }
        let names = Names::new("shop", "eu-west-1");
        assert_eq!(
            names.objective(Some(&of(&names, "Stage")), "availability"),
            "shop.Stage.availability"
        );
    }

    #[test]
    fn xray_names_fit_and_differ_between_stacks_with_the_same_beginning() {
        let (one, two) = (
            Names::new("order-processing-dev", "eu-west-1"),
            Names::new("order-processing-prod", "eu-west-1"),
        );
        let name = one.trace_group(&of(&one, "OrdersApiDeploymentStageprod80C33D00"), "faults");
        assert!(
            name.len() <= 32 && name.starts_with(&one.scope().group_prefix),
            "{name}"
        );
        assert_ne!(one.scope().group_prefix, two.scope().group_prefix);
        assert_ne!(
            name,
            one.trace_group(&of(&one, "OrdersApiDeploymentStageprod80C33D01"), "faults")
        );
    }

    #[test]
    fn every_name_begins_with_what_is_looked_for() {
        for length in [1, 55, 56, 63, 64, 128] {
            let stack = "s".repeat(length);
            let names = Names::new(&stack, "eu-west-1");
            let scope = names.scope();
            assert!(
                names
                    .event_rule("insights")
                    .starts_with(&scope.event_rule_prefix),
                "{length}"
            );
            assert!(
                names.event_rule("insights").len() <= limits::EVENT_RULE_NAME,
                "{length}"
            );
            let rule = names.resource_event_rule(&of(&names, &"R".repeat(80)), "failed");
            assert!(rule.starts_with(&scope.event_rule_prefix), "{rule}");
            assert!(rule.len() <= limits::EVENT_RULE_NAME, "{rule}");
            assert!(
                names
                    .dashboard("overview", 0)
                    .starts_with(&scope.dashboard_prefix),
                "{length}"
            );
            assert!(
                names
                    .alarm(&of(&names, "A"), "b", None)
                    .starts_with(&scope.alarm_prefix),
                "{length}"
            );
        }
    }

    #[test]
    fn a_long_name_is_cut_with_a_hash_of_the_whole() {
        let long = "x".repeat(300);
        let names = Names::new("s", "eu-west-1");
        let name = names.alarm(&of(&names, &long), "error-rate", None);
        assert_eq!(name.chars().count(), 255);
        assert_ne!(name, names.alarm(&of(&names, &long), "throttles", None));
    }

    #[test]
    fn resources_of_several_stacks_stay_apart() {
        let names = Names::new("shop", "eu-west-1");
        let alarm = |stack: &str| names.alarm(&ResourceId::new(stack, "Fn"), "errors", None);
        let found = ["shop", "shop/Inner", "orders", "shop-two"].map(alarm);
        assert_eq!(
            found,
            [
                "shop.Fn.errors",
                "shop.Inner/Fn.errors",
                "shop.orders/Fn.errors",
                "shop.shop-two/Fn.errors"
            ]
        );
    }
}
