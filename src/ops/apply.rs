//! Applies a plan through the session's accounts.

use std::sync::atomic::AtomicBool;

use super::session::Session;
use crate::apply::{self, Observer, Report};
use crate::plan::Plan;

/// Applies `plan`. Once `stop` is set, the writes in flight are finished and no other is started.
pub async fn apply(
    plan: Plan,
    session: &Session,
    observer: &mut impl Observer,
    stop: &AtomicBool,
) -> Report {
    apply::apply(plan, session.accounts(), observer, stop).await
}
