//! Instants: RFC 3339 text in the account and in the operations, seconds since 1970 on some wires.

use jiff::Timestamp;

/// The text of an instant in the account file and in answers.
pub(super) fn text_of(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// The text of an instant in seconds since 1970.
pub(super) fn text_of_seconds(seconds: i64) -> String {
    text_of(Timestamp::from_second(seconds).unwrap_or_default())
}

/// AWS's timestamps have milliseconds on the wire.
#[expect(
    clippy::cast_possible_truncation,
    reason = "out-of-range seconds saturate, and jiff refuses them"
)]
pub(super) fn from_epoch_seconds(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// Seconds since 1970 of an instant's text, with milliseconds.
pub(super) fn epoch_seconds(text: &str) -> f64 {
    text.parse::<Timestamp>()
        .map_or(0.0, |instant| instant.as_millisecond() as f64 / 1000.0)
}
