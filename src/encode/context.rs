//! What has to be decided once per check, over all of its documents, before any statement is compiled.

use crate::hash::{TextMap, TextSet};
use crate::policy::{
    Condition, Document, Effect, OperatorBase, Part, PolicyType, SetPrefix, Template, spelled_variables,
};
use crate::query::{Query, Role};
use crate::request::{Multiplicity, key_info};

/// How the documents of one check are read.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Who the requester may be.
    pub policy_type: PolicyType,
    /// Whether disputed matches across colons are opaque.
    pub strict_arn: bool,
    /// Whether facts that AWS's checks do not know are left out.
    pub aws_compat: bool,
    /// Whether what is usually but not certainly true of requests is taken for a fact.
    pub heuristics: bool,
    /// Whether the requester has a permissions boundary, where that is fixed.
    pub boundary: Option<bool>,
    /// No statement of any document names resources: every resource matches.
    pub resource_unconstrained: bool,
    /// An Allow statement without `Resource`, or whose resource the service expands, is about every resource.
    pub allows_whole_resource: bool,
    /// Which documents say what the question is about: what they leave out does not matter.
    pub(crate) demands: Vec<bool>,
    /// Elements per multivalued key (lower-cased name); a key that is not here is single-valued.
    pub elements: TextMap<&'a str, u32>,
    /// Keys of object tags (lower-cased names) that are spelled in several ways: whether those are one key is open.
    pub spelled_differently: TextSet<&'a str>,
    /// Keys that occur as policy variables (lower-cased names).
    pub(crate) variables: TextSet<&'a str>,
    /// Keys that a condition compares with the value of another key and nothing else (lower-cased names).
    pub(crate) equalities: TextSet<(&'a str, &'a str)>,
}

impl<'a> Context<'a> {
    /// Reads off the documents what depends on all of them.
    pub fn of(query: &Query<'a>, policy_type: PolicyType) -> Context<'a> {
        let documents: &Vec<(&'a Document, Role)> = &query
            .layers()
            .flat_map(|layer| layer.documents.iter().map(move |document| (*document, layer.role)))
            .collect();
        let statements =
            || documents.iter().flat_map(|(d, role)| d.statements.iter().map(move |s| (s, *role)));
        let judged = || statements().filter(|(_, role)| *role != Role::Scope);
        let resource_unconstrained = judged().all(|(s, _)| s.resource.is_none());
        Context {
            policy_type,
            strict_arn: false,
            aws_compat: false,
            heuristics: false,
            boundary: None,
            resource_unconstrained,
            allows_whole_resource: false,
            demands: documents.iter().map(|(_, role)| *role == Role::Scope).collect(),
            elements: elements(documents),
            spelled_differently: spelled_differently(documents),
            variables: documents.iter().flat_map(|(d, _)| d.statements.variable_keys()).collect(),
            equalities: equalities(documents),
        }
    }

    /// Whether a statement of this document without `Resource` is about every resource.
    pub fn is_about_all_resources(&self, document: usize) -> bool {
        self.resource_unconstrained || self.demands.get(document).copied().unwrap_or(false)
    }

    /// The name of a key that occurs as a policy variable, as the documents hold it.
    pub fn key_name(&self, key: &str) -> Option<&'a str> {
        self.variables.get(key).copied()
    }

    /// Whether some condition compares the value of `key` with that of `other` and nothing else.
    pub fn equates(&self, key: &str, other: &str) -> bool {
        self.equalities.contains(&(key, other))
    }

    /// Whether the pattern holds a policy variable whose name is spelled in several ways, where that may matter.
    pub fn is_disputed(&self, template: &Template) -> bool {
        template.variables().any(|variable| self.spelled_differently.contains(&*variable.key))
    }

    /// Whether a key may have several values in one request; also of keys that occur as policy variables only.
    pub fn is_multivalued(&self, key: &str) -> bool {
        self.elements.contains_key(key)
            || key_info(key).is_some_and(|info| info.multiplicity == Multiplicity::Multi)
    }
}

/// What the names of the tags of S3 objects begin with.
const OBJECT_TAGS: &str = "s3:existingobjecttag/";

/// AWS documents for its global tag keys that case does not distinguish them, but not for the tags of S3 objects.
fn spelled_differently<'a>(documents: &[(&'a Document, Role)]) -> TextSet<&'a str> {
    let mut mentioned = documents.iter().flat_map(|(d, _)| d.mentioned_keys());
    if !mentioned.any(|key| key.starts_with(OBJECT_TAGS)) {
        return TextSet::default();
    }
    let mut first: TextMap<&'a str, &'a str> = TextMap::default();
    let mut found = TextSet::default();
    let mut spelled = |name: &'a str, text: &'a str| {
        if name.starts_with(OBJECT_TAGS)
            && let Some((_, tag)) = text.split_once('/')
            && *first.entry(name).or_insert(tag) != tag
        {
            found.insert(name);
        }
    };
    for statement in documents.iter().flat_map(|(d, _)| &d.statements) {
        let resources = statement.resource.iter().flat_map(|r| &r.values);
        let mut templates: Vec<_> = resources.map(|r| (&r.value.template, &*r.value.text)).collect();
        for condition in &statement.conditions {
            spelled(&condition.key.value.name, &condition.key.value.text);
            templates.extend(condition.values.iter().map(|v| (&v.value.template, &*v.value.text)));
        }
        for (template, text) in templates {
            let names = template.variables().map(|variable| &*variable.key);
            names
                .zip(spelled_variables(text).filter(|name| !matches!(*name, "*" | "?" | "$")))
                .for_each(|(name, text)| spelled(name, text));
        }
    }
    found
}

/// Pairs of a key and the one policy variable that it is compared with.
fn equalities<'a>(documents: &[(&'a Document, Role)]) -> TextSet<(&'a str, &'a str)> {
    let with_variables = documents.iter().filter(|(d, _)| d.statements.variable_keys().next().is_some());
    let conditions = with_variables.flat_map(|(d, _)| &d.statements).flat_map(|s| &s.conditions);
    let of = |condition: &'a Condition| {
        let others = condition.values.iter().filter_map(|value| match value.value.template.parts() {
            [Part::Variable(variable)] => Some(&*variable.key),
            _ => None,
        });
        others.map(|other| (&*condition.key.value.name, other)).collect::<Vec<_>>()
    };
    conditions.flat_map(of).collect()
}

/// How many elements of each multivalued key one request needs, at most, to show what the question asks about.
///
/// A request that satisfies the goal still does when its set of values is cut down to one value for every *existential*
/// occurrence that holds in it (ForAnyValue that must hold, ForAllValues that must fail), because the universal
/// occurrences only lose values to talk about; one more value keeps a set non-empty that must be present (and from
/// becoming a set of one empty text, which ForAllValues may hold of), and two keep a set plural under a plain operator. Of the Allow statements of a document that must allow one suffices, and so
/// does one of the Deny statements of a document that must refuse; of the others each may need its own value.
fn elements<'a>(documents: &[(&'a Document, Role)]) -> TextMap<&'a str, u32> {
    let may_be = |key: &str| key_info(key).is_none_or(|info| info.multiplicity == Multiplicity::Multi);
    if !documents.iter().any(|(document, _)| document.mentioned_keys().any(may_be)) {
        return TextMap::default();
    }
    let mut with_sets: TextSet<&str> = TextSet::default();
    let mut plain: TextSet<&str> = TextSet::default();
    let mut seen: TextSet<&str> = TextSet::default();
    let mut all: TextMap<&'a str, u32> = TextMap::default();
    let mut any: TextMap<(&'a str, usize, Effect), u32> = TextMap::default();
    for (index, (document, role)) in documents.iter().enumerate() {
        for statement in &document.statements {
            let must_hold = (statement.effect.value == Effect::Allow) == (*role != Role::Excludes);
            let mut here: TextMap<&'a str, u32> = TextMap::default();
            for condition in &statement.conditions {
                let key = &*condition.key.value.name;
                let operator = condition.operator.value;
                if !may_be(key) {
                    continue;
                }
                seen.insert(key);
                match operator.set {
                    _ if operator.base == OperatorBase::Null => continue,
                    Some(_) => with_sets.insert(key),
                    None => plain.insert(key),
                };
                if is_existential(condition, must_hold) {
                    let count = here.entry(key).or_default();
                    *count = count.saturating_add(1);
                }
            }
            for (key, count) in here {
                if must_hold {
                    let most = any.entry((key, index, statement.effect.value)).or_default();
                    *most = count.max(*most);
                } else {
                    let sum = all.entry(key).or_default();
                    *sum = sum.saturating_add(count);
                }
            }
        }
    }
    for ((key, _, _), most) in any {
        let sum = all.entry(key).or_default();
        *sum = sum.saturating_add(most);
    }
    let multivalued = |key: &str| {
        key_info(key).map_or_else(|| with_sets.contains(key), |info| info.multiplicity == Multiplicity::Multi)
    };
    seen.iter()
        .filter(|key| multivalued(key))
        .map(|key| {
            let existential = all.get(key).copied().unwrap_or(0);
            (*key, existential.saturating_add(if plain.contains(key) { 2 } else { 1 }))
        })
        .collect()
}

fn is_existential(condition: &Condition, must_hold: bool) -> bool {
    match condition.operator.value.set {
        Some(SetPrefix::ForAnyValue) => must_hold,
        Some(SetPrefix::ForAllValues) => !must_hold,
        None => false,
    }
}
