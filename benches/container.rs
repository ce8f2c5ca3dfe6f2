//! Files that hold many policies: from the text to all policies read, processor time, the fastest of five runs, with what was
//! counted.
//!
//! `--write DIR` writes the files, to run other programs on them; `--only NAME` reads one file once and prints the peak of memory.
#![expect(clippy::expect_used, reason = "a bench that cannot read ends")]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use iamsat::container::{Container, Contents, Options, State, open};
use iamsat::span::Source;
use std::fmt::Write as _;
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
        Err(faults) => {
            eprintln!("{name}: {faults:?}");
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

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).cloned()
    };
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
