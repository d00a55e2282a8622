//! Alarm mute rules of CloudWatch (`PutAlarmMuteRule`): their schedules, durations and windows.

mod cron;
mod duration;
mod schedule;
mod windows;

#[cfg(test)]
mod tests;

pub use duration::{SHORTEST_AND_LONGEST, iso_duration, seconds_of};
pub use schedule::Schedule;
pub use windows::{Overlap, Windows, utc_text};
