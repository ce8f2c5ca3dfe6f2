//! The formula of a query, as conjuncts: some Allow statement of the policies applies, none of their Deny statements does, the
//! other layers hold, and the facts about every request hold.
//!
//! The search and the verifier of certificates both start here.

use crate::encode::context::Context;
use crate::encode::facts::facts;
use crate::encode::outsider::{address_beyond, no_address, outsider};
use crate::encode::prepared::DocumentRef;
use crate::encode::slice::Slice;
use crate::encode::statement::{CompiledPolicy, action_pattern, compile_statement, resource_pattern};
use crate::formula::{Formula, Lit, Network, Site, SiteElement};
use crate::index::broken;
use crate::policy::{Access, Effect, Statement};
use crate::query::{Outside, Query, Role, Semantics};

/// The formula of a query.
#[derive(Debug)]
pub struct Encoding<'a> {
    /// The way in which the documents are read.
    pub context: Context<'a>,
    /// The statements about requests.
    pub formula: Formula<'a>,
    /// The Allow statements of the policies: the index of the document, that of the statement in it, and its literal.
    pub allows: Vec<(usize, usize, Lit)>,
    /// The conjuncts beside "one of the Allow statements applies": no Deny statement applies, the other layers hold, and the
    /// facts about requests hold. The address that the request comes from is not among them.
    pub shared: Vec<Lit>,
    /// True if the query depends on the address that the request comes from.
    pub by_address: bool,
    /// All conjuncts.
    pub conjuncts: Vec<Lit>,
}

impl<'a> Encoding<'a> {
    /// Compiles the documents in order, then the other layers, then the facts: the same query always gives the same graph.
    pub fn new(query: &Query<'a>, semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, &DocumentRef::plain(query), semantics, &Slice::whole())
    }

    /// As [`Encoding::new`], number for number, given the documents of the query in order: those that are prepared are not
    /// compiled again.
    pub fn recalled(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::whole())
    }

    /// As [`Encoding::recalled`], without the statements that cannot matter: a request satisfies one of the Allow statements and
    /// all that is shared exactly if it does so in the whole query. The Allow statements that cannot matter are false.
    pub fn sliced(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::of(query, documents))
    }

    fn of(
        query: &Query<'a>,
        documents: &[DocumentRef<'a>],
        semantics: Semantics,
        slice: &Slice,
    ) -> Encoding<'a> {
        let given = documents.iter().map(|document| std::ptr::from_ref(document.document()));
        if !given.eq(query.documents().iter().map(|document| std::ptr::from_ref(*document))) {
            broken("the documents of a query are compiled in its order");
        }
        let context = Context::of(query, semantics);
        let mut formula = Formula::default();
        let compiled = compile_documents(&mut formula, &context, documents, slice);
        let policies = compiled.iter().take(query.policies().len()).enumerate();
        let with_effect = |effect: Effect| {
            let of = move |(i, c)| CompiledPolicy::with_effect(c, effect).map(move |(s, lit)| (i, s, lit));
            policies.clone().flat_map(of)
        };
        let allows: Vec<(usize, usize, Lit)> = with_effect(Effect::Allow).collect();
        let mut shared: Vec<Lit> = Vec::new();
        if let Some(access) = query.access() {
            shared.push(listed(&mut formula, &context, access));
        }
        for layer in query.layers().filter(|layer| layer.role != Role::Grants) {
            let set = compiled.iter().skip(layer.first).take(layer.documents.len());
            let allowed = CompiledPolicy::allow_as_one_set(&mut formula, set);
            shared.push(allowed.negate_if(layer.role == Role::Excludes));
        }
        shared.extend(with_effect(Effect::Deny).map(|(_, _, lit)| !lit));
        let mut address = None;
        if let Some(outside) = query.outside() {
            shared.extend(outsider(&mut formula, &context, query.documents(), outside));
            address = outside_address(&mut formula, outside);
        }
        shared.extend(facts(&mut formula, &context, query.documents()));
        let some_allow = formula.graph.or(allows.iter().map(|(_, _, lit)| *lit));
        let conjuncts = std::iter::once(some_allow).chain(shared.iter().copied()).chain(address).collect();
        Encoding { context, formula, allows, shared, by_address: address.is_some(), conjuncts }
    }
}

/// Compiles the statements of the slice, document by document.
fn compile_documents<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    documents: &[DocumentRef<'a>],
    slice: &Slice,
) -> Vec<CompiledPolicy> {
    let values = documents.iter().enumerate().flat_map(|(index, document)| {
        let statements = document.document().statements.iter().enumerate();
        let sliced = statements.filter(move |(number, _)| slice.matters(index, *number));
        sliced.map(|(_, statement)| statement.value_count())
    });
    formula.reserve(values.sum());
    let compile_document = |(index, document): (usize, &DocumentRef<'a>)| {
        let matters = |number| slice.matters(index, number);
        let compile = |formula: &mut Formula<'a>, number: usize, statement: &'a Statement| {
            let at = (index, number);
            match document {
                DocumentRef::Plain(_) => compile_statement(formula, context, at, statement),
                DocumentRef::Prepared(prepared) => prepared.compile(formula, context, at),
            }
        };
        CompiledPolicy::of(formula, context.semantics.aws_compat, document.document(), matters, compile)
    };
    documents.iter().enumerate().map(compile_document).collect()
}

/// "The request comes from an address beyond the known networks, or from none", if the policies ask for the address.
fn outside_address(formula: &mut Formula<'_>, outside: &Outside) -> Option<Lit> {
    if !formula.mentions("aws:sourceip") {
        return None;
    }
    let networks: Vec<Network> = outside.but_for.iter().flat_map(Network::of).collect();
    let nowhere = no_address(formula);
    let beyond = address_beyond(formula, &networks);
    Some(formula.graph.or([nowhere, beyond]))
}

/// "Some entry lists the request": its action is one of the entry's and so is its resource; an empty list means any.
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
