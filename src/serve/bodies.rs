//! The bodies of requests: read up to a limit each, and up to a limit together.

use super::refusal::Refusal;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

/// The most bytes of one body.
pub(super) const MOST: usize = 4 << 20;
/// The most bytes of all bodies beyond the small part of each.
const TOGETHER: usize = 96 << 20;
/// Each connection may hold as many bytes without waiting, so that few large and slow bodies do not stop everybody else.
const SMALL: usize = 32 << 10;
/// The most connections at a time; with [`SMALL`] bytes each and [`TOGETHER`], bodies have at most 128 MiB.
pub(super) const CONNECTIONS: usize = 1_024;
/// The bytes of a body that is too large are read up to this number, because a client listens only after it has sent.
const DRAINED: u64 = 64 << 20;

/// The memory for bodies, in KiB.
pub(super) struct Bodies(Arc<Semaphore>);

/// A body, with its part of the memory.
pub(super) struct Held {
    pub(super) bytes: Bytes,
    _memory: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    pub(super) fn new() -> Bodies {
        Bodies(Arc::new(Semaphore::new(TOGETHER >> 10)))
    }

    /// Reads a body, after it has been given memory.
    ///
    /// # Errors
    /// The body is too large, it ends early, or the deadline is reached.
    pub(super) async fn read(
        &self,
        mut body: Incoming,
        deadline: tokio::time::Instant,
    ) -> Result<Held, Refusal> {
        let late = || Refusal::undecided("the request did not arrive within its time limit");
        let read = async {
            let hint = body.size_hint();
            if hint.lower() > MOST as u64 {
                drain(&mut body, hint.lower()).await;
                return Err(too_large());
            }
            // A body of unknown length may become as long as allowed.
            let size = hint.upper().map_or(MOST, |upper| usize::try_from(upper).unwrap_or(MOST).min(MOST));
            let memory = match size.checked_sub(SMALL) {
                None | Some(0) => None,
                Some(beyond) => {
                    // MOST is far below the range.
                    let kib = u32::try_from(beyond.div_ceil(1 << 10)).unwrap_or(u32::MAX);
                    let memory = Arc::clone(&self.0).acquire_many_owned(kib).await;
                    Some(memory.map_err(|_| Refusal::internal("the memory for bodies is never closed"))?)
                }
            };
            let mut bytes = Vec::with_capacity(size.min(SMALL));
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|_| Refusal::unreadable("the body ends early"))?;
                let Ok(data) = frame.into_data() else { continue };
                if bytes.len() + data.len() > MOST {
                    drain(&mut body, 0).await;
                    return Err(too_large());
                }
                bytes.extend_from_slice(&data);
            }
            Ok(Held { bytes: bytes.into(), _memory: memory })
        };
        timeout_at(deadline, read).await.unwrap_or_else(|_| Err(late()))
    }
}

fn too_large() -> Refusal {
    Refusal::other(format!("the body has more than {MOST} bytes"))
}

/// Reads and drops a body that is known to have a number of bytes.
async fn drain(body: &mut Incoming, known: u64) {
    let mut left = DRAINED;
    if known > left {
        return;
    }
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            left = left.saturating_sub(bytes);
            if left == 0 {
                return;
            }
        }
    };
    // A client that goes on sending slowly does not get its answer.
    let _ = tokio::time::timeout(Duration::from_secs(5), reading).await;
}
