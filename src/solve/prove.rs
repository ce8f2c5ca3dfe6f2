//! The proof of a PASS: proposes and refutes once more, on the plain clauses that the verifier writes itself.
//!
//! Nothing that makes the search fast takes part: no simplification, no relevance, no separate goal for each statement. A walk
//! from the conjuncts decides one part of every OR that needs one. When every required part is decided, the theories say why no
//! such request exists, and that lemma becomes a clause. Clauses are learned with their reasons, so the proof is recorded on the
//! way.

use crate::encode::Encoding;
use crate::formula::{Formula, Graph, Lit, Node, NodeId, Test, VariableId};
use crate::index::IndexVec;
use crate::limits::Meter;
use crate::solve::cdcl::Cdcl;
use crate::solve::tests_by_variable::TestsByVariable;
use crate::theory::{self, Theory, Valuation};
use crate::verify::{Lemma, QueryClauses, Refusal, Refutation};

/// Proves that no request satisfies the query, by lemmas and resolution steps; the meter counts them.
///
/// # Errors
/// A limit was reached, or the theories could not exclude a proposal.
pub fn prove(
    encoding: &mut Encoding<'_>,
    mut theory: Theory,
    meter: &mut Meter,
) -> Result<Refutation, Refusal> {
    let plain = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
    let mut clauses = Cdcl::new(&plain.all, plain.variables());
    let mut walk = Walk::new(&encoding.formula.graph, &encoding.conjuncts);
    let mut tests = TestsByVariable::default();
    clauses.propagate();
    while !clauses.is_contradiction() {
        if clauses.learned() > meter.limits().lemmas {
            return Err(Refusal::inconclusive("the proof has too many steps"));
        }
        meter.check().and_then(|()| meter.work(walk.required.len())).map_err(Refusal::at_limit)?;
        walk.back_to(clauses.level());
        if let Some(literal) = walk.next(&encoding.formula.graph, &plain, &clauses) {
            walk.levels.push((walk.required.len(), walk.head));
            clauses.decide(literal);
            clauses.propagate();
            continue;
        }
        let tests = tests.of(&encoding.formula, &walk.required);
        let conflicts = match theory
            .values(&mut encoding.formula, &tests, meter)
            .map_err(Refusal::at_limit)?
        {
            Valuation::Conflicts(conflicts) => conflicts,
            Valuation::Values(_) => return Err(Refusal::inconclusive("the plain clauses are satisfiable")),
            Valuation::Undecided(_) => return Err(Refusal::inconclusive("a proposal could not be excluded")),
        };
        for conflict in &conflicts {
            if clauses.is_contradiction() {
                break;
            }
            let lemma = numbered(&mut encoding.formula, &plain, conflict)
                .ok_or_else(|| Refusal::inconclusive("a lemma mentions a test that the query does not"))?;
            clauses.add_lemma(lemma);
        }
        clauses.propagate();
    }
    Ok(clauses.refutation())
}

/// Returns the lemma in the numbers of the plain clauses.
fn numbered(formula: &mut Formula<'_>, plain: &QueryClauses, lemma: &theory::Lemma) -> Option<Lemma> {
    let mut numbers = |list: &[(VariableId, Test)]| {
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

/// A walk over the literals that the conjuncts require, as far as it is decided.
struct Walk {
    /// The required literals; those before `head` have been processed.
    required: Vec<Lit>,
    head: usize,
    /// The signs in which each node is required.
    signs: IndexVec<NodeId, u8>,
    /// For each decision, the number of required literals and the head.
    levels: Vec<(usize, usize)>,
}

fn sign(lit: Lit) -> u8 {
    if lit.is_negated() { 2 } else { 1 }
}

impl Walk {
    fn new(graph: &Graph, conjuncts: &[Lit]) -> Walk {
        let mut signs = IndexVec::default();
        signs.resize(graph.len(), 0);
        let mut walk = Walk { required: Vec::new(), head: 0, signs, levels: Vec::new() };
        conjuncts.iter().for_each(|lit| walk.require(*lit));
        walk
    }

    fn require(&mut self, lit: Lit) {
        let signs = &mut self.signs[lit.node()];
        if *signs & sign(lit) == 0 {
            *signs |= sign(lit);
            self.required.push(lit);
        }
    }

    fn back_to(&mut self, level: usize) {
        if let Some((length, head)) = self.levels.get(level).copied() {
            for lit in self.required.drain(length..) {
                self.signs[lit.node()] &= !sign(lit);
            }
            self.head = head;
            self.levels.truncate(level);
        }
    }

    /// Continues until some OR has no part that is decided true; then returns an open part of it.
    fn next(&mut self, graph: &Graph, plain: &QueryClauses, clauses: &Cdcl) -> Option<i32> {
        while let Some(lit) = self.required.get(self.head).copied() {
            if let Node::And(children) = graph.node(lit.node()) {
                if lit.is_negated() {
                    let parts = || children.iter().map(|child| !*child);
                    let value = |part: &Lit| clauses.value(plain.literal(*part));
                    match parts().find(|part| value(part) == Some(true)) {
                        Some(part) => self.require(part),
                        None => {
                            let open = parts().find(|part| value(part).is_none());
                            return open.map(|part| plain.literal(part));
                        }
                    }
                } else {
                    children.iter().for_each(|child| self.require(*child));
                }
            }
            self.head += 1;
        }
        None
    }
}
