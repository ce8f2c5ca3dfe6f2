//! `iamsat serve` as a process, over sockets: each file of `tests/serve` holds requests with their whole answers.
//!
//! In a request, a policy is written as an object and sent as a string, as clients do. `IAMSAT_BLESS=1` writes the answers.

use crate::support::commands::difference;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that ends with its test.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_iamsat"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "none"])
            .args(arguments)
            .current_dir(directory())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("the address is printed");
        Server { address: address.parse().unwrap(), process }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends bytes and returns everything that comes back until the server closes the connection.
    fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // A server that refuses early closes before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn stop(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve")
}

/// An answer: status, headers, body.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// Reads one answer of a connection that stays open.
    fn read(stream: &mut TcpStream) -> Answer {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &String| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        let headers: Vec<(String, String)> = head[1..].iter().map(header).collect();
        let mut answer = Answer { status, headers, body: String::new() };
        let length = answer.header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        answer.body = String::from_utf8(body).unwrap();
        answer
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn view(&self) -> Value {
        let id = self.header("x-amzn-requestid").expect("each answer has an id");
        let text = without_times(&self.body.replace(id, "REQUEST-ID"));
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let mut view = json!({"status": self.status, "type": self.header("content-type")});
        if let Some(error) = self.header("x-amzn-errortype") {
            view["error"] = error.into();
        }
        view["body"] = body;
        view
    }
}

/// Replaces times of day, which are of the form 2026-01-31T12:00:00Z.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('Z') {
        let (before, after) = rest.split_at(at + 1);
        let start = before.len().saturating_sub(20);
        let is_time = before.get(start..).is_some_and(|time| {
            time.len() == 20
                && time.bytes().zip("0000-00-00T00:00:00Z".bytes()).all(|(byte, form)| match form {
                    b'0' => byte.is_ascii_digit(),
                    form => byte == form,
                })
        });
        out.push_str(if is_time { &before[..start] } else { before });
        out.push_str(if is_time { "TIME" } else { "" });
        rest = after;
    }
    out + rest
}

/// Writes policies as strings.
fn as_sent(name: &str, value: &Value, in_policies: bool) -> Value {
    let is_policy = in_policies || name.ends_with("Document") || name.ends_with("Policy");
    match value {
        Value::Object(_) if is_policy => Value::String(value.to_string()),
        Value::Object(members) => {
            let inner = name == "keyPolicies";
            let member = |(name, value): (&String, &Value)| (name.clone(), as_sent(name, value, inner));
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn request(send: &Value) -> Vec<u8> {
    let text = |name: &str| send[name].as_str().unwrap_or_default();
    let body = match &send["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => as_sent("", value, false).to_string(),
    };
    let mut out = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", text("method"), text("path"));
    for (name, value) in send["headers"].as_object().into_iter().flatten() {
        out.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
    }
    out.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    out.into_bytes()
}

#[test]
fn each_request_has_its_answer() {
    let bless = std::env::var_os("IAMSAT_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in std::fs::read_dir(directory().join("requests")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let arguments: Vec<&str> =
            file["arguments"].as_array().into_iter().flatten().map(|a| a.as_str().unwrap()).collect();
        let server = Server::start(&arguments);
        let mut stream = server.connect();
        let mut cases = Vec::new();
        for case in file["cases"].as_array().unwrap() {
            stream.write_all(&request(&case["send"])).unwrap();
            let mut case = case.clone();
            case["answer"] = Answer::read(&mut stream).view();
            cases.push(case);
        }
        files += 1;
        let mut actual = file.clone();
        actual["cases"] = Value::Array(cases);
        let actual = format!("{}\n", serde_json::to_string_pretty(&actual).unwrap());
        if actual != text {
            if bless {
                std::fs::write(&path, &actual).unwrap();
            }
            wrong.push(format!("{} differs:\n{}", path.display(), difference(&text, &actual)));
        }
    }
    assert!(files > 3 && wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The statuses of all answers in what a connection brought.
fn statuses(text: &str) -> Vec<u16> {
    text.split("HTTP/1.").skip(1).map(|answer| answer[2..5].parse().unwrap()).collect()
}

#[test]
fn bytes_on_a_connection_are_answered_or_refused() {
    let server = Server::start(&[]);
    let cases: Value =
        serde_json::from_str(&std::fs::read_to_string(directory().join("bytes.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in cases.as_array().unwrap() {
        let send: String = match &case["send"] {
            Value::Array(parts) => parts.iter().map(|part| part.as_str().unwrap()).collect(),
            _ => panic!("{case}"),
        };
        // Any byte can be written as a character below U+0100.
        let bytes: Vec<u8> = send.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let text = server.exchange(&bytes);
        let expected: Vec<u16> = serde_json::from_value(case["answers"].clone()).unwrap();
        if statuses(&text) != expected {
            wrong.push(format!("{}: {:?} instead of {expected:?}:\n{text}", case["name"], statuses(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The server goes on.
    assert_eq!(
        statuses(&server.exchange(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
        [200]
    );
}

fn check(length: usize, body: &str) -> Vec<u8> {
    format!(
        "POST /policy/check-no-public-access HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[test]
fn large_and_deep_requests_are_refused_at_once() {
    let server = Server::start(&["--jobs", "1"]);
    let large = "a".repeat((4 << 20) + 1);
    let text = server.exchange(&check(large.len(), &large));
    assert!(text.contains("ValidationException") && text.contains("more than 4194304 bytes"), "{text}");
    assert_eq!(statuses(&text), [400]);
    let deep = "[".repeat(1 << 20);
    for body in [
        deep.clone(),
        format!("{{\"policyDocument\":{deep}"),
        json!({"policyDocument": deep, "resourceType": "AWS::S3::Bucket"}).to_string(),
    ] {
        let text = server.exchange(&check(body.len(), &body));
        assert_eq!(statuses(&text), [400], "{text}");
    }
    let flood: String = (0..5_000).map(|i| format!("X-{i}: {i}\r\n")).collect();
    let text = server.exchange(format!("GET /health HTTP/1.1\r\n{flood}\r\n").as_bytes());
    assert!(matches!(statuses(&text).as_slice(), [] | [431]), "{text}");
    let head = |length: usize| {
        format!("GET /health HTTP/1.1\r\nHost: x\r\nX-A: {}\r\nConnection: close\r\n\r\n", "a".repeat(length))
    };
    assert_eq!(statuses(&server.exchange(head(24 << 10).as_bytes())), [200]);
    let text = server.exchange(head(64 << 10).as_bytes());
    assert!(matches!(statuses(&text).as_slice(), [] | [431]), "{text}");
}

#[test]
fn a_request_that_takes_too_long_is_refused() {
    let server = Server::start(&["--timeout", "200ms"]);
    let text = server.exchange(&check(100, "{"));
    assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("InvalidParameterException"), "{text}");
    assert!(text.contains("did not arrive within its time limit"), "{text}");
}

#[test]
fn told_to_stop_the_server_answers_what_it_was_asked() {
    let mut server = Server::start(&[]);
    let body = json!({
        "policyDocument": r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}}"#,
        "resourceType": "AWS::S3::Bucket",
    })
    .to_string();
    let (mut half, mut idle) = (server.connect(), server.connect());
    let head = format!(
        "POST /policy/check-no-public-access HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (first, second) = body.split_at(10);
    half.write_all(format!("{head}{first}").as_bytes()).unwrap();
    idle.write_all(&request(&json!({"method": "GET", "path": "/health"}))).unwrap();
    assert_eq!(Answer::read(&mut idle).status, 200);
    server.stop();
    std::thread::sleep(Duration::from_millis(200));
    // This request was on its way when the server was told.
    idle.write_all(&request(&json!({"method": "GET", "path": "/health"}))).unwrap();
    let answer = Answer::read(&mut idle);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    half.write_all(second.as_bytes()).unwrap();
    let answer = Answer::read(&mut half);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(answer.body.starts_with(r#"{"result":"PASS""#), "{}", answer.body);
    let start = Instant::now();
    while server.process.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "the server does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(server.process.wait().unwrap().success());
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn counters_say_what_was_answered() {
    let server = Server::start(&[]);
    let mut stream = server.connect();
    for path in ["/health", "/nothing"] {
        stream.write_all(&request(&json!({"method": "GET", "path": path}))).unwrap();
        Answer::read(&mut stream);
    }
    stream.write_all(&request(&json!({"method": "GET", "path": "/metrics"}))).unwrap();
    let body = Answer::read(&mut stream).body;
    for line in [
        r#"iamsat_requests_total{operation="Health",outcome="OK"} 1"#,
        r#"iamsat_requests_total{operation="Unknown",outcome="UnknownOperationException"} 1"#,
        r#"iamsat_request_seconds_bucket{le="+Inf"} 2"#,
        "iamsat_request_seconds_count 2",
        "iamsat_connections_total 1",
    ] {
        assert!(body.lines().any(|own| own == line), "{line}:\n{body}");
    }
}
