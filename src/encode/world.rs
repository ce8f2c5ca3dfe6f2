//! The requests of a world that a catalogue describes, as a conjunct: the action is listed, the resource is of a type that the
//! action can be about, and the action's service lists the keys that are present.
//!
//! A catalogue lists many thousands of actions, and a query tells few of them apart. Actions that pass the same tests, about
//! resources that pass the same tests, with the same keys, are in one class: a request for one of them becomes a request for
//! another one without changing the truth of any atom. So one action and one format of ARNs stand for each class, and the conjunct
//! is satisfiable together with the rest of the query exactly if some request of the world is.
//!
//! `Request::is_in_catalogue` implements the same world for one request, without automata.

use crate::automata::{Pattern, Symbol, disjoint};
use crate::catalogue::{Action, ArnFormat, Carried, Catalogue, Service};
use crate::encode::context::Context;
use crate::encode::presence::presence;
use crate::formula::{Atom, Formula, Lit, LiteralPrefix, PatternId, PatternKey, Test, VariableId, build};
use crate::index::broken;
use crate::limits::{Meter, SearchLimits};
use crate::policy::{ActionPattern, Document, Statement, Template};
use crate::query::{Query, Role, World};
use crate::request::is_of_every_service;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Product states for finding that a format and a pattern have no ARN in common; with more they count as overlapping.
const STATES: u64 = 2_000;

/// The work of opening a service and of looking at one of its actions.
const ACTION: u64 = 4;

/// The tests of the action that a request passes, the keys that its service lacks, and the class of its resource.
type Class = (Vec<bool>, Vec<bool>, Option<Lit>);

/// Returns the conjunct "the request is one of the query's world"; `None` for the world of all requests.
pub(crate) fn listed_requests<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    query: &Query<'a>,
) -> Option<Lit> {
    let known = query.known();
    if known.world == World::Open {
        return None;
    }
    let catalogue = known.catalogue();
    let is_whole = known.world == World::Catalogue;
    let actions = ActionTests::of(formula);
    let mut resources = if is_whole { Some(ResourceTests::of(formula)) } else { None };
    let keys = if is_whole { limited_keys(formula, catalogue) } else { Vec::new() };
    let mut classes: FxHashSet<Class> = FxHashSet::default();
    let mut representatives = Vec::new();
    for service in services(query, catalogue) {
        let tests = actions.about(service);
        let lacks: Vec<bool> = keys.iter().map(|key| !service.knows_key(key)).collect();
        let mut of_formats: FxHashMap<usize, Places> = FxHashMap::default();
        for action in catalogue.actions_of(service) {
            let name = action.full_name().to_ascii_lowercase();
            let passed = actions.passed(&tests, &Symbol::word(&name));

            let places = match &mut resources {
                None => vec![Places { class: None, lit: Lit::TRUE }],
                Some(resources) => resources.of_action(formula, action, &mut of_formats),
            };
            for place in places {
                if classes.insert((passed.clone(), lacks.clone(), place.class)) {
                    representatives.push((name.clone(), place.lit, lacks.clone()));
                }
            }
        }
    }
    let mut parts = Vec::with_capacity(representatives.len());
    for (name, resource, lacks) in representatives {
        let action = match actions.spelled(&name) {
            Some(lit) => lit,
            None => formula.matches(VariableId::ACTION, PatternKey::built(Pattern::word(&name))),
        };
        let mut part = vec![action, resource];
        for (key, _) in keys.iter().zip(lacks).filter(|(_, lacks)| *lacks) {
            part.push(!presence(formula, context, key, 0));
        }
        parts.push(formula.graph.and(part));
    }
    Some(formula.graph.or(parts))
}

/// Returns the work of [`listed_requests`]: see [`crate::limits::SearchLimits::work`].
pub(crate) fn world_work(query: &Query<'_>) -> u64 {
    let known = query.known();
    if known.world == World::Open {
        return 0;
    }
    let statements = || query.documents().iter().flat_map(|document| &document.statements);
    let resources: usize = statements().map(|s| s.resource.as_ref().map_or(0, |r| r.values.len())).sum();
    let listed = query.access().into_iter().flatten();
    let (more_actions, more_resources) = listed.fold((0, 0), |(actions, resources), entry| {
        (actions + entry.actions.len(), resources + entry.resources.len())
    });
    let patterns = |service: &Service| {
        let is_about = |pattern: &ActionPattern| may_be_of(pattern, service.prefix());
        statements().flat_map(|s| &s.action.values).filter(|value| is_about(&value.value)).count()
            + more_actions
    };
    let of_service = |service: &Service| {
        let actions = service.action_count() as u64 * (ACTION + patterns(service) as u64);
        actions + service.resources().count() as u64 * (resources + more_resources) as u64
    };
    services(query, known.catalogue()).map(of_service).sum()
}

/// Returns the keys that requests of some services never carry, among those of the formula.
fn limited_keys<'a>(formula: &Formula<'a>, catalogue: &Catalogue) -> Vec<&'a str> {
    let of_variables = formula.variables().filter_map(|(_, variable)| variable.key_name());
    let mut keys: Vec<&'a str> = formula.mentioned().iter().copied().chain(of_variables).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| !is_of_every_service(key) && catalogue.carriers_of(key) == Carried::Never);
    keys
}

/// True if the pattern may match actions of the service.
fn may_be_of(pattern: &ActionPattern, service: &str) -> bool {
    match pattern.text.split_once(':') {
        Some((prefix, _)) => prefix.contains(['*', '?']) || prefix.eq_ignore_ascii_case(service),
        None => true,
    }
}

/// Returns the services whose actions the query can be about: each request in question matches one of some statements.
fn services<'c>(query: &Query<'_>, catalogue: &'c Catalogue) -> impl Iterator<Item = &'c Service> {
    let scope = || query.with_role(Role::Scope).take(1).collect::<Vec<&Document>>();
    let documents = if query.layered().is_some() { scope() } else { query.policies().to_vec() };
    let effect = query.set().effect();
    let statements = documents.iter().flat_map(|document| &document.statements);
    let statements: Vec<&Statement> = statements.filter(|s| s.effect.value == effect).collect();
    let may_be = move |prefix: &str| {
        let is_about = |statement: &Statement| {
            statement.action.negated || statement.action.values.iter().any(|v| may_be_of(&v.value, prefix))
        };
        documents.is_empty() || statements.iter().any(|statement| is_about(statement))
    };
    let prefixes: Vec<&str> = catalogue.prefixes().filter(|prefix| may_be(prefix)).collect();
    prefixes.into_iter().filter_map(|prefix| catalogue.service(prefix))
}

/// The tests of the action in a formula.
struct ActionTests<'a> {
    tests: Vec<(Lit, Arc<Pattern>, LiteralPrefix<'a>)>,
    /// The tests that one action passes.
    words: FxHashMap<&'a str, Lit>,
}

impl<'a> ActionTests<'a> {
    fn of(formula: &Formula<'a>) -> ActionTests<'a> {
        let mut tests = Vec::new();
        let mut words = FxHashMap::default();
        for (lit, id) in patterns(formula, VariableId::ACTION) {
            let prefix = formula.literal_prefix(id);
            if let Some(word) = prefix.word() {
                words.insert(word, lit);
            }
            tests.push((lit, build(formula.pattern_of(id)), prefix));
        }
        ActionTests { tests, words }
    }

    /// Returns the places of the tests that some action of the service may pass.
    fn about(&self, service: &Service) -> Vec<usize> {
        let start = format!("{}:", service.prefix());
        let may_pass = |prefix: &LiteralPrefix<'_>| {
            prefix.start().is_none_or(|text| text.starts_with(&start) || start.starts_with(text))
        };
        let places = self.tests.iter().enumerate();
        places.filter(|(_, (_, _, prefix))| may_pass(prefix)).map(|(place, _)| place).collect()
    }

    /// Says for each test if the action passes it; `places` are those that it may pass.
    fn passed(&self, places: &[usize], action: &[Symbol]) -> Vec<bool> {
        let mut passed = vec![false; self.tests.len()];
        for place in places {
            if let (Some(passed), Some((_, pattern, _))) = (passed.get_mut(*place), self.tests.get(*place)) {
                *passed = pattern.matches(action);
            }
        }
        passed
    }

    /// Returns the test that only this action passes, if there is one.
    fn spelled(&self, action: &str) -> Option<Lit> {
        self.words.get(action).copied()
    }
}

/// Returns the literals and patterns of the tests of a text; values of keys in a pattern may be any text.
fn patterns(formula: &Formula<'_>, variable: VariableId) -> Vec<(Lit, PatternId)> {
    let tests = formula.atoms().filter_map(|(id, atom)| match atom {
        Atom::Match(of, test) if of == variable => Some((id, test)),
        _ => None,
    });
    let pattern = |test: Test| match formula.widened(test) {
        Some(pattern) => pattern,
        None => broken("actions and resources are compared as texts"),
    };
    tests.map(|(id, test)| (formula.literal_of(id), pattern(test))).collect()
}

/// Resources of one format, or no resource in particular.
#[derive(Clone, Copy)]
struct Places {
    /// `None` if they pass no test.
    class: Option<Lit>,
    /// The resource is one of them.
    lit: Lit,
}

/// The tests of the resource in a formula.
struct ResourceTests<'a> {
    tests: Vec<(PatternKey<'a>, Arc<Pattern>)>,
    nothing: Option<Places>,
}

impl<'a> ResourceTests<'a> {
    fn of(formula: &Formula<'a>) -> ResourceTests<'a> {
        let tests = patterns(formula, VariableId::RESOURCE).into_iter();
        let test = |(_, id): (Lit, PatternId)| {
            let key = formula.pattern_of(id).clone();
            let pattern = build(&key);
            (key, pattern)
        };
        ResourceTests { tests: tests.map(test).collect(), nothing: None }
    }

    /// Returns the resources that an action can be about, each class once.
    fn of_action(
        &mut self,
        formula: &mut Formula<'a>,
        action: Action<'_>,
        known: &mut FxHashMap<usize, Places>,
    ) -> Vec<Places> {
        let mut places = Vec::new();
        if action.can_be_about_nothing() {
            places.push(self.nothing(formula));
        }
        for format in action.rows().flat_map(|row| row.resource().formats()) {
            let place = match known.get(&format.number()) {
                Some(place) => *place,
                None => {
                    let place = self.of_format(formula, format);
                    known.insert(format.number(), place);
                    place
                }
            };
            places.push(place);
        }
        places
    }

    /// Returns the resource `*`.
    fn nothing(&mut self, formula: &mut Formula<'a>) -> Places {
        if let Some(known) = self.nothing {
            return known;
        }
        let lit = formula.matches(VariableId::RESOURCE, PatternKey::built(Pattern::word("*")));
        let is_tested = self.tests.iter().any(|(_, pattern)| pattern.matches(&Symbol::word("*")));
        let places = Places { class: is_tested.then_some(lit), lit };
        self.nothing = Some(places);
        places
    }

    fn of_format(&self, formula: &mut Formula<'a>, format: ArnFormat<'_>) -> Places {
        let (fields, except) = format.fields_and_exceptions();
        let pattern = by_fields(fields);
        let is_tested = self.tests.iter().any(|(key, test)| may_meet((fields, &pattern), (key, test)));
        let own = formula.matches(VariableId::RESOURCE, PatternKey::built(pattern));
        let lit = match except {
            None => own,
            Some(except) => {
                let other = formula.matches(VariableId::RESOURCE, PatternKey::built(by_fields(except)));
                formula.graph.and([own, !other])
            }
        };
        Places { class: is_tested.then_some(lit), lit }
    }
}

fn by_fields(fields: &[Template; 6]) -> Pattern {
    Pattern::clone(&build(&PatternKey::Fields { whole: &fields[0], fields }))
}

/// False if no ARN of the format passes the test.
fn may_meet((fields, pattern): (&[Template; 6], &Pattern), (key, test): (&PatternKey<'_>, &Pattern)) -> bool {
    if let PatternKey::Fields { fields: others, .. } = key {
        let differ = |(one, other): (&Template, &Template)| match (one.as_literal(), other.as_literal()) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        };
        if fields.iter().zip(others.iter()).any(differ) {
            return false;
        }
    }
    let mut meter = Meter::new(&SearchLimits { states: STATES, ..SearchLimits::default() });
    disjoint(pattern, test, &mut meter) != Ok(true)
}
