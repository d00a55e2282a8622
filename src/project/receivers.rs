//! `[notify.…]`: the receivers of each severity, with their endpoints checked.

use std::collections::BTreeMap;

use super::model::{Grouping, Notify, Recovery};
use super::overrides::SEVERITIES;
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

/// A page with instructions, with the same form as an endpoint.
const RUNBOOK: DeliveryProtocol = DeliveryProtocol {
    name: "runbook",
    fits: is_https,
    example: "https://example.com/runbooks/orders",
};

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
    for (name, severity) in SEVERITIES {
        if let Some(of_severity) = table.table(name) {
            found.insert(severity, receivers(of_severity, severity));
        }
    }
    table.finish();
    let grouping = grouping.map(|grouping| grouping.value);
    (grouping.unwrap_or_default(), found)
}

fn receivers(mut table: Table<'_>, severity: Severity) -> Notify {
    for protocol in &PROTOCOLS {
        table.exclusive(&[TOPIC.name, protocol.name]);
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
    let recovery = table.choice("recovery", &RECOVERIES);
    let runbook = table.string(RUNBOOK.name);
    let runbook = runbook.and_then(|url| table.accept(RUNBOOK.endpoint(url)));
    table.finish();
    Notify {
        topic,
        topic_place,
        subscriptions,
        recovery: recovery
            .map_or_else(|| Recovery::default_of(severity), |recovery| recovery.value),
        runbook,
    }
}

impl DeliveryProtocol {
    fn endpoint(&self, text: Spanned<String>) -> Result<String, Diagnostic> {
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

/// E.164, as SNS wants it: a plus and up to fifteen digits.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
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
