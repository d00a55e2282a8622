//! Writes AWS's service models as Rust tables, so that the program has nothing to parse when it starts.
//! Only shapes that an operation's input or output refers to get a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

const TEXT: &str = "a string takes text";

/// The tables of one model: a static `ServiceModel`, named after the service in capitals.
pub(crate) fn tables(service: &str, model: &Value) -> String {
    let mut tables = Tables {
        service: service.to_ascii_uppercase().replace('-', "_"),
        shapes: &model["shapes"],
        numbers: BTreeMap::new(),
        code: String::new(),
    };
    let operations: String = entries(&model["operations"])
        .map(|(name, operation)| tables.operation(name, operation))
        .collect();
    let exceptions: String = entries(&model["shapes"])
        .filter(|(_, shape)| shape["exception"] == true)
        .map(|(name, shape)| exception(name, shape))
        .collect();
    let metadata = &model["metadata"];
    writeln!(
        tables.code,
        "pub(super) static {}: ServiceModel = ServiceModel {{ name: {service:?}, api_version: {}, json_version: {}, target_prefix: {}, \
         xml_namespace: {}, is_query_compatible: {}, operations: &[{operations}], exceptions: &[{exceptions}] }};",
        tables.service,
        text_or(&metadata["apiVersion"], ""),
        text_or(&metadata["jsonVersion"], "1.1"),
        optional(&metadata["targetPrefix"]),
        text_or(&metadata["xmlNamespace"], ""),
        metadata["awsQueryCompatible"].is_object(),
    )
    .expect(TEXT);
    tables.code
}

/// The tables of one service, as far as they are written.
struct Tables<'a> {
    service: String,
    shapes: &'a Value,
    /// Numbers of the shapes whose tables are written or being written.
    numbers: BTreeMap<String, usize>,
    code: String,
}

impl Tables<'_> {
    fn operation(&mut self, name: &str, operation: &Value) -> String {
        let input = self.optional_reference(&operation["input"]);
        let output = self.optional_reference(&operation["output"]);
        format!(
            "OperationModel {{ name: {name:?}, request_uri: {}, method: {}, input: {input}, output: {output}, result_wrapper: {} }},",
            text_or(&operation["http"]["requestUri"], ""),
            text_or(&operation["http"]["method"], "POST"),
            optional(&operation["output"]["resultWrapper"]),
        )
    }

    fn optional_reference(&mut self, reference: &Value) -> String {
        if reference.is_null() {
            "None".to_owned()
        } else {
            format!("Some({})", self.reference(reference))
        }
    }

    fn reference(&mut self, reference: &Value) -> String {
        let name = reference["shape"]
            .as_str()
            .expect("a reference has a shape");
        format!(
            "ShapeReference {{ shape: &{}, location_name: {} }}",
            self.shape(name),
            optional(&reference["locationName"]),
        )
    }

    /// The name of a shape's table, which is written at the first mention. Shapes may refer to each other.
    fn shape(&mut self, name: &str) -> String {
        if let Some(number) = self.numbers.get(name) {
            return self.table(*number);
        }
        let number = self.numbers.len();
        self.numbers.insert(name.to_owned(), number);
        let shape = self.shapes[name].clone();
        let value = self.shape_value(&shape);
        let table = self.table(number);
        writeln!(self.code, "/// {name}\nstatic {table}: Shape = {value};").expect(TEXT);
        table
    }

    fn table(&self, number: usize) -> String {
        format!("{}_SHAPE_{number}", self.service)
    }

    fn shape_value(&mut self, shape: &Value) -> String {
        let bounds = bounds(shape);
        match shape["type"].as_str().expect("a shape has a type") {
            "structure" => self.structure(shape),
            "list" => {
                let member = self.reference(&shape["member"]);
                format!("Shape::List(ListShape {{ member: {member}, bounds: {bounds} }})")
            }
            "map" => {
                let (key, value) = (
                    self.reference(&shape["key"]),
                    self.reference(&shape["value"]),
                );
                format!("Shape::Map(MapShape {{ key: {key}, value: {value} }})")
            }
            "string" => format!(
                "Shape::String(StringShape {{ values: &[{}], bounds: {bounds} }})",
                texts(&shape["enum"])
            ),
            "integer" | "long" => format!("Shape::Integer({bounds})"),
            "double" => format!("Shape::Double({bounds})"),
            "boolean" => "Shape::Boolean".to_owned(),
            "timestamp" => "Shape::Timestamp".to_owned(),
            "blob" => "Shape::Blob".to_owned(),
            other => unreachable!("the sandbox reads no shapes of type {other}"),
        }
    }

    fn structure(&mut self, shape: &Value) -> String {
        let members: Vec<String> = entries(&shape["members"])
            .map(|(name, member)| format!("({name:?}, {}),", self.reference(member)))
            .collect();
        let members = members.concat();
        format!(
            "Shape::Structure(Structure {{ required: &[{}], members: &[{members}] }})",
            texts(&shape["required"])
        )
    }
}

fn exception(name: &str, shape: &Value) -> String {
    let message = entries(&shape["members"])
        .map(|(member, _)| member)
        .find(|member| member.eq_ignore_ascii_case("message"));
    format!(
        "Exception {{ name: {name:?}, code: {}, http_status: {:?}, message_member: {message:?} }},",
        optional(&shape["error"]["code"]),
        shape["error"]["httpStatusCode"].as_u64(),
    )
}

/// The entries of an object, ordered by key.
fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.as_str(), value))
}

fn texts(list: &Value) -> String {
    let items = list.as_array().into_iter().flatten();
    let texts: Vec<String> = items.map(|item| format!("{item},")).collect();
    texts.concat()
}

fn optional(text: &Value) -> String {
    format!("{:?}", text.as_str())
}

fn text_or(text: &Value, default: &str) -> String {
    format!("{:?}", text.as_str().unwrap_or(default))
}

fn bounds(shape: &Value) -> String {
    format!(
        "ShapeBounds {{ min: {:?}, max: {:?} }}",
        shape["min"].as_f64(),
        shape["max"].as_f64()
    )
}
