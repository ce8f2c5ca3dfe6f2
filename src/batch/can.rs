//! Answers a line that asks over layers.

use super::config::{Batch, Summary};
use crate::check::{CanAnswer, CanVerdict, Options, Property, PropertyError, Wanted, can};
use crate::container::read_layers;
use crate::policy::{Document, Layers, Read};
use crate::report::{Failure, Possible};
use crate::span::Source;
use crate::surface::{answered, wanted};

/// The members of such a line, as they are written.
pub(super) struct Asked<'l> {
    /// The question: `can` or `find`.
    pub(super) command: &'static str,
    pub(super) layers: &'l str,
    pub(super) principal: Option<String>,
    pub(super) actions: Option<&'l str>,
    pub(super) resources: Option<&'l str>,
    pub(super) condition: Option<&'l str>,
}

/// The answer with its documents.
pub(super) struct Answered {
    command: &'static str,
    layers: Layers<Document>,
    wanted: Wanted,
    pub(super) answer: CanAnswer,
}

impl Asked<'_> {
    /// Answers the question.
    pub(super) fn answered(&self, batch: &Batch, options: &Options) -> Result<Answered, Failure> {
        let layers = layers(batch, self.layers, options)?;
        let property = Property {
            actions: list("actions", self.actions)?,
            resources: list("resources", self.resources)?,
            condition: self.condition.map(str::to_owned),
            ..Property::default()
        };
        let scope = match property.document() {
            Ok(document) => vec![document],
            Err(PropertyError::NotJson(message) | PropertyError::Impossible(message)) => {
                return Err(Failure::validation(message));
            }
            Err(PropertyError::Invalid(error)) => {
                return Err(faults(Read::failed(error.source, error.diagnostics)));
            }
        };
        let wanted = wanted(self.principal.as_deref(), scope, &layers)?;
        let answer = answered(|| can(&layers.map(|document| document.into()), &wanted, options))?;
        Ok(Answered { command: self.command, layers, wanted, answer })
    }
}

impl Answered {
    /// Calls `write` with the answer in the common form, and returns its outcome.
    pub(super) fn reported(&self, options: &Options, write: impl FnOnce(&Possible<'_>)) -> Summary {
        let layers = self.layers.map(|document| document);
        write(&Possible::new(self.command, &layers, &self.wanted, &self.answer, None, options.strict_arn));
        match self.answer.verdict {
            CanVerdict::Cannot(_) => Summary { pass: 1, ..Summary::default() },
            CanVerdict::Can(_) => Summary { fail: 1, ..Summary::default() },
            CanVerdict::Unknown(_) => Summary { unknown: 1, ..Summary::default() },
        }
    }
}

/// Reads the layers of a line.
pub(super) fn layers(batch: &Batch, text: &str, options: &Options) -> Result<Layers<Document>, Failure> {
    if options.policy_type.is_some() {
        return Err(Failure::validation(
            "the layers say of which type each policy is: leave out `policyType`",
        ));
    }
    let layers = read_layers(&Source::new("layers", text), &batch.limits);
    layers.map_err(|error| faults(Read::failed(error.source, error.diagnostics)))
}

fn faults(read: Read) -> Failure {
    match Failure::of_documents([&read]) {
        Some(failure) => failure,
        None => crate::index::broken("a text without a document is a failure"),
    }
}

/// Returns the strings of a member; none if it is absent.
pub(super) fn list(name: &str, member: Option<&str>) -> Result<Vec<String>, Failure> {
    let Some(member) = member else { return Ok(Vec::new()) };
    let wrong = || Failure::validation(format!("`{name}` has to be a list of strings"));
    let list: Vec<String> = serde_json::from_str(member).map_err(|_| wrong())?;
    match list.is_empty() {
        true => Err(Failure::validation(format!("`{name}` is empty: leave it out to ask about any"))),
        false => Ok(list),
    }
}
