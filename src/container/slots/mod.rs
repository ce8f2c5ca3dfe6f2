//! The places of policies: one row for every place, by the type of its resource.

pub(super) mod cloudformation;
pub(super) mod terraform;

use super::kind::PolicyKind;
use crate::index::broken;
use crate::policy::ResourceType;

/// A place of a resource that contains a policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The type of the resource that has the place.
    pub(super) resource: &'static str,
    /// The members from the resource to the policy, with `[]` after lists: `inline_policy[].policy`.
    pub(super) path: &'static str,
    pub(super) kind: PolicyKind,
    /// The type for checks of public access; empty for none.
    pub(super) public: &'static str,
    /// The member that names the resource to which the policy applies; empty for none.
    pub(super) subject: &'static str,
}

impl Slot {
    /// Returns the type for checks of public access.
    pub(super) fn resource_type(&self) -> Option<ResourceType> {
        ResourceType::from_name(self.public)
    }

    /// Returns the steps of the path: a member, and true if it is a list.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.path.split('.').map(|step| match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        })
    }
}

const fn row(
    resource: &'static str,
    path: &'static str,
    kind: PolicyKind,
    public: &'static str,
    subject: &'static str,
) -> Slot {
    Slot { resource, path, kind, public, subject }
}

/// Returns the rows of a type in a table that is sorted by types.
pub(super) fn of_type(table: &'static [Slot], resource: &str) -> &'static [Slot] {
    let start = table.partition_point(|slot| slot.resource < resource);
    let end = table.partition_point(|slot| slot.resource <= resource);
    match table.get(start..end) {
        Some(rows) => rows,
        None => broken("a table of slots is sorted by types"),
    }
}

/// Names that attributes with policies have.
const NAMES: [&str; 12] = [
    "access_policies",
    "access_policy",
    "assume_role_policy",
    "bucket_policy",
    "inline_policy",
    "key_policy",
    "policy",
    "policy_text",
    "repository_policy",
    "resource_policy",
    "session_policy",
    "trust_policy",
];

/// True if an attribute of an unknown type has a name like those of policies, so that it may contain one.
pub(super) fn names_a_policy(kind: &str, attribute: &str) -> bool {
    let is_named = NAMES.contains(&attribute) || attribute.ends_with("policy_document");
    is_named && terraform::NO_POLICIES.binary_search(&(kind, attribute)).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_name_types_that_exist() {
        for table in [terraform::SLOTS, cloudformation::SLOTS] {
            let keys: Vec<_> = table.iter().map(|slot| (slot.resource, slot.path)).collect();
            assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
            for slot in table {
                assert!(slot.public.is_empty() || slot.resource_type().is_some(), "{slot:?}");
                assert!(slot.kind != PolicyKind::Trust || slot.resource_type().is_some(), "{slot:?}");
                assert!(slot.steps().all(|(name, _)| !name.is_empty() && !name.contains('[')), "{slot:?}");
            }
        }
    }
}
