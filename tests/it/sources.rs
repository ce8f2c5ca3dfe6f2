//! Policies that a plan leaves unknown, evaluated from the configuration.

use iamsat::container::{Container, Content, Contents, Hole, Options, Sources, State, open};
use iamsat::span::Source;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Reads the files of a directory below the repository, by their paths in it.
fn directory(root: &Path, below: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => directory(root, &path, files),
            false => {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
}

fn read(plan: &str, sources: Option<Sources>) -> Container {
    let options = Options { sources: sources.map(Arc::new), ..Options::default() };
    match open(&Source::new("plan.json", plan), &options).unwrap() {
        Contents::Container(container) => *container,
        Contents::Policy(_) => panic!("not a plan"),
    }
}

fn example() -> (String, BTreeMap<String, Vec<u8>>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/terraform");
    let mut files = BTreeMap::new();
    directory(&root, &root, &mut files);
    (std::fs::read_to_string(root.join("tfplan.json")).unwrap(), files)
}

fn unknown(container: &Container) -> Vec<&str> {
    let is_unknown = |state: State| state == State::NotKnown;
    container
        .entries
        .iter()
        .filter(|entry| is_unknown(entry.state()))
        .map(|entry| entry.name.as_str())
        .collect()
}

/// The page for people lists the rest, so both change together.
#[test]
fn the_sources_of_the_example_decide_most_of_what_its_plan_leaves_open() {
    let (plan, files) = example();
    let (without, with) = (read(&plan, None), read(&plan, Some(Sources::of_directory(files).unwrap())));
    let (all, rest) = (unknown(&without), unknown(&with));
    assert_eq!(all.len(), without.entries.len(), "every policy of the example depends on the sources");
    assert!(rest.len() * 5 <= all.len(), "{rest:?} of {} are not known", all.len());
    let page = include_str!("../../docs/guides/terraform.md");
    for name in rest {
        assert!(page.contains(name), "docs/guides/terraform.md does not list {name}");
    }
}

/// A plan of one policy, with a bucket and a queue that do not exist yet.
fn plan(references: &[&str], more: &Value) -> Value {
    let resource = |kind: &str, name: &str, after: Value, unknown: Value| {
        json!({
            "address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown},
        })
    };
    let region = json!({"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}});
    let configured = |address: &str, expressions: Value| json!({"address": address, "mode": "managed", "provider_config_key": "aws", "expressions": expressions});
    let mut plan = json!({
        "format_version": "1.2", "terraform_version": "1.9.8", "variables": {},
        "resource_changes": [
            resource("aws_s3_bucket", "b", json!({"bucket": "logs"}), json!({"arn": true, "id": true})),
            resource(
                "aws_sqs_queue",
                "q",
                json!({"set": ["a", null]}),
                json!({"arn": true, "name": true, "tags_all": true, "set": [false, true]}),
            ),
            resource("aws_iam_policy", "p", json!({"name": "p"}), json!({"policy": true})),
        ],
        "configuration": {"provider_config": region, "root_module": {"resources": [
            configured("aws_s3_bucket.b", json!({})),
            configured("aws_sqs_queue.q", json!({})),
            configured("aws_iam_policy.p", json!({"policy": {"references": references}})),
        ]}},
    });
    for (name, value) in more.as_object().unwrap() {
        plan[name] = value.clone();
    }
    plan
}

const RESOURCES: &str =
    "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"logs\"\n}\nresource \"aws_sqs_queue\" \"q\" {}\n";

/// Reads the policy whose expression this is.
fn policy(expression: &str, references: &[&str], more: &str) -> Content {
    let text = format!(
        "{RESOURCES}resource \"aws_iam_policy\" \"p\" {{\n  name = \"p\"\n  policy = {expression}\n}}\n{more}"
    );
    content(&plan(references, &json!({})), &text)
}

fn content(plan: &Value, text: &str) -> Content {
    let files = [("main.tf".to_owned(), text.as_bytes().to_vec())];
    let container = read(&plan.to_string(), Some(Sources::of_directory(files.into()).unwrap()));
    container.entries[0].content.clone()
}

/// Returns the policy with the names of holes in their places, on one line.
fn shown(content: &Content) -> String {
    match content {
        Content::Text { read, .. } => {
            let json: Value = serde_json::from_str(read.source.text()).unwrap();
            json.to_string()
        }
        Content::Partly { holes, worlds } => {
            let policy = worlds[0].policy.clone().unwrap();
            let json: Value = serde_json::from_str(&policy).unwrap();
            let named = |text: String, hole: &Hole| {
                text.replace(hole.text.as_ref().unwrap().sign, &format!("<{}>", hole.name))
            };
            holes.iter().fold(json.to_string(), named)
        }
        Content::Unknown { reason, .. } => reason.clone(),
        Content::Absent => "absent".to_owned(),
    }
}

fn resource_of(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    json["Statement"][0]["Resource"].to_string()
}

/// The Resource of a policy, by the expression of the Resource and the references of it.
const CASES: &[(&str, &[&str], &str)] = &[
    (r#""${aws_s3_bucket.b.arn}/*""#, &["aws_s3_bucket.b"], r#""arn:aws:s3:::logs/*""#),
    (
        r#"[aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]"#,
        &["aws_s3_bucket.b"],
        r#"["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]"#,
    ),
    (
        "aws_sqs_queue.q.arn",
        &["aws_sqs_queue.q"],
        r#""arn:aws:sqs:eu-west-1:<provider aws (account)>:<aws_sqs_queue.q.name>""#,
    ),
    ("aws_sqs_queue.q.tags_all", &["aws_sqs_queue.q"], r#""<aws_sqs_queue.q.tags_all>""#),
    (r#"join("/", [aws_s3_bucket.b.arn, "*"])"#, &["aws_s3_bucket.b"], r#""arn:aws:s3:::logs/*""#),
    (r#"format("%s/%s", aws_s3_bucket.b.arn, "a")"#, &["aws_s3_bucket.b"], r#""arn:aws:s3:::logs/a""#),
    (
        r#"[for x in ["a", "b"] : "${aws_s3_bucket.b.arn}/${x}"]"#,
        &["aws_s3_bucket.b"],
        r#"["arn:aws:s3:::logs/a","arn:aws:s3:::logs/b"]"#,
    ),
    (r#"[for k, v in {b = 1, a = 2} : k if v > 1]"#, &[], r#"["a"]"#),
    (r#"true ? aws_s3_bucket.b.arn : "*""#, &["aws_s3_bucket.b"], r#""arn:aws:s3:::logs""#),
    (r#"flatten([["a"], [["b"]]])"#, &[], r#"["a","b"]"#),
    (r#"compact(["a", "", null])"#, &[], r#"["a"]"#),
    (r#"distinct(["a", "a"])"#, &[], r#"["a"]"#),
    (r#"toset(["b", "a", "b"])"#, &[], r#"["a","b"]"#),
    (r#"element(["a", "b"], 3)"#, &[], r#""b""#),
    (r#"lookup({a = "x"}, "b", "y")"#, &[], r#""y""#),
    (r#"merge({a = "x"}, {a = "z"}).a"#, &[], r#""z""#),
    (r#"try(local.c.b, "y")"#, &["local.c"], r#""x""#),
    ("-0", &[], "0"),
    (r#"coalesce("", null, "y")"#, &[], r#""y""#),
    (r#"replace("a-b", "-", "/")"#, &[], r#""a/b""#),
    (r#"split("/", "a/b")[1]"#, &[], r#""b""#),
    (r#"upper(lower("aB"))"#, &[], r#""AB""#),
    (r#""$${aws:username} ${"x"}""#, &[], r#""${aws:username} x""#),
    (r#"[aws_s3_bucket.b][*].arn"#, &["aws_s3_bucket.b"], r#"["arn:aws:s3:::logs"]"#),
    ("tostring(12)", &[], r#""12""#),
    (r#"lower(aws_sqs_queue.q.arn)"#, &["aws_sqs_queue.q"], r#""<`lower` at main.tf:7:84>""#),
];

#[test]
fn expressions_have_the_values_that_terraform_gives_them() {
    for (expression, references, wanted) in CASES {
        let whole = format!(
            "jsonencode({{Statement = [{{Effect = \"Allow\", Action = \"s3:*\", Resource = {expression}}}]}})"
        );
        let content = policy(&whole, references, "locals {\n  c = {b = \"x\"}\n}\n");
        assert_eq!(resource_of(&shown(&content)), *wanted, "{expression}");
    }
}

/// Expressions that are not modelled: the policy stays not known, and the reason has these words and a place.
const OPEN: &[(&str, &[&str], &str)] = &[
    ("jsonencode({Statement = local.a})", &["local.a"], "`local.a` refers to itself (main.tf:"),
    ("jsonencode({Statement = local.none})", &["local.none"], "`local.none` is not in the sources"),
    ("jsonencode({Statement = module.m.x})", &["module.m"], "`module.m` is not in the sources"),
    ("base64encode(aws_sqs_queue.q.arn)", &["aws_sqs_queue.q"], "the function `base64encode`"),
    ("aws_sqs_queue.q.tags_all", &["aws_sqs_queue.q"], "the whole text is a value that is known after apply"),
    (
        "jsonencode({Statement = [{Effect = aws_sqs_queue.q.tags_all}]})",
        &["aws_sqs_queue.q"],
        "the policy is not valid",
    ),
    (
        "jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = \"*\", Sid = aws_sqs_queue.q.name}]})",
        &["aws_sqs_queue.q"],
        "an unknown value at `/Statement/0/Sid`",
    ),
    (
        "\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"s3:*\\\",\\\"Resource\\\":\\\"${aws_sqs_queue.q.tags_all}\\\"}]}\"",
        &["aws_sqs_queue.q"],
        "may hold a quote",
    ),
    ("aws_sqs_queue.q.arn == \"x\" ? \"\" : \"\"", &["aws_sqs_queue.q"], "a comparison"),
    ("jsonencode({Statement = try({a = \"x\"}.b, \"y\")})", &[], "`try` of an expression that may fail"),
    ("jsonencode({Statement = try(\"1\" && true ? \"*\" : \"a\", \"a\")})", &[], "`try` of an expression"),
    ("jsonencode({Statement = true || \"yes\"})", &[], "a condition is not a Boolean"),
    ("jsonencode({Statement = merge(null, {})})", &[], "`merge` of a value that is not a map"),
    ("jsonencode({Statement = [for n in toset([9, 10]) : n]})", &[], "`toset` of numbers"),
    ("jsonencode({Statement = [\"u\\u0308\"]})", &[], "characters outside of ASCII"),
    ("jsonencode({Statement = [aws_sqs_queue.q.set[0]]})", &["aws_sqs_queue.q"], "the policy is not valid"),
    ("file(\"secret\")", &[], "the sources do not have the file (main.tf:"),
    (
        "jsonencode({Statement = local.b})",
        &["local.c"],
        "the attribute refers to local.c in the plan, and to local.b",
    ),
];

#[test]
fn what_is_not_modelled_stays_not_known_with_its_place() {
    for (expression, references, wanted) in OPEN {
        let content = policy(expression, references, "locals {\n  a = [local.b]\n  b = local.a\n}\n");
        assert!(matches!(content, Content::Unknown { .. }), "{expression}: {}", shown(&content));
        assert!(shown(&content).contains(wanted), "{expression}: {}", shown(&content));
    }
}

#[test]
fn sources_of_another_plan_are_refused() {
    let expression =
        "jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = aws_s3_bucket.b.arn}]})";
    let text = |name: &str| {
        format!(
            "{RESOURCES}resource \"aws_iam_policy\" \"p\" {{\n  name = {name}\n  policy = {expression}\n}}\n"
        )
    };
    let plan = plan(&["aws_s3_bucket.b.arn", "aws_s3_bucket.b"], &json!({}));
    assert!(matches!(content(&plan, &text("\"p\"")), Content::Text { .. }));
    let Content::Unknown { reason, .. } = content(&plan, &text("\"other\"")) else { panic!() };
    assert!(
        reason.contains("`aws_iam_policy.p.name` has another value in the plan (main.tf:6:10)"),
        "{reason}"
    );
}

/// The arguments of a module's call are in the plan too.
#[test]
fn modules_called_otherwise_than_in_the_plan_are_refused() {
    let expression =
        "jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = module.m.name}]})";
    let main = format!(
        "{RESOURCES}resource \"aws_iam_policy\" \"p\" {{\n  policy = {expression}\n}}\nmodule \"m\" {{\n  source = \"./m\"\n  prefix = \"logs\"\n}}\n"
    );
    let module = "variable \"prefix\" {}\nvariable \"tail\" {\n  default = \"t\"\n}\n\
         output \"name\" {\n  value = \"x-${var.prefix}-${var.tail}\"\n}\n";
    let read_with = |call: Value| {
        let mut plan = plan(&["module.m.name", "module.m"], &json!({}));
        plan["configuration"]["root_module"]["module_calls"] = call;
        let files = [
            ("main.tf".to_owned(), main.as_bytes().to_vec()),
            ("m/main.tf".to_owned(), module.as_bytes().to_vec()),
        ];
        let container = read(&plan.to_string(), Some(Sources::of_directory(files.into()).unwrap()));
        container.entries[0].content.clone()
    };
    let call = |expressions: Value, default: Value, references: Value| {
        json!({"m": {
            "source": "./m", "expressions": expressions,
            "module": {
                "variables": {"prefix": {}, "tail": {"default": default}},
                "outputs": {"name": {"expression": {"references": references}}},
            },
        }})
    };
    let prefix = |value: &str| json!({"prefix": {"constant_value": value}});
    let both = json!(["var.prefix", "var.tail"]);
    let same = read_with(call(prefix("logs"), json!("t"), both.clone()));
    assert_eq!(resource_of(&shown(&same)), r#""x-logs-t""#);
    let others = [
        (call(prefix("*"), json!("t"), both.clone()), "`module.m.var.prefix` has another value"),
        (call(json!({}), json!("t"), both.clone()), "`module.m.var.prefix` has another value"),
        (
            call(json!({"prefix": {"references": ["var.x"]}}), json!("t"), both.clone()),
            "`module.m.var.prefix` has another value",
        ),
        (call(prefix("logs"), json!("*"), both.clone()), "`the default of var.tail` has another value"),
        (
            call(
                json!({"prefix": {"constant_value": "logs"}, "tail": {"constant_value": "*"}}),
                json!("t"),
                both,
            ),
            "`module.m.var.tail` has another value",
        ),
        (call(prefix("logs"), json!("t"), json!(["var.prefix"])), "`module.m.output.name` has another value"),
        (json!({}), "`module.m.output.name` has another value"),
    ];
    for (call, wanted) in others {
        let content = read_with(call.clone());
        assert!(shown(&content).contains(wanted), "{call}: {}", shown(&content));
    }
}

/// The parts of a document that the plan knows beside unknown values have to be what the sources say.
#[test]
fn documents_with_other_known_parts_are_refused() {
    let read_with = |values: Value, marks: Value, more: &str, resource: &str| {
        let mut plan =
            plan(&["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"], &json!({}));
        let mut unknown = json!({"json": true, "minified_json": true, "id": true});
        for (name, mark) in marks.as_object().unwrap() {
            unknown[name] = mark.clone();
        }
        plan["resource_changes"].as_array_mut().unwrap().push(json!({
            "address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d",
            "change": {"actions": ["read"], "before": null, "after": values, "after_unknown": unknown},
        }));
        let text = format!(
            "{RESOURCES}resource \"aws_iam_policy\" \"p\" {{\n  policy = data.aws_iam_policy_document.d.json\n}}\n\
             data \"aws_iam_policy_document\" \"d\" {{\n  {more}\n  statement {{\n    actions = [\"s3:*\"]\n    \
             resources = [{resource}, aws_sqs_queue.q.arn]\n  }}\n}}\n"
        );
        content(&plan, &text)
    };
    let statement = |resources: Value| json!([{"actions": ["s3:*"], "resources": resources}]);
    let marks = json!({"statement": [{"actions": [false], "resources": [false, true]}]});
    let values = |resource: &str| json!({"statement": statement(json!([resource, null]))});
    let same = read_with(values("a"), marks.clone(), "", "\"a\"");
    assert!(matches!(same, Content::Partly { .. }), "{}", shown(&same));
    let document = r#"source_policy_documents = ["{\"Statement\":[]}"]"#;
    let mut with_source = values("a");
    with_source["source_policy_documents"] = json!(["{\"Statement\":[]}"]);
    let same = read_with(with_source.clone(), marks.clone(), document, "\"a\"");
    assert!(matches!(same, Content::Partly { .. }), "{}", shown(&same));
    for (values, more, resource) in [
        (values("b"), "", "\"a\""),
        (values("a"), document, "\"a\""),
        (with_source, "", "\"a\""),
        (values("a"), "", "\"a\", \"b\""),
    ] {
        let content = read_with(values.clone(), marks.clone(), more, resource);
        let wanted = "the arguments of `data.aws_iam_policy_document.d` has another value";
        assert!(shown(&content).contains(wanted), "{values}: {}", shown(&content));
    }
}

/// Other tools and other files decide what the plan was made from.
#[test]
fn files_that_terraform_and_opentofu_read_otherwise_are_refused() {
    let expression =
        "jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = aws_s3_bucket.b.arn}]})";
    let main = format!("{RESOURCES}resource \"aws_iam_policy\" \"p\" {{\n  policy = {expression}\n}}\n");
    let read_with = |name: &str| {
        let files =
            [("main.tf".to_owned(), main.as_bytes().to_vec()), (name.to_owned(), main.as_bytes().to_vec())];
        let plan = plan(&["aws_s3_bucket.b"], &json!({})).to_string();
        read(&plan, Some(Sources::of_directory(files.into()).unwrap())).entries[0].content.clone()
    };
    // Hidden files are ignored.
    assert!(matches!(read_with(".main.tf"), Content::Text { .. }));
    for name in ["main.tofu", "x.tofu.json", "x.tf.json", "override.tf", "x_override.tf"] {
        let Content::Unknown { reason, .. } = read_with(name) else { panic!("{name}") };
        assert!(reason.contains(name), "{reason}");
    }
}

/// The name of a bucket, and the region of a queue, are not more exact than the plan.
#[test]
fn arguments_that_are_not_known_widen_what_aws_makes_of_them() {
    let arn = |kind: &str, name: &str, values: Value, unknown: Value| {
        let of = format!("{kind}.{name}");
        let mut plan = plan(&[&of], &json!({}));
        for change in plan["resource_changes"].as_array_mut().unwrap() {
            if change["address"] == json!(of) {
                change["change"]["after"] = values.clone();
                change["change"]["after_unknown"] = unknown.clone();
            }
        }
        let text = format!(
            "resource \"{kind}\" \"{name}\" {{}}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = \
             jsonencode({{Statement = [{{Effect = \"Allow\", Action = \"s3:*\", Resource = {of}.arn}}]}})\n}}\n"
        );
        resource_of(&shown(&content(&plan, &text)))
    };
    let bucket = |more: Value, unknown: Value| arn("aws_s3_bucket", "b", more, unknown);
    let prefix = json!({"bucket_prefix": "logs-"});
    let unknown = json!({"arn": true, "bucket": true});
    assert_eq!(
        bucket(prefix.clone(), unknown.clone()),
        r#""arn:aws:s3:::logs-<aws_s3_bucket.b.bucket (after its prefix)>""#
    );
    let any = r#""arn:aws:s3:::<aws_s3_bucket.b.bucket>""#;
    let regional = json!({"bucket_prefix": "logs-", "bucket_namespace": "account-regional"});
    assert_eq!(bucket(regional, unknown), any);
    assert_eq!(bucket(prefix, json!({"arn": true, "bucket": true, "bucket_namespace": true})), any);
    let queue = arn("aws_sqs_queue", "q", json!({"name": "x"}), json!({"arn": true, "region": true}));
    assert!(queue.contains("<aws_sqs_queue.q (region)>"), "{queue}");
}

/// A file that cannot be read, however hostile it is, makes the policies of its module not known.
#[test]
fn hostile_files_are_faults_with_a_place() {
    let nested = |open: &str, middle: &str, close: &str| {
        format!("locals {{\n  deep = {}{middle}{}\n}}\n", open.repeat(1000), close.repeat(1000))
    };
    let files = [
        nested("[", "1", "]"),
        nested("(", "1", ")"),
        nested("{a=", "1", "}"),
        nested("\"${", "1", "}\""),
        nested("!", "true", ""),
        nested("true ? 1 : ", "2", ""),
        nested("1 + ", "2", ""),
        nested("[for x in ", "[]", " : x]"),
        nested("[for/**/x in ", "[]", " : x]"),
        "a {\n".repeat(1000) + &"}\n".repeat(1000),
        "locals {\n  a = \"\n}".to_owned(),
        "\u{0}".to_owned(),
    ];
    for more in files {
        let content = policy("\"\"", &[], &more);
        let Content::Unknown { reason, .. } = &content else { panic!("{more:.60}") };
        assert!(reason.contains("main.tf:"), "{reason}");
    }
}

#[test]
fn locals_that_double_each_other_end() {
    let mut locals = "locals {\n  l0 = [\"a\"]\n".to_owned();
    for index in 1..60 {
        locals += &format!("  l{index} = concat(local.l{0}, local.l{0})\n", index - 1);
    }
    let content = policy("jsonencode(local.l59)", &["local.l59"], &format!("{locals}}}\n"));
    let Content::Unknown { reason, .. } = &content else { panic!() };
    assert!(reason.contains("too many steps") || reason.contains("too deeply"), "{reason}");
}

#[test]
fn loops_that_double_a_list_or_a_text_end() {
    for (double, first) in [("concat({}, {})", "[\"a\"]"), ("[{}, {}]", "\"a\""), ("\"${{}}${{}}\"", "\"a\"")]
    {
        let mut text = "x40".to_owned();
        for index in (0..40).rev() {
            let inner =
                if index == 0 { first.to_owned() } else { double.replace("{}", &format!("x{index}")) };
            text = format!("[for x{} in [{inner}] : {text}]", index + 1);
        }
        let content = policy(&format!("jsonencode({text})"), &[], "");
        let Content::Unknown { reason, .. } = &content else { panic!("{double}") };
        let wanted = ["too many steps", "too long texts", "too deeply"];
        assert!(wanted.iter().any(|words| reason.contains(words)), "{reason}");
    }
}

#[test]
fn broken_archives_are_refused() {
    for bytes in [b"PK".to_vec(), b"PK\x05\x06".to_vec(), [b"PK\x05\x06".as_slice(), &[0xff; 40]].concat()] {
        assert!(Sources::of_plan(&bytes).is_err());
    }
}

/// A zip archive as Terraform writes it.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let start = u32::try_from(out.len()).unwrap();
        let packed = miniz_oxide::deflate::compress_to_vec(content, 6);
        let number = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
        let half = |length: usize| u16::try_from(length).unwrap().to_le_bytes();
        // The sizes are behind the content, as Go writes them, so they are in the directory alone.
        out.extend(b"PK\x03\x04\x14\x00\x08\x00\x08\x00\x00\x00\x00\x00");
        out.extend([0; 12]);
        out.extend(half(name.len()));
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00\x08\x00\x08\x00\x00\x00\x00\x00");
        directory.extend(checksum(content).to_le_bytes());
        directory.extend(number(packed.len()));
        directory.extend(number(content.len()));
        directory.extend(half(name.len()));
        directory.extend([0; 12]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len()).unwrap();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\x00\x00\x00\x00");
    out.extend([count, count].concat());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn checksum(bytes: &[u8]) -> u32 {
    let step = |register: u32, byte: &u8| {
        (0..8).fold(register ^ u32::from(*byte), |bits, _| {
            (bits >> 1) ^ if bits & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

const MODULES: &[u8] =
    br#"[{"Key":"","Dir":"."},{"Key":"writer","Source":"./modules/writer","Dir":"modules/writer"}]"#;

#[test]
fn a_binary_plan_holds_its_configuration() {
    let (plan, files) = example();
    let manifest = ("tfconfig/modules.json", MODULES);
    let root = ("tfconfig/m-/main.tf", files["main.tf"].as_slice());
    let writer = ("tfconfig/m-writer/main.tf", files["modules/writer/main.tf"].as_slice());
    let other = ("tfplan", [0xff; 100].as_slice());
    let container = read(&plan, Some(Sources::of_plan(&archive(&[other, manifest, root, writer])).unwrap()));
    // The template that a policy reads is not in the plan.
    assert_eq!(unknown(&container), ["aws_sqs_queue_policy.jobs.policy", "aws_iam_policy.encoded.policy"]);
    let without = read(&plan, Some(Sources::of_plan(&archive(&[manifest, root])).unwrap()));
    let entry = without.entry("module.writer.aws_iam_policy.this.policy").unwrap();
    let Content::Unknown { reason, .. } = &entry.content else { panic!() };
    assert!(
        reason.contains("`aws_iam_policy.this`") || reason.contains("the files of `module.writer`"),
        "{reason}"
    );
}

#[test]
fn hostile_archives_are_refused() {
    let manifest = ("tfconfig/modules.json", MODULES);
    let refused = |bytes: &[u8], why: &str| {
        let error = Sources::of_plan(bytes).unwrap_err();
        assert!(error.contains(why), "{error}");
    };
    refused(&archive(&[("a", b"")]), "is not a binary plan");
    refused(&archive(&[manifest, ("tfconfig/m-/../../x.tf", b"")]), "outside of itself");
    refused(&archive(&[manifest, manifest]), "a file twice");
    let bomb = vec![b' '; 17 << 20];
    refused(&archive(&[manifest, ("tfconfig/m-/main.tf", &bomb)]), "bytes unpacked");
    let whole = archive(&[manifest, ("tfconfig/m-/main.tf", b"locals {}")]);
    assert!(Sources::of_plan(&whole).is_ok());
    for at in (0..whole.len()).step_by(3) {
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        let _ = Sources::of_plan(&broken);
        let _ = Sources::of_plan(&whole[..at]);
    }
}
