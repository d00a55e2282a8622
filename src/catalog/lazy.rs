//! A value that is computed on first use.

use std::ops::Deref;
use std::sync::LazyLock;

#[derive(Debug)]
pub(super) struct Lazy<T>(LazyLock<T, Box<dyn FnOnce() -> T + Send>>);

impl<T: Send + 'static> Lazy<T> {
    pub(super) fn new(compute: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(LazyLock::new(Box::new(compute)))
    }

    pub(super) fn ready(value: T) -> Self {
        Self::new(move || value)
    }
}

impl<T> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
