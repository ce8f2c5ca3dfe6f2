//! The properties of all documents of a query that the compilation of a single statement depends on.

use crate::encode::sorted::Sorted;
use crate::hash::{TextMap, TextSet};
use crate::policy::{
    Condition, Document, Effect, OperatorBase, Part as Piece, PrincipalForms, RequestSet, SetPrefix,
    Template, spelled_variables,
};
use crate::query::{Known, Layer, Query, Role, Semantics};
use crate::request::{Multiplicity, multiplicity};

/// How all documents of a query are read together.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The semantics of the query.
    pub semantics: Semantics,
    /// True if no statement of any document names resources: every resource matches.
    pub resource_unconstrained: bool,
    /// True if an Allow statement without `Resource`, or one whose resource the service expands, applies to every resource.
    pub allows_whole_resource: bool,
    /// The documents that limit what the query is about, by index. An element that is absent in them does not matter.
    pub(crate) scopes: Vec<usize>,
    /// The forms of principals that count in Allow statements, by document; for a document beyond the list, all forms count.
    pub(crate) forms: Vec<PrincipalForms>,
    /// The number of elements of each multivalued key (lower-cased name). A key without an entry is single-valued.
    pub element_counts: TextMap<&'a str, u32>,
    /// Keys (lower-cased names) with another number of values than without the catalogue.
    pub(crate) catalogued: Sorted<&'a str>,
    /// Keys of object tags (lower-cased names) that the documents spell in several ways. AWS leaves open if the spellings name
    /// one key.
    pub spelled_differently: TextSet<&'a str>,
    /// Keys that occur as policy variables (lower-cased names).
    pub(crate) variables: Sorted<&'a str>,
    /// Pairs of keys (lower-cased names) of which a condition tests equality: its value is the policy variable of the other key
    /// alone.
    pub(crate) equalities: Sorted<(&'a str, &'a str)>,
}

impl<'a> Context<'a> {
    /// Collects everything that depends on all documents of the query.
    pub fn of(query: &Query<'a>, semantics: Semantics) -> Context<'a> {
        let signs = signs(query);
        let documents: &Vec<Part<'a>> = &query
            .layers()
            .zip(&signs)
            .flat_map(|(layer, signs)| {
                layer.documents.iter().map(move |document| (*document, *signs, layer.set))
            })
            .collect();
        let scopes: Vec<usize> = query.layers().filter(is_about_all_resources).flat_map(places).collect();
        let judged = query.layers().filter(|layer| !matches!(layer.role, Role::Scope | Role::Rule));
        let mut statements =
            judged.flat_map(|layer| layer.documents).flat_map(|document| &document.statements);
        let mut forms: Vec<PrincipalForms> = documents.iter().map(|(_, _, set)| set.forms()).collect();
        if forms.iter().all(|forms| *forms == PrincipalForms::All) {
            forms.clear();
        }
        let variables = documents.iter().flat_map(|(d, ..)| d.statements.variable_keys()).collect();
        let multiplicities = Multiplicities::of(documents, query.known(), &variables);
        Context {
            semantics,
            resource_unconstrained: query.layered().is_none()
                && statements.all(|statement| statement.resource.is_none()),
            allows_whole_resource: query.outside().is_some(),
            scopes,
            forms,
            element_counts: element_counts(documents, &multiplicities.multivalued),
            catalogued: multiplicities.catalogued,
            spelled_differently: spelled_differently(documents),
            variables,
            equalities: equalities(documents),
        }
    }

    /// True if a statement of this document that has no `Resource` applies to every resource.
    pub fn is_about_all_resources(&self, document: usize) -> bool {
        self.resource_unconstrained || self.scopes.contains(&document)
    }

    /// Returns the forms of principals that count in the Allow statements of this document.
    pub(crate) fn forms(&self, document: usize) -> PrincipalForms {
        match self.forms.get(document) {
            Some(forms) => *forms,
            None => PrincipalForms::All,
        }
    }

    /// Returns the name of a key that occurs as a policy variable, as spelled in the documents.
    pub fn key_name(&self, key: &str) -> Option<&'a str> {
        self.variables.get(key).copied()
    }

    /// True if some condition tests that `key` equals `other`.
    pub fn equates(&self, key: &str, other: &str) -> bool {
        self.equalities.contains(&(key, other))
    }

    /// True if the pattern contains a policy variable whose name is spelled in several ways, and the spelling may matter.
    pub fn is_disputed(&self, template: &Template) -> bool {
        template.variables().any(|variable| self.spelled_differently.contains(&*variable.key))
    }

    /// True if a key may have several values in one request, also for keys that occur as policy variables only.
    pub fn is_multivalued(&self, key: &str) -> bool {
        self.element_counts.contains_key(key) || multiplicity(key) == Some(Multiplicity::Multi)
    }
}

/// Says if the conditions of a query demand that requests be in a set, and if they demand that requests be outside of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Signs {
    is_inside: bool,
    is_outside: bool,
}

/// A document of a query, the demands on its set, and the set of requests that it stands for.
type Part<'a> = (&'a Document, Signs, RequestSet);

/// Returns the demands on the set of each layer.
fn signs(query: &Query<'_>) -> Vec<Signs> {
    let mut signs: Vec<Signs> = query
        .layers()
        .map(|layer| Signs { is_inside: layer.role == Role::Grants, is_outside: false })
        .collect();
    for condition in query.conditions() {
        condition.sets(&mut |layer, is_inside| {
            if let Some(signs) = signs.get_mut(layer) {
                match is_inside {
                    true => signs.is_inside = true,
                    false => signs.is_outside = true,
                }
            }
        });
    }
    signs
}

/// True if statements without `Resource` of the layer apply to every resource: it limits the query, or it is a layer of a decision
/// none of whose statements names resources, such as a trust policy.
fn is_about_all_resources(layer: &Layer<'_, '_>) -> bool {
    let mut statements = layer.documents.iter().flat_map(|document| &document.statements);
    match layer.role {
        Role::Scope | Role::Rule => true,
        Role::Part => statements.all(|statement| statement.resource.is_none()),
        Role::Grants | Role::Caps | Role::Excludes => false,
    }
}

/// Returns the indexes of the documents of a layer.
fn places(layer: Layer<'_, '_>) -> std::ops::Range<usize> {
    layer.first..layer.first + layer.documents.len()
}

/// The prefix of the keys of S3 object tags.
const OBJECT_TAGS: &str = "s3:existingobjecttag/";

/// Finds the tag keys of S3 objects that are spelled in several ways. AWS documents that the names of its global tag keys are not
/// case-sensitive, but says nothing about those of S3 object tags.
fn spelled_differently<'a>(documents: &[Part<'a>]) -> TextSet<&'a str> {
    let mut mentioned = documents.iter().flat_map(|(d, ..)| d.mentioned_keys());
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
    for statement in documents.iter().flat_map(|(d, ..)| &d.statements) {
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

/// Finds the pairs of a key and the single policy variable that a condition compares it with.
fn equalities<'a>(documents: &[Part<'a>]) -> Sorted<(&'a str, &'a str)> {
    let with_variables = documents.iter().filter(|(d, ..)| d.statements.variable_keys().next().is_some());
    let conditions = with_variables.flat_map(|(d, ..)| &d.statements).flat_map(|s| &s.conditions);
    let of = |condition: &'a Condition| {
        let others = condition.values.iter().filter_map(|value| match value.value.template.parts() {
            [Piece::Variable(variable)] => Some(&*variable.key),
            _ => None,
        });
        others.map(|other| (&*condition.key.value.name, other))
    };
    conditions.flat_map(of).collect()
}

/// The keys with several values.
struct Multiplicities<'a> {
    multivalued: Sorted<&'a str>,
    /// Those about which the catalogue decides.
    catalogued: Sorted<&'a str>,
}

impl<'a> Multiplicities<'a> {
    /// Finds them among the keys that the documents mention. About a key that is in no table of ours the catalogue decides if a
    /// condition tests its values and none inserts them: a variable has no value where its key may have several, so more values
    /// would not only add requests. Otherwise it is single-valued unless a set operator tests it.
    fn of(documents: &[Part<'a>], known: Known<'_>, variables: &Sorted<&'a str>) -> Multiplicities<'a> {
        let (mut multivalued, mut catalogued) = (Vec::new(), Vec::new());
        let mentioned: Sorted<&'a str> = documents.iter().flat_map(|(d, ..)| d.mentioned_keys()).collect();
        let mut unlisted = Vec::new();
        for key in mentioned.iter().copied() {
            match multiplicity(key) {
                Some(Multiplicity::Multi) => multivalued.push(key),
                Some(Multiplicity::Single) => {}
                None => unlisted.push(key),
            }
        }
        // The keys of most documents are all in our tables.
        let conditions = || {
            let documents = documents.iter().filter(|_| !unlisted.is_empty());
            documents.flat_map(|(d, ..)| &d.statements).flat_map(|s| &s.conditions)
        };
        let tested = |has_set: bool| -> Sorted<&'a str> {
            let is_test = |c: &&Condition| {
                c.operator.value.set.is_some() == has_set && c.operator.value.base != OperatorBase::Null
            };
            conditions().filter(is_test).map(|c| &*c.key.value.name).collect()
        };
        let (with_sets, plainly) = (tested(true), tested(false));
        for key in unlisted.iter().copied() {
            let usual = with_sets.contains(&key);
            let is_decided = !variables.contains(&key) && (usual || plainly.contains(&key));
            let is_multivalued = match is_decided.then(|| known.multiplicity(key)).flatten() {
                Some(listed) => listed == Multiplicity::Multi,
                None => usual,
            };
            multivalued.extend(is_multivalued.then_some(key));
            catalogued.extend((is_multivalued != usual).then_some(key));
        }
        Multiplicities {
            multivalued: multivalued.into_iter().collect(),
            catalogued: catalogued.into_iter().collect(),
        }
    }
}

/// Returns, for each multivalued key, the largest number of elements that a request needs in order to answer the query.
///
/// A request that satisfies the goal still satisfies it if its set of values is reduced to one value for every *existential*
/// occurrence that holds in it (ForAnyValue that must hold, ForAllValues that must fail), because the universal occurrences then
/// range over fewer values. One more value keeps a set non-empty if it must be present (and keeps it from being a set of one
/// empty text, for which ForAllValues may hold). Two more keep it plural under a plain operator. A document that must allow needs
/// only one of its Allow statements; one that must refuse or deny needs only one of its Deny statements. Each of the other
/// statements may need its own value.
fn element_counts<'a>(documents: &[Part<'a>], multivalued: &Sorted<&'a str>) -> TextMap<&'a str, u32> {
    if multivalued.is_empty() {
        return TextMap::default();
    }
    let mut plain: TextSet<&str> = TextSet::default();
    // For each key: the number of existential occurrences, and their largest number in one of the statements of which one
    // suffices.
    let mut existential: TextMap<&'a str, u32> = TextMap::default();
    let mut most_of: TextMap<(&'a str, usize, Effect), u32> = TextMap::default();
    let signed = documents.iter().enumerate().flat_map(|(index, (document, signs, set))| {
        let demands = [(signs.is_inside, true), (signs.is_outside, false)];
        let demands = demands.into_iter().filter(|(is_so, _)| *is_so);
        demands.map(move |(_, is_inside)| (index, document, is_inside, set))
    });
    for (index, document, is_inside, set) in signed {
        for statement in &document.statements {
            let effect = statement.effect.value;
            // An Allow statement neither adds a request to the set of denied requests nor removes one, and a Deny statement does
            // not change what the Allow statements grant.
            let matters = match set {
                RequestSet::Allowed(_) => true,
                RequestSet::Granted(_) | RequestSet::Denied => effect == set.effect(),
            };
            let must_hold = (effect == set.effect()) == is_inside;
            let mut of_statement: TextMap<&'a str, u32> = TextMap::default();
            for condition in statement.conditions.iter().filter(|c| multivalued.contains(&&*c.key.value.name))
            {
                let key = &*condition.key.value.name;
                let operator = condition.operator.value;
                existential.entry(key).or_default();
                if operator.base == OperatorBase::Null {
                    continue;
                }
                if operator.set.is_none() {
                    plain.insert(key);
                }
                if matters && is_existential(condition, must_hold) {
                    *of_statement.entry(key).or_default() += 1;
                }
            }
            for (key, count) in of_statement {
                if must_hold {
                    let most = most_of.entry((key, index, effect)).or_default();
                    *most = count.max(*most);
                } else {
                    *existential.entry(key).or_default() += count;
                }
            }
        }
    }
    for ((key, _, _), most) in most_of {
        *existential.entry(key).or_default() += most;
    }
    let with_reserve = |(key, existential)| (key, existential + if plain.contains(key) { 2 } else { 1 });
    existential.into_iter().map(with_reserve).collect()
}

fn is_existential(condition: &Condition, must_hold: bool) -> bool {
    match condition.operator.value.set {
        Some(SetPrefix::ForAnyValue) => must_hold,
        Some(SetPrefix::ForAllValues) => !must_hold,
        None => false,
    }
}
