//! `can`, and `find` over layers: is a request with given properties allowed by all layers together?

use super::certificate;
use crate::check::{
    CanVerdict, Options, PreparedSnapshot, Property, PropertyError, Question, Wanted, Wants, can,
    can_in_snapshot, nearest_miss,
};
use crate::cli::Exit;
use crate::cli::args::{CanArgs, Format, LayersArgs};
use crate::cli::config;
use crate::cli::input::{Reader, layers_of, text_of};
use crate::cli::output::{Output, directory};
use crate::index::guaranteed;
use crate::policy::{Document, Layers, Read};
use crate::report::text;
use crate::report::{Failure, Possible, Report, Status, json};
use crate::surface::{Stated, answered, asker, document, of_property, snapshot_of, wanted};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &CanArgs, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(directory) = snapshot(args, output)? {
        return in_snapshot(&directory, args, output);
    }
    let layers = layers_of(&args.layers, &mut Reader::new(&args.container))?;
    let mut properties = Vec::new();
    if !args.action.is_empty() || !args.resource.is_empty() {
        properties.push(Property {
            actions: args.action.clone(),
            resources: args.resource.clone(),
            ..Property::default()
        });
    }
    for argument in &args.condition {
        properties.push(Property { condition: Some(text_of(argument)?), ..Property::default() });
    }
    let scope = documents(&properties)?;
    let wanted = wanted(args.principal.as_deref(), scope, &layers)?;
    let certificate = args.certificate.as_deref();
    let exit = answer(("can", certificate), &layers, &wanted, &args.world.of(args.options())?, output)?;
    Ok(exit.zeroed(args.exit_zero))
}

/// Returns the snapshot to ask about: that of the flag, or, if no flag names a layer, that of the configuration.
fn snapshot(args: &CanArgs, output: &Output) -> Result<Option<String>, Failure> {
    if args.layers.are_given() {
        return Ok(None);
    }
    let wanted = "name layers (`--identity FILE`, ...) or a snapshot: `--snapshot DIR`";
    let snapshot = config::snapshot_or(args.snapshot.as_deref(), wanted, output)?;
    let stray = [(args.certificate.is_some(), "--certificate"), (args.strict_arn, "--strict-arn")];
    let stray = stray.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag);
    match (&args.principal, args.layers.stray().or(stray)) {
        (_, Some(flag)) => Err(of_layers_only(flag)),
        (None, None) => Err(needs_principal()),
        (Some(_), None) => Ok(Some(snapshot)),
    }
}

/// Refuses a flag that a question about a snapshot does not take.
pub(super) fn of_layers_only(flag: &str) -> Failure {
    Failure::validation(format!(
        "`{flag}` is for layers that flags name, and the question is about a snapshot"
    ))
}

/// Asks for the principal of a question about a snapshot.
pub(super) fn needs_principal() -> Failure {
    Failure::validation("the layers of a snapshot are those of a principal: name it with `--principal`")
}

/// Answers about a principal of a snapshot.
fn in_snapshot(directory: &str, args: &CanArgs, output: &mut Output) -> Result<Exit, Failure> {
    let prepared = PreparedSnapshot::new(snapshot_of(
        directory,
        Stated::new(args.no_organization, args.strict_collect),
    )?);
    let snapshot = prepared.snapshot();
    let wants = Wants {
        actions: args.action.clone(),
        resources: args.resource.clone(),
        conditions: args.condition.iter().map(|argument| text_of(argument)).collect::<Result<_, _>>()?,
    };
    let scope = wants.documents().map_err(of_property)?;
    let principal = guaranteed(args.principal.as_deref(), "a question about a snapshot names a principal");
    let named = asker(snapshot, directory, principal)?;
    let targets = snapshot.targets(named.asker.account(), &wants.actions, &wants.resources);
    let options = args.world.of(args.options())?.sharing();
    let question = Question { asker: named.asker, callers: &named.callers, scope: &scope };
    let answer = answered(|| can_in_snapshot(&prepared, question, &targets, &options))?;
    let near = answered(|| answer.near(&options))?;
    let layers = answer.part.layers.map(|document| document.document());
    let part = &answer.part;
    let mut possible =
        Possible::new("can", &layers, &part.wanted, &part.answer, near.as_ref(), options.strict_arn);
    possible.gaps = &part.gaps;
    if let Some(skew) = snapshot.skew() {
        output.note(&skew.why);
    }
    Ok(shown(&possible, output)?.zeroed(args.exit_zero))
}

/// Returns the layers that flags name; `None` if no flag names one.
pub(super) fn layered(args: &LayersArgs, reader: &mut Reader) -> Result<Option<Layers<Document>>, Failure> {
    match (args.are_given(), args.stray()) {
        (true, _) => layers_of(args, reader).map(Some),
        (false, Some(flag)) => Err(Failure::validation(format!(
            "`{flag}` matters beside layers only: name those of the policies, such as `--identity` and `--resource-policy`"
        ))),
        (false, None) => Ok(None),
    }
}

/// Reads the documents of properties.
pub(super) fn read(properties: &[Property]) -> Result<Vec<Read>, Failure> {
    let read = |property: &Property| match property.document() {
        Err(PropertyError::NotJson(message) | PropertyError::Impossible(message)) => {
            Err(Failure::validation(message))
        }
        Err(PropertyError::Invalid(error)) => Ok(Read::from(Err(error))),
        Ok(document) => Ok(Read::from(Ok(document))),
    };
    properties.iter().map(read).collect()
}

/// Returns the documents of properties.
pub(super) fn documents(properties: &[Property]) -> Result<Vec<Document>, Failure> {
    let reads = read(properties)?;
    match Failure::of_documents(&reads) {
        Some(failure) => Err(failure),
        None => Ok(reads.iter().map(|read| document(read).clone()).collect()),
    }
}

/// Answers the question and writes the answer.
pub(super) fn answer(
    (command, certificate): (&'static str, Option<&Path>),
    layers: &Layers<Document>,
    wanted: &Wanted,
    options: &Options,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let borrowed = layers.map(|document| document.into());
    let options = options.sharing();
    let answer = answered(|| can(&borrowed, wanted, &options))?;
    certificate::write(certificate, answer.certificate(), output)?;
    let is_refused = matches!(answer.verdict, CanVerdict::Cannot(_));
    let near = match is_refused {
        true => answered(|| nearest_miss(&borrowed, wanted, &options))?,
        false => None,
    };
    let layers = layers.map(|document| document);
    let mut possible = Possible::new(command, &layers, wanted, &answer, near.as_ref(), options.strict_arn);
    possible.are_listed = true;
    shown(&possible, output)
}

/// Writes an answer and returns its exit.
fn shown(possible: &Possible<'_>, output: &mut Output) -> Result<Exit, Failure> {
    output.warnings(possible.warnings());
    let (status, exit) = match possible.answer.verdict {
        CanVerdict::Cannot(_) => (Status::Pass, Exit::Success),
        CanVerdict::Can(_) => (Status::Fail, Exit::Finding),
        CanVerdict::Unknown(_) => (Status::Unknown, Exit::Unknown),
    };
    match output.format {
        Format::Json => {
            let mut answer = json!(possible);
            json::add_issues(&mut answer, &possible.subject(status).issues);
            output.json(answer)?;
        }
        Format::Text => output.text(&text::possible(possible, output.verbosity, output.style))?,
        Format::Pipeline(_) => output.report(&Report {
            command: possible.command,
            directory: directory(),
            subjects: vec![possible.subject(status)],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit)
}
