//! Locations of code and definitions in S3.

use crate::stack::node::{Entry, Node};

/// The names of the three properties of a location.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocationKeys {
    bucket: &'static str,
    key: &'static str,
    version: &'static str,
}

pub(super) const CODE: LocationKeys = LocationKeys {
    bucket: "S3Bucket",
    key: "S3Key",
    version: "S3ObjectVersion",
};

pub(super) const DEFINITION: LocationKeys = LocationKeys {
    bucket: "Bucket",
    key: "Key",
    version: "Version",
};

/// The location in a URI `s3://bucket/key?versionId=…` or in a map.
/// A local path becomes the key.
pub(super) fn s3_location(uri: &Node, keys: LocationKeys) -> Node {
    if uri.as_map().is_some() {
        return location_of_map(uri, keys);
    }
    let span = uri.span;
    let Some((bucket, rest)) = uri
        .as_text()
        .and_then(|text| text.strip_prefix("s3://"))
        .and_then(|rest| rest.split_once('/'))
    else {
        return Node::map(span, [(keys.key, uri.clone())]);
    };
    let (key, version) = rest
        .split_once("?versionId=")
        .map_or((rest, None), |(key, version)| (key, Some(version)));
    let mut parts = vec![
        (keys.bucket, Node::text(span, bucket)),
        (keys.key, Node::text(span, key)),
    ];
    parts.extend(version.map(|version| (keys.version, Node::text(span, version))));
    Node::map(span, parts)
}

/// A map without these keys (an intrinsic function) stays unchanged.
fn location_of_map(uri: &Node, keys: LocationKeys) -> Node {
    let mut entries = Vec::new();
    for (from, to) in [
        ("Bucket", keys.bucket),
        ("Key", keys.key),
        ("Version", keys.version),
    ] {
        if let Some(value) = uri.get(from) {
            entries.push(Entry {
                key: to.into(),
                span: uri.span,
                value: value.clone(),
            });
        }
    }
    if entries.is_empty() {
        uri.clone()
    } else {
        Node::of_entries(uri.span, entries)
    }
}
