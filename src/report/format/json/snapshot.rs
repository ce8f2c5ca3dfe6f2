//! The content of a snapshot.

use super::place::DiagnosticView;
use crate::report::answer::Inventory;
use crate::snapshot::{Gap, Membership};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// A gap of a snapshot.
#[derive(Serialize)]
pub(super) struct GapView<'a> {
    what: &'static str,
    of: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

impl<'a> GapView<'a> {
    pub(super) fn of(gap: &'a Gap) -> GapView<'a> {
        GapView { what: gap.kind.name(), of: &gap.of, why: &gap.why, command: gap.command.as_deref() }
    }
}

#[derive(Serialize)]
struct InventoryView<'a> {
    sha256: &'a str,
    message: String,
    files: Vec<FileView<'a>>,
    #[serde(rename = "notRead", skip_serializing_if = "<[_]>::is_empty")]
    not_read: &'a [Box<str>],
    counts: BTreeMap<&'static str, usize>,
    organization: Option<&'a str>,
    gaps: Vec<GapView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumptions: Vec<&'static str>,
    unread: Vec<DiagnosticView<'a>>,
}

#[derive(Serialize)]
struct FileView<'a> {
    file: &'a str,
    kind: &'static str,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Inventory<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let snapshot = self.snapshot;
        let files = snapshot.files.iter().map(|file| FileView { file: &file.path, kind: file.kind });
        let unread = snapshot.unread.iter();
        let view = InventoryView {
            sha256: &snapshot.sha256,
            message: self.sentence(),
            files: files.collect(),
            not_read: &snapshot.passed_over,
            counts: self.counts().into_iter().collect(),
            organization: match &snapshot.membership {
                Membership::Of(organization) => Some(&*organization.id),
                Membership::Missing | Membership::Alone => None,
            },
            gaps: snapshot.gaps.iter().map(GapView::of).collect(),
            assumptions: self.assumptions().collect(),
            unread: unread.map(|fault| DiagnosticView::of(&fault.source, &fault.diagnostic)).collect(),
        };
        view.serialize(serializer)
    }
}
