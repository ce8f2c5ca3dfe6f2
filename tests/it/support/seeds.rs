//! Inputs for the fuzzer to start from, made of the corpus of real policies.
//!
//! Targets whose input is only a stream of choices have none: the values to choose from are in their properties.

use super::properties::layers;
use super::properties::sub::SEEDS;
use super::{document, labelled};
use iamsat::check::{Options, no_new_access};
use iamsat::policy::{ActionPattern, Document, ResourcePattern, Statement, Template};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Bytes of a seed, the `-max_len` of `.ci/run`; three times that for certificates, which hold two policies.
const LONGEST: usize = 800;
/// Seeds of a target: enough for variety, few enough to be read in a second.
const MOST: usize = 400;

/// The targets that have seeds, with theirs.
pub(crate) fn of_corpus(corpus: &Path) -> Vec<(&'static str, Vec<String>)> {
    let statements = statements(corpus);
    let pairs = pairs(&statements);
    let mut texts: Vec<String> = statements.iter().map(Document::to_string).collect();
    texts.extend(statements.iter().map(|d| format!("{d:#}")));
    let patterns: BTreeSet<String> = statements.iter().flat_map(patterns).collect();
    let patterns: Vec<String> = patterns.into_iter().collect();
    let line = |(new, existing): &(String, String)| {
        let read = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        json!({
            "id": 1, "check": "check-no-new-access",
            "newPolicyDocument": read(new), "existingPolicyDocument": read(existing),
        })
        .to_string()
    };
    let two_lines = |(a, b): &(String, String)| format!("{a}\n{b}");
    let numbered = pairs.iter().enumerate();
    let layers = numbered.map(|(number, (one, other))| layers::seed(number, one, other)).collect();
    let some = |all: Vec<String>, most: usize| {
        let fit: Vec<String> = all.into_iter().filter(|text| text.len() <= LONGEST).collect();
        let step = fit.len().div_ceil(most).max(1);
        fit.into_iter().step_by(step).collect::<Vec<String>>()
    };
    vec![
        ("batch", some(pairs.iter().map(line).collect(), MOST)),
        ("check", some(pairs.iter().map(two_lines).collect(), MOST)),
        ("emptiness", some(conjunctions(&patterns), MOST)),
        ("layers", some(layers, MOST)),
        ("parse", some(texts.clone(), MOST)),
        ("plan", some(files(""), MOST)),
        ("print", some(texts.clone(), MOST)),
        ("report", some(pairs.iter().map(two_lines).collect(), MOST)),
        ("sub", SEEDS.map(str::to_owned).to_vec()),
        ("verify", certificates(&pairs)),
        ("yaml", some(files("Resources:\n"), MOST)),
        ("wildcard", some(patterns.iter().map(|p| format!("{p}\n{}", p.replace('*', "Ab"))).collect(), MOST)),
    ]
}

/// Returns the rest of the files of `tests/container` that begin with a prefix.
fn files(start: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/container");
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "expected"));
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts.filter_map(|text| text.strip_prefix(start).map(str::to_owned)).collect()
}

/// Each statement of the corpus as a policy of its own.
fn statements(corpus: &Path) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    let mut paths: Vec<_> =
        std::fs::read_dir(corpus.join("managed")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    documents.extend(paths.iter().map(|path| document("managed", &std::fs::read_to_string(path).unwrap())));
    for file in ["reference_cases.ndjson", "mutants.ndjson"] {
        documents.extend(labelled(&corpus.join(file)).into_iter().flat_map(|case| [case.new, case.existing]));
    }
    let alone = |whole: &Document| {
        let one = |statement: &Statement| whole.with_statements(vec![statement.clone()]);
        whole.statements.iter().map(one).collect::<Vec<_>>()
    };
    let mut seen = BTreeSet::new();
    documents.iter().flat_map(alone).filter(|d| seen.insert(d.to_string())).collect()
}

/// Each policy against itself without one value or without its conditions, or with its actions or resources widened; it is by
/// turns the new and the existing one.
fn pairs(policies: &[Document]) -> Vec<(String, String)> {
    let changed = |(i, policy): (usize, &Document)| {
        let mut statements = policy.statements.to_vec();
        let statement = statements.first_mut()?;
        match i % 4 {
            0 if statement.action.values.len() > 1 => drop(statement.action.values.pop()),
            1 if !statement.conditions.is_empty() => drop(statement.conditions.pop()),
            2 => {
                for resource in statement.resource.iter_mut().flat_map(|r| &mut r.values) {
                    let text = format!("{}*", resource.value.text);
                    resource.value = ResourcePattern::new(&text, Template::parse(&text, false).unwrap());
                }
            }
            _ => {
                for action in &mut statement.action.values {
                    let (service, name) = action.value.text.split_once(':')?;
                    let start: String = name.chars().take(3).collect();
                    action.value = ActionPattern::new(&format!("{service}:{start}*"))?;
                }
            }
        }
        let pair = (policy.to_string(), policy.with_statements(statements).to_string());
        Some(if i / 4 % 2 == 0 { pair } else { (pair.1, pair.0) })
    };
    let fits = |(a, b): &(String, String)| a.len().saturating_add(b.len()) < LONGEST;
    policies.iter().enumerate().filter_map(changed).filter(fits).collect()
}

fn patterns(policy: &Document) -> Vec<String> {
    let statements = policy.statements.iter();
    let texts = statements.flat_map(|s| {
        let actions = s.action.values.iter().map(|v| &*v.value.text);
        let resources = s.resource.iter().flat_map(|r| &r.values).map(|v| &*v.value.text);
        let values = s.conditions.iter().flat_map(|c| &c.values).map(|v| &*v.value.text);
        actions.chain(resources).chain(values).collect::<Vec<_>>()
    });
    texts.filter(|text| text.contains('*')).map(str::to_owned).collect()
}

/// Neighbours by name: required patterns, and excluded ones.
fn conjunctions(patterns: &[String]) -> Vec<String> {
    let short: Vec<&String> = patterns.iter().filter(|p| p.chars().count() < 60).collect();
    let kind = |pattern: &str| if pattern.starts_with("arn:") { ':' } else { '*' };
    let line = |sign: char, pattern: &str| format!("{sign}{}{pattern}", kind(pattern));
    let written = |(i, part): (usize, &[&String])| match part {
        [a, b, c] => {
            let sign = if i % 2 == 0 { '+' } else { '-' };
            let last = line('-', c);
            Some(format!("{}\n{}\n{last}", line('+', a), line(sign, b)))
        }
        _ => None,
    };
    short.windows(3).enumerate().filter_map(written).collect()
}

fn certificates(pairs: &[(String, String)]) -> Vec<String> {
    let certificate = |(new, existing): &(String, String)| {
        let options = Options { certificate: true, ..Options::default() };
        let (new, existing) = (document("new", new), document("existing", existing));
        let text = no_new_access(&new, &existing, &options).certificate()?.to_text();
        let compact: Value = serde_json::from_str(&text).unwrap();
        Some(compact.to_string()).filter(|text| text.len().div_ceil(3) <= LONGEST)
    };
    pairs.iter().step_by(7).filter_map(certificate).take(MOST).collect()
}
