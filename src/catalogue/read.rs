//! Reading a catalogue from a file: everything is checked before any fact is used.

use super::error::CatalogueError;
use super::head::read_head;
use super::key_names::KeyNames;
use super::packed::{self, Block, Layout};
use super::read_service::read_service;
use super::service::Service;
use super::{Catalogue, Entry};
use crate::hash::sha256;
use crate::limits::CatalogueLimits;
use std::sync::OnceLock;

impl Catalogue {
    /// Reads a catalogue in text form or packed, and checks it as a whole.
    ///
    /// # Errors
    /// The first fault: then no fact of the file may be used.
    ///
    /// ```
    /// use iamsat::{catalogue::Catalogue, limits::CatalogueLimits};
    /// let aws = Catalogue::embedded();
    /// let (text, packed) = (aws.text(), aws.packed());
    /// let limits = CatalogueLimits::default();
    /// assert_eq!(Catalogue::read(text.as_bytes(), &limits).unwrap().digest(), aws.digest());
    /// assert_eq!(Catalogue::read(&packed, &limits).unwrap().digest(), aws.digest());
    /// assert!(Catalogue::read(&packed[..packed.len() - 1], &limits).is_err());
    /// ```
    pub fn read(bytes: &[u8], limits: &CatalogueLimits) -> Result<Catalogue, CatalogueError> {
        if bytes.starts_with(packed::MAGIC) {
            return Catalogue::read_packed(bytes, limits);
        }
        if bytes.len() > limits.largest() {
            return Err(limits.too_long());
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| CatalogueError::whole("the catalogue is not UTF-8 text"))?;
        Catalogue::read_text(text, limits)
    }

    fn read_packed(bytes: &[u8], limits: &CatalogueLimits) -> Result<Catalogue, CatalogueError> {
        let texts: Result<Vec<String>, _> = packed::blocks(bytes, limits)?.iter().map(Block::text).collect();
        let texts = texts?;
        let (first, lists, services) = match texts.as_slice() {
            [first, lists, services @ ..] => (first, lists, services),
            _ => return Err(CatalogueError::whole("the packed catalogue has too few blocks")),
        };
        let (head, index) = packed::read_index(first)?;
        let mut text: String = first.split_inclusive('\n').take(head.length).collect();
        text.extend(services.iter().map(String::as_str));
        let catalogue = Catalogue::read_text(&text, limits)?;
        let derived = packed::index_of(catalogue.services());
        let is_derived = index == derived && KeyNames::read(lists.clone()) == *catalogue.list_keys();
        is_derived.then_some(catalogue).ok_or_else(|| {
            CatalogueError::whole(
                "the index of the packed catalogue does not fit its services; pack the text form again",
            )
        })
    }

    fn read_text(text: &str, limits: &CatalogueLimits) -> Result<Catalogue, CatalogueError> {
        let (head_text, rest) = until_service(text);
        let head = read_head(head_text.split_terminator('\n'))?;
        let origin = &head.origin;
        if origin.services > limits.services || origin.actions > limits.actions {
            let (services, actions) = (limits.services, limits.actions);
            let message = format!("the catalogue has more than {services} services or {actions} actions");
            return Err(CatalogueError::whole(message));
        }
        let services = read_services(rest, head.length)?;
        let actions: usize = services.iter().map(Service::action_count).sum();
        let lines = rest.split_inclusive('\n').count();
        if (services.len(), actions, lines) != (origin.services, origin.actions, head.lines) {
            let message = "the catalogue is cut off, or has other numbers of services, actions and lines than `counts` says";
            return Err(CatalogueError::whole(message));
        }
        let index = packed::index_of(services.iter());
        let mut layout = Layout::new();
        let entry = |((prefix, length), service)| {
            let place = layout.next(length);
            Entry { prefix, place, service: OnceLock::from(service) }
        };
        Ok(Catalogue {
            head_text: head_text.to_owned(),
            digest: sha256(text),
            entries: index.services.into_iter().zip(services).map(entry).collect(),
            foreign: index.foreign,
            blocks: Vec::new(),
            list_keys: OnceLock::new(),
            head,
        })
    }
}

/// Reads services, which come after this many lines.
fn read_services(text: &str, lines_before: usize) -> Result<Vec<Service>, CatalogueError> {
    let mut services: Vec<Service> = Vec::new();
    let (mut rest, mut line) = (text, lines_before + 1);
    while !rest.is_empty() {
        let (lines, after) = until_service(rest);
        let service = read_service(lines, line)?;
        if services.last().is_some_and(|last| last.prefix() >= service.prefix()) {
            return Err(CatalogueError::at(line, "services are sorted by prefix, and each is listed once"));
        }
        services.push(service);
        line += lines.split_inclusive('\n').count();
        rest = after;
    }
    Ok(services)
}

/// Splits a text before the next line of a service that is not its first line.
fn until_service(text: &str) -> (&str, &str) {
    let end = text.find("\nS ").map_or(text.len(), |end| end + 1);
    text.split_at(end)
}
