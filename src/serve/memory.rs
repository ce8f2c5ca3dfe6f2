//! A connection in memory, for fuzzing and tests: bytes in, bytes out.

use super::connection::Shared;
use super::log::{Log, LogForm};
use super::service::Service;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::watch;

/// Everything that a client sends, and everything that it gets.
struct Memory {
    sent: Vec<u8>,
    read: usize,
    got: Arc<Mutex<Vec<u8>>>,
}

impl Read for Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let rest = self.sent.get(self.read..).unwrap_or_default();
        let part = rest.get(..buffer.remaining()).unwrap_or(rest);
        buffer.put_slice(part);
        let length = part.len();
        self.read += length;
        Poll::Ready(Ok(()))
    }
}

impl Write for Memory {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Serves connections in memory.
pub struct InMemory {
    shared: Arc<Shared>,
    runtime: tokio::runtime::Runtime,
}

impl InMemory {
    /// Starts one worker for a service.
    ///
    /// # Errors
    /// The system has no threads.
    pub fn new(service: Service) -> io::Result<InMemory> {
        let (log, _) = Log::start(LogForm::None)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        Ok(InMemory { shared: Arc::new(Shared::new(service, log, 1, 0)?), runtime })
    }

    /// Returns everything that the server sends to a client that sends these bytes and no more.
    pub fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let got = Arc::default();
        let memory = Memory { sent: bytes.to_vec(), read: 0, got: Arc::clone(&got) };
        let (_stop, stopping) = watch::channel(false);
        self.runtime.block_on(Arc::clone(&self.shared).serve(memory, stopping));
        let mut got = got.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *got)
    }
}

#[cfg(test)]
mod tests {
    use super::super::call::Moment;
    use super::super::settings::Settings;
    use super::*;
    use crate::surface::injection::break_after;
    use std::time::SystemTime;

    const BUCKET: &str = r#"{"policyDocument":"{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}","resourceType":"AWS::S3::Bucket"}"#;

    #[test]
    fn a_broken_invariant_is_the_error_of_its_request_alone() {
        let moment = Moment { deadline: None, now: SystemTime::UNIX_EPOCH, request_id: String::new() };
        let server = InMemory::new(Service::new(Settings::default(), &moment)).unwrap();
        let length = BUCKET.len();
        let check = format!(
            "POST /policy/check-no-public-access HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{BUCKET}"
        );
        let mut breaks = 0;
        for others in 0.. {
            let rest = server.shared.workers.broadcast(|_| break_after(others));
            assert_eq!(rest.len(), 1, "one worker answers");
            let text = String::from_utf8(server.exchange(check.repeat(2).as_bytes())).unwrap();
            let answers: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
            let [first, second] = answers[..] else { panic!("{others}: {text}") };
            assert!(second.contains(r#""result":"PASS""#) || first.contains(r#""result":"PASS""#), "{text}");
            let failed = [first, second].map(|answer| answer.starts_with("501 "));
            for answer in [first, second].into_iter().filter(|answer| answer.starts_with("501 ")) {
                assert!(answer.contains("InternalFailure") && !answer.contains("result"), "{answer}");
            }
            match failed {
                [true, false] => breaks += 1,
                // The fault lies beyond the jobs of the first request.
                _ => break,
            }
        }
        assert!(breaks >= 2, "{breaks} jobs of a request were broken");
    }
}
