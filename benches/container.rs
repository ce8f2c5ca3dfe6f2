//! Files that hold many policies: from the text to all policies read, processor time, the fastest of five runs, with what was
//! counted.
//!
//! `--write DIR` writes the files, to run other programs on them; `--only NAME` reads one file once and prints the peak of memory;
//! `--process` runs the whole program on each file, by turns with `jq .` where that is installed. `IAMSAT_BIN` names another program.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use iamsat::container::{Container, Contents, Options, State, open};
use iamsat::span::Source;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A policy of four statements, about 900 bytes.
fn policy(n: usize) -> String {
    let statement = |m: usize| {
        format!(
            r#"{{"Sid":"S{m}","Effect":"Allow","Action":["s3:GetObject","s3:PutObject","sqs:SendMessage"],"Resource":["arn:aws:s3:::bucket-{n}-{m}/*","arn:aws:sqs:eu-west-1:111122223333:queue-{n}"],"Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"team-{n}"}}}}}}"#
        )
    };
    let statements: Vec<String> = (0..4).map(statement).collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// A plan on one line: `policies` policies before and after, among other resources so that it has `bytes` bytes.
fn plan(bytes: usize, policies: usize) -> String {
    let mut text = r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"resource_changes":["#.to_owned();
    let every = bytes / policies;
    for n in 0..policies {
        let (old, new) = (quoted(&policy(n)), quoted(&policy(n + 1)));
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"address":"module.m[\"k.{n}\"].aws_iam_policy.p","module_address":"module.m[\"k.{n}\"]","mode":"managed","type":"aws_iam_policy","name":"p","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["update"],"before":{{"name":"p-{n}","policy":{old}}},"after":{{"name":"p-{n}","policy":{new}}},"after_unknown":{{}},"before_sensitive":{{}},"after_sensitive":{{}}}}}}"#
        )
        .expect("a text");
        let mut other = 0;
        while text.len() < (n + 1) * every {
            write!(
                text,
                r#",{{"address":"aws_instance.i[\"{n}.{other}\"]","mode":"managed","type":"aws_instance","name":"i","index":"{n}.{other}","change":{{"actions":["create"],"before":null,"after":{{"ami":"ami-0123456789abcdef0","instance_type":"m7g.large","user_data":"{}","tags":{{"Name":"web-{other}","Team":"platform"}},"ebs_block_device":[{{"volume_size":100,"encrypted":true}}]}},"after_unknown":{{"id":true,"arn":true,"private_ip":true,"ebs_block_device":[{{"volume_id":true}}]}},"before_sensitive":false,"after_sensitive":{{"tags":{{}}}}}}}}"#,
                "#!/bin/sh\\nset -eu\\n".repeat(20)
            )
            .expect("a text");
            other += 1;
        }
    }
    text.push_str("]}");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// A template with this many resources; each fifth is a role with a trust policy and an inline policy.
fn template(resources: usize, is_yaml: bool) -> String {
    let mut text = if is_yaml { "Resources:\n" } else { "{\"Resources\":{\n" }.to_owned();
    for n in 0..resources {
        let comma = if n == 0 { "" } else { "," };
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let line = match (n % 5, is_yaml) {
            (0, false) => format!(
                r#"{comma}"Role{n}":{{"Type":"AWS::IAM::Role","Properties":{{"AssumeRolePolicyDocument":{trust},"Policies":[{{"PolicyName":"p","PolicyDocument":{}}}]}}}}"#,
                policy(n)
            ),
            (_, false) => format!(
                r#"{comma}"Alarm{n}":{{"Type":"AWS::CloudWatch::Alarm","Properties":{{"AlarmName":{{"Fn::Sub":"${{AWS::StackName}}-{n}"}},"Threshold":{n},"Dimensions":[{{"Name":"QueueName","Value":"queue-{n}"}}]}}}}"#
            ),
            (0, true) => {
                let statements: Vec<String> = (0..4)
                    .map(|m| {
                        format!(
                            "              - Sid: S{m}\n                Effect: Allow\n                Action: [s3:GetObject, s3:PutObject]\n                Resource: !Join ['', ['arn:aws:s3:::bucket-{n}-{m}', '/*']]\n                Condition: {{StringEquals: {{'aws:PrincipalTag/team': team-{n}}}}}\n"
                        )
                    })
                    .collect();
                format!(
                    "  Role{n}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {trust}\n      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Version: 2012-10-17\n            Statement:\n{}",
                    statements.concat()
                )
            }
            (_, true) => format!(
                "  Alarm{n}:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      AlarmName: !Sub '${{AWS::StackName}}-{n}'\n      Threshold: {n}\n      Dimensions: [{{Name: QueueName, Value: queue-{n}}}]\n"
            ),
        };
        text.push_str(&line);
        if !is_yaml {
            text.push('\n');
        }
    }
    if !is_yaml {
        text.push_str("}}\n");
    }
    text
}

/// A measured file: its name, and the way it is made.
type File = (&'static str, fn() -> String);

const FILES: [File; 5] = [
    ("plan-1mb.json", || plan(1 << 20, 100)),
    ("plan-10000-resources.json", || plan(10 << 20, 1_000)),
    ("plan-100mb.json", || plan(100 << 20, 1_000)),
    ("template-500.json", || template(500, false)),
    ("template-500.yaml", || template(500, true)),
];

/// The time that the processor has spent on this thread: what others do on the machine does not count.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn read(name: &str, text: String) -> (Duration, Container) {
    let start = spent();
    let source = Source::new(name, text);
    match open(&source, &Options::default()) {
        Ok(Contents::Container(container)) => (spent() - start, *container),
        Ok(Contents::Policy(read)) => {
            eprintln!("{name} is one policy: {:?}", read.diagnostics);
            std::process::exit(2)
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(2)
        }
    }
}

fn tell(name: &str, bytes: usize, time: Duration, container: &Container) {
    let known = container.entries.iter().filter(|entry| entry.state() == State::Known).count();
    println!(
        "{name:<28} {bytes:>11} bytes  {:>7} resources  {known:>5} of {:>5} policies known  {:>9.2} ms",
        container.resources,
        container.entries.len(),
        time.as_secs_f64() * 1_000.0
    );
}

/// The most memory that the process has had, in MiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}

/// Processor time of the children that have ended: `/proc` counts hundredths of a second.
fn children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(13) + ticks(14)) * 10)
}

/// Runs a program several times, one after the other: processor time of a run, and the most memory of one in MiB, as far as it
/// could be seen; `None` if there is no such program.
fn run(program: &Path, arguments: &[&str], times: u32) -> Option<(Duration, u64)> {
    let (before, mut most) = (children(), 0);
    for _ in 0..times {
        let mut command = Command::new(program);
        let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let status = format!("/proc/{}/status", child.id());
        while child.try_wait().expect("a child").is_none() {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
            most = most.max(kib.unwrap_or(0) / 1024);
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Some(((children() - before) / times, most))
}

/// The whole program on each file, by turns with `jq .`: the fastest of three turns of each.
fn processes() {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_iamsat"));
    let program = std::env::var_os("IAMSAT_BIN").map_or(built, PathBuf::from);
    for (name, make) in FILES {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let text = make();
        std::fs::write(&path, &text).expect("a directory");
        let path = path.to_string_lossy();
        let times = match text.len() {
            0..4_000_000 => 20,
            4_000_000..40_000_000 => 3,
            _ => 1,
        };
        let jobs: [(&Path, Vec<&str>); 3] = [
            (&program, vec!["policies", &path]),
            (&program, vec!["check-access-not-granted", "--actions", "iam:PassRole", "--policy", &path]),
            (Path::new("jq"), vec![".", &path]),
        ];
        let mut best: [Option<(Duration, u64)>; 3] = [None; 3];
        for _ in 0..3 {
            for (slot, (program, arguments)) in best.iter_mut().zip(&jobs) {
                if name.ends_with(".yaml") && program.ends_with("jq") {
                    continue;
                }
                let Some((time, memory)) = run(program, arguments, times) else { continue };
                let (least, most) = slot.unwrap_or((time, memory));
                *slot = Some((least.min(time), most.max(memory)));
            }
        }
        for (title, found) in ["policies", "check-access-not-granted", "jq ."].iter().zip(best) {
            match found {
                Some((time, memory)) => {
                    let milliseconds = time.as_secs_f64() * 1_000.0;
                    println!("{name:<28} {title:<26} {milliseconds:>9.1} ms  {memory:>5} MiB");
                }
                None => println!("{name:<28} {title:<26} not measured"),
            }
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).cloned()
    };
    if arguments.iter().any(|argument| argument == "--process") {
        processes();
        return;
    }
    if let Some(directory) = value("--write") {
        for (name, make) in FILES {
            std::fs::write(std::path::Path::new(&directory).join(name), make()).expect("a directory");
        }
        return;
    }
    if let Some(path) = value("--only") {
        let text = std::fs::read_to_string(&path).expect("a file");
        let bytes = text.len();
        let (time, container) = read(&path, text);
        tell(&path, bytes, time, &container);
        println!("{} MiB", peak().map_or_else(|| "?".to_owned(), |peak| peak.to_string()));
        return;
    }
    for (name, make) in FILES {
        let text = make();
        let runs: Vec<(Duration, Container)> = (0..5).map(|_| read(name, text.clone())).collect();
        if let Some((time, container)) = runs.iter().min_by_key(|(time, _)| *time) {
            tell(name, text.len(), *time, container);
        }
    }
}
