//! `[notify.…]`: the receivers of each severity, with their endpoints checked.

use std::collections::BTreeMap;

use super::chats;
use super::model::{Grouping, Notify, Recovery};
use crate::artifact::{Severity, Subscription};
use crate::diagnostic::{Code, Diagnostic};
use crate::spanned::{Spanned, Table};

/// A delivery protocol of SNS: its key (SNS's own word) and the form of its endpoints.
struct DeliveryProtocol {
    name: &'static str,
    fits: fn(&str) -> bool,
    example: &'static str,
}

/// Supported protocols. Excluded: `http` (unencrypted); `application` and `firehose` (an endpoint is insufficient).
const PROTOCOLS: [DeliveryProtocol; 6] = [
    DeliveryProtocol {
        name: "email",
        fits: is_email,
        example: "oncall@example.com",
    },
    DeliveryProtocol {
        name: "email-json",
        fits: is_email,
        example: "oncall@example.com",
    },
    DeliveryProtocol {
        name: "https",
        fits: is_https,
        example: "https://example.com/hook",
    },
    DeliveryProtocol {
        name: "sqs",
        fits: |text| is_arn(text, "sqs"),
        example: "arn:aws:sqs:us-east-1:123456789012:alarms",
    },
    DeliveryProtocol {
        name: "lambda",
        fits: |text| is_arn(text, "lambda"),
        example: "arn:aws:lambda:us-east-1:123456789012:function:page",
    },
    DeliveryProtocol {
        name: "sms",
        fits: is_phone_number,
        example: "+14155550123",
    },
];

const TOPIC: DeliveryProtocol = DeliveryProtocol {
    name: "topic",
    fits: |text| is_arn(text, "sns"),
    example: "arn:aws:sns:us-east-1:123456789012:oncall",
};

/// An endpoint of the right form that no notification reaches.
struct Unreached {
    protocol: &'static str,
    is_meant: fn(&str) -> bool,
    message: &'static str,
    help: &'static str,
}

/// Sources: EventBridge user guide, "Amazon EventBridge targets" (standard topics only); SNS developer guide, "Message delivery for FIFO
/// topics" and "Sending messages to HTTP/S endpoints" (an endpoint confirms its subscription).
const UNREACHED: [Unreached; 3] = [
    Unreached {
        protocol: "topic",
        is_meant: is_fifo,
        message: "is a FIFO topic: EventBridge sends recoveries to standard topics only, and no e-mail address can subscribe to it",
        help: "name a standard topic",
    },
    Unreached {
        protocol: "sqs",
        is_meant: is_fifo,
        message: "is a FIFO queue: the standard topic of the alarms does not deliver to it",
        help: "name a standard queue",
    },
    Unreached {
        protocol: "https",
        is_meant: is_chat_webhook,
        message: "is the webhook of a chat, which never confirms a subscription",
        help: "subscribe the channel through Amazon Q Developer in chat applications: `slack = { workspace = \"T0123ABCD\", channel = \"C0123ABCD\", role = \"arn:aws:iam::…\" }`, or `teams = { … }`",
    },
];

/// Hosts of incoming webhooks of Slack, Microsoft Teams and Discord.
const CHAT_WEBHOOKS: [&str; 4] = [
    "hooks.slack.com/",
    "discord.com/api/webhooks/",
    ".webhook.office.com/",
    "outlook.office.com/webhook/",
];

/// Resources that an alarm and a composite alarm can call: service, and the beginning of the resource's part (`PutMetricAlarm`,
/// `AlarmActions`; CloudWatch user guide, "Alarm actions").
const ACTIONS: [(&str, &str); 3] = [
    ("lambda", "function:"),
    ("aiops", "investigation-group"),
    ("ssm-incidents", "response-plan/"),
];

/// Actions of an alarm for one state (`PutMetricAlarm`), without the topic.
const MOST_ACTIONS: usize = 4;

const GROUPINGS: [(&str, Grouping); 3] = [
    ("stack", Grouping::Stack),
    ("resource", Grouping::Resource),
    ("none", Grouping::None),
];

const RECOVERIES: [(&str, Recovery); 3] = [
    ("event", Recovery::Event),
    ("action", Recovery::Action),
    ("none", Recovery::None),
];

/// `[notify]`: which alarms share a notification, and one table per severity with receivers.
pub(super) fn notify(mut table: Table<'_>) -> (Grouping, BTreeMap<Severity, Notify>) {
    let grouping = table.choice("grouping", &GROUPINGS);
    let mut found = BTreeMap::new();
    for (name, severity) in Severity::WORDS {
        if let Some(of_severity) = table.table(name) {
            found.insert(severity, receivers(of_severity, severity));
        }
    }
    for diagnostic in chats::differing_roles(&found) {
        table.report(diagnostic);
    }
    table.finish();
    let grouping = grouping.map(|grouping| grouping.value);
    (grouping.unwrap_or_default(), found)
}

fn receivers(mut table: Table<'_>, severity: Severity) -> Notify {
    for protocol in &PROTOCOLS {
        table.exclusive(&[TOPIC.name, protocol.name]);
    }
    for key in chats::KEYS {
        table.exclusive(&[TOPIC.name, key]);
    }
    let topic = table.string(TOPIC.name);
    let topic_place = topic.as_ref().map(|arn| arn.place.clone());
    let topic = topic.and_then(|arn| table.accept(TOPIC.endpoint(arn)));
    let mut subscriptions = Vec::new();
    for protocol in &PROTOCOLS {
        let endpoints = table.strings(protocol.name).into_iter();
        let fitting = endpoints.filter_map(|endpoint| table.accept(protocol.endpoint(endpoint)));
        subscriptions.extend(fitting.map(|endpoint| Subscription {
            protocol: protocol.name.to_owned(),
            endpoint,
        }));
    }
    let chats = chats::chats(&mut table);
    let recovery = table.choice("recovery", &RECOVERIES);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let opsitem = table.integer_in("opsitem", 1..=4);
    let room = MOST_ACTIONS - usize::from(opsitem.is_some());
    let actions = actions(&mut table, room);
    table.finish();
    Notify {
        actions,
        opsitem: opsitem.map(|severity| severity.value),
        topic,
        topic_place,
        subscriptions,
        chats,
        recovery: recovery
            .map_or_else(|| Recovery::default_of(severity), |recovery| recovery.value),
        runbook,
    }
}

/// `actions`: ARNs that alarms call beside the topic.
fn actions(table: &mut Table<'_>, room: usize) -> Vec<Spanned<String>> {
    let written = table.strings("actions");
    if let Some(first) = written.get(room) {
        let message = format!(
            "an alarm has at most {MOST_ACTIONS} actions beside its topic, its OpsItem among them"
        );
        table.report(first.diagnostic(Code::BadReceiver, message));
    }
    let written = written.into_iter();
    written
        .filter_map(|arn| table.accept(action(arn)))
        .collect()
}

fn action(arn: Spanned<String>) -> Result<Spanned<String>, Diagnostic> {
    let is_action = ACTIONS.iter().any(|(service, resource)| {
        let of_service = is_arn(&arn.value, service) || is_global_arn(&arn.value, service);
        let name = arn.value.splitn(6, ':').nth(5).unwrap_or_default();
        of_service && name.starts_with(resource)
    });
    if is_action {
        return Ok(arn);
    }
    let message = format!("an alarm cannot call `{}`", arn.value);
    Err(arn
        .diagnostic(Code::BadReceiver, message)
        .help("the ARN of a function, of a response plan of Incident Manager, or of an investigation group; `opsitem = 2` makes an OpsItem, other receivers have keys of their own"))
}

impl DeliveryProtocol {
    fn endpoint(&self, text: Spanned<String>) -> Result<String, Diagnostic> {
        let unreached = UNREACHED
            .iter()
            .find(|unreached| unreached.protocol == self.name && (unreached.is_meant)(&text.value));
        if let Some(unreached) = unreached {
            let shown = Subscription {
                protocol: self.name.to_owned(),
                endpoint: text.value.clone(),
            };
            let message = format!("`{}` {}", shown.shown(), unreached.message);
            let diagnostic = text.diagnostic(Code::BadReceiver, message);
            return Err(diagnostic.help(unreached.help));
        }
        if (self.fits)(&text.value) {
            return Ok(text.value);
        }
        let diagnostic = text.diagnostic(
            Code::BadReceiver,
            format!("`{}` is not an endpoint for `{}`", text.value, self.name),
        );
        Err(diagnostic.help(format!("for example: {}", self.example)))
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && domain.split('.').all(|label| !label.is_empty())
    }) && !text.contains(char::is_whitespace)
}

fn is_https(text: &str) -> bool {
    text.strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

fn is_fifo(arn: &str) -> bool {
    arn.strip_suffix(".fifo").is_some()
}

fn is_chat_webhook(url: &str) -> bool {
    CHAT_WEBHOOKS.iter().any(|host| url.contains(host))
}

/// E.164, as SNS wants it: a plus and up to fifteen digits.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// `arn:partition:service::account:name`: an ARN without a Region.
fn is_global_arn(text: &str, service: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts[..], ["arn", _, of, "", account, name] if of == service && account.len() == 12 && !name.is_empty())
}

/// `arn:partition:service:region:account:name`, complete.
fn is_arn(text: &str, service: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, of, region, account, name] = parts[..] else {
        return false;
    };
    arn == "arn"
        && partition.starts_with("aws")
        && of == service
        && !region.is_empty()
        && account.len() == 12
        && account.bytes().all(|b| b.is_ascii_digit())
        && !name.is_empty()
        && !name.contains(char::is_whitespace)
}
