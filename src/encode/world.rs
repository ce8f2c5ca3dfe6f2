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
use crate::policy::{ActionPattern, Document, Part, Statement, Template};
use crate::query::{Query, Role, World};
use crate::request::is_of_every_service;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Product states for finding that a format and a pattern have no ARN in common; with more they count as overlapping.
const STATES: u64 = 2_000;

/// The work of opening a service and of looking at one of its actions.
const ACTION: u64 = 4;

/// The places of the tests of the action that a request passes, the keys that its service lacks, and the class of its resource.
type Class = (Vec<usize>, Vec<bool>, Option<Lit>);

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
    let asked = asked_statements(query);
    let wanted = asked.as_deref().and_then(|asked| actions.of_statements(formula, asked));
    for service in services(asked.as_deref(), catalogue) {
        let tests = actions.about(service);
        let lacks: Vec<bool> = keys.iter().map(|key| !service.knows_key(key)).collect();
        let mut of_formats: FxHashMap<usize, Places> = FxHashMap::default();
        for action in catalogue.actions_of(service) {
            let name = action.full_name().to_ascii_lowercase();
            let passed = actions.passed(&tests, &name);
            if wanted.as_ref().is_some_and(|wanted| !passed.iter().any(|test| wanted.contains(test))) {
                continue;
            }
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
    let patterns = Prefixes::of(statements().flat_map(|s| &s.action.values).map(|value| &value.value));
    let of_service = |service: &Service| {
        let patterns = patterns.about(service.prefix()) + more_actions;
        let actions = service.action_count() as u64 * (ACTION + patterns as u64);
        actions + service.resources().count() as u64 * (resources + more_resources) as u64
    };
    services(asked_statements(query).as_deref(), known.catalogue()).map(of_service).sum()
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

/// How many of some patterns may match actions of a service.
#[derive(Default)]
struct Prefixes<'p> {
    /// By service, in lower case.
    named: FxHashMap<&'p str, usize>,
    /// Those that may match actions of any service.
    any: usize,
}

impl<'p> Prefixes<'p> {
    fn of(patterns: impl Iterator<Item = &'p ActionPattern>) -> Prefixes<'p> {
        let mut prefixes = Prefixes::default();
        for pattern in patterns {
            let spelled = match pattern.glob.parts().first() {
                Some(Part::Text(text)) => text.split_once(':'),
                _ => None,
            };
            match spelled {
                Some((service, _)) => *prefixes.named.entry(service).or_default() += 1,
                None => prefixes.any += 1,
            }
        }
        prefixes
    }

    fn about(&self, service: &str) -> usize {
        self.any + self.named.get(service).map_or(0, |patterns| *patterns)
    }
}

/// Returns the statements one of which applies to each request in question; `None` if the query names none.
fn asked_statements<'a>(query: &Query<'a>) -> Option<Vec<&'a Statement>> {
    let scope = || query.with_role(Role::Scope).take(1).collect::<Vec<&Document>>();
    let documents = if query.layered().is_some() { scope() } else { query.policies().to_vec() };
    if documents.is_empty() {
        return None;
    }
    let effect = query.set().effect();
    let all = documents.into_iter().enumerate();
    let placed = all.flat_map(|(document, of)| of.statements.iter().enumerate().map(move |s| (document, s)));
    let asked = placed.filter(|(document, (statement, s))| {
        s.effect.value == effect && query.asks_about(*document, *statement)
    });
    Some(asked.map(|(_, (_, statement))| statement).collect())
}

/// Returns the services of the actions to which some of the statements may apply; all if no statements are given.
fn services<'c>(asked: Option<&[&Statement]>, catalogue: &'c Catalogue) -> impl Iterator<Item = &'c Service> {
    let statements = || asked.into_iter().flatten();
    let is_any = asked.is_none() || statements().any(|statement| statement.action.negated);
    let prefixes = Prefixes::of(statements().flat_map(|s| &s.action.values).map(|value| &value.value));
    let may_be = |prefix: &str| is_any || prefixes.about(prefix) > 0;
    let prefixes: Vec<&str> = catalogue.prefixes().filter(|prefix| may_be(prefix)).collect();
    prefixes.into_iter().filter_map(|prefix| catalogue.service(prefix))
}

/// The tests of the action in a formula.
struct ActionTests<'a> {
    /// The literals of the tests; with their patterns, but for those that one action passes.
    tests: Vec<(Lit, LiteralPrefix<'a>, Option<Arc<Pattern>>)>,
    /// The places of the tests that one action passes.
    words: FxHashMap<&'a str, usize>,
}

impl<'a> ActionTests<'a> {
    fn of(formula: &Formula<'a>) -> ActionTests<'a> {
        let mut tests = Vec::new();
        let mut words = FxHashMap::default();
        for (lit, id) in patterns(formula, VariableId::ACTION) {
            let prefix = formula.literal_prefix(id);
            let pattern = match prefix.word() {
                Some(word) => {
                    words.insert(word, tests.len());
                    None
                }
                None => Some(build(formula.pattern_of(id))),
            };
            tests.push((lit, prefix, pattern));
        }
        ActionTests { tests, words }
    }

    /// Returns the tests that several actions pass and some action of the service may pass, with their places.
    fn about(&self, service: &Service) -> Vec<(usize, &Pattern)> {
        let start = format!("{}:", service.prefix());
        let may_pass = |prefix: &LiteralPrefix<'_>| {
            prefix.start().is_none_or(|text| text.starts_with(&start) || start.starts_with(text))
        };
        let places = self.tests.iter().enumerate().filter(|(_, (_, prefix, _))| may_pass(prefix));
        places.filter_map(|(place, (_, _, pattern))| Some((place, &**pattern.as_ref()?))).collect()
    }

    /// Returns the places of the tests that an action passes: its own, then those of `tests` in order.
    fn passed(&self, tests: &[(usize, &Pattern)], action: &str) -> Vec<usize> {
        let symbols = Symbol::word(action);
        let own = self.words.get(action).copied();
        let others = tests.iter().filter(|(_, pattern)| pattern.matches(&symbols));
        own.into_iter().chain(others.map(|(place, _)| *place)).collect()
    }

    /// Returns the places of the tests of which one of the statements demands one; `None` if one of them lists its actions otherwise.
    fn of_statements(&self, formula: &Formula<'a>, statements: &[&'a Statement]) -> Option<FxHashSet<usize>> {
        let mut listed: FxHashSet<&Template> = FxHashSet::default();
        for statement in statements {
            if statement.action.negated || statement.action.values.iter().any(|value| value.value.is_any()) {
                return None;
            }
            listed.extend(statement.action.values.iter().map(|value| &value.value.glob));
        }
        let is_listed = |(_, (_, id)): &(usize, (Lit, PatternId))| match formula.pattern_of(*id) {
            PatternKey::Glob(template) => listed.contains(template),
            PatternKey::Fields { .. } | PatternKey::Built(_) => false,
        };
        let tests = patterns(formula, VariableId::ACTION).into_iter().enumerate();
        Some(tests.filter(is_listed).map(|(place, _)| place).collect())
    }

    /// Returns the test that only this action passes, if there is one.
    fn spelled(&self, action: &str) -> Option<Lit> {
        let (lit, ..) = self.tests.get(*self.words.get(action)?)?;
        Some(*lit)
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
