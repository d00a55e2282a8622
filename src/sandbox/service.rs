//! The services of the sandbox: a model, and a function for each operation.

use std::sync::LazyLock;

use super::account::Account;
use super::error::Answer;
use super::protocol::model::Model;
use super::request::Request;
use super::{cloudformation, cloudwatch, events, logs, sns, sts, tagging, xray};

/// One operation: reads or changes the account, and says what AWS would.
pub type Handler = fn(&mut Account, &Request) -> Answer;

/// Names and functions of a service's operations.
pub type Operations = &'static [(&'static str, Handler)];

#[derive(Debug)]
pub struct Service {
    /// botocore's name of it.
    pub name: &'static str,
    model: LazyLock<Model>,
    operations: &'static [Operations],
    /// The error that tells a client to slow down.
    pub throttling: &'static str,
    /// The error for a request that does not fit the model.
    pub validation: &'static str,
}

impl Service {
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Our own copy of an operation's name, if it is served.
    pub fn operation_name(&self, name: &str) -> Option<&'static str> {
        self.all_operations()
            .map(|(operation, _)| *operation)
            .find(|operation| *operation == name)
    }

    pub fn handler(&self, name: &str) -> Option<Handler> {
        self.all_operations()
            .find(|(operation, _)| *operation == name)
            .map(|(_, handler)| *handler)
    }

    fn all_operations(&self) -> impl Iterator<Item = &'static (&'static str, Handler)> {
        self.operations.iter().copied().flatten()
    }
}

/// Names of all operations, of all services.
pub fn operation_names() -> impl Iterator<Item = &'static str> {
    SERVICES
        .iter()
        .flat_map(Service::all_operations)
        .map(|(name, _)| *name)
}

/// The model in the file that is named after a service; read when it is first asked for.
macro_rules! model {
    ($name:literal) => {
        LazyLock::new(|| Model::embedded(include_str!(concat!("models/", $name, ".json"))))
    };
}

// The errors for throttling and for invalid input that no model declares are those seen from the services; that X-Ray, Logs and
// EventBridge use exactly these for every violated bound is unverified.
pub static SERVICES: [Service; 8] = [
    Service {
        name: "cloudwatch",
        model: model!("cloudwatch"),
        operations: &[
            cloudwatch::alarms::OPERATIONS,
            cloudwatch::dashboards::OPERATIONS,
            cloudwatch::metrics::OPERATIONS,
            cloudwatch::tags::OPERATIONS,
        ],
        throttling: "Throttling",
        validation: "ValidationException",
    },
    Service {
        name: "xray",
        model: model!("xray"),
        operations: &[
            xray::groups::OPERATIONS,
            xray::sampling::OPERATIONS,
            xray::tags::OPERATIONS,
        ],
        throttling: "ThrottledException",
        validation: "InvalidRequestException",
    },
    Service {
        name: "sns",
        model: model!("sns"),
        operations: &[
            sns::topics::OPERATIONS,
            sns::subscriptions::OPERATIONS,
            sns::deliveries::OPERATIONS,
        ],
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        name: "logs",
        model: model!("logs"),
        operations: &[logs::OPERATIONS],
        throttling: "ThrottlingException",
        validation: "InvalidParameterException",
    },
    Service {
        name: "events",
        model: model!("events"),
        operations: &[events::OPERATIONS],
        throttling: "ThrottlingException",
        validation: "ValidationException",
    },
    Service {
        name: "sts",
        model: model!("sts"),
        operations: &[sts::OPERATIONS],
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        name: "cloudformation",
        model: model!("cloudformation"),
        operations: &[cloudformation::OPERATIONS],
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        name: "resourcegroupstaggingapi",
        model: model!("resourcegroupstaggingapi"),
        operations: &[tagging::OPERATIONS],
        throttling: "ThrottledException",
        validation: "InvalidParameterException",
    },
];

#[cfg(test)]
mod tests {
    use super::SERVICES;

    #[test]
    fn models_and_functions_name_the_same_operations() {
        for service in &SERVICES {
            let mut served: Vec<&str> = service.all_operations().map(|(name, _)| *name).collect();
            served.sort_unstable();
            assert_eq!(
                served,
                service.model().operations.keys().collect::<Vec<_>>(),
                "{}",
                service.name
            );
        }
    }
}
