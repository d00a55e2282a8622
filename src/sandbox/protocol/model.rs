//! AWS's service models as botocore publishes them, cut to the operations that the sandbox serves (`models/*.json`).
//! `build.rs` writes them as tables. They describe requests and answers, not what an operation does.

/// The model of one service.
#[derive(Debug)]
pub(crate) struct ServiceModel {
    /// botocore's name of the service.
    pub(crate) name: &'static str,
    pub(super) api_version: &'static str,
    pub(super) json_version: &'static str,
    pub(super) target_prefix: Option<&'static str>,
    pub(super) xml_namespace: &'static str,
    /// Clients that once used the query protocol expect its error codes from the newer protocols, too.
    pub(super) is_query_compatible: bool,
    pub(crate) operations: &'static [OperationModel],
    pub(super) exceptions: &'static [Exception],
}

#[derive(Debug)]
pub(crate) struct OperationModel {
    pub(crate) name: &'static str,
    /// The path in REST-JSON, with labels: `/slo/{Id}`.
    pub(super) request_uri: &'static str,
    pub(super) method: &'static str,
    pub(super) input: Option<ShapeReference>,
    pub(super) output: Option<ShapeReference>,
    /// The element around the output in the query protocol.
    pub(super) result_wrapper: Option<&'static str>,
}

/// An error that the model declares.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) name: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) http_status: Option<u16>,
    /// `message` in the model's own case.
    pub(super) message_member: Option<&'static str>,
}

/// A member's shape, and its name on the wire where that differs.
#[derive(Debug)]
pub(crate) struct ShapeReference {
    pub(super) shape: &'static Shape,
    pub(super) location_name: Option<&'static str>,
}

#[derive(Debug)]
pub(super) enum Shape {
    Structure(Structure),
    List(ListShape),
    Map(MapShape),
    String(StringShape),
    Integer(ShapeBounds),
    Double(ShapeBounds),
    Boolean,
    Timestamp,
    Blob,
}

#[derive(Debug)]
pub(super) struct Structure {
    pub(super) required: &'static [&'static str],
    /// Ordered by name.
    pub(super) members: &'static [(&'static str, ShapeReference)],
}

#[derive(Debug)]
pub(super) struct ListShape {
    pub(super) member: ShapeReference,
    pub(super) bounds: ShapeBounds,
}

#[derive(Debug)]
pub(super) struct MapShape {
    pub(super) key: ShapeReference,
    pub(super) value: ShapeReference,
}

#[derive(Debug)]
pub(super) struct StringShape {
    /// The values of an enum; empty where any text is allowed.
    pub(super) values: &'static [&'static str],
    pub(super) bounds: ShapeBounds,
}

/// The least and the greatest value, length or number of items.
#[derive(Debug)]
pub(super) struct ShapeBounds {
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

impl ServiceModel {
    pub(super) fn operation(&self, name: &str) -> Option<&OperationModel> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    pub(super) fn exception(&self, name: &str) -> Option<&Exception> {
        self.exceptions
            .iter()
            .find(|exception| exception.name == name)
    }
}

impl ShapeReference {
    /// The name on the wire of a member that the model calls `name`.
    pub(super) fn wire_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.location_name.unwrap_or(name)
    }
}
