//! Evaluates the functions of a template. Files of this folder import each other: functions, conditions, names and nested stacks
//! depend on each other in CloudFormation itself.

mod budget;
mod calls;
mod conditions;
mod evaluated;
mod evaluator;
mod lookups;
mod names;
mod nested;
mod recorder;
mod references;
mod scope;
mod sharing;

pub(crate) use conditions::Decision;
pub(crate) use evaluated::Evaluated;
pub(crate) use evaluator::Evaluator;
pub(crate) use nested::NestedTemplate;
pub(crate) use recorder::ReferenceRecorder;
pub(crate) use scope::{ReadNested, TemplateScope};
