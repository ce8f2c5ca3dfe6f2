//! Log lines on standard error, written by a thread of their own: whoever reads them slowly loses lines, and delays no answer.

use super::reply::Reply;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The most lines that wait to be written.
const WAITING: usize = 4_096;
/// The longest path of a line, in characters.
const PATH: usize = 200;

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// Lines for people.
    Text,
    /// Objects of JSON.
    Json,
    /// No lines.
    None,
}

/// The request of a line.
pub(super) struct Logged<'l> {
    pub(super) time: String,
    pub(super) request_id: &'l str,
    pub(super) method: &'l str,
    pub(super) target: &'l str,
    pub(super) bytes: usize,
    pub(super) elapsed: Duration,
}

/// A log.
pub(super) struct Log {
    form: LogForm,
    lines: Option<SyncSender<String>>,
    dropped: AtomicU64,
}

impl Log {
    /// Starts a log, with the thread that writes it.
    pub(super) fn start(form: LogForm) -> std::io::Result<(Log, Option<JoinHandle<()>>)> {
        if form == LogForm::None {
            return Ok((Log { form, lines: None, dropped: AtomicU64::new(0) }, None));
        }
        let (sender, receiver) = sync_channel::<String>(WAITING);
        let writer = std::thread::Builder::new().name("log".to_owned()).spawn(move || {
            let mut stderr = std::io::stderr();
            for mut line in receiver {
                line.push('\n');
                // A log that nobody reads any more is not a reason to stop.
                if stderr.write_all(line.as_bytes()).is_err() {
                    return;
                }
            }
        })?;
        Ok((Log { form, lines: Some(sender), dropped: AtomicU64::new(0) }, Some(writer)))
    }

    /// Writes a line about an answer. It holds no part of a policy.
    pub(super) fn answered(&self, logged: &Logged<'_>, reply: &Reply) {
        let path: String = logged.target.split('?').next().unwrap_or_default().chars().take(PATH).collect();
        let milliseconds = logged.elapsed.as_micros() as f64 / 1e3;
        let (operation, status, outcome) = (reply.operation.name(), reply.status, reply.outcome);
        match self.form {
            LogForm::None => {}
            LogForm::Text => self.line(format!(
                "{} {} {} {operation}: {status} {outcome}, {milliseconds:.1} ms",
                logged.time,
                logged.method.escape_default(),
                path.escape_default(),
            )),
            LogForm::Json => self.line(
                json!({
                    "time": logged.time,
                    "event": "request",
                    "requestId": logged.request_id,
                    "method": logged.method,
                    "path": path,
                    "operation": operation,
                    "status": status,
                    "outcome": outcome,
                    "milliseconds": milliseconds,
                    "bytesIn": logged.bytes,
                    "bytesOut": reply.body.len(),
                })
                .to_string(),
            ),
        }
    }

    /// Writes a line about the server.
    pub(super) fn event(&self, time: &str, event: &str, message: &str) {
        match self.form {
            LogForm::None => {}
            LogForm::Text => self.line(format!("{time} {event}: {message}")),
            LogForm::Json => {
                let members = [("time", time), ("event", event), ("message", message)];
                let members: Map<String, Value> =
                    members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
                self.line(Value::Object(members).to_string());
            }
        }
    }

    fn line(&self, line: String) {
        let Some(lines) = &self.lines else { return };
        if let Err(TrySendError::Full(_)) = lines.try_send(line) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of lines that were not written.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
