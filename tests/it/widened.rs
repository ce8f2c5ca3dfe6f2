//! Real policies against themselves with one part of an Allow statement removed or widened: never less access, and always an
//! answer.

use crate::support::{corpus, document, labelled};
use iamsat::check::{Options, no_new_access};
use iamsat::policy::{ActionPattern, Document, Effect, ResourcePattern, Statement, Template};

fn any_action(statement: &mut Statement) {
    statement.action.negated = false;
    statement.action.values.truncate(1);
    statement.action.values[0].value = ActionPattern::new("*").unwrap();
}

fn any_resource(statement: &mut Statement) {
    if let Some(resource) = statement.resource.as_mut().filter(|r| !r.values.is_empty()) {
        resource.negated = false;
        resource.values[0].value = ResourcePattern::new("*", Template::parse("*", false).unwrap());
    }
}

fn no_condition(statement: &mut Statement) {
    statement.conditions.clear();
}

#[test]
fn widened_policies_allow_no_less() {
    let Some(corpus) = corpus() else { return };
    let managed = std::fs::read_dir(corpus.join("managed")).unwrap().map(|file| file.unwrap().path());
    let mut policies: Vec<Document> = managed
        .map(|f| document(&f.file_name().unwrap().to_string_lossy(), &std::fs::read_to_string(&f).unwrap()))
        .collect();
    for file in ["mutants.ndjson", "reference_cases.ndjson"] {
        policies.extend(labelled(&corpus.join(file)).into_iter().map(|case| case.new));
    }
    let mut wrong = Vec::new();
    for policy in &policies {
        let first = policy.statements.iter().position(|s| s.effect.value == Effect::Allow);
        let Some(first) = first.filter(|i| !policy.statements[*i].action.values.is_empty()) else { continue };
        for widen in [any_action, any_resource, no_condition] {
            let mut statements = policy.statements.to_vec();
            widen(&mut statements[first]);
            let wider = policy.with_statements(statements);
            let less = no_new_access(policy, &wider, &Options::default());
            let more = no_new_access(&wider, policy, &Options::default());
            if less.verdict.name() != "PASS" || more.verdict.name() == "UNKNOWN" {
                wrong.push(format!("{}: {:?} {:?}", policy.source.name(), less.verdict, more.verdict));
            }
        }
    }
    assert!(policies.len() > 1000 && wrong.is_empty(), "{}", wrong.join("\n"));
}
