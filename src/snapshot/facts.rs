//! Facts that a snapshot adds to a question: conditions that each request by a requester on a target meets.

use super::layers::{Asker, Target};
use super::model::{Membership, Principal, PrincipalKind};
use super::{Gap, Snapshot};
use crate::policy::{Document, Effect};
use serde_json::json;
use std::collections::BTreeSet;

/// A condition that only some of the requests in question meet: those of which the snapshot says enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The JSON of a `Condition` element.
    pub condition: String,
    /// The fact that the other requests depend on, as part of a sentence.
    pub but_for: String,
    /// The gaps because of which it is not known; none if no call collects it.
    pub gaps: Vec<Gap>,
}

/// Conditions that requests meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Those that every request meets, each as the JSON of a `Condition` element.
    pub certain: Vec<String>,
    /// Restrictions to the requests of which enough is known.
    pub restrictions: Vec<Restriction>,
    /// The restriction to requests through no VPC endpoint, where policies test endpoints.
    pub without_endpoint: Option<Restriction>,
    /// Facts that policies test and that were not collected.
    pub unknown: Vec<UnknownKeys>,
}

/// Keys that policies test and of which the snapshot does not say what value they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKeys {
    /// The keys, in lower case.
    pub keys: Vec<String>,
    /// The fact from which their values would follow.
    pub gap: Gap,
}

/// The keys that a request has only if it comes through a VPC endpoint.
pub(super) const ENDPOINT_KEYS: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

const TAG: &str = "aws:principaltag/";

impl Snapshot {
    /// Returns the facts about requests, as far as these documents test them.
    pub fn facts(&self, asker: Asker<'_>, target: &Target, documents: &[&Document]) -> Facts {
        let mut mentioned: Vec<&str> =
            documents.iter().flat_map(|document| document.mentioned_keys()).collect();
        mentioned.sort_unstable();
        mentioned.dedup();
        let is_tested = |key: &str| mentioned.contains(&key);
        let mut facts = Facts::default();
        let keys = ["aws:principalorgid", "aws:principalorgpaths"];
        match (asker, asker.account()) {
            (Asker::Foreign(_), _) => self.of_foreigner(keys, &is_tested, &mut facts),
            (_, Some(own)) => self.of_organization(own, keys, &is_tested, true, &mut facts),
            (_, None) => {}
        }
        if let Some(owner) = self.owner_of(target) {
            self.of_organization(
                owner,
                ["aws:resourceorgid", "aws:resourceorgpaths"],
                &is_tested,
                false,
                &mut facts,
            );
        }
        let tags: Vec<&str> = mentioned.iter().copied().filter(|key| key.starts_with(TAG)).collect();
        if let (Asker::Principal(principal), false) = (asker, tags.is_empty()) {
            self.tags(principal, &tags, documents, &mut facts);
        }
        let through: Vec<&str> = ENDPOINT_KEYS.into_iter().filter(|key| is_tested(key)).collect();
        if !through.is_empty() {
            let absent: serde_json::Map<_, _> =
                through.iter().map(|key| ((*key).to_owned(), json!("true"))).collect();
            facts.without_endpoint = Some(Restriction {
                condition: json!({"Null": absent}).to_string(),
                but_for: "the policy of the VPC endpoint through which the request comes".to_owned(),
                gaps: Vec::new(),
            });
        }
        facts
    }

    /// Returns the values that keys of a request have, of those that policies test: tags of the principal, and its place in the
    /// organization.
    pub fn keys_of(&self, asker: Asker<'_>, tested: &BTreeSet<&str>) -> Vec<(String, String)> {
        let mut values = Vec::new();
        if let Asker::Principal(Principal { tags: Some(tags), .. }) = asker {
            for key in tested.iter().filter(|key| key.starts_with(TAG)) {
                let name = key.strip_prefix(TAG).unwrap_or(key);
                let own = tags.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
                values.extend(own.map(|(_, value)| ((*key).to_owned(), value.to_string())));
            }
        }
        let id = "aws:principalorgid";
        let own = asker.account().and_then(|own| self.organization_of(own));
        values.extend(own.filter(|_| tested.contains(id)).map(|own| (id.to_owned(), own.to_owned())));
        let paths = "aws:principalorgpaths";
        let path = asker.account().and_then(|own| self.organization_path(own));
        values.extend(path.filter(|_| tested.contains(paths)).map(|path| (paths.to_owned(), path)));
        values
    }

    /// Returns the object ownership of a bucket with which ACLs grant access too.
    pub fn acls(&self, target: &Target) -> Option<&str> {
        let Target::Resource(arn) = target else { return None };
        let resource = self.resources.get(arn)?;
        // A bucket whose setting was not collected may have ACLs that grant access.
        let is_untold = resource.ownership_gap(arn).is_some();
        let ownership = resource.object_ownership.as_deref().or(is_untold.then_some("not collected"))?;
        (ownership != "BucketOwnerEnforced").then_some(ownership)
    }

    /// Returns the gap because of which it is not known if ACLs grant access to a target.
    pub fn acls_gap(&self, target: &Target) -> Option<Gap> {
        let Target::Resource(arn) = target else { return None };
        self.resources.get(arn)?.ownership_gap(arn)
    }

    fn of_organization(
        &self,
        account: &str,
        [id_key, path_key]: [&str; 2],
        is_tested: &impl Fn(&str) -> bool,
        is_always_there: bool,
        facts: &mut Facts,
    ) {
        let mut absent = |key: &str| facts.certain.push(json!({"Null": {key: "true"}}).to_string());
        if matches!(self.membership, Membership::Alone) {
            [id_key, path_key].into_iter().filter(|key| is_tested(key)).for_each(&mut absent);
            return;
        }
        // A request that has another place than the account would be none of it.
        let known = [
            (id_key, self.organization_of(account).is_some()),
            (path_key, self.organization_path(account).is_some()),
        ];
        let keys: Vec<String> = known
            .into_iter()
            .filter(|(key, is_known)| is_tested(key) && !is_known)
            .map(|(key, _)| key.to_owned())
            .collect();
        if let (Some(gap), false) = (self.unplaced(account), keys.is_empty()) {
            facts.unknown.push(UnknownKeys { keys, gap });
        }
        // That a principal is a member follows from the layers.
        if let (Some(id), true, false) = (self.organization_of(account), is_tested(id_key), is_always_there) {
            facts.certain.push(json!({"StringEqualsIfExists": {id_key: id}}).to_string());
        }
        if let (Some(path), true) = (self.organization_path(account), is_tested(path_key)) {
            let equals = json!({path_key: path});
            facts.certain.push(match is_always_there {
                true => json!({"ForAllValues:StringEquals": equals, "Null": {path_key: "false"}}).to_string(),
                false => json!({"ForAllValues:StringEquals": equals}).to_string(),
            });
        }
    }

    /// A principal of an account that is not in the tree is a member of another organization, or of none.
    fn of_foreigner(
        &self,
        [id_key, path_key]: [&str; 2],
        is_tested: &impl Fn(&str) -> bool,
        facts: &mut Facts,
    ) {
        let Membership::Of(organization) = &self.membership else { return };
        let mut conditions = Vec::new();
        if is_tested(id_key) {
            conditions.push(json!({"StringNotEqualsIfExists": {id_key: organization.id}}).to_string());
        }
        if is_tested(path_key) {
            let ours = format!("{}/*", organization.id);
            conditions.push(json!({"ForAllValues:StringNotLike": {path_key: ours}}).to_string());
        }
        match organization.missing.is_empty() {
            true => facts.certain.extend(conditions),
            false => {
                let but_for = format!("which other accounts are members of {}", organization.id);
                let restrictions = conditions.into_iter().map(|condition| Restriction {
                    condition,
                    but_for: but_for.clone(),
                    gaps: organization.missing.clone(),
                });
                facts.restrictions.extend(restrictions);
            }
        }
    }

    fn tags(&self, principal: &Principal, tested: &[&str], documents: &[&Document], facts: &mut Facts) {
        let Some(tags) = &principal.tags else {
            let keys = tested.iter().map(|key| (*key).to_owned()).collect();
            facts.unknown.push(UnknownKeys { keys, gap: Gap::tags(&principal.arn) });
            return;
        };
        let conditions = tested.iter().map(|key| {
            let name = key.strip_prefix(TAG).unwrap_or(key);
            let key = spelled(key, documents);
            match tags.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
                Some((_, value)) => json!({"StringEquals": {key: value.replace('$', "${$}")}}).to_string(),
                None => json!({"Null": {key: "true"}}).to_string(),
            }
        });
        match self.may_have_session_tags(principal) {
            true => {
                let but_for = format!("tags that a session of {} may have of its own", principal.short());
                let restrictions = conditions.map(|condition| Restriction {
                    condition,
                    but_for: but_for.clone(),
                    gaps: Vec::new(),
                });
                facts.restrictions.extend(restrictions);
            }
            false => facts.certain.extend(conditions),
        }
    }

    /// True unless it is certain that sessions of a role have only the tags of the role: its trust policy lets nobody pass tags.
    pub(crate) fn may_have_session_tags(&self, principal: &Principal) -> bool {
        if principal.kind == PrincipalKind::User {
            return false;
        }
        let Some(trust) = principal.trust.as_ref().and_then(|trust| trust.known()) else { return true };
        let allows = self.document(*trust).statements.iter().filter(|one| one.effect.value == Effect::Allow);
        allows.into_iter().any(|statement| {
            let action = &statement.action;
            action.negated
                || action.values.iter().any(|value| super::may_overlap(&value.value.text, "sts:TagSession"))
        })
    }
}

/// Returns a key as the documents spell it: keys of tags in two spellings are not known to be the same.
fn spelled(key: &str, documents: &[&Document]) -> String {
    let conditions =
        documents.iter().flat_map(|document| &document.statements).flat_map(|one| &one.conditions);
    let mut names = conditions.map(|condition| &condition.key.value).filter(|own| *own.name == *key);
    names.next().map_or_else(|| key.to_owned(), |own| own.text.to_string())
}
