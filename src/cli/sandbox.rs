//! `tracewatch sandbox`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::exit_status::ExitStatus;
use super::options::Format;
use super::output;
use crate::ops::{self, Access};
use crate::sandbox::{Account, Failure, Faults, Loss, Quota, Sandbox, Throttle};

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
  tracewatch sandbox --port 4600 --quota aws
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
    /// Throttle at AWS's request quotas (`aws`), or at a multiple of them (0.5); `GET /_sandbox/quotas` shows what was throttled
    #[arg(long, value_name = "aws|FACTOR")]
    quota: Option<Quota>,
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
        Some(file) => ops::sandbox_account(file, Access::Write).map_err(ops::Error::from)?,
        None => Account::in_memory(),
    };
    let faults = Faults {
        throttles: args.throttle.clone(),
        failures: args.fail.clone(),
        losses: args.lose.clone(),
        latency: Duration::from_millis(args.latency),
        quota: args.quota,
    };
    let listener = TcpListener::bind(("127.0.0.1", args.port))
        .await
        .with_context(|| format!("cannot listen on port {}", args.port))?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut stop = StopSignals::new()?;
    match args.format {
        Format::Text => output::result(&format!("Serving an AWS account on {url}\n"))?,
        Format::Json => output::json(&json!({ "url": url }))?,
    }
    let sandbox = Sandbox::new(account, faults, Timestamp::now);
    tokio::select! {
        () = sandbox.serve(listener) => {}
        failure = sandbox.save_failure() => return Err(failure.into()),
        () = stop.received() => {}
    }
    sandbox.close()?;
    Ok(ExitStatus::Done)
}

/// The signals that end the server: Ctrl-C, the one of service managers, a closed terminal. From its creation on, they no longer
/// end the process at once.
#[cfg(unix)]
struct StopSignals([Signal; 3]);

#[cfg(unix)]
impl StopSignals {
    fn new() -> std::io::Result<Self> {
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Self([interrupt?, terminate?, hangup?]))
    }

    async fn received(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Without a handler, Ctrl-C ends the process.
    async fn received(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
