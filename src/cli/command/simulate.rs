//! One request, decided by a set of policies.

use super::names;
use crate::cli::Exit;
use crate::cli::args::{Format, SemanticsArgs, SimulateArgs, YesNo};
use crate::cli::input::{Input, Reader, as_one_set, gather, texts};
use crate::cli::output::{Output, directory};
use crate::evaluate::{self, Decision, Trace, evaluate, evaluate_sides};
use crate::policy::{Document, PolicyType};
use crate::report::text;
use crate::report::{Failure, Remark, Report, Simulation};
use crate::request::{FactSets, Request, RequestSpec};
use crate::surface::{document, fit, json_members};

pub(crate) fn run(args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut request = request(args)?;
    let mut reader = Reader::new(&args.container);
    let gathered = gather(&mut reader, &args.policy, "policy", &args.container);
    // An attached policy that was not read may allow or deny the request.
    let mut inputs: Vec<Input> = gathered.list.into_iter().chain(gathered.unread).collect();
    as_one_set(&mut inputs, &args.container, output);
    let reads = texts(inputs)?;
    if let Some(failure) = Failure::of_documents(&reads) {
        return Err(failure);
    }
    let documents: Vec<&Document> = reads.iter().map(document).collect();
    let semantics = &args.semantics;
    // A set may contain documents of both types; each must be valid for its type.
    match semantics.policy_type {
        Some(_) => fit(&documents, semantics.policy_type)?,
        None => documents.iter().try_for_each(|document| fit(&[*document], None))?,
    }
    let missing = match semantics.aws_compat {
        true => Vec::new(),
        false => request.assume_usual(documents.iter().flat_map(|document| document.mentioned_keys())),
    };
    let trace = decided(&documents, &request, semantics)?;
    let mut simulation =
        Simulation::new(documents, request, &trace, args.expect, semantics.policy_type, semantics.aws_compat);
    simulation.remarks.extend(missing.iter().map(Remark::of_missing));
    output.remarks(&simulation.remarks);
    output.warnings(simulation.warnings());
    let reading = semantics.options();
    let keys = args.context.iter().filter_map(|pair| pair.split_once('=')).map(|(key, _)| key);
    names::of_actions(std::slice::from_ref(&args.action), reading.catalogue(), output);
    names::of_keys(keys, reading.catalogue(), output);
    match output.format {
        Format::Text => output.text(&text::simulation(&simulation, output.verbosity, output.style))?,
        Format::Json => output.json(&serde_json::json!(simulation))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "simulate",
            directory: directory(),
            subjects: vec![simulation.subject()],
            issues: Vec::new(),
            has_baseline: false,
        })?,
    }
    let exit = match simulation.decision {
        Decision::Undetermined => Exit::Unknown,
        _ if simulation.is_as_expected() => Exit::Success,
        _ => Exit::Finding,
    };
    Ok(exit.zeroed(args.exit_zero))
}

/// Returns the decision of the documents, if it does not depend on whose resource it is.
fn decided(documents: &[&Document], request: &Request, semantics: &SemanticsArgs) -> Result<Trace, Failure> {
    let mut options = evaluate::Options::for_documents(documents);
    options.strict_arn = semantics.strict_arn;
    if let Some(policy_type) = semantics.policy_type {
        options.policy_type = policy_type;
        return Ok(evaluate(documents, request, &options));
    }
    let (of_resource, of_requester): (Vec<&Document>, Vec<&Document>) =
        documents.iter().partition(|document| PolicyType::infer([**document]) == PolicyType::Resource);
    let names = |documents: &[&Document]| -> String {
        let names: Vec<&str> = documents.iter().map(|document| document.source.name()).collect();
        names.join(", ")
    };
    match (of_requester.as_slice(), of_resource.as_slice(), &request.requester) {
        ([], _, _) | (_, [], _) => return Ok(evaluate(documents, request, &options)),
        (own, _, None) => {
            return Err(Failure::validation(format!(
                "{} and {} belong to a requester and to a resource: name the requester with `--principal`",
                names(own),
                names(&of_resource)
            )));
        }
        (own, _, Some(requester)) if requester.account().is_none() => {
            return Err(Failure::validation(format!(
                "{} is attached to users and roles, and the request comes from neither: leave it out",
                names(own)
            )));
        }
        _ => {}
    }
    let sides = evaluate_sides(documents, request, &options);
    let (allowing, other) = match sides.only {
        None => return Ok(sides.trace),
        Some(PolicyType::Identity) => (of_requester, of_resource),
        Some(_) => (of_resource, of_requester),
    };
    Err(Failure::validation(format!(
        "{} allows this and {} does not, so it depends on whose resource it is: in another account than that of the requester both \
         have to allow; in the same account one is enough, unless the policy of the resource has to allow it (a role's trust \
         policy, a KMS key) or names only the account. Simulate each side by itself",
        names(&allowing),
        names(&other)
    )))
}

fn request(args: &SimulateArgs) -> Result<Request, Failure> {
    let mut context = Vec::new();
    for pair in &args.context {
        let (key, value) =
            pair.split_once('=').filter(|(key, _)| !key.trim().is_empty()).ok_or_else(|| {
                Failure::validation(format!("`{pair}` is not a valid context: write KEY=VALUE"))
            })?;
        context.push((key.to_owned(), value.to_owned()));
    }
    for text in &args.context_json {
        context.extend(json_context(text)?);
    }
    let spelled = RequestSpec {
        principal: args.principal.clone(),
        federated_by: args.federated_by.clone(),
        action: args.action.clone(),
        resource: args.resource.clone(),
        context,
        unique_ids: args.unique_id.clone(),
        canonical_users: args.canonical_user.clone(),
        boundary: args.semantics.boundary == Some(YesNo::Yes),
        bare_context: args.semantics.aws_compat,
    };
    let request = spelled.request().map_err(|error| Failure::validation(error.to_string()))?;
    // Only the form of the given keys is checked; the caller chooses which keys are given.
    let faults = request.inconsistencies([], &FactSets { safe: false, heuristics: false });
    let shape = faults.iter().find(|f| matches!(f.axiom, "shape" | "type" | "single-valued"));
    match shape {
        Some(fault) => Err(Failure::validation(fault.message.clone())),
        None => Ok(request),
    }
}

/// Returns the keys and values of `{"KEY": ["VALUE"]}`.
fn json_context(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let wrong = || {
        Failure::validation(format!(
            "`{text}` is not a valid context: write {{\"KEY\": [\"VALUE\"]}}, every key once and all values as strings"
        ))
    };
    let mut pairs = Vec::new();
    for (key, values) in json_members(text).map_err(|_| wrong())? {
        let values: Vec<String> = serde_json::from_str(values.get()).map_err(|_| wrong())?;
        if key.trim().is_empty()
            || pairs.iter().any(|(other, _): &(String, _)| other.eq_ignore_ascii_case(&key))
        {
            return Err(wrong());
        }
        pairs.extend(values.into_iter().map(|value| (key.clone(), value)));
    }
    Ok(pairs)
}
