//! Asks what a user or role of a snapshot can do.

use super::isolation::answered;
use super::snapshot::{asker, of_property};
use crate::check::{Options, PreparedSnapshot, Wants, WhatAnswer, what_can};
use crate::index::{broken, guaranteed};
use crate::report::Failure;
use crate::snapshot::{Asker, Principal};

/// Returns the requests for actions of some services on some resources; of any, if none are named.
///
/// # Errors
/// A name is not that of a service.
pub fn wants_of_services(services: &[String], resources: &[String]) -> Result<Wants, Failure> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let pattern = |service: &String| match !service.is_empty() && service.chars().all(is_letter) {
        true => Ok(format!("{service}:*")),
        false => Err(Failure::validation(format!(
            "`{service}` is not the name of a service: write what stands before the colon of its actions, such as s3"
        ))),
    };
    Ok(Wants {
        actions: services.iter().map(pattern).collect::<Result<_, _>>()?,
        resources: resources.to_vec(),
        ..Wants::default()
    })
}

/// Asks what a principal can do.
///
/// # Errors
/// The snapshot has no such user or role, a pattern is not valid, or an internal error.
pub fn asked_what<'p>(
    prepared: &'p PreparedSnapshot,
    directory: &str,
    principal: &str,
    wants: &Wants,
    options: &Options,
) -> Result<(&'p Principal, WhatAnswer<'p>), Failure> {
    wants.documents().map_err(of_property)?;
    let named = asker(prepared.snapshot(), directory, principal)?;
    let Asker::Principal(found) = named.asker else {
        return Err(Failure::validation(format!(
            "`{principal}` has no policies of its own in {directory}: name a user or role of it"
        )));
    };
    let own =
        guaranteed(prepared.snapshot().principals.get(&found.arn), "a principal is one of its snapshot");
    let answer = answered(|| match what_can(prepared, own, &named.callers, wants, options) {
        Ok(answer) => answer,
        Err(error) => broken(&format!("the question was checked: {error}")),
    })?;
    Ok((own, answer))
}
