//! Bytes on a connection, whatever they are, are answered by HTTP or refused; and an answer is one that clients know.

use iamsat::serve::{InMemory, Moment, Service, Settings};
use std::sync::OnceLock;
use std::time::SystemTime;

/// The statuses that a client may get: those of the service, and those of HTTP itself.
const STATUSES: [u16; 7] = [100, 200, 400, 404, 409, 414, 431];

pub(crate) fn service() -> Service {
    let moment = Moment { deadline: None, now: SystemTime::UNIX_EPOCH, request_id: "start".to_owned() };
    Service::new(Settings::default(), &moment)
}

/// Takes the bytes as everything that a client sends, and as the body of a check.
pub(crate) fn holds(data: &[u8]) {
    static SERVER: OnceLock<InMemory> = OnceLock::new();
    let server = SERVER.get_or_init(|| InMemory::new(service()).unwrap());
    answers(&server.exchange(data));
    let head = format!(
        "POST /policy/check-no-public-access HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        data.len()
    );
    let mut whole = head.clone().into_bytes();
    whole.extend_from_slice(data);
    let next = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    whole.extend_from_slice(next);
    let found = answers(&server.exchange(&whole));
    assert!(matches!(found.as_slice(), [200 | 400, 200]), "{found:?}");
    // The same in one chunk.
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", data.len());
    let mut whole = head.split_once("Content-Length").unwrap().0.to_owned().into_bytes();
    whole.extend_from_slice(chunked.as_bytes());
    whole.extend_from_slice(data);
    if !data.is_empty() {
        whole.extend_from_slice(b"\r\n0\r\n\r\n");
    } else {
        whole.extend_from_slice(b"\r\n");
    }
    whole.extend_from_slice(next);
    let found = answers(&server.exchange(&whole));
    assert!(matches!(found.as_slice(), [200 | 400, 200]), "{found:?}");
}

/// Reads the answers of a connection, and returns their statuses.
fn answers(mut bytes: &[u8]) -> Vec<u16> {
    let mut statuses = Vec::new();
    while !bytes.is_empty() {
        let show = || String::from_utf8_lossy(bytes).into_owned();
        let end =
            bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{}", show()));
        let head = std::str::from_utf8(&bytes[..end]).unwrap().to_ascii_lowercase();
        let mut words = head.split(' ');
        assert!(matches!(words.next(), Some("http/1.1" | "http/1.0")), "{}", show());
        let status: u16 = words.next().unwrap().parse().unwrap();
        assert!(STATUSES.contains(&status), "{}", show());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let rest = &bytes[end + 4..];
        // A HEAD request gets the length of a body, without the body.
        let is_of_head = rest.is_empty() || rest.starts_with(b"HTTP/1.");
        let body = if is_of_head && length > 0 { &[] } else { &rest[..length] };
        assert!(status != 200 || is_of_head || !body.is_empty(), "{}", show());
        bytes = &rest[body.len()..];
        statuses.push(status);
    }
    statuses
}
