//! Limits of what input files may ask for. Every input ends within seconds and a few hundred megabytes.

/// Largest file that is read. CloudFormation accepts templates of one megabyte; plans of Terraform are larger.
pub const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Most files that are compared with the name of a missing one.
pub(super) const MAX_NEIGHBOURS: usize = 1000;

/// Most templates that are nested in those of a system, each counted as often as a stack names it.
pub(crate) const MAX_NESTED_TEMPLATES: usize = 500;

/// Most stacks of an assembly, and most bytes of their templates together.
pub(crate) const MAX_ASSEMBLY_STACKS: usize = 500;
pub(crate) const MAX_ASSEMBLY_BYTES: usize = 2 * 32 * 1024 * 1024;

/// Most diagnostics of one kind in one file.
pub(crate) const MAX_REPEATED_DIAGNOSTICS: usize = 20;

/// Longest CEL expression, in bytes.
pub(crate) const MAX_EXPRESSION_BYTES: usize = 1000;
/// Most levels of brackets and of operators before a value in a CEL expression.
pub(crate) const MAX_EXPRESSION_DEPTH: usize = 40;
/// Most repetitions of the innermost part of a CEL expression.
pub(crate) const MAX_REPETITIONS: usize = 1_000_000;

/// Most Handlebars expressions in a text or board.
pub(crate) const MAX_TEMPLATE_EXPRESSIONS: usize = 1000;
/// Most blocks inside each other in a text or board; of them, most that repeat their content.
pub(crate) const MAX_TEMPLATE_DEPTH: usize = 50;
pub(crate) const MAX_TEMPLATE_LOOPS: usize = 3;
/// Longest rendered text, in bytes. A dashboard has at most one megabyte.
pub(crate) const MAX_RENDERED_BYTES: usize = 8 * 1024 * 1024;
