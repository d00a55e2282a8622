//! The command line: one file per command. Only this module prints, reads the clock and depends on
//! the terminal.

use std::process::ExitCode;

use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

mod apply;
mod arguments;
mod candidates;
mod catalog;
mod columns;
mod completions;
mod coverage;
mod destroy;
mod drift;
mod exit_status;
mod explain;
mod init;
mod inventory;
mod inventory_explanation;
mod layout;
mod man;
mod mute;
mod options;
mod output;
mod plan;
mod progress;
mod resource_rendering;
mod sandbox;
mod saved_plan;
mod schema;
mod slo;
mod stop_signals;
mod test;
mod unmute;
mod watching;

use coverage::CoverageFormat;
use exit_status::ExitStatus;
use options::{Format, GlobalOptions, SourceOptions, StackOptions};
use output::FailureFormat;
use plan::PlanFormat;
use test::TestFormat;

/// From a deployed serverless stack to one that is watched: alarms, dashboards, X-Ray groups, sampling rules, topics.
///
/// tracewatch reads a stack, works out what it needs in order to be operated, shows the plan with its cost and its dangers, and applies it.
/// Run again, it changes nothing. It keeps no state file: the account is the state, and the tag `tracewatch:stack` says what is ours.
#[derive(Debug, Parser)]
#[command(name = "tracewatch", version, max_term_width = 120, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tracewatch plan --template template.yaml --sandbox    try it, without an AWS account
  tracewatch init                                       write tracewatch.toml for the template in this folder
  tracewatch plan                                       what would change in the account
  tracewatch apply --yes                                make it so, in a pipeline

Exit codes: 0 done or nothing to do, 1 failure, 2 there are changes (plan --exit-code, drift), 3 refused by safety.";

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Inventory(inventory::InventoryArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Drift(drift::DriftArgs),
    Coverage(coverage::CoverageArgs),
    Slo(slo::SloArgs),
    Mute(mute::MuteArgs),
    Unmute(unmute::UnmuteArgs),
    Destroy(destroy::DestroyArgs),
    Test(test::TestArgs),
    Catalog(catalog::CatalogArgs),
    Explain(explain::ExplainArgs),
    Sandbox(sandbox::SandboxArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    #[command(hide = true)]
    Man(man::ManArgs),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    if completions::answer(command_line_with_candidates) {
        return ExitCode::SUCCESS;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => return arguments::answer(answer),
    };
    output::start_logging(cli.global.verbose);
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(cli.command.run(&cli.global)));
    match result {
        Ok(status) => ExitCode::from(status as u8),
        Err(error) => {
            // If standard output fails too, no channel is left for a message.
            let _ = output::failure(error, cli.command.failure_format(), &cli.global);
            ExitCode::from(ExitStatus::Failed as u8)
        }
    }
}

/// The names that complete an argument.
type Candidates = fn(&StackOptions) -> Vec<CompletionCandidate>;

/// Arguments with names as candidates.
const NAMES: [(&str, Candidates); 5] = [
    ("env", candidates::environments),
    ("stack", candidates::stacks),
    ("deployed", candidates::stacks),
    ("explain", candidates::resources),
    ("resource", candidates::watched),
];

fn command_line_with_candidates() -> clap::Command {
    Cli::command().mut_subcommands(|command| command.mut_args(with_candidates))
}

fn with_candidates(argument: Arg) -> Arg {
    match NAMES.iter().find(|(id, _)| argument.get_id() == id) {
        Some((_, names)) => argument.add(ArgValueCandidates::new(|| {
            names(&unfinished_options().unwrap_or_default())
        })),
        None => argument,
    }
}

/// The stack that the line to complete names; `None` if its command has none.
fn unfinished_options() -> Option<StackOptions> {
    let command_line = Cli::command().ignore_errors(true);
    let matches = command_line
        .try_get_matches_from(completions::finished_words())
        .ok()?;
    match Cli::from_arg_matches(&matches).ok()?.command {
        Command::Init(args) => Some(args.stack),
        Command::Inventory(args) => Some(args.stack),
        Command::Plan(args) => Some(args.stack),
        Command::Apply(args) => Some(args.stack),
        Command::Drift(args) => Some(args.stack),
        Command::Coverage(args) => Some(args.stack),
        Command::Slo(args) => Some(args.stack),
        Command::Mute(args) => Some(without_parameters(args.stack)),
        Command::Unmute(args) => Some(without_parameters(args.stack)),
        Command::Destroy(args) => Some(without_parameters(args.stack)),
        Command::Test(_)
        | Command::Catalog(_)
        | Command::Explain(_)
        | Command::Sandbox(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Man(_) => None,
    }
}

fn without_parameters(source: SourceOptions) -> StackOptions {
    StackOptions {
        source,
        parameters: Vec::new(),
    }
}

/// The stack size of the worker thread in bytes: the default of a main thread on Linux and macOS.
const STACK: usize = 8 * 1024 * 1024;

impl Command {
    async fn run(&self, global: &GlobalOptions) -> anyhow::Result<ExitStatus> {
        match self {
            Command::Init(args) => init::run(args, global),
            Command::Inventory(args) => inventory::run(args, global).await,
            Command::Plan(args) => plan::run(args, global).await,
            Command::Apply(args) => Box::pin(apply::run(args, global)).await,
            Command::Drift(args) => drift::run(args, global).await,
            Command::Coverage(args) => coverage::run(args, global).await,
            Command::Slo(args) => slo::run(args, global).await,
            Command::Mute(args) => mute::run(args, global).await,
            Command::Unmute(args) => unmute::run(args, global).await,
            Command::Destroy(args) => destroy::run(args, global).await,
            Command::Test(args) => test::run(args, global),
            Command::Catalog(args) => catalog::run(args, global),
            Command::Explain(args) => explain::run(args),
            Command::Sandbox(args) => sandbox::run(args).await,
            Command::Schema(args) => schema::run(args),
            Command::Completions(args) => completions::run(args),
            Command::Man(args) => man::run(args, Cli::command()),
        }
    }

    fn failure_format(&self) -> FailureFormat {
        let writes_json = match self {
            Command::Init(args) => args.format == Format::Json,
            Command::Inventory(args) => args.format == Format::Json,
            Command::Plan(args) => args.format == PlanFormat::Json,
            Command::Apply(args) => args.format == Format::Json,
            Command::Drift(args) => args.format == PlanFormat::Json,
            Command::Coverage(args) => args.format == CoverageFormat::Json,
            Command::Slo(args) => args.format == Format::Json,
            Command::Mute(args) => args.format == Format::Json,
            Command::Unmute(args) => args.format == Format::Json,
            Command::Destroy(args) => args.format == Format::Json,
            Command::Test(args) => args.format == TestFormat::Json,
            Command::Catalog(args) => args.format == Format::Json,
            Command::Explain(args) => args.format == Format::Json,
            Command::Sandbox(args) => args.format == Format::Json,
            Command::Schema(_) | Command::Completions(_) | Command::Man(_) => false,
        };
        if writes_json {
            FailureFormat::Json
        } else {
            FailureFormat::Text
        }
    }
}
