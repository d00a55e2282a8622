//! The data types of metric math.

/// The data type of an expression (user guide, metric math: data types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataType {
    Scalar,
    Series,
    /// Several time series.
    Array,
    Text,
    TextArray,
    /// One time series or several: a function outside CloudWatch decides.
    Unknown,
}

impl DataType {
    pub(super) fn name(self) -> &'static str {
        match self {
            DataType::Scalar => "a scalar",
            DataType::Series => "a time series",
            DataType::Array => "an array of time series",
            DataType::Text => "text",
            DataType::TextArray => "an array of texts",
            DataType::Unknown => "a result of unknown type",
        }
    }

    pub(super) fn is_numeric(self) -> bool {
        matches!(
            self,
            DataType::Scalar | DataType::Series | DataType::Array | DataType::Unknown
        )
    }
}
