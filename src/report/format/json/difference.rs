//! One direction of a comparison.

use super::judged::{Open, reasons};
use super::request::RequestView;
use crate::catalogue::Level;
use crate::check::Group;
use crate::explain::display::KeyNames;
use crate::policy::{RequestSet, Statement};
use crate::report::answer::Change;
use crate::solve::Verdict;
use serde::{Serialize, Serializer};
use serde_json::Value;

#[derive(Serialize)]
struct ChangeView<'a> {
    groups: Vec<GroupView<'a>>,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<Open<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupView<'a> {
    share: &'static str,
    /// The set of requests in which the group is new, if it is not the set that the policies allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<&'static str>,
    file: &'a str,
    statement_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
    effect: Option<&'static str>,
    /// The highest access level of the listed actions of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_level: Option<&'static str>,
    /// The statement that describes the group.
    region: Option<Value>,
    witness: RequestView<'a>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Change<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let documents = [self.more, self.less];
        let names = KeyNames::of(&documents);
        let unknown = match &self.rest.verdict {
            Verdict::Unknown(unknown) => Some(reasons(unknown, &documents)),
            Verdict::Pass(_) | Verdict::Fail(_) => None,
        };
        let view = ChangeView {
            groups: self.groups.iter().map(|group| self.group(group, &names)).collect(),
            complete: self.is_complete(),
            unknown,
        };
        view.serialize(serializer)
    }
}

impl Change<'_> {
    fn group<'g>(&'g self, group: &'g Group, names: &'g KeyNames<'g>) -> GroupView<'g> {
        let (document, _) = self.side(group);
        let index = group.region.statement();
        let statement = document.statements.get(index);
        let region: Option<Value> = serde_json::from_str(group.document.source.text()).ok();
        GroupView {
            share: if group.is_all_new { "ALL" } else { "PART" },
            set: (group.set != RequestSet::ALLOWED).then(|| group.set.name()),
            file: document.source.name(),
            statement_index: index,
            statement_id: statement.and_then(Statement::sid),
            effect: statement.map(|s| s.effect.value.name()),
            access_level: self.level(group).map(Level::option),
            region: region.and_then(|region| region.get("Statement").cloned()),
            witness: RequestView::of(group.finding.witness.request(), names),
        }
    }
}
