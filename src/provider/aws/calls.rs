//! Ways to call an account: with a typed output, page by page, several calls at a time.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors::{call_error, unreadable};
use super::rpc::Client;
use crate::provider::AccountError;

/// The number of calls of one kind in flight.
const CONCURRENT_CALLS: usize = 16;

pub(super) async fn call<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    input: Value,
) -> Result<T, AccountError> {
    let output = client.call(operation, input).await;
    read(operation, output.map_err(call_error(operation))?)
}

/// Calls an operation whose output is not needed.
pub(super) async fn send(
    client: &Client,
    operation: &'static str,
    input: Value,
) -> Result<(), AccountError> {
    let output = client.call(operation, input).await;
    output.map(drop).map_err(call_error(operation))
}

/// All pages of a listing. `token` is the member that names the next page, in the output and in the next input.
pub(super) async fn pages<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    mut input: Value,
    token: &str,
) -> Result<Vec<T>, AccountError> {
    let mut pages = Vec::new();
    loop {
        let page: Value = call(client, operation, input.clone()).await?;
        let next = page[token].as_str().unwrap_or_default().to_owned();
        pages.push(read(operation, page)?);
        if next.is_empty() || input[token] == next.as_str() {
            return Ok(pages);
        }
        input[token] = Value::from(next);
    }
}

fn read<T: DeserializeOwned>(operation: &'static str, output: Value) -> Result<T, AccountError> {
    serde_json::from_value(output).map_err(|error| unreadable(operation, &error))
}

/// Runs calls, several at a time; the first error ends them.
pub(super) async fn concurrently<T, F>(
    calls: impl Iterator<Item = F>,
) -> Result<Vec<T>, AccountError>
where
    F: Future<Output = Result<T, AccountError>>,
{
    stream::iter(calls)
        .buffer_unordered(CONCURRENT_CALLS)
        .try_collect()
        .await
}
