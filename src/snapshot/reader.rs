//! The state of reading a snapshot, and the parts that all kinds of files share.

use super::Fault;
use super::gap::Gap;
use super::model::{
    Account, Collected, ControlKind, DocumentId, Documents, Endpoint, Place, Principal, Resource,
};
use super::tree::Parts;
use crate::code::Code;
use crate::container::{Content, Options, Raw, fits_layer, policy_in};
use crate::diagnostic::Diagnostic;
use crate::limits::SnapshotLimits;
use crate::policy::{Document, LayerKind, PrincipalMeaning};
use crate::span::Source;
use std::collections::{BTreeMap, BTreeSet};

/// The facts that were read so far.
pub(super) struct Reader<'l> {
    pub(super) limits: &'l SnapshotLimits,
    pub(super) options: Options,
    pub(super) documents: Documents,
    pub(super) principals: BTreeMap<Box<str>, Principal>,
    pub(super) accounts: BTreeMap<Box<str>, Account>,
    pub(super) managed: BTreeMap<Box<str>, (Collected<DocumentId>, Place)>,
    pub(super) resources: BTreeMap<Box<str>, Resource>,
    pub(super) endpoints: BTreeMap<Box<str>, (Endpoint, Place)>,
    pub(super) organization: Parts,
    pub(super) complete: BTreeSet<(Box<str>, Box<str>)>,
    /// The accounts by the seconds since 1970 at which they were collected, with the time as it is written.
    pub(super) collected: BTreeMap<i128, (Box<str>, Box<str>)>,
    /// The pages of each account that say that more follow.
    pub(super) pages: BTreeMap<Box<str>, Vec<Place>>,
    pub(super) faults: Vec<Fault>,
    /// The faults of policies: each such policy is a gap.
    pub(super) unread: Vec<Fault>,
    pub(super) entities: usize,
}

/// A part of a file that is read, with what is needed to say where it is.
#[derive(Clone, Copy)]
pub(super) struct At<'s> {
    pub(super) source: &'s Source,
    /// The account that the path names (`accounts/<id>/...`).
    pub(super) account: Option<&'s str>,
    /// The name of the file without its ending.
    pub(super) stem: &'s str,
    /// The policies that the name of the file is about: `TARGET.SCP.json`.
    pub(super) control: Option<ControlKind>,
}

impl<'s> At<'s> {
    pub(super) fn new(source: &'s Source) -> At<'s> {
        let parts: Vec<&str> = source.name().split(['/', '\\']).collect();
        let account = parts.windows(2).rev().find_map(|pair| match pair {
            ["accounts", id] if crate::policy::is_account_id(id) => Some(*id),
            _ => None,
        });
        let mut words = parts.last().into_iter().flat_map(|name| name.split('.'));
        let stem = words.next().unwrap_or_default();
        let control = words.find_map(|word| {
            [ControlKind::Service, ControlKind::Resource].into_iter().find(|kind| kind.short() == word)
        });
        At { source, account, stem, control }
    }

    pub(super) fn text(self) -> &'s str {
        self.source.text()
    }

    pub(super) fn place(self, raw: Raw<'_>) -> Place {
        Place { source: self.source.clone(), span: raw.span(self.text()) }
    }
}

/// True if the reading goes on with the next file.
pub(super) type Step = Result<(), Box<Diagnostic>>;

impl Reader<'_> {
    pub(super) fn fault(&mut self, source: &Source, diagnostic: Diagnostic) {
        if self.faults.len() < self.limits.faults {
            self.faults.push(Fault { source: source.clone(), diagnostic });
        }
    }

    /// Counts an entity.
    pub(super) fn count(&mut self, at: At<'_>, raw: Raw<'_>) -> Step {
        self.entities += 1;
        match self.entities > self.limits.entities {
            false => Ok(()),
            true => {
                let message = format!("the snapshot has more than {} entities", self.limits.entities);
                let place = raw.span(at.text()).first_character(at.text());
                Err(Box::new(Diagnostic::error(Code::TooManyResources, message, place)))
            }
        }
    }

    /// Reads the policy in a value, as a policy of a layer; none if the value is an empty text.
    pub(super) fn policy(
        &mut self,
        at: At<'_>,
        (name, pointer): (&str, &str),
        body: Raw<'_>,
        (kind, gap): (LayerKind, Gap),
    ) -> Collected<Option<DocumentId>> {
        let read = match policy_in(at.source, (name, pointer), body, &self.options) {
            Content::Absent => return Collected::Known(None),
            Content::Text { read, .. } => read,
            Content::Partly { .. } | Content::Unknown { .. } => return Collected::Missing(Box::new(gap)),
        };
        let mut faults = (read.source, read.diagnostics);
        if let Some(document) = read.document {
            if names_ids(&document) {
                let why = format!(
                    "{} names users or roles by their unique ids, which are not looked up in a snapshot",
                    document.source.name()
                );
                return Collected::Missing(Box::new(Gap { why: why.into(), command: None, ..gap }));
            }
            match fits_layer(&document, kind, &self.options.policy_limits) {
                Ok(()) => return Collected::Known(Some(self.documents.add(document))),
                Err(error) => faults = (error.source, error.diagnostics),
            }
        }
        let (source, diagnostics) = faults;
        let left = self.limits.faults.saturating_sub(self.unread.len());
        self.unread.extend(
            diagnostics.into_iter().take(left).map(|diagnostic| Fault { source: source.clone(), diagnostic }),
        );
        let why = format!("{} cannot be read: `iamsat snapshot` lists its faults", source.name());
        Collected::Missing(Box::new(Gap { why: why.into(), command: None, ..gap }))
    }

    /// Reads a policy that has to be there.
    pub(super) fn required(
        &mut self,
        at: At<'_>,
        names: (&str, &str),
        body: Option<Raw<'_>>,
        (kind, gap): (LayerKind, Gap),
    ) -> Collected<DocumentId> {
        let Some(body) = body.filter(|body| !body.is_null()) else {
            return Collected::Missing(Box::new(gap));
        };
        match self.policy(at, names, body, (kind, gap.clone())) {
            Collected::Known(Some(document)) => Collected::Known(document),
            Collected::Known(None) => Collected::Missing(Box::new(gap)),
            Collected::Missing(gap) => Collected::Missing(gap),
        }
    }

    /// Notes that two places describe the same entity in different ways.
    pub(super) fn contradiction(&mut self, what: &str, first: &Place, second: &Place) {
        let position = first.source.position(first.span.start as usize);
        let message = format!(
            "{what} is described in another way at {}:{}:{}",
            first.source.name(),
            position.line,
            position.column
        );
        let place = second.span.first_character(second.source.text());
        let fault = Diagnostic::error(Code::SnapshotContradiction, message, place)
            .with_help("collect both files at the same time, and keep one of them");
        self.fault(&second.source, fault);
    }
}

/// True if it depends on the unique ids of users and roles what the policy says.
fn names_ids(document: &Document) -> bool {
    let principals = document.statements.iter().flat_map(|s| &s.principal).flat_map(|p| &p.values);
    let by_id = |meaning: &PrincipalMeaning| matches!(meaning, PrincipalMeaning::UniqueId);
    principals.map(|value| &value.value.meaning).any(by_id)
        || document.mentioned_keys().any(|key| key == "aws:userid")
}
