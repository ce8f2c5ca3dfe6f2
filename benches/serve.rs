//! Load on `iamsat serve`, over the loopback interface: many keep-alive connections that ask about pairs of managed policies, beside
//! `batch` on the same pairs; and, with `IAMSAT_SOAK` seconds, a long run with clients that misbehave. `IAMSAT_BIN` names another
//! program to measure.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

#[expect(dead_code, reason = "families are for other benches")]
mod support;

use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// Requests of the load, at most.
const REQUESTS: usize = 200_000;
/// Connections of clients that misbehave, at a time.
const FAULTY: usize = 8;
/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

fn program() -> Command {
    let built = env!("CARGO_BIN_EXE_iamsat").into();
    Command::new(std::env::var_os("IAMSAT_BIN").unwrap_or(built))
}

/// A server that ends with the bench.
struct Server(Child, SocketAddr);

impl Server {
    fn start() -> Server {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "none"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().parse().unwrap();
        Server(child, address)
    }

    /// Resident memory in MiB, now and at most.
    fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let mib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
            line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A request for every pair, and the same as a line of `batch`. Neighbours are alike in size, so the pairs are mixed: clients that
/// come together do not all ask about the largest policies.
fn questions() -> (Vec<Vec<u8>>, Vec<String>) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let question = |(_, new, existing): &(String, iamsat::policy::Document, iamsat::policy::Document)| {
        let (new, existing) = (quoted(new.source.text()), quoted(existing.source.text()));
        let members = format!(
            r#""newPolicyDocument":{new},"existingPolicyDocument":{existing},"policyType":"IDENTITY_POLICY""#
        );
        let head =
            "POST /policy/check-no-new-access HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{{{members}}}", members.len() + 2);
        (request.into_bytes(), format!(r#"{{"check":"check-no-new-access",{members}}}"#))
    };
    let pairs = support::pairs();
    // A prime that divides no number of pairs that fits into memory, so that each pair comes once.
    let mixed = (0..pairs.len()).map(|place| &pairs[(place * 1_000_003) % pairs.len()]);
    mixed.map(question).unzip()
}

/// Sends all bytes of a request.
async fn send(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Finds the end of the head of an answer, and the length that the head gives to the body.
fn head(got: &[u8]) -> Option<(usize, usize)> {
    let end = got.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&got[..end]).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    Some((end, length.parse().unwrap()))
}

/// Reads one answer; `None` if the connection ends before it. Returns whether it is the last of its connection.
async fn answer(stream: &TcpStream, got: &mut Vec<u8>) -> Option<bool> {
    got.clear();
    let mut part = [0; 16 << 10];
    loop {
        stream.readable().await.ok()?;
        match stream.try_read(&mut part) {
            Ok(0) => return None,
            Ok(length) => got.extend(&part[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(_) => return None,
        }
        let Some((end, length)) = head(got).filter(|(end, length)| got.len() == end + length) else {
            continue;
        };
        let (head, body) = got.split_at(end);
        assert!(head.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(got));
        assert!(
            body.len() == length && body.starts_with(b"{\"result\":\""),
            "{}",
            String::from_utf8_lossy(body)
        );
        return Some(String::from_utf8_lossy(head).lines().any(|line| line == "connection: close"));
    }
}

/// The outcome of clients.
#[derive(Default)]
struct Outcome {
    latencies: Vec<Duration>,
    /// Requests that were sent as a whole and got no answer.
    lost: usize,
}

/// Asks one request after the other until there are no more, or the time is over.
async fn client(
    address: SocketAddr,
    requests: &[Vec<u8>],
    next: &AtomicUsize,
    most: usize,
    until: Instant,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut got = Vec::new();
    while let Ok(stream) = TcpStream::connect(address).await {
        stream.set_nodelay(true).unwrap();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= most || Instant::now() >= until {
                return outcome;
            }
            let start = Instant::now();
            if send(&stream, &requests[number % requests.len()]).await.is_err() {
                break;
            }
            let answer = tokio::time::timeout(PATIENCE, answer(&stream, &mut got)).await;
            let Some(is_last) = answer.ok().flatten() else {
                outcome.lost += 1;
                break;
            };
            outcome.latencies.push(start.elapsed());
            if is_last {
                return outcome;
            }
        }
    }
    outcome
}

/// Runs clients side by side. One thread serves all of them: it shares the processors with the server, so it must take little.
fn load(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    most: usize,
    time: Duration,
) -> (Outcome, Duration) {
    let (next, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build().unwrap();
    let all = runtime.block_on(async {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
                tokio::spawn(async move { client(address, &requests, &next, most, start + time).await })
            })
            .collect();
        let mut all = Outcome::default();
        for client in clients {
            let one = client.await.unwrap();
            all.latencies.extend(one.latencies);
            all.lost += one.lost;
        }
        all.latencies.sort();
        all
    });
    (all, start.elapsed())
}

fn told(title: &str, outcome: &Outcome, elapsed: Duration) {
    let latencies = &outcome.latencies;
    let at = |part: f64| latencies[((latencies.len() - 1) as f64 * part) as usize];
    println!(
        "{title}: {} answers, {:.0} a second; latency median {:.2?}, p99 {:.2?}, most {:.2?}; {} lost",
        latencies.len(),
        latencies.len() as f64 / elapsed.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
        outcome.lost,
    );
}

/// A client that breaks off in a body, sends something else, is slow, or leaves before its answer, again and again.
fn misbehave(address: SocketAddr, requests: &[Vec<u8>], number: usize, ends: &AtomicBool) {
    for round in number.. {
        if ends.load(Ordering::Relaxed) {
            return;
        }
        let Ok(mut stream) = std::net::TcpStream::connect(address) else { return };
        let request = &requests[round % requests.len()];
        let _ = match round % 5 {
            0 => stream.write_all(&request[..request.len() / 2]),
            1 => stream.write_all(request),
            2 => stream.write_all(&request[request.len() / 3..]),
            3 => stream.write_all(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"),
            _ => {
                let _ = stream.write_all(&request[..30]);
                std::thread::sleep(Duration::from_millis(200));
                stream.write_all(&request[30..60])
            }
        };
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs load beside clients that misbehave, ends the server under load, and counts what was lost.
fn soak(requests: &Arc<Vec<Vec<u8>>>, time: Duration) {
    let mut server = Server::start();
    let (address, ends) = (server.1, Arc::new(AtomicBool::new(false)));
    let faulty: Vec<_> = (0..FAULTY)
        .map(|number| {
            let (requests, ends) = (Arc::clone(requests), Arc::clone(&ends));
            std::thread::spawn(move || misbehave(address, &requests, number, &ends))
        })
        .collect();
    let asked = Arc::clone(requests);
    let clients = std::thread::spawn(move || load(address, &asked, usize::MAX, time * 2));
    std::thread::sleep(time / 6);
    let (early, _) = server.memory();
    std::thread::sleep(time - time / 6);
    let (late, most) = server.memory();
    ends.store(true, Ordering::Relaxed);
    faulty.into_iter().for_each(|client| client.join().unwrap());
    let id = server.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let (outcome, elapsed) = clients.join().unwrap();
    let ended = server.0.wait().unwrap();
    told("soak", &outcome, elapsed);
    println!(
        "soak: {early:.0} MiB after a sixth of the time, {late:.0} MiB at its end, {most:.0} MiB at most; {ended}"
    );
    assert!(ended.success() && outcome.lost == 0);
}

/// Answers the same pairs as lines of `batch`.
fn batch(lines: &[String], repeats: usize) {
    let start = Instant::now();
    let mut child = program().arg("batch").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let text = lines.join("\n") + "\n";
    let writer =
        std::thread::spawn(move || (0..repeats).for_each(|_| stdin.write_all(text.as_bytes()).unwrap()));
    let answers = BufReader::new(stdout).lines().count();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success() && answers == lines.len() * repeats);
    println!("batch: {answers} answers, {:.0} a second", answers as f64 / start.elapsed().as_secs_f64());
}

fn main() {
    // `cargo test` runs benches with `--test`: then one small round is enough.
    let quick = std::env::args().any(|a| a == "--test");
    let (mut requests, mut lines) = questions();
    if requests.is_empty() {
        println!("no corpus: set IAMSAT_CORPUS to its directory");
        return;
    }
    if quick {
        requests.truncate(50);
        lines.truncate(50);
    }
    let requests = Arc::new(requests);
    let most = if quick { 200 } else { REQUESTS };
    batch(&lines, if quick { 1 } else { 10 });
    let server = Server::start();
    for title in ["every connection for the first time", "again"] {
        let (outcome, elapsed) = load(server.1, &requests, most, Duration::from_secs(60));
        told(title, &outcome, elapsed);
        assert_eq!(outcome.lost, 0);
    }
    let (now, memory) = server.memory();
    println!("{now:.0} MiB, {memory:.0} MiB at most");
    drop(server);
    let seconds = std::env::var("IAMSAT_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    if let Some(seconds) = seconds {
        soak(&requests, Duration::from_secs(seconds));
    }
}
