//! The services that the sandbox serves: their models, and errors that the models do not declare.

#[allow(clippy::unreadable_literal, reason = "generated from the models")]
mod tables {
    use crate::sandbox::protocol::model::{
        Exception, ListShape, MapShape, OperationModel, ServiceModel, Shape, ShapeBounds,
        ShapeReference, StringShape, Structure,
    };

    include!(concat!(env!("OUT_DIR"), "/service_models.rs"));
}

use super::model::ServiceModel;

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) model: &'static ServiceModel,
    /// The error that asks a client to slow down.
    pub(crate) throttling: &'static str,
    /// The error for requests that violate the model.
    pub(super) validation: &'static str,
}

// The names of undeclared errors were observed. Unverified: X-Ray, Logs and EventBridge use exactly these for every violated bound.
pub(crate) static SERVICES: [Service; 11] = [
    Service {
        model: &tables::CLOUDWATCH,
        throttling: "Throttling",
        validation: "ValidationException",
    },
    Service {
        model: &tables::XRAY,
        throttling: "ThrottledException",
        validation: "InvalidRequestException",
    },
    Service {
        model: &tables::APPLICATION_SIGNALS,
        throttling: "ThrottlingException",
        validation: "ValidationException",
    },
    Service {
        model: &tables::SNS,
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        model: &tables::LOGS,
        throttling: "ThrottlingException",
        validation: "InvalidParameterException",
    },
    Service {
        model: &tables::EVENTS,
        throttling: "ThrottlingException",
        validation: "ValidationException",
    },
    Service {
        model: &tables::CHATBOT,
        throttling: "ThrottlingException",
        validation: "InvalidParameterException",
    },
    Service {
        model: &tables::OBSERVABILITYADMIN,
        throttling: "TooManyRequestsException",
        validation: "ValidationException",
    },
    Service {
        model: &tables::STS,
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        model: &tables::CLOUDFORMATION,
        throttling: "Throttling",
        validation: "ValidationError",
    },
    Service {
        model: &tables::RESOURCEGROUPSTAGGINGAPI,
        throttling: "ThrottledException",
        validation: "InvalidParameterException",
    },
];

/// Names of all operations, of all services.
pub(crate) fn operation_names() -> impl Iterator<Item = &'static str> {
    SERVICES
        .iter()
        .flat_map(|service| service.model.operations)
        .map(|operation| operation.name)
}
