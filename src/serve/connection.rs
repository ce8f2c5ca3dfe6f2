//! One connection: requests of HTTP/1.1 one after another, each answered by a worker.

use super::bodies::{Bodies, Held};
use super::call::{Call, Moment};
use super::log::{Log, Logged};
use super::patience::Patient;
use super::refusal::Refusal;
use super::reply::Reply;
use super::service::Service;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioTimer;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout_at;

/// The stack size of a worker.
const STACK: usize = 8 << 20;
/// How long the head of a request may take, and a connection may wait for one.
const HEAD: Duration = Duration::from_secs(60);
/// The most bytes and the most headers of the head of a request.
const HEAD_BYTES: usize = 64 << 10;
/// How much hyper reads at most before it asks whether the head is too long. One more read of this size may follow.
const BUFFER: usize = HEAD_BYTES / 2;
const HEADERS: usize = 100;
/// How long a worker may be late before its request is answered without it.
const GRACE: Duration = Duration::from_secs(1);
/// How long a connection without a request stays open after the server was told to stop: a request may be on its way.
const LINGER: Duration = Duration::from_millis(500);

const REQUEST_ID: &str = "x-amzn-requestid";
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Everything that connections share.
pub(super) struct Shared {
    pub(super) service: Arc<Service>,
    pub(super) log: Log,
    pub(super) workers: rayon::ThreadPool,
    bodies: Bodies,
    requests: AtomicU64,
    /// Distinguishes the requests of this process from those of others.
    process: u64,
}

/// The parts of a request that a worker reads.
struct Received {
    method: Method,
    target: String,
    authorization: Option<String>,
    amz_target: Option<String>,
}

impl Received {
    fn call<'c>(&'c self, body: &'c [u8]) -> Call<'c> {
        Call {
            method: self.method.as_str(),
            target: &self.target,
            authorization: self.authorization.as_deref(),
            amz_target: self.amz_target.as_deref(),
            body,
        }
    }
}

impl Shared {
    /// Starts the workers; one for each processor if their number is not given.
    pub(super) fn new(service: Service, log: Log, workers: usize, process: u64) -> std::io::Result<Shared> {
        let workers = rayon::ThreadPoolBuilder::new()
            .num_threads(workers)
            .thread_name(|number| format!("answers-{number}"))
            .stack_size(STACK)
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Shared {
            service: Arc::new(service),
            log,
            workers,
            bodies: Bodies::new(),
            requests: AtomicU64::new(0),
            process,
        })
    }

    /// Serves a connection until it ends, or until the server stops and its request is answered.
    pub(super) async fn serve(
        self: Arc<Shared>,
        io: impl Read + Write + Unpin,
        mut stop: watch::Receiver<bool>,
    ) {
        let is_stopping = stop.clone();
        let answer = service_fn(|request: Request<Incoming>| {
            let (shared, is_stopping) = (Arc::clone(&self), is_stopping.clone());
            async move { Ok::<_, Infallible>(shared.respond(request, &is_stopping).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(BUFFER)
            .max_headers(HEADERS)
            // A client that has sent everything may say so, and still gets its answer.
            .half_close(true)
            .serve_connection(Patient::new(io, self.service.timeout() + HEAD), answer);
        let mut connection = pin!(connection);
        // An error of a connection is the client's: it left, or sent something else than HTTP.
        let stopped = async {
            if stop.wait_for(|stop| *stop).await.is_ok() {
                tokio::time::sleep(LINGER).await;
            }
        };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stopped => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        stop: &watch::Receiver<bool>,
    ) -> Response<Full<Bytes>> {
        let start = Instant::now();
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        // A deadline beyond the range of the clock is none.
        let deadline = start.checked_add(self.service.timeout());
        let moment = Moment {
            deadline,
            now: SystemTime::now(),
            request_id: format!(
                "{:08x}-{:04x}-4000-8000-{number:012x}",
                self.process >> 16 & 0xffff_ffff,
                self.process & 0xffff
            ),
        };
        let (head, body) = request.into_parts();
        let text =
            |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let received = Received {
            target: head.uri.path_and_query().map_or_else(String::new, |target| target.as_str().to_owned()),
            authorization: text(AUTHORIZATION.as_str()),
            amz_target: text("x-amz-target"),
            method: head.method,
        };
        let until = match deadline {
            Some(deadline) => tokio::time::Instant::from_std(deadline),
            None => tokio::time::Instant::now() + Duration::from_secs(86_400),
        };
        let body = self.bodies.read(body, until).await;
        let (bytes, is_read) = (body.as_ref().map_or(0, |held| held.bytes.len()), body.is_ok());
        let received = Arc::new(received);
        let reply = match body {
            Err(refusal) => self.service.refuse(&received.call(&[]), refusal, &moment),
            // These answers take no time, so they do not wait for a worker.
            Ok(held) if matches!(received.method, Method::GET | Method::HEAD) => {
                self.service.answer(&received.call(&held.bytes), &moment)
            }
            Ok(held) => self.work(&received, held, &moment, until).await,
        };
        let elapsed = start.elapsed();
        self.service.count(&reply, elapsed);
        let logged = Logged {
            time: moment.timestamp(),
            request_id: &moment.request_id,
            method: received.method.as_str(),
            target: &received.target,
            bytes,
            elapsed,
        };
        self.log.answered(&logged, &reply);
        response(reply, &moment.request_id, !is_read || *stop.borrow())
    }

    /// Has a worker answer a request.
    async fn work(
        &self,
        received: &Arc<Received>,
        held: Held,
        moment: &Moment,
        until: tokio::time::Instant,
    ) -> Reply {
        let (sender, receiver) = oneshot::channel();
        let (service, job, own) = (Arc::clone(&self.service), Arc::clone(received), moment.clone());
        self.workers.spawn_fifo(move || {
            // Nobody waits for the answer of a connection that has ended.
            if !sender.is_closed() {
                let _ = sender.send(service.answer(&job.call(&held.bytes), &own));
            }
        });
        let refuse = |refusal| self.service.refuse(&received.call(&[]), refusal, moment);
        match timeout_at(until + GRACE, receiver).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) => refuse(Refusal::internal("a worker ended before its answer")),
            Err(_) => refuse(self.service.too_late()),
        }
    }
}

fn response(reply: Reply, request_id: &str, closes: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    // All statuses are constants of this program.
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::NOT_IMPLEMENTED);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(error) = reply.error {
        headers.insert(ERROR_TYPE, HeaderValue::from_static(error));
    }
    if closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
