//! An account that a test serves, and reads past the wire.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tracewatch::artifact::{ArtifactId, Kind, Scope, State};
use tracewatch::provider::aws::{RateLimit, Settings, connect};
use tracewatch::provider::{Owner, Reader};
use tracewatch::sandbox::{self, Faults};

/// A sandbox on a thread of its own, until the test binary ends.
pub(crate) struct Account {
    /// `host:port`
    pub address: String,
}

/// What a run may change.
#[derive(Debug, PartialEq)]
pub(crate) struct Contents {
    /// The artifacts whose names begin with the stack's name.
    pub artifacts: State,
    pub owners: BTreeMap<ArtifactId, Owner>,
    settings: State,
}

impl Account {
    /// Serves a copy of the account in a file, or an account right after the stack's deployment.
    pub(crate) fn serve(file: Option<&Path>, latency: Duration) -> Self {
        let account = if let Some(file) = file {
            sandbox::Account::read(file).unwrap()
        } else {
            let mut account = sandbox::Account::in_memory();
            account.seed_log_group("us-east-1", "/aws/lambda/orders");
            account
        };
        let faults = Faults {
            latency,
            ..Faults::default()
        };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            runtime().block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender
                    .send(listener.local_addr().unwrap().to_string())
                    .unwrap();
                sandbox::serve(listener, account, faults, jiff::Timestamp::now).await;
            });
        });
        let account = Self {
            address: receiver.recv().unwrap(),
        };
        account.put_foreign_alarm();
        account
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Somebody else's alarm, whose name begins with the stack's name.
    fn put_foreign_alarm(&self) {
        let alarm = json!({
            "AlarmName": "shop-two.theirs", "Namespace": "Custom", "MetricName": "Failures", "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
        });
        self.call("GraniteServiceVersion20100801.PutMetricAlarm", &alarm);
    }

    fn call(&self, target: &str, input: &Value) {
        let (address, body) = (&self.address, input.to_string());
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-amz-target: {target}\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    pub(crate) fn contents(&self) -> Contents {
        let settings = Settings {
            profile: None,
            region: Some("us-east-1".to_owned()),
            endpoint: Some(self.endpoint()),
            rate_limit: RateLimit::OnceThrottled,
        };
        let scope = Scope {
            alarm_prefix: "shop".to_owned(),
            account_alarm_prefix: String::new(),
            dashboard_prefix: "shop_".to_owned(),
            group_prefix: "shop-".to_owned(),
            sampling_rule_prefix: "shop-".to_owned(),
            event_rule_prefix: "shop_".to_owned(),
            mute_rule_prefix: "shop_".to_owned(),
            chat_prefix: String::new(),
            has_chats: false,
            objective_prefix: "shop.".to_owned(),
            topics: ["critical", "warning", "info"]
                .map(|name| format!("shop_{name}"))
                .into(),
        };
        let retention = ArtifactId {
            kind: Kind::LogRetention,
            name: "/aws/lambda/orders".to_owned(),
        };
        runtime().block_on(async {
            let account = connect(&settings, "somebody", &BTreeMap::new())
                .await
                .unwrap();
            let artifacts = account.artifacts(&scope).await.unwrap().state;
            let ids: Vec<ArtifactId> = artifacts.iter().map(|(id, _)| id.clone()).collect();
            let owners = account.owners(&ids).await.unwrap();
            let settings = account
                .settings(&BTreeSet::from([retention]))
                .await
                .unwrap();
            Contents {
                artifacts,
                owners,
                settings,
            }
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
