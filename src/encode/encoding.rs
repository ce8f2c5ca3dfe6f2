//! The formula of a query, as conjuncts: some statement puts the request into the set of the policies, no statement removes it,
//! the other layers hold, and the facts about every request hold.
//!
//! The search and the verifier of certificates both start here.

use crate::encode::context::Context;
use crate::encode::facts::facts;
use crate::encode::outsider::{address_beyond, no_address, outsider};
use crate::encode::prepared::DocumentRef;
use crate::encode::slice::Slice;
use crate::encode::statement::{CompiledPolicy, action_pattern, compile_statement, resource_pattern};
use crate::encode::trees::Trees;
use crate::encode::unknown_key::unknown_texts;
use crate::encode::world::listed_requests;
use crate::formula::{Formula, Lit, Network, Site, SiteElement};
use crate::index::broken;
use crate::policy::{Access, Document, Effect, RequestSet, Statement};
use crate::query::{Layer, Outside, Query, Semantics};

/// The formula of a query.
#[derive(Debug)]
pub struct Encoding<'a> {
    /// How the documents are read.
    pub context: Context<'a>,
    /// The atoms and the graph.
    pub formula: Formula<'a>,
    /// The statements that put requests into the set of the policies: the Allow statements, or the Deny statements if the set is
    /// what the policies deny. Each is the index of the document, the index of the statement in it, and its literal.
    pub goals: Vec<(usize, usize, Lit)>,
    /// The conjuncts beside "one of the goals applies": no Deny statement removes the request from the set, the other layers
    /// hold, and the facts about requests hold. The condition on the address from which the request comes is kept apart.
    pub shared: Vec<Lit>,
    /// True if the query depends on the address that the request comes from.
    pub by_address: bool,
    /// All conjuncts.
    pub conjuncts: Vec<Lit>,
    /// The size of the statements that were compiled: their values, where long ones and principals count for several.
    pub size: usize,
}

impl<'a> Encoding<'a> {
    /// Compiles the documents in order, then the other layers, then the facts, so the same query always gives the same graph.
    pub fn new(query: &Query<'a>, semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, &DocumentRef::plain(query), semantics, &Slice::whole())
    }

    /// Does the same as [`Encoding::new`], index for index, given the documents of the query in order. Prepared documents are not
    /// compiled again.
    pub fn recalled(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::whole())
    }

    /// Does the same as [`Encoding::recalled`] without the statements that cannot matter: a request satisfies one of the goals
    /// and the shared conjuncts exactly if it does in the whole query. Goals that cannot matter are false.
    pub fn sliced(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::of(query, documents))
    }

    fn of(
        query: &Query<'a>,
        documents: &[DocumentRef<'a>],
        semantics: Semantics,
        slice: &Slice,
    ) -> Encoding<'a> {
        let mut pairs = documents.iter().zip(query.documents());
        let is_own = |(given, own): (&DocumentRef<'_>, &&Document)| {
            given.document().statements.is_same(&own.statements)
        };
        if documents.len() != query.documents().len() || !pairs.all(is_own) {
            broken("the documents of a query are compiled in its order");
        }
        let context = Context::of(query, semantics);
        let mut formula = Formula::default();
        let (compiled, size) = compile_documents(&mut formula, &context, (query, documents), slice);
        let policies = compiled.iter().take(query.policies().len()).enumerate();
        let with_effect = |effect: Effect| {
            let of = move |(i, c)| CompiledPolicy::with_effect(c, effect).map(move |(s, lit)| (i, s, lit));
            policies.clone().flat_map(of)
        };
        let adding = with_effect(query.set().effect());
        let mut goals: Vec<(usize, usize, Lit)> =
            adding.filter(|(i, s, _)| query.asks_about(*i, *s)).collect();
        let mut shared: Vec<Lit> = Vec::new();
        if let Some(access) = query.access() {
            shared.push(listed(&mut formula, &context, access));
        }
        let sets: Vec<Layer<'_, 'a>> = query.layers().collect();
        let mut trees = Trees { sets: &sets, compiled: &compiled, known: vec![None; sets.len()] };
        for condition in query.conditions() {
            shared.push(trees.compile(&mut formula, &context, condition));
        }
        if query.layered().is_some() {
            // The last condition, that the layers allow the request, is the goal of the search.
            goals.extend(shared.pop().map(|allowed| (0, 0, allowed)));
        } else if query.set() != RequestSet::Denied {
            shared.extend(with_effect(Effect::Deny).map(|(_, _, lit)| !lit));
        }
        let mut address = None;
        if let Some(outside) = query.outside() {
            shared.extend(outsider(&mut formula, &context, query.documents(), outside));
            address = outside_address(&mut formula, outside);
        }
        shared.extend(facts(&mut formula, &context, query.documents()));
        if query.known().has_unknown_texts {
            shared.extend(unknown_texts(&mut formula, &context));
        }
        shared.extend(listed_requests(&mut formula, &context, query));
        let some_goal = formula.graph.or(goals.iter().map(|(_, _, lit)| *lit));
        let conjuncts = std::iter::once(some_goal).chain(shared.iter().copied()).chain(address).collect();
        Encoding { context, formula, goals, shared, by_address: address.is_some(), conjuncts, size }
    }
}

/// Compiles the statements of the slice, document by document, and adds up their sizes. Statements that have no part in
/// the set of their layer become false.
fn compile_documents<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    (query, documents): (&Query<'a>, &[DocumentRef<'a>]),
    slice: &Slice,
) -> (Vec<CompiledPolicy>, usize) {
    let sets = || query.layers().flat_map(|layer| layer.documents.iter().map(move |_| layer.set));
    let matters = |set: RequestSet, at: (usize, usize), statement: &Statement| {
        let has_part = match set {
            RequestSet::Allowed(_) => true,
            RequestSet::Granted(_) | RequestSet::Denied => statement.effect.value == set.effect(),
        };
        has_part && slice.matters(at.0, at.1)
    };
    let values = documents.iter().zip(sets()).enumerate().flat_map(|(index, (document, set))| {
        let statements = document.document().statements.iter().enumerate();
        let sliced = statements.filter(move |(number, s)| matters(set, (index, *number), s));
        sliced.map(|(_, statement)| (statement.value_count(), size(statement)))
    });
    let (values, size) = values.fold((0, 0), |(values, size), of| (values + of.0, size + of.1));
    formula.reserve(values);
    let compile_document = |(index, (document, set)): (usize, (&DocumentRef<'a>, RequestSet))| {
        let matters = |number: usize, statement: &Statement| matters(set, (index, number), statement);
        let compile = |formula: &mut Formula<'a>, number: usize, statement: &'a Statement| {
            let at = (index, number);
            match document {
                DocumentRef::Plain(_) => compile_statement(formula, context, at, statement),
                DocumentRef::Prepared(prepared) => prepared.compile(formula, context, at),
            }
        };
        CompiledPolicy::of(formula, context.semantics.aws_compat, document.document(), matters, compile)
    };
    (documents.iter().zip(sets()).enumerate().map(compile_document).collect(), size)
}

/// The work of compiling a value of `Principal`, in other values.
const PRINCIPAL: usize = 3;

/// Estimates the work of compiling a statement from the number of its values: looking at each would cost a part of that work.
fn size(statement: &Statement) -> usize {
    let principals = statement.principal.iter().map(|principal| principal.values.len() * PRINCIPAL);
    statement.value_count() * 2 + statement.long_resources() + principals.sum::<usize>()
}

/// Returns "the request comes from an address beyond the known networks, or from none", if the policies test the address.
fn outside_address(formula: &mut Formula<'_>, outside: &Outside) -> Option<Lit> {
    if !formula.mentions("aws:sourceip") {
        return None;
    }
    let networks: Vec<Network> = outside.but_for.iter().flat_map(Network::of).collect();
    let nowhere = no_address(formula);
    let beyond = address_beyond(formula, &networks);
    Some(formula.graph.or([nowhere, beyond]))
}

/// Returns "some entry lists the request": an action of the entry matches, and so does a resource; an empty list matches any.
fn listed<'a>(formula: &mut Formula<'a>, context: &Context<'a>, access: &'a [Access]) -> Lit {
    let site = Site { document: 0, statement: 0, element: SiteElement::Action(0) };
    let mut entries: Vec<Lit> = Vec::new();
    for entry in access {
        let actions: Vec<Lit> = entry.actions.iter().map(|a| action_pattern(formula, a, site)).collect();
        let resources: Vec<Lit> =
            entry.resources.iter().map(|r| resource_pattern(formula, context, r, site)).collect();
        let action = if actions.is_empty() { Lit::TRUE } else { formula.graph.or(actions) };
        let resource = if resources.is_empty() { Lit::TRUE } else { formula.graph.or(resources) };
        entries.push(formula.graph.and([action, resource]));
    }
    formula.graph.or(entries)
}
