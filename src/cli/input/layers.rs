//! Reads the policies of layers: a layers file, or the policies that flags name.

use super::reader::Reader;
use crate::cli::args::LayersArgs;
use crate::container::{fits_layer, read_layers};
use crate::limits::InputLimits;
use crate::policy::{Attached, Document, LayerKind, Layers, Read};
use crate::report::Failure;

/// Returns the layers that the flags name.
///
/// # Errors
/// A file cannot be read, a document has faults or does not fit its layer, or no layer is named.
pub(crate) fn layers_of(args: &LayersArgs, reader: &mut Reader) -> Result<Layers<Document>, Failure> {
    let mut layers = match &args.layers {
        Some(file) => {
            let source = reader.source(file, "layers")?;
            let layers = read_layers(&source, &InputLimits::default());
            layers.map_err(|error| failure([&Read::failed(error.source, error.diagnostics)]))?
        }
        None => of_flags(args, reader)?,
    };
    for (flag, given, own) in [
        ("--resource-account", &args.resource_account, &mut layers.resource_account),
        ("--organization", &args.organization, &mut layers.organization),
    ] {
        let Some(given) = given else { continue };
        match own {
            Some(named) if **named != **given => {
                return Err(Failure::validation(format!(
                    "the layers name {named}, and `{flag}` names {given}"
                )));
            }
            _ => *own = Some(given.as_str().into()),
        }
    }
    Ok(layers)
}

fn of_flags(args: &LayersArgs, reader: &mut Reader) -> Result<Layers<Document>, Failure> {
    let mut reads: Vec<Read> = Vec::new();
    let mut list = |kind: LayerKind, arguments: &[&str]| -> Result<Vec<Attached<Document>>, Failure> {
        let mut policies = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let mut read = reader.read(argument, kind.name())?;
            if let Some(document) = read.document.take() {
                match fits_layer(&document, kind, &InputLimits::default()) {
                    Ok(()) => {
                        policies.push(Attached::Policy(document));
                        continue;
                    }
                    Err(error) => read = Read::failed(error.source, error.diagnostics),
                }
            }
            reads.push(read);
        }
        Ok(policies)
    };
    fn texts(arguments: &[String]) -> Vec<&str> {
        arguments.iter().map(String::as_str).collect()
    }
    let layers = Layers {
        identity: list(LayerKind::Identity, &texts(&args.identity))?,
        boundary: list(LayerKind::Boundary, args.boundary_policy.as_deref().as_slice())?.pop(),
        session: list(LayerKind::Session, &texts(&args.session_policy))?,
        scp: args
            .scp
            .iter()
            .map(|level| list(LayerKind::ServiceControl, &of_level(level)))
            .collect::<Result<_, _>>()?,
        rcp: args
            .rcp
            .iter()
            .map(|level| list(LayerKind::ResourceControl, &of_level(level)))
            .collect::<Result<_, _>>()?,
        resource: list(LayerKind::Resource, args.resource_policy.as_deref().as_slice())?.pop(),
        endpoint: list(LayerKind::Endpoint, args.endpoint.as_deref().as_slice())?.pop(),
        resource_account: None,
        organization: None,
    };
    match reads.is_empty() {
        true => Ok(layers),
        false => Err(failure(&reads)),
    }
}

/// Returns the arguments of one level; a document that is written out may contain commas.
fn of_level(level: &str) -> Vec<&str> {
    match level.trim_start().starts_with('{') {
        true => vec![level],
        false => level.split(',').collect(),
    }
}

fn failure<'r>(reads: impl IntoIterator<Item = &'r Read>) -> Failure {
    match Failure::of_documents(reads) {
        Some(failure) => failure,
        None => crate::index::broken("a text without a document is a failure"),
    }
}
