//! The treatment of missing data.

/// The treatment of a period without data (`TreatMissingData`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingData {
    Missing,
    Ignore,
    Breaching,
    NotBreaching,
}

impl MissingData {
    /// The value of `TreatMissingData`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "missing" => Some(MissingData::Missing),
            "ignore" => Some(MissingData::Ignore),
            "breaching" => Some(MissingData::Breaching),
            "notBreaching" => Some(MissingData::NotBreaching),
            _ => None,
        }
    }
}

/// Whether an alarm on `AWS/DynamoDB` uses its own `TreatMissingData`. The sources disagree: according to the user guide of 2026 it does,
/// according to the API reference it always ignores missing data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DynamoDbMissingData {
    #[default]
    AsSet,
    AlwaysIgnored,
}

/// The treatment of missing data for an alarm on a namespace; `set` is the alarm's own `TreatMissingData`.
pub fn missing_data_for(
    namespace: &str,
    set: Option<MissingData>,
    dynamo_db: DynamoDbMissingData,
) -> MissingData {
    match (namespace == "AWS/DynamoDB", dynamo_db) {
        (true, DynamoDbMissingData::AlwaysIgnored) => MissingData::Ignore,
        (true, DynamoDbMissingData::AsSet) => set.unwrap_or(MissingData::Ignore),
        (false, _) => set.unwrap_or(MissingData::Missing),
    }
}
