//! Members of the files of two snapshots that no decision reads, and that may differ: Block Public Access, ACLs, grants, tags.

use super::{Gap, GapKind, Snapshot, recognise};
use crate::policy::Document;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The members of an answer about a resource that decisions read, or that say nothing about access.
const READ: [&str; 14] = [
    "Resource",
    "Account",
    "Policy",
    "ObjectOwnership",
    "Error",
    "Role",
    "Kind",
    "ResourcePolicy",
    "ARN",
    "Arn",
    "Name",
    "BackupVaultArn",
    "BackupVaultName",
    "ResponseMetadata",
];

impl Snapshot {
    /// Returns what the files of both snapshots say, differs, and no decision reads; as part of a sentence.
    pub(crate) fn differs_unread(&self, other: &Snapshot) -> Option<String> {
        self.resources_differ(other).or_else(|| self.tags_differ(other)).or_else(|| self.files_differ(other))
    }

    fn resources_differ(&self, other: &Snapshot) -> Option<String> {
        let are_tags_tested = self.tests_tags_of_resources() || other.tests_tags_of_resources();
        self.resources.iter().find_map(|(arn, own)| {
            let its = other.resources.get(arn)?;
            let [old, new] = [own.place.text(), its.place.text()].map(members);
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let is_of_access = |name: &&&String| {
                let is_tag = name.to_ascii_lowercase().starts_with("tag");
                let is_date = name.ends_with("Date") || name.ends_with("Time");
                !READ.contains(&name.as_str()) && !is_date && (are_tags_tested || !is_tag)
            };
            let differ = |name: &&&String| old.get(name.as_str()) != new.get(name.as_str());
            let name = names.iter().filter(is_of_access).find(differ)?;
            Some(format!("`{name}` of {arn}"))
        })
    }

    /// Tags of principals are those of a resource too, for requests about the principal.
    fn tags_differ(&self, other: &Snapshot) -> Option<String> {
        if !self.tests_tags_of_resources() && !other.tests_tags_of_resources() {
            return None;
        }
        let differs = |own: &&super::Principal| {
            let its = other.principals.get(&own.arn);
            its.is_some_and(|its| its.tags != own.tags || its.tags.is_none())
        };
        let own = self.principals.values().find(differs)?;
        Some(format!("`Tags` of {} as a resource", own.arn))
    }

    fn files_differ(&self, other: &Snapshot) -> Option<String> {
        let unknown = |snapshot: &Snapshot| -> BTreeSet<(Box<str>, Box<str>)> {
            let files = snapshot.files.iter().filter(|file| file.kind == recognise::NOT_RECOGNISED);
            files.map(|file| (file.sha256.clone(), file.path.clone())).collect()
        };
        let (own, its) = (unknown(self), unknown(other));
        let has =
            |all: &BTreeSet<(Box<str>, Box<str>)>, digest: &str| all.iter().any(|(one, _)| **one == *digest);
        let only = |one: &BTreeSet<(Box<str>, Box<str>)>, all: &BTreeSet<(Box<str>, Box<str>)>| {
            one.iter().find(|(digest, _)| !has(all, digest)).map(|(_, path)| path.clone())
        };
        only(&own, &its)
            .or_else(|| only(&its, &own))
            .map(|path| format!("the content of {path}, which is not recognised,"))
    }

    /// True if a document tests tags of resources, or of their objects; or may, since it was not collected.
    pub(super) fn tests_tags_of_resources(&self) -> bool {
        let tests = |document: &Document| {
            let is_tag = |key: &str| {
                ["resourcetag", "objecttag", "buckettag", "accesspointtag"]
                    .iter()
                    .any(|tag| key.contains(tag))
            };
            document.mentioned_keys().any(is_tag)
        };
        let may_test = |gap: &Gap| !matches!(gap.kind, GapKind::Tags | GapKind::Ownership | GapKind::Owner);
        self.gaps.iter().any(may_test) || self.documents.0.iter().any(tests)
    }
}

/// Returns the members of an answer about a resource; of a queue or topic, those that are not about its messages.
fn members(text: &str) -> Map<String, Value> {
    let Ok(Value::Object(mut all)) = serde_json::from_str(text) else { return Map::new() };
    let Some(Value::Object(attributes)) = all.remove("Attributes") else { return all };
    all.extend(attributes.into_iter().filter(|(name, _)| name.contains("Policy") || name.contains("Kms")));
    all
}
