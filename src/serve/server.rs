//! The server: a listener on one address, and a thread that serves its connections.

use super::bodies::CONNECTIONS;
use super::call::Moment;
use super::connection::Shared;
use super::log::{Log, LogForm};
use super::service::Service;
use super::settings::Settings;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// How long the server waits after the system refused a connection, usually for lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the log may take for its last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// A server.
#[derive(Clone, Debug)]
pub struct Server {
    /// The address to listen on; with port 0 the system chooses a port.
    pub listen: SocketAddr,
    /// How requests are answered.
    pub settings: Settings,
    /// The form of log lines.
    pub log: LogForm,
    /// The number of threads that answer; one for each processor if absent.
    pub jobs: Option<NonZeroUsize>,
}

impl Server {
    /// Serves until the process is told to stop (SIGTERM, SIGINT), and then until the requests in progress are answered; `ready`
    /// receives the address.
    ///
    /// # Errors
    /// The address cannot be listened on, or the system has no threads.
    pub fn run(self, ready: impl FnOnce(SocketAddr) -> io::Result<()>) -> io::Result<()> {
        let (log, writer) = Log::start(self.log)?;
        let moment = now();
        // A clock before 1970 is not set.
        let since = moment.now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let process = since.as_secs() << 16 ^ u64::from(std::process::id());
        let service = Service::new(self.settings, &moment);
        let shared = Shared::new(service, log, self.jobs.map_or(0, NonZeroUsize::get), process)?;
        let shared = Arc::new(shared);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let result = runtime.block_on(listen(self.listen, &shared, ready));
        drop(runtime);
        let dropped = shared.log.dropped();
        if dropped > 0 {
            let message = format!("{dropped} log lines were not written");
            shared.log.event(&now().timestamp(), "log", &message);
        }
        drop(shared);
        if let Some(writer) = writer {
            let end = std::time::Instant::now() + LAST_LINES;
            while !writer.is_finished() && std::time::Instant::now() < end {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        result
    }
}

fn now() -> Moment {
    Moment { deadline: None, now: SystemTime::now(), request_id: String::new() }
}

async fn listen(
    address: SocketAddr,
    shared: &Arc<Shared>,
    ready: impl FnOnce(SocketAddr) -> io::Result<()>,
) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let mut told = std::pin::pin!(told_to_stop()?);
    ready(listener.local_addr()?)?;
    let (stop, stopping) = watch::channel(false);
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let serve = |stream: TcpStream, permit| {
        shared.service.connected();
        // Without it, small answers wait for the acknowledgement of earlier ones.
        let _ = stream.set_nodelay(true);
        let (shared, stopping) = (Arc::clone(shared), stopping.clone());
        tokio::spawn(async move {
            shared.serve(TokioIo::new(stream), stopping).await;
            drop(permit);
        });
    };
    let accepted = async {
        loop {
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => serve(stream, permit),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    tokio::select! {
        () = accepted => {}
        () = &mut told => {}
    }
    shared.log.event(
        &now().timestamp(),
        "stop",
        "requests in progress are answered, new connections refused",
    );
    // Connections that the system has accepted already may bring a request.
    while let Ok(permit) = Arc::clone(&connections).try_acquire_owned()
        && let Ok(Ok((stream, _))) = tokio::time::timeout(Duration::ZERO, listener.accept()).await
    {
        serve(stream, permit);
    }
    drop(listener);
    let _ = stop.send(true);
    let ended = async {
        // CONNECTIONS is far below the range.
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        let _ = connections.acquire_many(all).await;
    };
    let limit = shared.service.timeout() + Duration::from_secs(5);
    let again = told_to_stop()?;
    tokio::select! {
        () = ended => {}
        () = tokio::time::sleep(limit) => {}
        () = again => {}
    }
    Ok(())
}

/// Waits until the process is told to stop.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// Waits until the process is told to stop.
#[cfg(not(unix))]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
