//! Limits of what input files may ask for. Every input ends within seconds and a few hundred megabytes.

/// Largest file that is read. CloudFormation accepts templates of one megabyte; plans of Terraform are larger.
pub const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Most files that are compared with the name of a missing one.
pub(super) const MAX_NEIGHBOURS: usize = 1000;

/// Largest TOML file. The memory of its values is sixty times its size.
pub(crate) const MAX_TOML_BYTES: usize = 2 * 1024 * 1024;
/// Largest manifest of an assembly. The memory of its values is twenty-five times its size.
pub(crate) const MAX_MANIFEST_BYTES: usize = 8 * 1024 * 1024;

/// Most levels of maps and lists in a template or a file of Terraform; CloudFormation's own templates have far fewer.
pub(crate) const MAX_TREE_DEPTH: usize = 120;
/// Most values of a template or a file of Terraform; each use of a YAML alias counts in full.
pub(crate) const MAX_TREE_VALUES: usize = 1_000_000;
/// Most resources of a template or a file of Terraform. CloudFormation accepts 500.
pub(crate) const MAX_RESOURCES: usize = 20_000;
/// Most bytes of YAML that are parsed again because of comments without a space before them.
pub(crate) const MAX_REPEATED_BYTES: usize = 64 * 1024 * 1024;

/// Most levels of nested functions, names and conditions. A template's tree has at most half as many.
pub(crate) const MAX_EVALUATION_LEVELS: usize = 250;
/// Most bytes of evaluated values that every template may have, intermediate values included.
pub(crate) const BASE_EVALUATION_BYTES: usize = 32 * 1024 * 1024;
/// Additional bytes for each byte of the template.
pub(crate) const EVALUATION_BYTES_PER_BYTE: usize = 32;

/// Most templates that are nested in those of a system, each counted as often as a stack names it.
pub(crate) const MAX_NESTED_TEMPLATES: usize = 500;
/// Most bytes of these templates together.
pub(crate) const MAX_NESTED_BYTES: usize = 8 * 1024 * 1024;

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

/// Most alarms of a system. An account has 5000 in a Region by default.
pub(crate) const MAX_ALARMS: usize = 50_000;

/// Most characters of operators (`+`, `&&`, `==`) in a CEL expression: each may be a level of its evaluation.
pub(crate) const MAX_EXPRESSION_OPERATORS: usize = 200;

/// Most evaluations of one test of a definition: five weeks of minutes.
pub(crate) const MAX_TEST_EVALUATIONS: u32 = 50_000;
/// Most work for all tests together. An evaluation counts as much as its periods, and [`TEST_EVALUATION_WORK`].
pub(crate) const MAX_TEST_WORK: usize = 200_000_000;
pub(crate) const TEST_EVALUATION_WORK: usize = 500;

/// Most Handlebars expressions in a text or board.
pub(crate) const MAX_TEMPLATE_EXPRESSIONS: usize = 1000;
/// Most blocks inside each other in a text or board; of them, most that repeat their content.
pub(crate) const MAX_TEMPLATE_DEPTH: usize = 50;
pub(crate) const MAX_TEMPLATE_LOOPS: usize = 3;
/// Most calls inside each other in an expression: `{{a (b (c))}}` has two.
pub(crate) const MAX_TEMPLATE_CALLS: usize = 20;
/// Longest rendered text, in bytes. A dashboard has at most one megabyte.
pub(crate) const MAX_RENDERED_BYTES: usize = 8 * 1024 * 1024;
