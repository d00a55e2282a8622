//! Nested stacks: reads the template of a nested stack, so that its resources and outputs belong to the same system.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::evaluated::Evaluated;
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::files::limits::{MAX_NESTED_BYTES, MAX_NESTED_TEMPLATES};
use crate::files::{ProjectFolder, normalized};
use crate::stack::context::ReadContext;
use crate::stack::cross_stack::{
    CrossStackContext, EnclosingTemplate, SharedValues, TemplateFolder,
};
use crate::stack::deployed_stack::DeployedStack;
use crate::stack::file;
use crate::stack::node::Node;
use crate::stack::reading::StackReading;
use crate::stack::template::Declared;

/// Most levels of stacks. CloudFormation has no limit; stacks in use have fewer than three.
const MAX_DEPTH: usize = 8;

/// Nested stacks by logical id; `None` while one is being read, and for one that cannot be read.
pub(crate) type NestedReadings<'a> = HashMap<&'a str, Option<StackReading>>;

/// The template of a nested stack.
pub(crate) enum NestedTemplate<'a> {
    Local { source: Arc<Source>, path: PathBuf },
    Deployed(&'a DeployedStack),
}

impl NestedTemplate<'_> {
    /// The path of the file; for a deployed stack, its name instead.
    fn path(&self) -> &Path {
        match self {
            NestedTemplate::Local { path, .. } => path,
            NestedTemplate::Deployed(stack) => Path::new(&stack.name),
        }
    }

    /// Where the paths of templates nested in this one start.
    fn folder<'f>(&'f self, parent: &CrossStackContext<'f>) -> Option<TemplateFolder<'f>> {
        let path = match self {
            NestedTemplate::Local { path, .. } => path.parent()?,
            NestedTemplate::Deployed(_) => return None,
        };
        parent
            .folder
            .map(|folder| TemplateFolder { path, ..folder })
    }
}

impl<'a> Evaluator<'a> {
    /// The value of an output of a nested stack.
    pub(super) fn nested_output(
        &mut self,
        declared: &'a Declared,
        output: &str,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        self.read_nested(declared);
        let id = &declared.id;
        let Some(Some(reading)) = self.nested.get(&**id) else {
            // The nested stack is unreadable or depends on itself: only the reference to it is known.
            recorder.record(None, id, &format!("Outputs.{output}"));
            return Evaluated::Unknown(
                format!("`{output}` of the nested stack `{id}` is known only after deployment")
                    .into(),
            );
        };
        match reading.outputs.outputs.get(output) {
            Some(value) => self.shared_value(value, recorder),
            None => Evaluated::Unknown(
                format!("the nested stack `{id}` has no output `{output}`").into(),
            ),
        }
    }

    /// Reads a nested stack, once.
    pub(crate) fn read_nested(&mut self, declared: &'a Declared) {
        if self.nested.contains_key(&*declared.id) {
            return;
        }
        self.nested.insert(&declared.id, None);
        match self.nested_template(declared) {
            Ok(template) => {
                let reading = self.nested_reading(declared, &template);
                self.nested.insert(&declared.id, Some(reading));
            }
            Err(diagnostic) => {
                let place = self.scope.place_of(declared);
                self.diagnostics.push(diagnostic.at(place));
            }
        }
    }

    /// Whether CloudFormation masks a parameter of a nested stack. Without its template every parameter counts as secret.
    pub(crate) fn is_secret_in(&self, nested: &Declared, parameter: &str) -> bool {
        match self.nested.get(&*nested.id) {
            Some(Some(reading)) => reading.secret_parameters.contains(parameter),
            Some(None) | None => true,
        }
    }

    fn nested_reading(
        &mut self,
        declared: &'a Declared,
        template: &NestedTemplate<'_>,
    ) -> StackReading {
        let ctx = self.scope.ctx;
        let parent_parameters = self.parameters_for(declared);
        let name = format!("{}/{}", ctx.stack, declared.id);
        let enclosing = EnclosingTemplate {
            path: template.path(),
            parent: ctx.cross_stack.enclosing,
        };
        let nested_ctx = ReadContext {
            stack: &name,
            parameters: &BTreeMap::new(),
            deployed: ctx
                .deployed
                .and_then(|stack| stack.nested.get(&*declared.id)),
            cross_stack: CrossStackContext {
                folder: template.folder(&ctx.cross_stack),
                parent_parameters: Some(&parent_parameters),
                enclosing: Some(&enclosing),
                ..ctx.cross_stack
            },
            ..*ctx
        };
        (self.scope.read_nested)(template, &nested_ctx)
    }

    /// The parameters that the template passes to a nested stack.
    fn parameters_for(&mut self, declared: &'a Declared) -> SharedValues {
        let parameters = declared
            .properties()
            .and_then(|properties| properties.get("Parameters"));
        let entries = parameters.map(Node::entries).unwrap_or_default();
        entries
            .iter()
            .map(|entry| (entry.key.to_string(), self.share(&entry.value)))
            .collect()
    }

    fn nested_template(&self, declared: &Declared) -> Result<NestedTemplate<'a>, Diagnostic> {
        let ctx = self.scope.ctx;
        if ctx.cross_stack.depth() >= MAX_DEPTH {
            return Err(Diagnostic::new(
                Code::NestedStackTooDeep,
                format!("stacks are nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        if let Some(folder) = ctx.cross_stack.folder
            && let Some(path) = template_path(declared, folder.path, &ctx.cross_stack)
        {
            return local_template(declared, path, folder.project, &ctx.cross_stack);
        }
        match ctx.deployed.and_then(|stack| stack.nested.get(&*declared.id)) {
            Some(stack) if !stack.template.is_empty() => Ok(NestedTemplate::Deployed(stack)),
            Some(_) | None => Err(unreadable(declared, "its template is not a file here")
                .help("read the stack with `--deployed NAME`, or name the template by a path beside this one")),
        }
    }
}

fn local_template<'a>(
    declared: &Declared,
    path: PathBuf,
    project: &ProjectFolder,
    cross_stack: &CrossStackContext<'_>,
) -> Result<NestedTemplate<'a>, Diagnostic> {
    if cross_stack.is_enclosed_by(&path) {
        return Err(Diagnostic::new(
            Code::NestedStackCycle,
            format!("the nested stack `{}` is nested in itself", declared.id),
        ));
    }
    if !cross_stack.count_nested() {
        return Err(too_much_nested());
    }
    match file::load_named_by_file(&path, project) {
        Ok(source) if cross_stack.count_nested_bytes(source.text.len()) => {
            Ok(NestedTemplate::Local { source, path })
        }
        Ok(_) => Err(too_much_nested()),
        Err(diagnostic) => Err(unreadable(declared, &diagnostic.message)),
    }
}

fn too_much_nested() -> Diagnostic {
    Diagnostic::new(
        Code::TemplateTooLarge,
        format!(
            "more than {MAX_NESTED_TEMPLATES} stacks, or {} megabytes of templates, are nested in this system",
            MAX_NESTED_BYTES / 1024 / 1024
        ),
    )
}

fn unreadable(declared: &Declared, reason: &str) -> Diagnostic {
    let message = format!(
        "the resources of the nested stack `{}` are not known: {reason}",
        declared.id
    );
    Diagnostic::new(Code::NestedStack, message)
}

/// The file of a nested template: the CDK names it in the metadata or uploads it by an asset manifest, authors name it in `TemplateURL`.
/// `None` for any other URL.
fn template_path(
    declared: &Declared,
    folder: &Path,
    cross_stack: &CrossStackContext<'_>,
) -> Option<PathBuf> {
    let asset = declared
        .body
        .get("Metadata")
        .and_then(|metadata| metadata.text_at("aws:asset:path"));
    let written = declared
        .properties()
        .and_then(|properties| properties.text_at("TemplateURL"));
    if let Some(path) = asset.or_else(|| written.filter(|url| !url.contains("://"))) {
        return Some(normalized(&folder.join(path)));
    }
    let url = declared.properties()?.get("TemplateURL")?;
    Some(normalized(&cross_stack.uploaded_file(folder, url)?))
}
