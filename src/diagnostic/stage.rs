//! The stages that find diagnostics: the sections of `docs/diagnostics.md`.

/// The stage of tracewatch that finds a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    EveryFile,
    ProjectFile,
    Templates,
    Terraform,
    Definitions,
    Boards,
    Tests,
    Overrides,
    Synth,
    Plans,
    Other,
}

impl Stage {
    /// All stages, in execution order.
    pub const ALL: [Stage; 11] = [
        Stage::EveryFile,
        Stage::ProjectFile,
        Stage::Templates,
        Stage::Terraform,
        Stage::Definitions,
        Stage::Boards,
        Stage::Tests,
        Stage::Overrides,
        Stage::Synth,
        Stage::Plans,
        Stage::Other,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Stage::EveryFile => "Every file",
            Stage::ProjectFile => "The project file",
            Stage::Templates => "Templates",
            Stage::Terraform => "Terraform",
            Stage::Definitions => "Definitions",
            Stage::Boards => "Boards",
            Stage::Tests => "Tests of definitions",
            Stage::Overrides => "Overrides",
            Stage::Synth => "The stack as it is watched",
            Stage::Plans => "Plans",
            Stage::Other => "Everything else",
        }
    }

    /// Markdown; links are relative to `docs/`.
    pub fn introduction(self) -> &'static str {
        match self {
            Stage::EveryFile => "Mistakes that any TOML file can have.",
            Stage::ProjectFile => "[Every key](project-file.md) of `tracewatch.toml`.",
            Stage::Templates => {
                "Templates, assemblies of the CDK, deployed stacks and tags. Errors are those that CloudFormation would report at deployment, as far as they can be found without one."
            }
            Stage::Terraform => {
                "The input is the output of `terraform show -json`, or a state file. A file that Terraform did not write, or that was cut off or edited, is refused."
            }
            Stage::Definitions => {
                "The files in `alarms/`, the built-in ones and those beside the project file ([format](definitions.md))."
            }
            Stage::Boards => "The files in `dashboards/` ([format](dashboards.md)).",
            Stage::Tests => {
                "Mistakes in a test itself ([format](testing-alarms.md)). A test that fails is shown with its time line, and has no code."
            }
            Stage::Overrides => {
                "`[alarms…]` and `[resources…]` in the project file, and the metadata of resources."
            }
            Stage::Synth => "Definitions applied to the resources of the stack.",
            Stage::Plans => "Dangers of a plan. An error refuses the plan with exit code 3.",
            Stage::Other => "Failures that are not about an author's files.",
        }
    }
}
