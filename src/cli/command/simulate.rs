//! One request, decided by a set of policies.

use super::names;
use crate::cli::Exit;
use crate::cli::args::{Format, SimulateArgs, YesNo};
use crate::cli::input::{Input, Reader, as_one_set, gather, layers_of, texts};
use crate::cli::output::{Output, directory};
use crate::evaluate::{self, Decision, evaluate};
use crate::policy::{Document, Layers, PolicyType};
use crate::report::text;
use crate::report::{Failure, Remark, Report, Simulation};
use crate::request::{FactSets, Request, RequestSpec, Requester};
use crate::surface::{document, fit, json_members};
use std::collections::BTreeSet;

pub(crate) fn run(args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    if args.layers.are_given() {
        let layers = layers_of(&args.layers, &mut Reader::new(&args.container))?;
        return layered(args, request(args)?, &layers, output);
    }
    if let Some(flag) = args.layers.stray() {
        return Err(Failure::validation(format!(
            "`{flag}` matters beside layers only: name those of the policies, such as `--identity` and `--resource-policy`"
        )));
    }
    let mut request = request(args)?;
    let mut reader = Reader::new(&args.container);
    let gathered = gather(&mut reader, &args.policy, "policy", &args.container);
    // An attached policy that was not read may allow or deny the request.
    let mut inputs: Vec<Input> = gathered.list.into_iter().chain(gathered.unread).collect();
    as_one_set(&mut inputs, &args.container, output)?;
    let reads = texts(inputs)?;
    if let Some(failure) = Failure::of_documents(&reads) {
        return Err(failure);
    }
    let documents: Vec<&Document> = reads.iter().map(document).collect();
    let semantics = &args.semantics;
    if semantics.policy_type.is_none() {
        of_one_side(&documents)?;
    }
    fit(&documents, semantics.policy_type)?;
    let missing = match semantics.aws_compat {
        true => Vec::new(),
        false => request.assume_usual(documents.iter().flat_map(|document| document.mentioned_keys())),
    };
    let mut options = evaluate::Options::for_documents(&documents);
    options.strict_arn = semantics.strict_arn;
    if let Some(policy_type) = semantics.policy_type {
        options.policy_type = policy_type;
    }
    let trace = evaluate(&documents, &request, &options);
    let mut simulation =
        Simulation::new(documents, request, &trace, args.expect, semantics.policy_type, semantics.aws_compat);
    simulation.remarks.extend(missing.iter().map(Remark::of_missing));
    shown(&simulation, args, output)
}

/// Simulates the request under layers.
pub(super) fn layered(
    args: &SimulateArgs,
    mut request: Request,
    layers: &Layers<Document>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if args.semantics.policy_type.is_some() {
        return Err(Failure::validation(
            "the layers say of which type each policy is: leave out `--policy-type`",
        ));
    }
    let Some(requester) = request.requester.clone() else {
        return Err(Failure::validation("layers decide about one requester: name it with `--principal`"));
    };
    if matches!(requester, Requester::User { .. }) && !layers.session.is_empty() {
        return Err(Failure::validation(
            "a session policy limits a session, and the requester is a user: name a session of a role or a federated user",
        ));
    }
    let owner = request.resource.split(':').nth(4).filter(|owner| !owner.is_empty() && *owner != "aws");
    if let (Some(owner), Some(given)) = (owner, &layers.resource_account)
        && owner != &**given
    {
        return Err(Failure::validation(format!(
            "the resource is in account {owner}, and the layers name {given} as its account"
        )));
    }
    if args.semantics.boundary.is_some() {
        return Err(Failure::validation(
            "the layers say if the requester has a boundary: leave out `--boundary`",
        ));
    }
    request.hidden.boundary = layers.boundary.is_some();
    let borrowed = layers.map(|document| document);
    let documents: Vec<&Document> = layers.documents().collect();
    let keys: BTreeSet<&str> = documents.iter().flat_map(|document| document.mentioned_keys()).collect();
    if let (Some(id), Some(_)) = (&layers.organization, requester.account())
        && keys.contains("aws:principalorgid")
        && request.values("aws:principalorgid").is_none()
    {
        request.set("aws:principalorgid", vec![id.to_string()]);
    }
    let missing = match args.semantics.aws_compat {
        true => Vec::new(),
        false => request.assume_usual(keys.iter().copied()),
    };
    let mut options = evaluate::Options::for_documents(&documents);
    options.strict_arn = args.semantics.strict_arn;
    let mut simulation =
        Simulation::of_layers(&borrowed, request, &options, args.expect, args.semantics.aws_compat);
    simulation.remarks.extend(missing.iter().map(Remark::of_missing));
    shown(&simulation, args, output)
}

/// Writes the simulation and returns its exit.
fn shown(simulation: &Simulation<'_>, args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    output.remarks(&simulation.remarks);
    output.warnings(simulation.warnings());
    let reading = args.semantics.options();
    let keys = args.context.iter().filter_map(|pair| pair.split_once('=')).map(|(key, _)| key);
    names::of_actions(std::slice::from_ref(&args.action), reading.catalogue(), output);
    names::of_keys(keys, reading.catalogue(), output);
    match output.format {
        Format::Text => output.text(&text::simulation(simulation, output.verbosity, output.style))?,
        Format::Json => output.json(&serde_json::json!(simulation))?,
        Format::Pipeline(_) => output.report(&Report {
            command: "simulate",
            directory: directory(),
            subjects: vec![simulation.subject()],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    let exit = match simulation.decision {
        Decision::Undetermined => Exit::Unknown,
        _ if simulation.is_as_expected() => Exit::Success,
        _ => Exit::Finding,
    };
    Ok(exit.zeroed(args.exit_zero))
}

/// Checks that the policies belong to one side: those of a requester and that of a resource are different layers, and together
/// they decide by a rule that depends on the accounts.
fn of_one_side(documents: &[&Document]) -> Result<(), Failure> {
    let (of_resource, of_requester): (Vec<&Document>, Vec<&Document>) =
        documents.iter().partition(|document| PolicyType::infer([**document]) == PolicyType::Resource);
    let names = |documents: &[&Document]| -> String {
        let names: Vec<&str> = documents.iter().map(|document| document.source.name()).collect();
        names.join(" ")
    };
    match (of_requester.is_empty(), of_resource.is_empty()) {
        (false, false) => Err(Failure::validation(format!(
            "{own} belongs to a requester and {others} to a resource: what they allow together depends on the layers and the \
             accounts. Name them: `--identity {own} --resource-policy {others} --principal ARN`, and `--resource-account ACCOUNT` \
             if the ARN of the resource has none",
            own = names(&of_requester),
            others = names(&of_resource)
        ))),
        _ => Ok(()),
    }
}

fn request(args: &SimulateArgs) -> Result<Request, Failure> {
    request_by(args, args.principal.clone())
}

pub(super) fn request_by(args: &SimulateArgs, principal: Option<String>) -> Result<Request, Failure> {
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
        principal,
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
