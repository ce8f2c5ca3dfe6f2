//! Verdicts for every value against the verdicts for values: random templates, with values from the shapes put into them.
//!
//! `IAMSAT_PAIRS` sets the number of templates (default 250), `IAMSAT_SEED` the first seed.

use crate::support::world::{Random, pairs_and_seed};
use iamsat::check::{
    Access, Answer, Dependence, Options, Partial, Problem, access_not_granted, judge_partial, no_new_access,
    no_public_access,
};
use iamsat::container::{self, Container, Content, Contents, Selected, World, open};
use iamsat::policy::{Document, PolicyType, ResourceType};
use iamsat::query::CheckKind;
use iamsat::solve::Verdict;
use iamsat::span::Source;
use std::collections::BTreeMap;

const PARAMETERS: &str = "Parameters:\n  Any: {Type: String}\n  Word: {Type: String, AllowedPattern: '[a-z]{1,4}'}\n  \
     Path: {Type: String, AllowedPattern: '[a-z/-]*'}\n  Account: {Type: String, AllowedPattern: '[0-9]{12}'}\n  \
     Arn: {Type: String, AllowedPattern: 'arn:aws:s3:::[a-z]+(/[*])?'}\n  Stage: {Type: String, AllowedValues: [qa, live]}\n  \
     List: {Type: CommaDelimitedList}\n";
const CONDITIONS: &str = "Conditions:\n  IsLive: !Equals [!Ref Stage, live]\n  IsMain: !Equals [!Ref Word, main]\n  \
     IsBoth: !And [!Condition IsLive, !Not [!Condition IsMain]]\n";

const RESOURCES: [&str; 18] = [
    "'*'",
    "'arn:aws:s3:::main/*'",
    "'arn:aws:s3:::a*'",
    "!Ref Any",
    "!Ref Arn",
    "!Sub '${Arn}/x'",
    "!Sub 'arn:aws:s3:::${Any}'",
    "!Sub 'arn:aws:s3:::${Any}/*'",
    "!Sub 'arn:aws:s3:::${Any}/tmp/*'",
    "!Sub 'arn:aws:s3:::${Word}'",
    "!Sub 'arn:aws:s3:::${Word}/*'",
    "!Sub 'arn:aws:s3:::${Word}*'",
    "!Sub 'arn:aws:s3:::main/${Path}'",
    "!Sub 'arn:aws:s3:::${Word}/${Path}/*'",
    "!Sub 'arn:aws:s3:::${Stage}/*'",
    "!GetAtt Bucket.Arn",
    "!Sub '${Bucket.Arn}/${Word}'",
    "!Ref List",
];
const ACTIONS: [&str; 6] = ["'s3:GetObject'", "'s3:*'", "'*'", "!Sub 's3:${Word}'", "!Ref Any", "'s3:Get*'"];
const TESTS: [&str; 9] = [
    "StringEquals: {'aws:PrincipalTag/team': !Ref Word}",
    "StringLike: {'s3:prefix': [!Sub '${Path}*', 'x']}",
    "StringNotEquals: {'aws:PrincipalTag/team': !Ref Any}",
    "StringEqualsIgnoreCase: {'aws:PrincipalTag/team': !Ref Word}",
    "StringEquals: {'aws:SourceAccount': !Ref Account}",
    "StringNotEqualsIfExists: {'aws:PrincipalAccount': !Ref Account}",
    "ArnLike: {'aws:SourceArn': !Sub 'arn:aws:sns:*:${Account}:*'}",
    "IpAddress: {'aws:SourceIp': !Ref Any}",
    "Bool: {'aws:SecureTransport': 'true'}",
];
const PRINCIPALS: [&str; 7] = [
    "'*'",
    "{AWS: '*'}",
    "{AWS: !Sub 'arn:aws:iam::${Account}:root'}",
    "{AWS: [!Ref Account, '111122223333']}",
    "{AWS: !Sub 'arn:aws:iam::${Any}:root'}",
    "{Service: sns.amazonaws.com}",
    "{AWS: !Ref Any}",
];

/// Values that the parameters may have.
const VALUES: [(&str, &[&str]); 8] = [
    (
        "Any",
        &[
            "*",
            "a",
            "main",
            "main/x",
            "",
            "b?",
            "s3:GetObject",
            "arn:aws:s3:::main",
            "10.0.0.0/8",
            "${aws:username}",
        ],
    ),
    ("Word", &["a", "main", "zzzz"]),
    ("Path", &["", "x", "tmp/x", "-/"]),
    ("Account", &["111122223333", "444455556666"]),
    ("Arn", &["arn:aws:s3:::main", "arn:aws:s3:::a/*"]),
    ("Stage", &["qa", "live"]),
    ("List", &["*", "arn:aws:s3:::main/*, arn:aws:s3:::b"]),
    ("Bucket", &["bucket-1", "abc"]),
];

fn template(random: &mut Random, with_principals: bool) -> String {
    let mut statements = String::new();
    for _ in 0..1 + random.below(3) {
        let effect = ["Allow", "Allow", "Allow", "Deny"][random.below(4)];
        let (action, resource) = (random.pick(&ACTIONS), random.pick(&RESOURCES));
        let name = if random.below(8) == 0 { "NotResource" } else { "Resource" };
        let mut statement = format!("Effect: {effect}, Action: {action}, {name}: {resource}");
        if with_principals {
            statement.push_str(&format!(", Principal: {}", random.pick(&PRINCIPALS)));
        }
        if random.below(3) == 0 {
            statement.push_str(&format!(", Condition: {{{}}}", random.pick(&TESTS)));
        }
        let condition = ["IsLive", "IsMain", "IsBoth"][random.below(3)];
        statements.push_str(&match random.below(5) {
            0 => format!("          - !If [{condition}, {{{statement}}}, !Ref 'AWS::NoValue']\n"),
            _ => format!("          - {{{statement}}}\n"),
        });
    }
    let (kind, extra) = match with_principals {
        true => ("AWS::S3::BucketPolicy", "      Bucket: !Ref Bucket\n"),
        false => ("AWS::IAM::ManagedPolicy", ""),
    };
    format!(
        "{PARAMETERS}{CONDITIONS}Resources:\n  Bucket: {{Type: AWS::S3::Bucket}}\n  P:\n    Type: {kind}\n    Properties:\n\
         {extra}      PolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n{statements}"
    )
}

fn read(name: &str, text: &str) -> Container {
    match open(&Source::new(name, text), &container::Options::default()) {
        Ok(Contents::Container(container)) => *container,
        other => panic!("{other:?}\n{text}"),
    }
}

/// A policy of a template.
struct Side {
    content: Content,
    selected: Selected,
    known: Vec<World>,
}

impl Side {
    fn of(name: &str, text: &str) -> Side {
        let container = read(name, text);
        let entry = container.entries.first().unwrap();
        let selected = Selected::of(&container, entry, &container::Options::default(), false);
        let policy = entry.content.document().map(ToString::to_string);
        let known = vec![World { choices: Vec::new(), policy, assumptions: Vec::new() }];
        Side { content: entry.content.clone(), selected, known }
    }

    fn partial(&self) -> Option<Partial<'_>> {
        match &self.content {
            Content::Partly { holes, worlds } => Some(Partial { holes, worlds }),
            Content::Text { read, .. } if read.document.is_some() => {
                Some(Partial { holes: &[], worlds: &self.known })
            }
            _ => None,
        }
    }

    fn with(&self, values: &BTreeMap<String, String>) -> Option<Document> {
        match &self.content {
            Content::Text { read, .. } => read.document.clone(),
            _ => self.selected.with(values),
        }
    }
}

/// Returns values for all parameters.
fn sample(random: &mut Random) -> BTreeMap<String, String> {
    VALUES.iter().map(|(name, values)| ((*name).to_owned(), random.pick(values).to_string())).collect()
}

#[test]
fn verdicts_for_every_value_are_those_for_each_value() {
    let (pairs, first) = pairs_and_seed();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in first..first + pairs {
        let mut random = Random::new(seed, 0xD1B5_4A32_D192_ED03);
        let kind =
            [CheckKind::AccessNotGranted, CheckKind::NoNewAccess, CheckKind::NoPublicAccess][random.below(3)];
        let with_principals = kind == CheckKind::NoPublicAccess || random.below(3) == 0;
        let text = template(&mut random, with_principals);
        let new = Side::of("new.yaml", &text);
        let other = template(&mut random, with_principals);
        let old = (kind == CheckKind::NoNewAccess).then(|| Side::of("old.yaml", &other));
        let listed = ["arn:aws:s3:::main/*", "arn:aws:s3:::ledger", "arn:aws:s3:::*/tmp/*"][random.below(3)]
            .to_owned();
        let resources: Vec<String> = if random.below(4) == 0 { Vec::new() } else { vec![listed] };
        let access = [Access::new(["s3:GetObject"], resources.clone()).unwrap()];
        let of = if with_principals { PolicyType::Resource } else { PolicyType::Identity };
        let options = Options { policy_type: Some(of), first_witness: true, ..Options::default() };
        let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
        let ask = |policy: &Document, existing: Option<&Document>, options: &Options| -> Option<Answer> {
            Some(match kind {
                CheckKind::AccessNotGranted => access_not_granted(policy, &access, options),
                CheckKind::NoNewAccess => no_new_access(policy, existing?, options),
                _ => no_public_access(policy, bucket, options),
            })
        };
        let substitute = |values: &BTreeMap<String, String>| {
            let existing = match &old {
                Some(old) => Some(old.with(values)?),
                None => None,
            };
            Some((new.with(values)?, existing))
        };
        let Some(partial) = new.partial() else { continue };
        let existing = match &old {
            Some(old) => match old.partial() {
                Some(partial) => Some(partial),
                None => continue,
            },
            None => None,
        };
        let problem = Problem {
            kind,
            listed: &resources,
            lists_no_resource: resources.is_empty(),
            new: partial,
            existing,
            ask: &ask,
            substitute: &substitute,
            assumes_plain: false,
            is_strict: false,
            most: 256,
        };
        let verdict = judge_partial(&problem, &options);
        let context = || format!("seed {seed}, {} {resources:?}\n{text}\nagainst\n{other}", kind.name());
        let judged = |values: &BTreeMap<String, String>| {
            let (policy, existing) = substitute(values)?;
            ask(&policy, existing.as_ref(), &options).map(|answer| answer.verdict)
        };
        let samples: Vec<BTreeMap<String, String>> = (0..24).map(|_| sample(&mut random)).collect();
        match verdict {
            Dependence::Always(_) => {
                *counts.entry("PASS").or_default() += 1;
                for values in &samples {
                    let fails = matches!(judged(values), Some(Verdict::Fail(_)));
                    assert!(!fails, "passes for every value, and fails with {values:?}: {}", context());
                }
            }
            Dependence::Fails(depends) => {
                let shown = judged(&depends.shown.values);
                assert!(matches!(shown, Some(Verdict::Fail(_))), "{:?} {}", depends.shown.values, context());
                *counts.entry(if depends.on.is_empty() { "FAIL always" } else { "FAIL" }).or_default() += 1;
                for values in samples.iter().filter(|_| depends.on.is_empty()) {
                    let passes = matches!(judged(values), Some(Verdict::Pass(_)));
                    assert!(!passes, "fails for every value, and passes with {values:?}: {}", context());
                }
                if let Some(passes) = &depends.passes_if {
                    *counts.entry("passes if").or_default() += 1;
                    let fits = |values: &&BTreeMap<String, String>| {
                        passes
                            .names
                            .iter()
                            .all(|name| values.get(name).is_some_and(|value| passes.shape.contains(value)))
                    };
                    for values in samples.iter().filter(fits) {
                        let fails = matches!(judged(values), Some(Verdict::Fail(_)));
                        assert!(!fails, "{passes:?}, and fails with {values:?}: {}", context());
                    }
                }
            }
            Dependence::Undecided(_) => *counts.entry("UNKNOWN").or_default() += 1,
        }
    }
    println!("{counts:?}");
    for verdict in ["PASS", "FAIL", "FAIL always", "passes if"] {
        assert!(counts.get(verdict).is_some_and(|count| *count > 0), "none is {verdict}: {counts:?}");
    }
}

/// Returns how a policy with this resource is read, in a template with these sections.
fn content(sections: &str, statement: &str) -> Content {
    let text = format!(
        "{sections}Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        \
         Statement:\n          - {statement}\n"
    );
    read("t.yaml", &text).entries.first().unwrap().content.clone()
}

#[test]
fn what_signs_cannot_stand_for_is_not_modelled() {
    let parameters: String =
        (0..9).map(|n| format!("  P{n}: {{Type: String, AllowedValues: [a, b]}}\n")).collect();
    let all: String = (0..9).map(|n| format!("${{P{n}}}")).collect();
    let in_circle = "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n";
    let statement = |resource: &str| format!("{{Effect: Allow, Action: 's3:*', Resource: {resource}}}");
    let cases = [
        // 512 combinations.
        (format!("Parameters:\n{parameters}"), statement(&format!("!Sub 'arn:aws:s3:::{all}'"))),
        (in_circle.to_owned(), format!("!If [A, {}, !Ref 'AWS::NoValue']", statement("'*'"))),
        // A text of the template that is a sign.
        ("Parameters:\n  P: {Type: String}\n".to_owned(), statement("[!Ref P, \"arn:aws:s3:::\u{f0000}\"]")),
        ("Parameters:\n  P: {Type: String}\n".to_owned(), "!Transform {Name: Macro}".to_owned()),
    ];
    for (sections, statement) in cases {
        let content = content(&sections, &statement);
        assert!(!content.is_partial() && content.document().is_none(), "{sections}{statement}: {content:?}");
    }
    // A pattern that is not one of ours, or too large, admits any text.
    for pattern in ["(", "((a{1000}){1000}){1000}", "(?=a)b", r"\\p{Alpha}"] {
        let sections = format!("Parameters:\n  P: {{Type: String, AllowedPattern: '{pattern}'}}\n");
        match content(&sections, &statement("!Ref P")) {
            Content::Partly { holes, worlds } => {
                assert_eq!(worlds.len(), 1);
                assert!(holes[0].text.as_ref().is_some_and(|text| text.shape.contains("*")), "{pattern}");
            }
            other => panic!("{pattern}: {other:?}"),
        }
    }
}

#[test]
fn values_that_are_given_are_not_unknown() {
    let text = "Parameters:\n  Stage: {Type: String, AllowedValues: [qa, live], Default: qa}\nConditions:\n  \
                IsLive: !Equals [!Ref Stage, live]\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
                PolicyDocument:\n        Statement:\n          - {Effect: Allow, Action: 's3:*', \
                Resource: !If [IsLive, 'arn:aws:s3:::live', !Sub 'arn:aws:s3:::${Stage}']}\n";
    let resource = |options: &container::Options| match open(&Source::new("t.yaml", text), options) {
        Ok(Contents::Container(container)) => container.entries[0].document().map(ToString::to_string),
        other => panic!("{other:?}"),
    };
    let with = |value: &str| container::Options {
        values: [("Stage".to_owned(), value.to_owned())].into(),
        ..container::Options::default()
    };
    assert!(resource(&with("live")).unwrap().contains(":::live"));
    assert!(
        resource(&container::Options { use_defaults: true, ..Default::default() }).unwrap().contains(":::qa")
    );
    assert_eq!(resource(&container::Options::default()), None);
    for wrong in [
        with("test"),
        container::Options { values: [("Stge".into(), "qa".into())].into(), ..Default::default() },
    ] {
        let error = open(&Source::new("t.yaml", text), &wrong).unwrap_err();
        assert_eq!(error.diagnostics[0].code, "invalid-parameter");
    }
}
