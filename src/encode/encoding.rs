//! What is asked about requests, as conjuncts: some Allow statement of the policies applies, none of their Deny statements
//! does, the request is one that the question is about, and what is true of every request holds.
//!
//! The search and the verifier of certificates both start here.

use crate::encode::context::Context;
use crate::encode::facts::facts;
use crate::encode::outsider::{address_beyond, no_address, outsider};
use crate::encode::prepared::DocumentRef;
use crate::encode::slice::Slice;
use crate::encode::statement::{CompiledPolicy, action_pattern, compile_statement, resource_pattern};
use crate::formula::Formula;
use crate::formula::Lit;
use crate::formula::Network;
use crate::formula::{Site, SiteElement};
use crate::index::broken;
use crate::policy::{Access, Effect, Statement};
use crate::query::{Query, Role, Semantics};

/// A question compiled.
#[derive(Debug)]
pub struct Encoding<'a> {
    /// How the documents are read.
    pub context: Context<'a>,
    /// All that is said about requests.
    pub formula: Formula<'a>,
    /// The Allow statements of the policies: the document, the statement in it, and what it says.
    pub allows: Vec<(usize, usize, Lit)>,
    /// What has to hold beside one of them: no Deny, the question's own demands, and the facts about requests; but for
    /// the address that the request comes from.
    pub shared: Vec<Lit>,
    /// Whether the question depends on the address that the request comes from.
    pub by_address: bool,
    /// All of it as conjuncts.
    pub conjuncts: Vec<Lit>,
}

impl<'a> Encoding<'a> {
    /// Compiles the documents in order, then the demands, then the facts: the same question always gives the same graph.
    pub fn new(query: &Query<'a>, semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, &DocumentRef::plain(query), semantics, &Slice::whole())
    }

    /// As [`Encoding::new`], number for number, given the documents of the query in order: those that are prepared are not
    /// compiled again.
    pub fn recalled(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::whole())
    }

    /// As [`Encoding::recalled`], without the statements that cannot matter: a request meets one of the Allow statements and all
    /// that is shared exactly if it does so in the whole question. The Allow statements that cannot matter are false.
    pub fn sliced(query: &Query<'a>, documents: &[DocumentRef<'a>], semantics: Semantics) -> Encoding<'a> {
        Encoding::of(query, documents, semantics, &Slice::of(query, documents))
    }

    fn of(
        query: &Query<'a>,
        documents: &[DocumentRef<'a>],
        semantics: Semantics,
        slice: &Slice,
    ) -> Encoding<'a> {
        if !documents
            .iter()
            .map(|d| std::ptr::from_ref(d.document()))
            .eq(query.documents().iter().map(|d| std::ptr::from_ref(*d)))
        {
            broken("the documents of a query are compiled in its order");
        }
        let mut context = Context::of(query, semantics.policy_type);
        context.strict_arn = semantics.strict_arn;
        context.aws_compat = semantics.aws_compat;
        context.heuristics = semantics.heuristics;
        context.boundary = semantics.boundary;
        context.allows_whole_resource = query.outside().is_some();
        let mut formula = Formula::default();
        let values = query.documents().iter().enumerate().flat_map(|(index, document)| {
            let matters = move |(number, _): &(usize, _)| slice.matters(index, *number);
            document.statements.iter().enumerate().filter(matters).map(|(_, s)| s.value_count())
        });
        formula.reserve(values.fold(0, usize::saturating_add));
        let compiled: Vec<CompiledPolicy> = documents
            .iter()
            .enumerate()
            .map(|(index, document)| {
                let matters = |number| slice.matters(index, number);
                let compile = |formula: &mut Formula<'a>, number: usize, statement: &'a Statement| {
                    let at = (index, number);
                    match document {
                        DocumentRef::Plain(_) => compile_statement(formula, &context, at, statement),
                        DocumentRef::Prepared(prepared) => prepared.compile(formula, &context, at),
                    }
                };
                CompiledPolicy::of(&mut formula, context.aws_compat, document.document(), matters, compile)
            })
            .collect();
        let (policies, _) = compiled.split_at_checked(query.policies().len()).unwrap_or((&compiled, &[]));
        let with_effect = |effect: Effect| {
            let of = move |(i, c)| CompiledPolicy::with_effect(c, effect).map(move |(s, lit)| (i, s, lit));
            policies.iter().enumerate().flat_map(of)
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
        let mut by_address = None;
        if let Some(outside) = query.outside() {
            shared.extend(outsider(&mut formula, &context, query.documents(), outside));
            by_address = formula.mentions("aws:sourceip").then(|| {
                let networks: Vec<Network> = outside.but_for.iter().flat_map(Network::of).collect();
                let nowhere = no_address(&mut formula);
                let beyond = address_beyond(&mut formula, &networks);
                formula.graph.or([nowhere, beyond])
            });
        }
        shared.extend(facts(&mut formula, &context));
        let some_allow = formula.graph.or(allows.iter().map(|(_, _, lit)| *lit));
        let conjuncts = std::iter::once(some_allow).chain(shared.iter().copied()).chain(by_address).collect();
        Encoding { context, formula, allows, shared, by_address: by_address.is_some(), conjuncts }
    }
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
