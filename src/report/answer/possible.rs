//! The answer to `can`, and to `find` over layers.

use super::layers::LayersReport;
use super::undecided;
use super::world::{among, dated, every_request};
use crate::check::{CanAnswer, CanVerdict, NearMiss, Wanted};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{Options, decide_layers};
use crate::explain::display::{KeyNames, counted, one_line, statement_name};
use crate::policy::{Document, LayerKind, Layers, PolicyType};
use crate::report::display;
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::request::{Request, Requester};
use crate::snapshot::Gap;
use crate::span::Source;

/// A request with the part of each layer in the decision about it.
#[derive(Clone, Debug)]
pub struct Traced<'a> {
    /// The request.
    pub request: &'a Request,
    /// The part of each layer.
    pub layers: LayersReport<'a>,
}

/// A request that only one layer refuses.
#[derive(Clone, Debug)]
pub struct Refused<'a> {
    /// The name of the layer, with its level if it has levels: `scp 1`.
    pub by: String,
    /// The request with the part of each layer.
    pub traced: Traced<'a>,
}

/// The answer to a question over layers.
#[derive(Clone, Debug)]
pub struct Possible<'a> {
    /// The command: `can` or `find`.
    pub command: &'static str,
    /// The documents of the layers, then those of the scope.
    pub documents: Vec<&'a Document>,
    /// The number of documents of the layers.
    own: usize,
    /// The answer.
    pub answer: &'a CanAnswer,
    /// The request of a CAN.
    pub witness: Option<Traced<'a>>,
    /// For a CANNOT: a request that only one layer refuses, if there is one.
    pub near: Option<Refused<'a>>,
    /// The gaps of a snapshot that leave the answer open.
    pub gaps: &'a [Gap],
    /// The kinds of layers that are not attached.
    absent: Vec<LayerKind>,
    /// True if the layers were given one by one, so that one may have been forgotten.
    pub are_listed: bool,
}

impl<'a> Possible<'a> {
    /// Explains an answer.
    pub fn new(
        command: &'static str,
        layers: &Layers<&'a Document>,
        wanted: &'a Wanted,
        answer: &'a CanAnswer,
        near: Option<&'a NearMiss>,
        strict_arn: bool,
    ) -> Possible<'a> {
        let mut documents: Vec<&'a Document> = layers.documents().copied().collect();
        let own = documents.len();
        documents.extend(&wanted.scope);
        let witness = match &answer.verdict {
            CanVerdict::Can(witness) => {
                let request = witness.request();
                let options = Options { strict_arn, ..Options::for_documents(&documents) };
                let layered = decide_layers(layers, request, &options);
                Some(Traced { request, layers: LayersReport::new(layers, request, layered) })
            }
            CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
        };
        let near = near.map(|near| Refused {
            by: match near.kind {
                LayerKind::ServiceControl | LayerKind::ResourceControl => {
                    format!("{} {}", near.kind.name(), near.level)
                }
                kind => kind.name().to_owned(),
            },
            traced: Traced {
                request: &near.request,
                layers: LayersReport::new(layers, &near.request, near.layered.clone()),
            },
        });
        let is_attached = |kind: &LayerKind| layers.attached().any(|set| set.kind == *kind);
        let absent = LayerKind::ALL.into_iter().filter(|kind| !is_attached(kind)).collect();
        Possible { command, documents, own, answer, witness, near, gaps: &[], absent, are_listed: false }
    }

    /// Says what to do: about a request that is allowed, or about one that only one layer refuses.
    pub(in crate::report) fn help(&self) -> Option<String> {
        if let Some(Traced { layers, .. }) = &self.witness {
            let allowing = layers.layers.iter().filter(|layer| layer.decision == "allow");
            let named = allowing.filter_map(|layer| {
                let (document, index, statement) = layer.by?;
                Some(format!("{} of {}", statement_name(index, Some(statement)), document.source.name()))
            });
            // The same policy may be attached to several levels.
            let mut named: Vec<String> = named.collect();
            named.dedup();
            let narrow = match named.as_slice() {
                [] | [_, _, _, ..] => "narrow one of the statements that allow it".to_owned(),
                named => format!("narrow {}", named.join(" or ")),
            };
            return Some(one_line(&format!(
                "if this is not intended, {narrow}, or deny such requests in any layer"
            )));
        }
        let near = self.near.as_ref()?;
        Some(one_line(&format!(
            "nothing to do if this is intended; otherwise the {} has to allow it too{}",
            near.by,
            match self.is_of_session() {
                true => ", or a policy of the resource has to allow it to the session itself or to everyone",
                false => "",
            }
        )))
    }

    /// True if a boundary or a session policy alone refuses the session of a role in the account of the resource: it limits what a policy
    /// of the resource allows the role, but not what such a policy allows the session.
    fn is_of_session(&self) -> bool {
        self.near.as_ref().is_some_and(|near| {
            let action = near.traced.request.action.to_ascii_lowercase();
            [LayerKind::Boundary, LayerKind::Session].iter().any(|kind| kind.name() == near.by)
                && matches!(near.traced.request.requester, Some(Requester::RoleSession { .. }))
                && near.traced.layers.layered.same_account == Some(true)
                && !["kms:", "sts:"].iter().any(|service| action.starts_with(service))
        })
    }

    /// Returns the verdict in the words of the command.
    pub fn result(&self) -> &'static str {
        match (self.command, &self.answer.verdict) {
            ("find", CanVerdict::Can(_)) => "FAIL",
            ("find", CanVerdict::Cannot(_)) => "PASS",
            (_, verdict) => verdict.name(),
        }
    }

    /// Names the layers that were not given and could change the answer; empty if none could.
    pub(in crate::report) fn not_given(&self) -> String {
        let could_matter = |kind: &LayerKind| match (&self.answer.verdict, kind) {
            // Only these can allow a request.
            (CanVerdict::Cannot(_), kind) => matches!(kind, LayerKind::Identity | LayerKind::Resource),
            (CanVerdict::Can(_), kind) => *kind != LayerKind::Identity,
            (CanVerdict::Unknown(_), _) => false,
        };
        let name = |kind: &LayerKind| match kind {
            LayerKind::Identity => "identity policies (--identity)",
            LayerKind::Boundary => "permissions boundary (--boundary-policy)",
            LayerKind::Session => "session policies (--session-policy)",
            LayerKind::ServiceControl => "SCPs (--scp)",
            LayerKind::ResourceControl => "RCPs (--rcp)",
            LayerKind::Resource => "policy of the resource (--resource-policy)",
            LayerKind::Endpoint => "policy of a VPC endpoint (--endpoint)",
        };
        let names: Vec<&str> =
            self.absent.iter().filter(|kind| self.are_listed && could_matter(kind)).map(name).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!("not given, so taken as absent: {}", names.join(", ")),
        }
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let result = self.result();
        let (world, edition) = (self.answer.world, self.answer.edition.as_ref());
        let end = among(world, edition);
        let sentence = match (&self.answer.verdict, &self.witness) {
            (CanVerdict::Can(_), Some(Traced { request, .. })) => {
                format!(
                    "{result}. For example, {} on {} is allowed by all layers together{end}",
                    request.action, request.resource
                )
            }
            (CanVerdict::Can(_), None) => format!("{result}. such a request is allowed{end}"),
            (CanVerdict::Cannot(_), _) => {
                let every = every_request(world, edition);
                let but_for = match self.are_listed && self.absent.contains(&LayerKind::Resource) {
                    true => "without a policy of the resource (none is given), ",
                    false => "",
                };
                format!("{result}. {but_for}all layers together allow no such request: proved for {every}")
            }
            (CanVerdict::Unknown(unknown), _) => {
                let reasons = counted(unknown.reasons.len(), "reason");
                format!(
                    "{result}. could not decide whether all layers together allow such a request, for {reasons}{end}"
                )
            }
        };
        one_line(&(sentence + &dated(world, edition)))
    }

    /// Returns the rows of a request.
    pub(in crate::report) fn rows(&self, request: &Request) -> Vec<(String, String)> {
        display::rows(request, &KeyNames::of(&self.documents), PolicyType::Resource)
    }

    /// Returns an issue for each reason why there is no answer, or for the request found.
    pub fn issues(&self) -> Vec<Issue> {
        match (&self.answer.verdict, &self.witness) {
            (CanVerdict::Unknown(unknown), _) => undecided::among(
                &self.documents,
                unknown,
                PolicyType::Resource,
                "could not decide whether all layers together allow such a request",
            ),
            (CanVerdict::Can(_), Some(traced)) => {
                let title = format!("{} on {} is allowed", traced.request.action, traced.request.resource);
                let issue = Issue::new(Kind::Finding, Code::CanAccess, one_line(&title))
                    .with_note("request", display::table(&self.rows(traced.request)));
                let issue = issue.with_note("layers", traced.layers.lines().join("\n"));
                vec![self.help().into_iter().fold(issue, |issue, help| issue.with_note("help", help))]
            }
            _ => Vec::new(),
        }
    }

    /// Converts the answer to the common form of all formats.
    pub fn subject(&self, status: Status) -> Subject {
        let names: Vec<&str> =
            self.documents.iter().take(self.own).map(|document| document.source.name()).collect();
        Subject {
            name: names.join(" and "),
            file: None,
            rule: None,
            status,
            message: self.sentence(),
            issues: self.issues(),
        }
    }

    /// Lists the warnings about the documents of the layers, each with its source.
    pub fn warnings(&self) -> Vec<(&'a Source, &'a Diagnostic)> {
        let own = self.documents.iter().take(self.own);
        own.flat_map(|document| document.warnings.iter().map(|warning| (&document.source, warning))).collect()
    }
}
