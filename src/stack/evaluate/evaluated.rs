//! The result of evaluating a node.

use std::borrow::Cow;

use serde_json::Value as Json;

/// Why a value is unknown.
pub(crate) type UnknownReason = Cow<'static, str>;

/// The value of a node, as far as it can be known.
#[derive(Debug, Clone)]
pub(crate) enum Evaluated {
    Known(Json),
    Unknown(UnknownReason),
    /// `AWS::NoValue`: the property or item counts as absent.
    NoValue,
}
