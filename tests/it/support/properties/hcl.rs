//! Any configuration is read without panic, alike each time, and what it says of a plan holds no sign of an unknown text outside of
//! a policy.

use iamsat::container::{Contents, Options, Sources, is_sign, open};
use iamsat::span::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Expressions of a policy that fuzzing starts from.
pub(crate) const SEEDS: [&str; 8] = [
    "jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = \"${aws_s3_bucket.b.arn}/*\"}]})",
    "<<-EOT\n{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"${aws_sqs_queue.q.arn}\"}]}\nEOT",
    "data.aws_iam_policy_document.d.json",
    "jsonencode({Statement = concat([for k, v in {a = 1} : {Sid = k} if v > 0], var.s, local.l...)})",
    "try(module.m[0].x[*].y, lookup({}, \"a\", join(\"\", split(\",\", \"a,b\"))))",
    "true ? templatefile(\"main.tf\", {a = aws_sqs_queue.q.url}) : file(\"../x\")",
    "replace(format(\"%s\", aws_s3_bucket.b.id), \"/a/\", upper(path.module))",
    "\"%{ if true ~}${each.key}%{ endif }$${x}\"",
];

const PLAN: &str = r#"{"format_version":"1.2","variables":{"s":{"value":[]}},"resource_changes":[
{"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","name":"b","change":{"actions":["create"],"before":null,"after":{"bucket":"b"},"after_unknown":{"arn":true,"id":true}}},
{"address":"aws_sqs_queue.q","mode":"managed","type":"aws_sqs_queue","name":"q","change":{"actions":["create"],"before":null,"after":{},"after_unknown":{"arn":true,"url":true,"name":true}}},
{"address":"data.aws_iam_policy_document.d","mode":"data","type":"aws_iam_policy_document","name":"d","change":{"actions":["read"],"before":null,"after":{},"after_unknown":{"json":true}}},
{"address":"aws_iam_policy.p","mode":"managed","type":"aws_iam_policy","name":"p","change":{"actions":["create"],"before":null,"after":{},"after_unknown":{"policy":true}}}]}"#;

/// Reads the bytes as an archive, as a file, and as an expression for a policy.
pub(crate) fn holds(data: &[u8]) {
    let _ = Sources::of_plan(data);
    let text = String::from_utf8_lossy(data);
    let blocks = "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_sqs_queue\" \"q\" {}\nvariable \"s\" {}\nlocals {\n  l = [1]\n}\n";
    let document = format!(
        "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    resources = {text}\n  }}\n}}\n"
    );
    let policy = format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {text}\n}}\n{blocks}");
    for main in [text.to_string(), policy.clone(), policy + &document] {
        let files: BTreeMap<String, Vec<u8>> =
            [("main.tf".to_owned(), main.into_bytes()), ("x.json".to_owned(), data.to_vec())].into();
        let Ok(sources) = Sources::of_directory(files) else { continue };
        let options = Options { sources: Some(Arc::new(sources)), ..Options::default() };
        let read = || match open(&Source::new("plan.json", PLAN), &options).unwrap() {
            Contents::Container(container) => container,
            Contents::Policy(_) => panic!("not a plan"),
        };
        let (one, two) = (read(), read());
        assert_eq!(format!("{:?}", one.entries), format!("{:?}", two.entries));
        for entry in &one.entries {
            let holes = entry.content.holes();
            assert!(holes.iter().all(|hole| hole.text.is_some() && !hole.name.contains(is_sign)));
            if let Some(document) = entry.document() {
                assert!(holes.is_empty() && !document.to_string().contains(is_sign));
            }
        }
    }
}
