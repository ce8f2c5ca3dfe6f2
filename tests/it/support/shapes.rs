//! Policies that are made to take long, of any size: one name for each way in which they do.

/// A shape, with the policy of about so many bytes that has it. Two seeds give two policies that are alike and not the same.
pub(crate) struct Shape {
    /// Its name.
    pub(crate) name: &'static str,
    /// True if the policy names principals.
    pub(crate) is_shared: bool,
    /// The policy of about `bytes` bytes.
    pub(crate) policy: fn(bytes: usize, seed: usize) -> String,
}

/// All shapes.
pub(crate) const SHAPES: &[Shape] = &[
    own("many-statements", |bytes, seed| {
        statements(bytes, "", |i| {
            allow(&format!(r#"["s3:Get{}*","ec2:Describe{i}*"]"#, i % (50 + seed)), &bucket(i))
        })
    }),
    own("one-action", |bytes, seed| {
        statements(bytes, "", |i| allow(r#""s3:GetObject""#, &format!(r#""arn:aws:s3:::{seed}b{i}/*""#)))
    }),
    own("long-list-of-actions", |bytes, seed| {
        let actions = list(bytes, |i| format!("s3:Get{i}{}*", "A".repeat(seed)));
        document(&[allow(&actions, r#""*""#)])
    }),
    own("long-list-of-resources", |bytes, seed| {
        let resources = list(bytes, |i| format!("arn:aws:s3:::b{i}/{}*", "x".repeat(seed)));
        document(&[allow(r#""s3:GetObject""#, &resources)])
    }),
    own("infixes", |bytes, seed| {
        let resources = list(bytes, |i| format!("arn:aws:s3:::*{}{i}-*/x*", letter(seed)));
        document(&[allow(r#""s3:GetObject""#, &resources)])
    }),
    own("denied-infixes", |bytes, seed| {
        statements(bytes, &allow(r#""s3:*""#, r#""*""#), |i| {
            denied(
                r#""s3:GetObject""#,
                "Resource",
                &format!(r#""arn:aws:s3:::*{}{i}*z{}*""#, letter(seed), i % 7),
            )
        })
    }),
    own("required-infixes", |bytes, seed| {
        statements(bytes, &allow(r#""s3:*""#, r#""*""#), |i| {
            denied(r#""s3:*""#, "NotResource", &format!(r#""arn:aws:s3:::*{}{i}-*""#, letter(seed)))
        })
    }),
    own("conditions", |bytes, seed| {
        statements(bytes, "", |i| {
            with(
                &allow(r#""s3:GetObject""#, &bucket(i % 50)),
                &format!(
                    r#""StringLike":{{"aws:PrincipalTag/a":"x{i}{}","aws:RequestedRegion":"r{}"}},"IpAddress":{{"aws:SourceIp":"10.{}.0.0/16"}}"#,
                    "*".repeat(seed),
                    i % 9,
                    i % 200
                ),
            )
        })
    }),
    own("values-of-a-condition", |bytes, seed| {
        let values = list(bytes, |i| format!("*{}{i}*", letter(seed)));
        document(&[with(
            &allow(r#""s3:*""#, r#""*""#),
            &format!(r#""StringLike":{{"aws:PrincipalTag/a":{values}}}"#),
        )])
    }),
    own("condition-keys", |bytes, seed| {
        let count = bytes / 35;
        let keys: Vec<String> =
            (0..count).map(|i| format!(r#""aws:PrincipalTag/k{i}":"{}{i}""#, letter(seed))).collect();
        document(&[with(&allow(r#""s3:*""#, r#""*""#), &format!(r#""StringEquals":{{{}}}"#, keys.join(",")))])
    }),
    own("denied-conditions", |bytes, seed| {
        statements(bytes, &allow(r#""s3:*""#, r#""*""#), |i| {
            with(
                &denied(r#""*""#, "Resource", r#""*""#),
                &format!(
                    r#""StringLike":{{"aws:PrincipalTag/a":"*{}{i}*b{i}*"}},"StringNotEquals":{{"aws:RequestTag/t{}":"v{i}"}}"#,
                    letter(seed),
                    i % 97
                ),
            )
        })
    }),
    own("networks", |bytes, seed| {
        let networks = list(bytes, |i| format!("11.{}.{}.0/{}", i / 256 % 256, i % 256, 24 + seed));
        document(&[with(
            &allow(r#""s3:*""#, r#""*""#),
            &format!(r#""IpAddress":{{"aws:SourceIp":{networks}}}"#),
        )])
    }),
    own("stars", |bytes, seed| {
        statements(bytes, "", |i| {
            allow(r#""s3:GetObject""#, &format!(r#""arn:aws:s3:::{}""#, starred(i, 110 - 10 * seed)))
        })
    }),
    own("starred-actions", |bytes, seed| {
        let actions = list(bytes, |i| format!("s3:{}", starred(i, 30 + seed)));
        document(&[allow(&actions, r#""*""#)])
    }),
    own("nested-prefixes", |bytes, seed| {
        let count = (bytes * 2).isqrt();
        let actions: Vec<String> = (1..count).map(|i| format!("\"s3:{}*\"", "a".repeat(i + seed))).collect();
        document(&[allow(&format!("[{}]", actions.join(",")), r#""*""#)])
    }),
    own("policy-variables", |bytes, seed| {
        statements(bytes, "", |i| {
            with(
                &allow(r#""s3:GetObject""#, &format!(r#""arn:aws:s3:::b{i}/${{aws:username}}/{seed}*""#)),
                &format!(r#""StringLike":{{"aws:PrincipalTag/a":"${{aws:PrincipalTag/b{}}}*"}}"#, i % 40),
            )
        })
    }),
    own("not-action", |bytes, seed| {
        statements(bytes, "", |i| {
            allow(&format!(r#"["s3:Get{i}{}*","ec2:*"]"#, letter(seed)), &bucket(i))
                .replace(r#""Action""#, r#""NotAction""#)
        })
    }),
    own("allowed-and-denied", |bytes, seed| {
        statements(bytes, "", |i| {
            let (actions, at) = (mixed(i * 7 + seed), i * 31 + seed);
            let resources = format!(
                r#"["arn:aws:s3:::bucket-{}/a*","arn:aws:s3:::bucket-{}/logs/*"]"#,
                at % 2_000,
                at * 17 % 2_000
            );
            if i % 3 == 0 { denied(&actions, "Resource", &resources) } else { allow(&actions, &resources) }
        })
    }),
    shared("accounts", |bytes, seed| {
        let accounts = list(bytes, |i| format!("{:012}", 100_000_000_000 + i * (1 + seed)));
        document(&[to(
            &format!(r#"{{"AWS":{accounts}}}"#),
            &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#),
        )])
    }),
    shared("roles", |bytes, seed| {
        let roles =
            list(bytes, |i| format!("arn:aws:iam::{:012}:role/r{i}", 100_000_000_000 + i * (1 + seed)));
        document(&[to(
            &format!(r#"{{"AWS":{roles}}}"#),
            &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#),
        )])
    }),
    shared("accounts-of-statements", |bytes, seed| {
        statements(bytes, "", |i| {
            let accounts =
                format!(r#"{{"AWS":["{:012}","{:012}"]}}"#, 100_000_000_000 + i, 200_000_000_000 + i + seed);
            let resource = format!(r#""arn:aws:s3:::b/{i}/*""#);
            let statement = match i % 2 {
                0 => denied(r#"["s3:GetObject","s3:PutObject"]"#, "Resource", &resource),
                _ => allow(r#"["s3:GetObject","s3:PutObject"]"#, &resource),
            };
            to(&accounts, &statement)
        })
    }),
    shared("everyone", |bytes, seed| {
        statements(bytes, "", |i| {
            to(r#""*""#, &allow(r#""s3:GetObject""#, &format!(r#""arn:aws:s3:::b/{i}/{seed}*""#)))
        })
    }),
    shared("resources-for-everyone", |bytes, seed| {
        let resources = list(bytes, |i| format!("arn:aws:s3:::b/{i}/{}*", "x".repeat(seed)));
        document(&[to(r#""*""#, &allow(r#""s3:GetObject""#, &resources))])
    }),
    shared("trusted-by-condition", |bytes, seed| {
        statements(bytes, "", |i| {
            let statement = to(r#""*""#, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
            with(
                &statement,
                &format!(
                    r#""StringEquals":{{"aws:PrincipalOrgID":"o-{i}aaaaaaa"}},"StringLike":{{"aws:PrincipalTag/a":"*{}{i}*"}}"#,
                    letter(seed)
                ),
            )
        })
    }),
    shared("trusted-networks", |bytes, seed| {
        statements(bytes, "", |i| {
            let statement = to(r#""*""#, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
            with(
                &statement,
                &format!(
                    r#""IpAddress":{{"aws:SourceIp":"{}.{}.{}.0/24"}}"#,
                    20 + seed,
                    i / 256 % 256,
                    i % 256
                ),
            )
        })
    }),
    shared("trusted-accounts", |bytes, seed| {
        let accounts = list(bytes, |i| format!("{:012}", 100_000_000_000 + i * (1 + seed)));
        let statement = to(r#""*""#, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
        document(&[with(&statement, &format!(r#""StringEquals":{{"aws:PrincipalAccount":{accounts}}}"#))])
    }),
    shared("excepted-roles", |bytes, seed| {
        let first = to(r#""*""#, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
        statements(bytes, &first, |i| {
            let arn = format!("arn:aws:iam::{:012}:role/*{}{i}*", 100_000_000_000 + i, letter(seed));
            let operator = if i % 2 == 0 { "ArnLike" } else { "ArnNotLike" };
            let statement = to(r#""*""#, &denied(r#""s3:GetObject""#, "Resource", r#""arn:aws:s3:::b/*""#));
            with(&statement, &format!(r#""{operator}":{{"aws:PrincipalArn":"{arn}"}}"#))
        })
    }),
    shared("excepted-accounts", |bytes, seed| {
        let first = to(r#""*""#, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
        statements(bytes, &first, |i| {
            let account = format!(r#"{{"NotPrincipal":{{"AWS":"{:012}"}},"#, 100_000_000_000 + i + seed);
            denied(r#""s3:*""#, "Resource", &bucket(i)).replacen('{', &account, 1)
        })
    }),
    shared("services", |bytes, seed| {
        statements(bytes, "", |i| {
            let service = format!(r#"{{"Service":"svc{i}.amazonaws.com"}}"#);
            let statement = to(&service, &allow(r#""s3:GetObject""#, r#""arn:aws:s3:::b/*""#));
            with(
                &statement,
                &format!(
                    r#""ArnLike":{{"aws:SourceArn":"arn:aws:sns:*:{:012}:*"}}"#,
                    100_000_000_000 + i + seed
                ),
            )
        })
    }),
];

const fn own(name: &'static str, policy: fn(usize, usize) -> String) -> Shape {
    Shape { name, is_shared: false, policy }
}

const fn shared(name: &'static str, policy: fn(usize, usize) -> String) -> Shape {
    Shape { name, is_shared: true, policy }
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// Statements up to so many bytes, after the first one if there is one.
fn statements(bytes: usize, first: &str, of: impl Fn(usize) -> String) -> String {
    let mut all: Vec<String> = Some(first.to_owned()).filter(|first| !first.is_empty()).into_iter().collect();
    let mut length = 0;
    for i in 0.. {
        let statement = of(i);
        length += statement.len() + 1;
        all.push(statement);
        if length >= bytes {
            break;
        }
    }
    document(&all)
}

/// A list of strings up to so many bytes.
fn list(bytes: usize, of: impl Fn(usize) -> String) -> String {
    let mut text = String::from("[");
    for i in 0.. {
        let comma = if i == 0 { "" } else { "," };
        text.push_str(&format!("{comma}\"{}\"", of(i)));
        if text.len() >= bytes {
            break;
        }
    }
    text.push(']');
    text
}

fn allow(actions: &str, resources: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":{resources}}}"#)
}

fn denied(actions: &str, element: &str, resources: &str) -> String {
    format!(r#"{{"Effect":"Deny","Action":{actions},"{element}":{resources}}}"#)
}

/// The statement for these principals.
fn to(principals: &str, statement: &str) -> String {
    statement.replacen('{', &format!(r#"{{"Principal":{principals},"#), 1)
}

/// The statement under conditions.
fn with(statement: &str, conditions: &str) -> String {
    statement.replacen('{', &format!(r#"{{"Condition":{{{conditions}}},"#), 1)
}

fn bucket(i: usize) -> String {
    format!(r#""arn:aws:s3:::bucket{i}/*""#)
}

fn letter(seed: usize) -> char {
    if seed == 0 { 'k' } else { 'm' }
}

/// Letters with a star after each, different for each number.
fn starred(number: usize, letters: usize) -> String {
    (0..letters)
        .map(|place| ["a*", "b*", "c*"][(number * 7 + place * place + (number >> (place % 9))) % 3])
        .collect()
}

/// Three actions, some of which include others.
fn mixed(number: usize) -> String {
    const ACTIONS: [&str; 16] = [
        "s3:Get*",
        "s3:GetObject",
        "s3:PutObject",
        "s3:List*",
        "ec2:Describe*",
        "ec2:RunInstances",
        "iam:Get*",
        "iam:PassRole",
        "sqs:SendMessage",
        "sqs:*",
        "dynamodb:Query",
        "dynamodb:Get*",
        "lambda:Invoke*",
        "kms:Decrypt",
        "sns:Publish",
        "ec2:Start*",
    ];
    let action = |step: usize| ACTIONS[(number * step + step) % ACTIONS.len()];
    format!(r#"["{}","{}","{}"]"#, action(1), action(5), action(11))
}
