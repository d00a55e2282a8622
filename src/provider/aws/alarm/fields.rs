//! Fields that both types of alarm have, in CloudWatch's form.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::Dimension;

use crate::artifact::Dimensions;

pub(super) fn dimensions(dimensions: &Dimensions) -> Option<Vec<Dimension>> {
    if dimensions.is_empty() {
        return None;
    }
    let pairs = dimensions.iter();
    Some(
        pairs
            .map(|(name, value)| Dimension::builder().name(name).value(value).build())
            .collect(),
    )
}

pub(super) fn arns(arns: &BTreeSet<String>) -> Option<Vec<String>> {
    (!arns.is_empty()).then(|| arns.iter().cloned().collect())
}

pub(super) fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn uint(number: Option<i32>) -> u32 {
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or_default()
}
