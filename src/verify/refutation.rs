//! Proofs that no request satisfies a query, and their verification.

use super::budget::Limits;
use super::clauses::QueryClauses;
use super::lemma::{Lemma, Prover};
use super::lrat::Proof;
use super::{Budget, Refusal};
use crate::encode::Encoding;
use crate::query::{Query, Semantics};

/// A proof that no request satisfies a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refutation {
    /// Facts about values.
    pub lemmas: Vec<Lemma>,
    /// The derivation of a contradiction from the clauses of the query and the lemmas.
    pub proof: Proof,
}

impl Refutation {
    /// Verifies that no request satisfies the query.
    ///
    /// # Errors
    /// The fault of the refutation, or the limit that was reached.
    pub fn verify(&self, query: &Query<'_>, semantics: Semantics, limits: &Limits) -> Result<(), Refusal> {
        let encoding = Encoding::new(query, semantics);
        let clauses = QueryClauses::new(&encoding.formula.graph, &encoding.conjuncts);
        self.verify_clauses(&encoding, clauses, limits)
    }

    /// Verifies that the clauses of the query have no model.
    pub(super) fn verify_clauses(
        &self,
        encoding: &Encoding<'_>,
        mut clauses: QueryClauses,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        let mut budget = Budget::new(limits.work, limits.deadline);
        budget.check()?;
        let mut prover = Prover::new(&encoding.formula, &encoding.context, &mut budget);
        for (place, lemma) in self.lemmas.iter().enumerate() {
            prover.prove(lemma, &clauses).map_err(|refusal| refusal.at(format!("lemma {}", place + 1)))?;
        }
        for lemma in &self.lemmas {
            clauses.all.push(lemma.clause());
        }
        let variables = clauses.variables();
        self.proof.check(&mut clauses.all, variables, &mut budget)
    }
}
