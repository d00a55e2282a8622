//! A wire between the adapter and an emulator, which counts requests and can spoil some of them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It arrives, but the connection breaks before the answer.
    LoseAnswer,
    /// The connection breaks before it arrives.
    LoseRequest,
    /// It is answered like this instead.
    Answer {
        status: u16,
        content_type: &'static str,
        body: String,
    },
}

/// The faults of each operation still to come, and all requests so far. An operation is a text that its requests hold.
#[derive(Debug, Default)]
struct Log {
    faults: Vec<(&'static str, VecDeque<Fault>)>,
    requests: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub endpoint: String,
    log: Arc<Mutex<Log>>,
}

impl Wire {
    /// To `address` (`host:port`).
    pub(crate) async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            log: Arc::default(),
        };
        let (log, address) = (Arc::clone(&wire.log), address.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, address.clone(), Arc::clone(&log)));
            }
        });
        wire
    }

    pub(crate) fn spoil(&self, operation: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.log
            .lock()
            .unwrap()
            .faults
            .push((operation, faults.into_iter().collect()));
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.log
            .lock()
            .unwrap()
            .requests
            .iter()
            .filter(|request| request.contains(operation))
            .count()
    }

    /// Requests so far.
    pub(crate) fn total(&self) -> usize {
        self.log.lock().unwrap().requests.len()
    }
}

impl Log {
    fn take_fault(&mut self, request: &str) -> Option<Fault> {
        self.requests.push(request.to_owned());
        let (_, faults) = self
            .faults
            .iter_mut()
            .find(|(operation, faults)| request.contains(operation) && !faults.is_empty())?;
        faults.pop_front()
    }
}

async fn carry(mut client: TcpStream, address: String, log: Arc<Mutex<Log>>) -> io::Result<()> {
    let mut server = TcpStream::connect(&address).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    while let Some(request) = message(&mut client).await? {
        let fault = log
            .lock()
            .unwrap()
            .take_fault(&String::from_utf8_lossy(&request));
        match fault {
            Some(Fault::LoseRequest) => return Ok(()),
            Some(Fault::Answer {
                status,
                content_type,
                body,
            }) => {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
                );
                client.write_all(format!("{head}{body}").as_bytes()).await?;
                continue;
            }
            Some(Fault::LoseAnswer) | None => {}
        }
        server.write_all(&request).await?;
        let answer = message(&mut server).await?;
        match (fault, answer) {
            (None, Some(answer)) => client.write_all(&answer).await?,
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// A request or an answer, with its body by `content-length`; `None` at the end of the connection.
async fn message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let head = loop {
        if let Some(at) = message.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut message).await? == 0 {
            return Ok(None);
        }
    };
    let length = String::from_utf8_lossy(&message[..head])
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length:")?
                .trim()
                .parse::<usize>()
                .ok()
        })
        .unwrap_or(0);
    while message.len() < head + length {
        if stream.read_buf(&mut message).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(message))
}
