//! The table of all operations, by service.

use super::operation::{Handler, Operations};
use super::{
    application_signals, chatbot, cloudformation, cloudwatch, events, logs, metric_filters,
    observabilityadmin, sns, sts, tagging, xray,
};

/// Keys are botocore's names of the services.
const SERVICES: &[(&str, &[Operations])] = &[
    ("application-signals", &[application_signals::OPERATIONS]),
    ("chatbot", chatbot::OPERATIONS),
    ("cloudformation", &[cloudformation::OPERATIONS]),
    ("cloudwatch", cloudwatch::OPERATIONS),
    ("events", &[events::OPERATIONS]),
    ("logs", &[logs::OPERATIONS, metric_filters::OPERATIONS]),
    ("observabilityadmin", &[observabilityadmin::OPERATIONS]),
    ("resourcegroupstaggingapi", &[tagging::OPERATIONS]),
    ("sns", sns::OPERATIONS),
    ("sts", &[sts::OPERATIONS]),
    ("xray", xray::OPERATIONS),
];

/// The function of an operation.
pub(super) fn handler(service: &str, operation: &str) -> Option<Handler> {
    operations(service)
        .find(|(name, _)| *name == operation)
        .map(|(_, handler)| *handler)
}

fn operations(service: &str) -> impl Iterator<Item = &'static (&'static str, Handler)> {
    SERVICES
        .iter()
        .filter(move |(name, _)| *name == service)
        .flat_map(|(_, tables)| tables.iter().copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::operations;
    use crate::sandbox::protocol::SERVICES;

    #[test]
    fn models_and_tables_have_the_same_operations() {
        for service in &SERVICES {
            let mut served: Vec<&str> = operations(service.model.name)
                .map(|(name, _)| *name)
                .collect();
            served.sort_unstable();
            let modelled: Vec<&str> = service
                .model
                .operations
                .iter()
                .map(|operation| operation.name)
                .collect();
            assert_eq!(served, modelled, "{}", service.model.name);
        }
    }
}
