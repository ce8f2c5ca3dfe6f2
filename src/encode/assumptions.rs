//! The named assumptions on which an answer depends.

use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::facts::is_of_signer;
use crate::encode::mentioned_ids::MentionedIds;
use crate::encode::prepared::DocumentRef;
use crate::encode::prepared::features::Features;
use crate::policy::Effect;
use crate::query::Query;
use crate::request::{HEURISTICS, Heuristic};

/// A choice at a point on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub Code);

/// Returns the names of the choices that the documents of the query depend on, and of the heuristics about the keys they mention,
/// in alphabetical order.
pub fn assumptions(
    query: &Query<'_>,
    documents: &[DocumentRef<'_>],
    context: &Context<'_>,
    mentioned: &[&str],
) -> Vec<Assumption> {
    let mut found = Found::default();
    let mut listed = Features::default();
    for pattern in query.access().into_iter().flatten().flat_map(|entry| &entry.resources) {
        listed.resource(pattern);
    }
    found.add_for(&listed, context);
    for document in documents {
        found.add_for(&document.features(), context);
    }
    let is_resource = context.semantics.policy_type.has_principals();
    let mut policies = documents.iter().take(query.policies().len());
    if is_resource
        && !context.semantics.aws_compat
        && mentioned.iter().any(|key| is_of_signer(key))
        && policies.any(|document| match query.set().effect() {
            Effect::Allow => document.features().allows_sign_in,
            Effect::Deny => document.features().denies_sign_in,
        })
    {
        found.add(Code::FederatedSignInIsUnsigned);
    }
    if query.outside().is_some()
        && !context.semantics.aws_compat
        && !MentionedIds::of(query.documents()).shared_providers().is_empty()
    {
        found.add(Code::SharedOidcProviders);
    }
    if context.semantics.heuristics {
        let has = |key: &str| mentioned.contains(&key);
        let takes_part = |h: &&Heuristic| match h.keys {
            [] => is_resource,
            keys => keys.iter().any(|key| has(key)) && h.with.is_none_or(has),
        };
        HEURISTICS.iter().filter(takes_part).for_each(|h| found.add(h.name));
    }
    found.0.sort_unstable();
    found.0.into_iter().map(Assumption).collect()
}

/// A set of names, kept as a list: there are few names, and most are added repeatedly.
#[derive(Default)]
struct Found(Vec<Code>);

impl Found {
    fn add(&mut self, name: Code) {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// Adds the choices that statements with these features depend on.
    fn add_for(&mut self, features: &Features, context: &Context<'_>) {
        let is_resource = context.semantics.policy_type.has_principals();
        let whole = context.allows_whole_resource;
        let single = |key: &str| !context.is_multivalued(key);
        let names = [
            (features.completed, Code::ShortArnsAreCompleted),
            (features.wild_fields && !context.semantics.strict_arn, Code::ResourceFieldsDoNotCrossColons),
            (features.variables, Code::VariableValuesAreLiteral),
            (
                whole && (features.expanded || features.without_resource && !context.resource_unconstrained),
                Code::MissingResourceIsStar,
            ),
            (features.unlisted.iter().map(|key| &**key).any(single), Code::UnlistedKeysAreSingleValued),
            (is_resource && features.accounts, Code::OnePartition),
            (is_resource && features.exempt_accounts, Code::AccountAloneInNotprincipalExemptsAll),
            (is_resource && features.wild_principals, Code::PrincipalWildcardsAreGlobs),
        ];
        names.into_iter().filter(|(is_so, _)| *is_so).for_each(|(_, name)| self.add(name));
    }
}
