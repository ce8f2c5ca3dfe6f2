//! One request, decided by a set of policies.

use super::names;
use crate::cli::Exit;
use crate::cli::args::{Format, SimulateArgs, YesNo};
use crate::cli::input::{Input, Reader, as_one_set, gather, layers_of, texts};
use crate::cli::output::{Output, directory};
use crate::evaluate::Decision;
use crate::policy::{Document, Layers};
use crate::report::text;
use crate::report::{Failure, Report, Simulation, json};
use crate::request::{Request, RequestSpec};
use crate::surface::{Simulating, context_of, document, fit, of_one_side, request_of, simulated_under};

/// Decides a request by the policies or layers that flags name.
pub(super) fn run(args: &SimulateArgs, output: &mut Output) -> Result<Exit, Failure> {
    if args.layers.are_given() {
        let layers = layers_of(&args.layers, &mut Reader::new(&args.container))?;
        return layered(args, request(args)?, &layers, output);
    }
    if let Some(flag) = args.layers.stray() {
        return Err(Failure::validation(format!(
            "`{flag}` matters beside layers only: name those of the policies, such as `--identity` and `--resource-policy`"
        )));
    }
    let spelled = spelled(args, args.principal.clone())?;
    request_of(&spelled)?;
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
    let options = args.semantics.options();
    if options.policy_type.is_none() {
        of_one_side(&documents)?;
    }
    fit(&documents, options.policy_type)?;
    let simulating =
        Simulating { spelled: &spelled, expected: args.expect, options: &options, relevant: args.relevant };
    let simulation = simulating.simulated(documents)?;
    shown(&simulation, args, output)
}

/// Simulates the request under layers.
pub(super) fn layered(
    args: &SimulateArgs,
    request: Request,
    layers: &Layers<Document>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if args.semantics.policy_type.is_some() {
        return Err(Failure::validation(
            "the layers say of which type each policy is: leave out `--policy-type`",
        ));
    }
    if args.semantics.boundary.is_some() {
        return Err(Failure::validation(
            "the layers say if the requester has a boundary: leave out `--boundary`",
        ));
    }
    let simulation = simulated_under(request, layers, (&args.semantics.options(), args.expect))?;
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
        Format::Json => {
            let mut answer = serde_json::json!(simulation);
            json::add_issues(&mut answer, &simulation.subject().issues);
            output.json(answer)?;
        }
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

fn request(args: &SimulateArgs) -> Result<Request, Failure> {
    request_by(args, args.principal.clone())
}

pub(super) fn request_by(args: &SimulateArgs, principal: Option<String>) -> Result<Request, Failure> {
    request_of(&spelled(args, principal)?)
}

fn spelled(args: &SimulateArgs, principal: Option<String>) -> Result<RequestSpec, Failure> {
    let mut context = Vec::new();
    for pair in &args.context {
        let (key, value) =
            pair.split_once('=').filter(|(key, _)| !key.trim().is_empty()).ok_or_else(|| {
                Failure::validation(format!("`{pair}` is not a valid context: write KEY=VALUE"))
            })?;
        context.push((key.to_owned(), value.to_owned()));
    }
    for text in &args.context_json {
        context.extend(context_of(text).ok_or_else(|| {
            Failure::validation(format!(
                "`{text}` is not a valid context: write {{\"KEY\": [\"VALUE\"]}}, every key once and all values as strings"
            ))
        })?);
    }
    Ok(RequestSpec {
        principal,
        federated_by: args.federated_by.clone(),
        action: args.action.clone(),
        resource: args.resource.clone(),
        context,
        unique_ids: args.unique_id.clone(),
        canonical_users: args.canonical_user.clone(),
        boundary: args.semantics.boundary == Some(YesNo::Yes),
        bare_context: args.semantics.aws_compat,
    })
}
