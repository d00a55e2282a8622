//! What a command works with: the project, the catalogue, the account; and the stages up to a plan.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tracing::debug;

use super::options::{AccountOptions, GlobalOptions, StackOptions};
use super::{output, run_blocking, stacks};
use crate::artifact::{Artifact, Scope, State};
use crate::catalog::Catalog;
use crate::catalog::definition::SamplingMode;
use crate::cost::{self, Prices, RuleInForce, SamplingInForce, TracedTraffic};
use crate::diagnostic::{Code, Diagnostic, Leveled, Strictness, WithDiagnostics};
use crate::inventory::{Identity, Inventory, NameSource};
use crate::plan::{Consent, Cost, CostLine, Plan, SafetyContext, Target};
use crate::project::{self, Project, StackFrom};
use crate::provider::aws::{self, Account, RateLimit, Settings};
use crate::provider::{Actual, Reader};
use crate::sandbox::{self, Faults, Sandbox};
use crate::stack::UnknownNames;
use crate::synth::{self, ConsoleLink, Inputs, Synthesis, TraceEntry};

/// The project and the catalogue, with no account yet.
pub(crate) struct Workspace {
    pub project: Arc<Project>,
    pub catalog: Arc<Catalog>,
    /// The diagnostics so far; none of them is an error.
    pub accepted: Leveled,
}

/// What the user agreed to on the command line.
#[derive(Debug, Clone)]
pub(crate) struct Approvals {
    pub deletions: Consent,
    pub adopt: BTreeSet<String>,
}

/// Whether a sandbox in a file may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Look,
    Change,
}

/// An account that is reached, and the workspace.
pub(crate) struct Session {
    pub workspace: Workspace,
    pub account: Account,
    pub identity: Identity,
    place: AccountPlace,
}

enum AccountPlace {
    Aws,
    /// A sandbox served elsewhere.
    Served,
    InProcess(Sandbox),
}

impl Workspace {
    pub(crate) fn open(options: &StackOptions, global: &GlobalOptions) -> Result<Self> {
        let strictness = global.strictness();
        let named = options.named().or_else(output::stop)?;
        let has_file = named.is_none();
        let (mut project, mut accepted) = match named {
            Some((name, from)) => (Project::without_file(&name, from), Leveled::default()),
            None => project_file(&options.config, strictness)?,
        };
        project.levels.strictness = strictness;
        for stack in project
            .stacks
            .iter_mut()
            .filter(|stack| matches!(stack.from, StackFrom::Template(_)))
        {
            stack.parameters.extend(options.parameters.iter().cloned());
        }
        let loaded = Catalog::load(has_file.then_some(project.root.as_path()));
        accepted.extend(project.levels.apply(loaded.diagnostics));
        let (catalog, accepted) = output::accept(loaded.value, accepted)?;
        debug!(definitions = catalog.services.len(), "catalogue read");
        Ok(Self {
            project: Arc::new(project),
            catalog: Arc::new(catalog),
            accepted,
        })
    }

    /// The value of a stage; its errors stop the command, the rest is kept for the plan.
    pub(crate) fn accept<T>(&mut self, found: WithDiagnostics<T>) -> Result<T> {
        let mut all = std::mem::take(&mut self.accepted);
        all.extend(self.project.levels.apply(found.diagnostics));
        let (value, accepted) = output::accept(found.value, all)?;
        self.accepted = accepted;
        Ok(value)
    }
}

/// The project file, or what to do without one.
fn project_file(path: &Path, strictness: Strictness) -> Result<(Project, Leveled)> {
    let found = match project::load(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!(
                "there is no project file `{}`: write one with `tracewatch init`, or name a stack with --template, --cdk, --terraform or --deployed",
                path.display()
            )
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    let levels = found
        .value
        .as_ref()
        .map(|project| project.levels.clone())
        .unwrap_or_default();
    let leveled = levels.with_strictness(strictness).apply(found.diagnostics);
    let (project, accepted) = output::accept(found.value, leveled)?;
    Ok((
        project.context("the project file could not be read")?,
        accepted,
    ))
}

impl Session {
    /// Reaches the account and learns whose it is.
    pub(crate) async fn open(
        workspace: Workspace,
        options: &AccountOptions,
        access: Access,
    ) -> Result<Self> {
        let (place, endpoint) = match options.sandbox.as_deref() {
            None => (AccountPlace::Aws, None),
            Some(url) if url.starts_with("http://") => (AccountPlace::Served, Some(url.to_owned())),
            Some(file) => {
                let (sandbox, endpoint) = in_process(file, access).await?;
                (AccountPlace::InProcess(sandbox), Some(endpoint))
            }
        };
        let settings = Settings {
            profile: options.profile.clone(),
            region: options.region.clone(),
            endpoint,
            rate_limit: RateLimit::Documented,
        };
        let account =
            aws::connect(&settings, &workspace.project.name, &workspace.project.tags).await?;
        let identity = account.identity().await?;
        debug!(
            account = identity.account,
            region = identity.region,
            "account reached"
        );
        Ok(Self {
            workspace,
            account,
            identity,
            place,
        })
    }

    /// The system's resources, with the names that deployed stacks have where templates do not give them.
    pub(crate) async fn inventory(&mut self) -> Result<Inventory> {
        let found = match self.place {
            AccountPlace::Aws => {
                stacks::read(
                    &self.workspace,
                    &self.account,
                    &self.identity,
                    UnknownNames::LeaveUnknown,
                )
                .await?
            }
            AccountPlace::Served | AccountPlace::InProcess(_) => {
                stacks::read(
                    &self.workspace,
                    &self.account,
                    &self.identity,
                    UnknownNames::UsePlaceholders,
                )
                .await?
            }
        };
        let inventory = self.workspace.accept(found)?;
        debug!(
            resources = inventory.resources.len(),
            links = inventory.links.len(),
            "stacks read"
        );
        Ok(inventory)
    }

    /// What is to change for the stack to be watched, and where to look at it then.
    pub(crate) async fn plan(&mut self, approvals: &Approvals) -> Result<(Plan, Vec<ConsoleLink>)> {
        let inventory = self.inventory().await?;
        let invented = inventory
            .resources
            .values()
            .filter(|resource| resource.name_source == NameSource::Placeholder)
            .count();
        let scope = synth::scope(&self.workspace.project, &self.identity);
        // What is wrong with the definitions is told before what is wrong with the account, whichever is known first.
        let (found, actual) = tokio::join!(self.synthesis(inventory), self.account.state(&scope));
        let Synthesis {
            state: desired,
            log_groups,
            entries,
            links,
        } = self.workspace.accept(found)?;
        debug!(artifacts = desired.len(), "desired state worked out");
        self.seed_sandbox(invented, &log_groups)?;
        let mut actual = actual?;
        let settings = self
            .account
            .state(&Scope {
                log_groups,
                ..Scope::default()
            })
            .await?;
        actual.state.extend(settings.state.into_artifacts());
        Ok((
            self.compared(actual, desired, &entries, approvals).await?,
            links,
        ))
    }

    /// What is to change for the stack to be watched no longer.
    pub(crate) async fn plan_to_undo(&mut self, approvals: &Approvals) -> Result<Plan> {
        let scope = synth::scope(&self.workspace.project, &self.identity);
        let actual = self.account.state(&scope).await?;
        self.compared(actual, State::default(), &[], approvals)
            .await
    }

    /// The desired state, worked out while this thread talks to the account.
    async fn synthesis(&self, inventory: Inventory) -> WithDiagnostics<Synthesis> {
        let Workspace {
            project, catalog, ..
        } = &self.workspace;
        let (project, catalog, identity) = (
            Arc::clone(project),
            Arc::clone(catalog),
            self.identity.clone(),
        );
        let work = move || {
            let inventory = synth::retain_used_properties(inventory, &catalog, &project);
            synth::synthesise(&Inputs {
                inventory: &inventory,
                catalog: &catalog,
                project: &project,
                identity: &identity,
            })
        };
        run_blocking(work).await
    }

    /// A sandbox has no deployed stack: what a deployment would have left there is put there, and said.
    fn seed_sandbox(&mut self, invented: usize, log_groups: &BTreeSet<String>) -> Result<()> {
        let AccountPlace::InProcess(sandbox) = &self.place else {
            return Ok(());
        };
        for group in log_groups {
            sandbox.edit(|account| account.seed_log_group(&self.identity.region, group));
        }
        let groups = log_groups.len();
        if invented + groups == 0 {
            return Ok(());
        }
        let message = format!(
            "this is a sandbox, not AWS: names that only a deployment gives are made up ({invented}), log groups are taken to exist ({groups})"
        );
        self.workspace.accept(WithDiagnostics {
            value: (),
            diagnostics: vec![Diagnostic::new(Code::Sandbox, message)],
        })
    }

    /// Compares with what is there, proves whose it is, and judges.
    async fn compared(
        &mut self,
        actual: Actual,
        desired: State,
        entries: &[TraceEntry],
        approvals: &Approvals,
    ) -> Result<Plan> {
        debug!(artifacts = actual.state.len(), "actual state read");
        let cost = self.cost(&actual.state, &desired, entries);
        let target = Target {
            stack: self.workspace.project.name.clone(),
            identity: self.identity.clone(),
        };
        let plan = Plan::between(target, actual.state, desired);
        let owners = self
            .account
            .owners(&plan.ids_to_verify(&approvals.adopt))
            .await?;
        let context = SafetyContext {
            deletions: approvals.deletions,
            other_trace_groups: actual.other_trace_groups,
        };
        let accepted = std::mem::take(&mut self.workspace.accepted);
        Ok(plan
            .with_owners(&owners, &approvals.adopt)
            .with_cost(cost)
            .with_findings(accepted.diagnostics)
            .with_safety_checks(&context)
            .with_levels(&self.workspace.project.levels, accepted.allowed))
    }

    fn cost(&self, actual: &State, desired: &State, entries: &[TraceEntry]) -> Cost {
        let prices = Prices::built_in();
        let project = &self.workspace.project;
        let before = cost::estimate(
            actual,
            &traffic(project, entries, |entry| sampling_now(actual, entry)),
            &prices,
        );
        let after = cost::estimate(
            desired,
            &traffic(project, entries, |_| {
                SamplingInForce::of(&project.tracing.sampling)
            }),
            &prices,
        );
        let lines = after.lines.iter().map(|line| CostLine {
            what: line.what.to_owned(),
            quantity: format!("{} {}", line.quantity, line.unit),
            monthly: line.usd,
        });
        Cost {
            before: before.total_usd,
            after: after.total_usd,
            limit: self.workspace.project.cost.monthly_limit,
            lines: lines.collect(),
            notes: after
                .assumptions
                .into_iter()
                .chain([format!("prices as of {}", after.prices_as_of)])
                .collect(),
        }
    }

    /// Leaves the account: a sandbox in this process saves its file.
    pub(crate) fn close(self) -> Result<()> {
        if let AccountPlace::InProcess(sandbox) = self.place {
            sandbox.save().context("cannot save the sandbox")?;
        }
        Ok(())
    }
}

/// Requests per second at an entry point when the project does not say.
const ASSUMED_REQUESTS_PER_SECOND: f64 = 1.0;

fn traffic(
    project: &Project,
    entries: &[TraceEntry],
    by_rules: impl Fn(&TraceEntry) -> SamplingInForce,
) -> Vec<TracedTraffic> {
    let requests_per_second = project
        .cost
        .requests_per_second
        .unwrap_or(ASSUMED_REQUESTS_PER_SECOND);
    let sampling = |entry: &TraceEntry| match entry.sampling {
        SamplingMode::Rules => by_rules(entry),
        SamplingMode::Fixed => SamplingInForce::LambdaFixed,
    };
    entries
        .iter()
        .map(|entry| TracedTraffic {
            entry_point: entry.node.clone(),
            requests_per_second,
            sampling: sampling(entry),
        })
        .collect()
}

/// The rules that the account has for an entry point; without one, X-Ray's default.
fn sampling_now(actual: &State, entry: &TraceEntry) -> SamplingInForce {
    let rules = actual.iter().filter_map(|(_, artifact)| match artifact {
        Artifact::SamplingRule(rule) if rule.service_name == entry.node => Some(RuleInForce {
            reservoir: rule.reservoir,
            rate: rule.rate,
            share: None,
        }),
        _ => None,
    });
    let rules: Vec<RuleInForce> = rules.collect();
    if rules.is_empty() {
        SamplingInForce::default()
    } else {
        SamplingInForce::Rules(rules)
    }
}

/// Serves the sandbox of a file on a free port of this machine, for this process.
async fn in_process(file: &str, access: Access) -> Result<(Sandbox, String)> {
    let account = sandbox::Account::open(file)
        .with_context(|| format!("cannot open the sandbox `{file}`"))?;
    let account = match access {
        Access::Look => account.detached(),
        Access::Change => account,
    };
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .context("cannot listen on this machine")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let sandbox = Sandbox::new(account, Faults::default(), Timestamp::now);
    let served = sandbox.clone();
    tokio::spawn(async move { served.serve(listener).await });
    Ok((sandbox, endpoint))
}
