//! `tracewatch sandbox`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;

use super::exit_status::ExitStatus;
use super::options::Format;
use super::output;
use super::stop_signals::StopSignals;
use crate::sandbox::{Account, Failure, Faults, Loss, Sandbox, Throttle};

/// Serve an AWS account from one JSON file, on this machine
///
/// Speaks AWS protocols: set AWS_ENDPOINT_URL for the AWS CLI, boto3 or any SDK. Options inject failures, to test pipelines. Alarms
/// follow metrics published with PutMetricData, also for past times, and notify their topics; the file lists the notifications.
/// `GET /_sandbox/calls` counts the calls of each operation; `POST /_sandbox/clock?advance=5m` advances the clock.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch sandbox --port 4600
  AWS_ENDPOINT_URL=http://127.0.0.1:4600 aws cloudwatch describe-alarms
  tracewatch sandbox --port 4600 --throttle PutMetricAlarm=5 --latency 50
  tracewatch sandbox --port 4600 --fail PutDashboard=AccessDenied --lose CreateGroup=1")]
pub(crate) struct SandboxArgs {
    /// The port to listen on, of the loopback address; 0 takes a free one
    #[arg(long, default_value_t = 4600)]
    port: u16,
    /// Keep the account in this file [default: in memory only]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Throttle every Nth call of an operation (`*`: of any)
    #[arg(long, value_name = "OP=N")]
    throttle: Vec<Throttle>,
    /// Reject an operation with an error code, optionally for one name only
    #[arg(long, value_name = "OP[@NAME]=CODE")]
    fail: Vec<Failure>,
    /// Carry out the first N calls of an operation, and lose their answers
    #[arg(long, value_name = "OP=N")]
    lose: Vec<Loss>,
    /// Wait before every answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
    /// How the address is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &SandboxArgs) -> Result<ExitStatus> {
    let account = match &args.file {
        Some(file) => {
            Account::open(file).with_context(|| format!("cannot open `{}`", file.display()))?
        }
        None => Account::in_memory(),
    };
    let faults = Faults {
        throttles: args.throttle.clone(),
        failures: args.fail.clone(),
        losses: args.lose.clone(),
        latency: Duration::from_millis(args.latency),
    };
    let listener = TcpListener::bind(("127.0.0.1", args.port))
        .await
        .with_context(|| format!("cannot listen on port {}", args.port))?;
    let url = format!("http://{}", listener.local_addr()?);
    match args.format {
        Format::Text => output::result(&format!("Serving an AWS account on {url}\n"))?,
        Format::Json => output::json(&json!({ "url": url }))?,
    }
    let sandbox = Sandbox::new(account, faults, Timestamp::now);
    let mut signals = StopSignals::new()?;
    tokio::select! {
        served = sandbox.serve(listener) => served?,
        signal = signals.next() => drop(signal?),
    }
    sandbox.save()?;
    Ok(ExitStatus::Done)
}
