//! Time series on a shared grid of periods.

/// The periods that all series share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid<'a> {
    /// The start of each period in seconds since 1970, oldest first.
    pub starts: &'a [i64],
    /// The length of a period in seconds.
    pub period: u32,
}

/// A series on a grid: one element per period, oldest first; `None` for a missing point.
pub type Points = Vec<Option<f64>>;

impl Grid<'_> {
    /// A series without points.
    pub(super) fn empty_series(self) -> Points {
        vec![None; self.starts.len()]
    }
}
