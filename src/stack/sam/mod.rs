//! The transform `AWS::Serverless-2016-10-31`.

use std::sync::Arc;

use super::parameters::Parameters;
use super::template::Template;
use crate::diagnostic::{Diagnostic, Source};

pub(crate) fn transform(
    _source: &Arc<Source>,
    _template: &mut Template,
    _parameters: &Parameters,
    _diagnostics: &mut Vec<Diagnostic>,
) {
}
