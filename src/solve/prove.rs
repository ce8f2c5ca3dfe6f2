//! The proof of a PASS: propose and refute once more, on the plain clauses that the verifier writes itself.
//!
//! Nothing of what makes the search fast takes part: no absorption, no relevance, no goal of its own for each statement. A
//! walk from the conjuncts decides one part of every OR that needs one; when every part that is needed is decided, the theories
//! say why no request is like that, and that lemma becomes a clause. What is learned is learned with its reasons, so the
//! proof is written on the way.

use crate::encode::Encoding;
use crate::formula::{Atom, Formula, Graph, Lit, Node, VariableId};
use crate::index::Id;
use crate::limits::{Meter, SearchLimits};
use crate::solve::cdcl::Cdcl;
use crate::theory::{self, Tests, Theory, Valuation};
use crate::verify::{Lemma, QueryClauses, Refusal, Refutation};
use rustc_hash::FxHashMap;

/// The lemmas and the proof that no request meets the question.
///
/// # Errors
/// A limit, or something that the theories cannot exclude.
pub fn prove(
    encoding: &mut Encoding<'_>,
    mut theory: Theory,
    limits: &SearchLimits,
) -> Result<Refutation, Refusal> {
    let plain = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
    let mut clauses = Cdcl::new(&plain.all, plain.variables());
    let mut walk = Walk::new(&encoding.formula.graph, &encoding.conjuncts);
    let mut meter = Meter::new(limits);
    clauses.propagate();
    while !clauses.is_contradiction() {
        if clauses.learned() > limits.lemmas {
            return Err(Refusal::inconclusive("the proof has too many steps"));
        }
        let looked_at = meter.check().and_then(|()| meter.work(walk.needed.len()));
        looked_at
            .map_err(|limit| Refusal::inconclusive(format!("the limit on {} was reached", limit.code())))?;
        walk.back_to(clauses.level());
        if let Some(literal) = walk.next(&encoding.formula.graph, &plain, &clauses) {
            walk.marks.push((walk.needed.len(), walk.head));
            clauses.decide(literal);
            clauses.propagate();
            continue;
        }
        let tests = walk.tests(&encoding.formula);
        let found = theory
            .values(&mut encoding.formula, &tests, &mut meter)
            .map_err(|limit| Refusal::inconclusive(format!("the limit on {} was reached", limit.code())))?;
        let conflicts = match found {
            Valuation::Conflicts(conflicts) => conflicts,
            Valuation::Values(_) => return Err(Refusal::inconclusive("the plain clauses can be met")),
            Valuation::Undecided(_) => return Err(Refusal::inconclusive("a proposal could not be excluded")),
        };
        for conflict in &conflicts {
            if clauses.is_contradiction() {
                break;
            }
            let lemma = numbered(&mut encoding.formula, &plain, conflict)
                .ok_or_else(|| Refusal::inconclusive("a lemma speaks of what the question does not"))?;
            clauses.add_lemma(lemma);
        }
        clauses.propagate();
    }
    Ok(clauses.refutation())
}

/// The lemma by the numbers of the plain clauses.
fn numbered(formula: &mut Formula<'_>, plain: &QueryClauses, lemma: &theory::Lemma) -> Option<Lemma> {
    let mut numbers = |list: &[(VariableId, crate::formula::Test)]| {
        let mut numbers = Vec::with_capacity(list.len());
        for (variable, test) in list {
            let number = plain.literal(formula.match_literal(*variable, *test));
            numbers.push(u32::try_from(number).ok().filter(|n| *n > 0)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    };
    Some(Lemma { pass: numbers(&lemma.positives)?, fail: numbers(&lemma.negatives)? })
}

/// What the conjuncts need, as far as it is decided.
struct Walk {
    /// Literals that are needed; those before `head` have been looked at.
    needed: Vec<Lit>,
    head: usize,
    is_needed: Vec<u8>,
    /// Both lengths at each decision.
    marks: Vec<(usize, usize)>,
}

fn sign(lit: Lit) -> u8 {
    if lit.is_negated() { 2 } else { 1 }
}

impl Walk {
    fn new(graph: &Graph, conjuncts: &[Lit]) -> Walk {
        let mut walk =
            Walk { needed: Vec::new(), head: 0, is_needed: vec![0; graph.len()], marks: Vec::new() };
        conjuncts.iter().for_each(|lit| walk.need(*lit));
        walk
    }

    fn need(&mut self, lit: Lit) {
        if let Some(signs) = self.is_needed.get_mut(lit.node().place())
            && *signs & sign(lit) == 0
        {
            *signs |= sign(lit);
            self.needed.push(lit);
        }
    }

    fn back_to(&mut self, level: usize) {
        if let Some((length, head)) = self.marks.get(level).copied() {
            for lit in self.needed.drain(length..) {
                if let Some(signs) = self.is_needed.get_mut(lit.node().place()) {
                    *signs &= !sign(lit);
                }
            }
            self.head = head;
            self.marks.truncate(level);
        }
    }

    /// Goes on until an OR has no part that is decided true; then a part that is open.
    fn next(&mut self, graph: &Graph, plain: &QueryClauses, clauses: &Cdcl) -> Option<i32> {
        while let Some(lit) = self.needed.get(self.head).copied() {
            if let Node::And(children) = graph.node(lit.node()) {
                if lit.is_negated() {
                    let parts = || children.iter().map(|child| !*child);
                    let value = |part: &Lit| clauses.value(plain.literal(*part));
                    match parts().find(|part| value(part) == 1) {
                        Some(part) => self.need(part),
                        None => return parts().find(|part| value(part) == 0).map(|part| plain.literal(part)),
                    }
                } else {
                    children.iter().for_each(|child| self.need(*child));
                }
            }
            self.head = self.head.saturating_add(1);
        }
        None
    }

    /// The needed tests by variable, in order of need.
    fn tests(&self, formula: &Formula<'_>) -> Vec<(VariableId, Tests)> {
        let mut places: FxHashMap<VariableId, usize> = FxHashMap::default();
        let mut found: Vec<(VariableId, Tests)> = Vec::new();
        for lit in &self.needed {
            let Node::Atom(atom) = formula.graph.node(lit.node()) else { continue };
            let Atom::Match(variable, test) = formula.atom_of(atom) else { continue };
            let place = *places.entry(variable).or_insert(found.len());
            if place == found.len() {
                found.push((variable, Tests::default()));
            }
            if let Some((_, tests)) = found.get_mut(place) {
                if lit.is_negated() { tests.negatives.push(test) } else { tests.positives.push(test) }
            }
        }
        found
    }
}
