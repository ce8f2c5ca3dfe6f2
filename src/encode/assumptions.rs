//! The named assumptions on which an answer depends.

use crate::catalogue::Carried;
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::facts::is_of_signer;
use crate::encode::mentioned_ids::MentionedIds;
use crate::encode::prepared::DocumentRef;
use crate::encode::prepared::features::Features;
use crate::policy::{Document, Effect};
use crate::query::{Layered, Query, Role, World};
use crate::request::{HEURISTICS, Heuristic, is_of_every_service};

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
    let roles = query.layers().flat_map(|layer| layer.documents.iter().map(move |_| layer.role));
    for (document, _) in documents.iter().zip(roles).filter(|(_, role)| *role != Role::Rule) {
        found.add_for(&document.features(), context);
    }
    if let Some(layered) = query.layered() {
        let scope: Vec<&Document> = query.with_role(Role::Scope).collect();
        found.add_of_layers(layered, &scope);
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
    found.add_of_world(query, context, mentioned);
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

/// True if the document may allow an action of the service.
fn allows_some(document: &Document, service: &str) -> bool {
    let is_of = |text: &str| match text.split_once(':') {
        Some((of, _)) => of.contains(['*', '?']) || of.eq_ignore_ascii_case(service),
        None => true,
    };
    document.statements.iter().any(|statement| {
        statement.action.negated || statement.action.values.iter().any(|value| is_of(&value.value.text))
    })
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

    /// Adds the choices on which a decision over layers depends.
    fn add_of_layers(&mut self, layered: &Layered<'_>, scope: &[&Document]) {
        let layers = &layered.layers;
        let earlier = layered.before.as_ref().map(|before| &before.layers);
        let has_resource =
            layers.resource.is_some() || earlier.is_some_and(|layers| layers.resource.is_some());
        let may_be_of = |service: &str| scope.iter().all(|document| allows_some(document, service));
        let names = [
            (!layers.session.is_empty() && has_resource, Code::SessionGrantBeatsSessionPolicy),
            (has_resource && may_be_of("s3"), Code::BucketOwnerEnforced),
            (may_be_of("iam"), Code::AwsProtectedEntities),
        ];
        names.into_iter().filter(|(is_so, _)| *is_so).for_each(|(_, name)| self.add(name));
    }

    /// Adds the choices that rest on a catalogue.
    fn add_of_world(&mut self, query: &Query<'_>, context: &Context<'_>, mentioned: &[&str]) {
        let known = query.known();
        let is_whole = known.world == World::Catalogue;
        let is_beyond =
            |key: &&str| !is_of_every_service(key) && known.catalogue().carriers_of(key) == Carried::Unknown;
        let names = [
            (!context.catalogued.is_empty(), Code::KeyMultiplicityAsCatalogued),
            (known.world != World::Open, Code::CatalogueWorld),
            (is_whole, Code::RequiredRowsAreRequired),
            (is_whole && mentioned.iter().any(is_beyond), Code::KeysBeyondTheCatalogue),
        ];
        names.into_iter().filter(|(is_so, _)| *is_so).for_each(|(_, name)| self.add(name));
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
