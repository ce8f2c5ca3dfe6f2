//! Which atoms can still matter, given patterns of which one must match.
//!
//! If the action must match one of `s3:Get*` and `s3:PutObject`, then `ec2:*` is false and `s3:*` is true, whatever the
//! rest of the formula says. On real policies this decides most atoms before any solver runs.
//!
//! What is decided false stays so in every solution: one of the required patterns matches, and none of them meets the
//! decided one. So false atoms are put in without becoming tests of their own. What is decided true becomes a test: two
//! sets of required patterns could otherwise each be dropped because of the other.

use super::search::Search;
use crate::formula::{Atom, Conjunction, Lit, Network, NetworkUnion, Node, PatternId, Test, VariableId};
use crate::limits::Exhausted;
use rustc_hash::FxHashMap;

impl<'a> Search<'_, 'a> {
    /// Decides what the required patterns decide, until nothing changes.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn decide_by_relevance(&mut self) -> Result<(), Exhausted> {
        self.known.forget(&self.formula.graph);
        while !self.conjunction.is_contradiction() && !self.conjunction.disjunctions().is_empty() {
            let conjuncts = self.conjunction.units().iter().chain(self.conjunction.disjunctions());
            let fresh: Vec<Lit> = conjuncts.filter(|lit| self.known.insert(lit.node())).copied().collect();
            if fresh.is_empty() {
                break;
            }
            let sets: Vec<_> = fresh.iter().map(|lit| self.required(*lit)).collect();
            self.mark_occurring();
            for (lit, set) in fresh.iter().zip(sets) {
                if self.conjunction.is_contradiction() {
                    break;
                }
                match set {
                    // What came before may have decided parts of it; what is left of it is fresh in the next round.
                    Some((variable, patterns)) => self.put_in(variable, &patterns, true)?,
                    None => self.put_in_excluded(*lit)?,
                }
            }
            self.put_in_networks();
            self.conjunction.add(&mut self.formula.graph, []);
        }
        Ok(())
    }

    /// Puts in what follows for networks whose addresses all lie in networks that have to be failed.
    fn put_in_networks(&mut self) {
        let mut failed: FxHashMap<VariableId, Vec<Network>> = FxHashMap::default();
        for lit in self.conjunction.units().iter().filter(|lit| lit.is_negated()) {
            let Node::Atom(atom) = self.formula.graph.node(lit.node()) else { continue };
            if let Some(Atom::Match(variable, Test::Network(id))) = self.formula.atom_of(atom) {
                failed.entry(variable).or_default().extend(self.formula.network_of(id));
            }
        }
        for (variable, networks) in failed {
            let union = NetworkUnion::of(networks);
            for (id, lit) in self.atoms.variables.get(&variable).map_or(&[][..], |atoms| &atoms.networks) {
                if self.conjunction.value(*lit).is_none()
                    && self.formula.network_of(*id).is_some_and(|network| union.covers(network))
                {
                    self.conjunction.exclude(*lit);
                }
            }
        }
    }

    /// Puts in what the conjuncts so far say about the action, before any other is looked at: cheap, and it leaves
    /// little of those.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn decide_by_action(&mut self) -> Result<(), Exhausted> {
        let conjuncts = self.conjunction.units().iter().chain(self.conjunction.disjunctions());
        let required: Vec<_> = conjuncts.filter_map(|lit| self.required(*lit)).collect();
        for (variable, patterns) in required.iter().filter(|(v, _)| *v == VariableId::ACTION) {
            self.put_in(*variable, patterns, false)?;
        }
        Ok(())
    }

    /// Marks what occurs in the open disjunctions; and what occurs there apart from sets of required patterns that are
    /// the only ones about their variable, because nothing that such a set says about itself shortens it.
    fn mark_occurring(&mut self) {
        let disjunctions = self.conjunction.disjunctions();
        self.occurring.mark(&self.formula.graph, disjunctions);
        let variables: Vec<Option<VariableId>> =
            disjunctions.iter().map(|lit| self.required(*lit).map(|(variable, _)| variable)).collect();
        let mut sets: FxHashMap<VariableId, usize> = FxHashMap::default();
        for variable in variables.iter().flatten() {
            let count = sets.entry(*variable).or_default();
            *count = count.saturating_add(1);
        }
        let alone = |variable: &Option<VariableId>| variable.is_some_and(|v| sets.get(&v) == Some(&1));
        let elsewhere = disjunctions.iter().zip(&variables).filter(|(_, variable)| !alone(variable));
        let elsewhere: Vec<Lit> = elsewhere.map(|(lit, _)| *lit).collect();
        self.elsewhere.mark(&self.formula.graph, &elsewhere);
    }

    /// Puts in what follows when the test of a conjunct fails: so do all tests that imply it.
    fn put_in_excluded(&mut self, lit: Lit) -> Result<(), Exhausted> {
        let Node::Atom(atom) = self.formula.graph.node(lit.node()) else { return Ok(()) };
        let test = self.formula.atom_of(atom).filter(|_| lit.is_negated());
        // Networks are looked at together.
        if let Some(Atom::Match(variable, outer @ Test::Pattern(_))) = test {
            let open = |search: &Self, lit: Lit| {
                search.conjunction.value(lit).is_none() && search.occurring.contains(lit)
            };
            for (_, lit) in self.inside(variable, outer, &open)? {
                self.conjunction.exclude(lit);
            }
        }
        Ok(())
    }

    /// The tests that imply one about the same variable, of those whose atoms are wanted; a pattern with policy variables
    /// implies what it implies for all values.
    pub(super) fn inside(
        &mut self,
        variable: VariableId,
        outer: Test,
        wanted: &dyn Fn(&Self, Lit) -> bool,
    ) -> Result<Vec<(Test, Lit)>, Exhausted> {
        let mut found = Vec::new();
        let Some(atoms) = self.atoms.variables.get(&variable) else { return Ok(found) };
        match outer {
            Test::Pattern(wide) => {
                let Some(key) = self.formula.pattern_of(wide) else { return Ok(found) };
                // A word includes nothing but itself, which is the same atom.
                if key.word().is_some() {
                    return Ok(found);
                }
                let mut near = Vec::new();
                atoms.near(None, key.start(), &mut near);
                for (test, narrow, lit) in near.iter().filter_map(|place| atoms.atoms.get(*place)) {
                    if *test != outer
                        && wanted(self, *lit)
                        && self.theory.strings.includes(self.formula, wide, *narrow, &mut self.meter)?
                    {
                        found.push((*test, *lit));
                    }
                }
            }
            Test::Network(wide) => {
                let Some(wide) = self.formula.network_of(wide) else { return Ok(found) };
                for (narrow, lit) in &atoms.networks {
                    let covered = self.formula.network_of(*narrow).is_some_and(|narrow| wide.covers(narrow));
                    if covered && Test::Network(*narrow) != outer && wanted(self, *lit) {
                        found.push((Test::Network(*narrow), *lit));
                    }
                }
            }
            Test::Bound(_) | Test::Template(_) => {}
        }
        Ok(found)
    }

    /// The patterns of one variable of which one must match, if that is what the conjunct says.
    fn required(&self, lit: Lit) -> Option<(VariableId, Vec<PatternId>)> {
        let pattern_of = |lit: Lit| match self.formula.graph.node(lit.node()) {
            Node::Atom(atom) if !lit.is_negated() => match self.formula.atom_of(atom) {
                Some(Atom::Match(variable, test)) => Some((variable, self.formula.widened(test)?)),
                _ => None,
            },
            _ => None,
        };
        let Node::And(children) = self.formula.graph.node(lit.node()) else {
            return pattern_of(lit).map(|(variable, pattern)| (variable, vec![pattern]));
        };
        let (variable, _) = pattern_of(!*children.first()?)?;
        let same = |child: &Lit| pattern_of(!*child).filter(|(v, _)| *v == variable).map(|(_, p)| p);
        Some((variable, children.iter().map(same).collect::<Option<Vec<_>>>()?))
    }

    /// Puts in what follows for the atoms of the variable when one of the patterns matches: for all of them, or for
    /// those that occur.
    fn put_in(
        &mut self,
        variable: VariableId,
        required: &[PatternId],
        occurring: bool,
    ) -> Result<(), Exhausted> {
        let Some(atoms) = self.atoms.variables.get(&variable) else { return Ok(()) };
        // Of each atom: in how many of the patterns it was met, and how many of them it includes.
        self.meter.work(atoms.atoms.len() / 8)?;
        let mut met = vec![(0u32, 0u32); atoms.atoms.len()];
        let mut near = Vec::new();
        let open = |conjunction: &Conjunction, lit: Lit| {
            conjunction.value(lit).is_none() && (!occurring || self.elsewhere.contains(lit))
        };
        for pattern in required {
            let Some(key) = self.formula.pattern_of(*pattern) else { return Ok(()) };
            atoms.near(key.word(), key.start(), &mut near);
            for place in &near {
                let Some((_, other, lit)) = atoms.atoms.get(*place) else { continue };
                let Some((meets, includes)) = met.get_mut(*place) else { continue };
                // An atom that is met but does not include an earlier pattern stays open.
                if !open(&self.conjunction, *lit) || *meets > *includes {
                    continue;
                }
                if !self.theory.strings.disjoint(self.formula, *other, *pattern, &mut self.meter)? {
                    *meets = meets.saturating_add(1);
                    let inside =
                        self.theory.strings.includes(self.formula, *other, *pattern, &mut self.meter)?;
                    *includes = includes.saturating_add(u32::from(inside));
                }
            }
        }
        let all = u32::try_from(required.len()).unwrap_or(u32::MAX);
        let mut decided = Vec::new();
        for ((test, _, lit), (meets, includes)) in atoms.atoms.iter().zip(&met) {
            if !open(&self.conjunction, *lit) {
                continue;
            }
            if *meets == 0 {
                self.conjunction.exclude(*lit);
            } else if *includes == all {
                // That the widened pattern matches says nothing about the values of the keys in it.
                decided.extend((!matches!(test, Test::Template(_))).then_some(*lit));
            }
        }
        self.conjunction.add(&mut self.formula.graph, decided);
        Ok(())
    }
}
