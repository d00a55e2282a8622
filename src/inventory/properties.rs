//! What resources are made with. A large stack has tens of thousands of values, nearly all as its template spells them: they share their
//! texts with the template, and take little memory beside them.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Number, Value as Json};

use super::sorted_map::SortedMap;

/// Resolved values by name.
pub type Properties = SortedMap<Arc<str>, Property>;

/// A resolved value.
#[derive(Debug, Clone, PartialEq)]
pub enum Property {
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    List(Box<[Property]>),
    Map(Properties),
}

impl From<Map<String, Json>> for Properties {
    fn from(map: Map<String, Json>) -> Self {
        map.into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    }
}

impl Property {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Property::Text(text) => Some(text),
            Property::Null
            | Property::Bool(_)
            | Property::Number(_)
            | Property::List(_)
            | Property::Map(_) => None,
        }
    }

    /// The same value for what works on JSON: conditions, texts, output.
    pub fn to_json(&self) -> Json {
        match self {
            Property::Null => Json::Null,
            Property::Bool(value) => (*value).into(),
            Property::Number(number) => number.clone().into(),
            Property::Text(text) => (&**text).into(),
            Property::List(items) => items.iter().map(Property::to_json).collect(),
            Property::Map(map) => map
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_json()))
                .collect(),
        }
    }
}

impl From<Json> for Property {
    fn from(value: Json) -> Self {
        match value {
            Json::Null => Property::Null,
            Json::Bool(value) => Property::Bool(value),
            Json::Number(number) => Property::Number(number),
            Json::String(text) => Property::Text(text.into()),
            Json::Array(items) => Property::List(items.into_iter().map(Property::from).collect()),
            Json::Object(map) => Property::Map(map.into()),
        }
    }
}

impl Serialize for Property {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Property::Null => serializer.serialize_unit(),
            Property::Bool(value) => serializer.serialize_bool(*value),
            Property::Number(number) => number.serialize(serializer),
            Property::Text(text) => serializer.serialize_str(text),
            Property::List(items) => serializer.collect_seq(items),
            Property::Map(map) => map.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_the_same_json_before_and_after() {
        let written = json!({ "b": [1, -1, 0.5, null, true], "a": { "text": "é", "none": {} } });
        let property = Property::from(written.clone());
        assert_eq!(property.to_json(), written);
        assert_eq!(json!(property), written);
    }
}
