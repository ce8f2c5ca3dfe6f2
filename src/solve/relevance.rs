//! Which atoms can still matter, given patterns of which one must match.
//!
//! If the action must match one of `s3:Get*` and `s3:PutObject`, then `ec2:*` is false and `s3:*` is true, whatever the
//! rest of the formula says. On real policies this decides most atoms before any solver runs.
//!
//! What is decided false stays so in every solution: one of the required patterns matches, and none of them meets the
//! decided one. So false atoms are put in without becoming tests of their own. What is decided true becomes a test: two
//! sets of required patterns could otherwise each be dropped because of the other.

use crate::formula::{Atom, Conjunction, Lit, Network, NetworkUnion, Node, PatternId, Test, VariableId};
use crate::limits::Exhausted;
use crate::solve::atom_index::FEW;
use crate::solve::search::Search;
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
            if let Atom::Match(variable, Test::Network(id)) = self.formula.atom_of(atom) {
                failed.entry(variable).or_default().push(self.formula.network_of(id));
            }
        }
        for (variable, networks) in failed {
            let union = NetworkUnion::of(networks);
            for (id, lit) in self.atoms.about(variable).map_or(&[][..], |atoms| &atoms.networks) {
                if self.conjunction.value(*lit).is_none() && union.covers(self.formula.network_of(*id)) {
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

    /// StampSet what occurs in the open disjunctions; and what occurs there apart from sets of required patterns that are
    /// the only ones about their variable, because nothing that such a set says about itself shortens it.
    fn mark_occurring(&mut self) {
        let disjunctions = self.conjunction.disjunctions();
        self.occurring.mark(&self.formula.graph, disjunctions);
        let variables: Vec<Option<VariableId>> =
            disjunctions.iter().map(|lit| self.required_variable(*lit)).collect();
        let mut sorted: Vec<VariableId> = variables.iter().flatten().copied().collect();
        sorted.sort_unstable();
        let twice = |v: VariableId| {
            let place = sorted.partition_point(|other| *other < v);
            sorted.get(place.saturating_add(1)) == Some(&v)
        };
        let alone = |variable: &Option<VariableId>| variable.is_some_and(|v| !twice(v));
        self.all_elsewhere = !variables.iter().any(alone);
        if !self.all_elsewhere {
            let elsewhere = disjunctions.iter().zip(&variables).filter(|(_, variable)| !alone(variable));
            let elsewhere: Vec<Lit> = elsewhere.map(|(lit, _)| *lit).collect();
            self.elsewhere.mark(&self.formula.graph, &elsewhere);
        }
    }

    /// Puts in what follows when the test of a conjunct fails: so do all tests that imply it.
    fn put_in_excluded(&mut self, lit: Lit) -> Result<(), Exhausted> {
        let Node::Atom(atom) = self.formula.graph.node(lit.node()) else { return Ok(()) };
        let test = Some(self.formula.atom_of(atom)).filter(|_| lit.is_negated());
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
        let Some(atoms) = self.atoms.about(variable) else { return Ok(found) };
        match outer {
            Test::Pattern(wide) => {
                // A word includes nothing but itself, which is the same atom.
                if self.formula.literal_prefix(wide).word().is_some() {
                    return Ok(found);
                }
                let mut near = Vec::new();
                atoms.near(self.formula, wide, &mut near);
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
                let wide = self.formula.network_of(wide);
                for (narrow, lit) in &atoms.networks {
                    let covered = wide.covers(self.formula.network_of(*narrow));
                    if covered && Test::Network(*narrow) != outer && wanted(self, *lit) {
                        found.push((Test::Network(*narrow), *lit));
                    }
                }
            }
            Test::Bound(_) | Test::Template(_) => {}
        }
        Ok(found)
    }

    /// The variable and the pattern of which the literal says that they match.
    fn pattern_of(&self, lit: Lit) -> Option<(VariableId, PatternId)> {
        match self.formula.graph.node(lit.node()) {
            Node::Atom(atom) if !lit.is_negated() => match self.formula.atom_of(atom) {
                Atom::Match(variable, test) => Some((variable, self.formula.widened(test)?)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The variable that a conjunct requires one of some patterns of, if that is what it says.
    fn required_variable(&self, lit: Lit) -> Option<VariableId> {
        let Node::And(children) = self.formula.graph.node(lit.node()) else {
            return self.pattern_of(lit).map(|(variable, _)| variable);
        };
        let (variable, _) = self.pattern_of(!*children.first()?)?;
        let same = |child: &Lit| self.pattern_of(!*child).is_some_and(|(v, _)| v == variable);
        children.iter().all(same).then_some(variable)
    }

    /// The patterns of one variable of which one must match, if that is what the conjunct says.
    fn required(&self, lit: Lit) -> Option<(VariableId, Vec<PatternId>)> {
        let Node::And(children) = self.formula.graph.node(lit.node()) else {
            return self.pattern_of(lit).map(|(variable, pattern)| (variable, vec![pattern]));
        };
        let variable = self.required_variable(lit)?;
        let patterns = children.iter().filter_map(|child| self.pattern_of(!*child)).map(|(_, p)| p);
        Some((variable, patterns.collect()))
    }

    /// Puts in what follows for the atoms of the variable when one of the patterns matches: for all of them, or for
    /// those that occur.
    fn put_in(
        &mut self,
        variable: VariableId,
        required: &[PatternId],
        occurring: bool,
    ) -> Result<(), Exhausted> {
        let Some(atoms) = self.atoms.about(variable) else { return Ok(()) };
        let elsewhere = if self.all_elsewhere { &self.occurring } else { &self.elsewhere };
        self.meter.work(atoms.atoms.len() / 8)?;
        let open = |conjunction: &Conjunction, lit: Lit| {
            conjunction.value(lit).is_none() && (!occurring || elsewhere.contains(lit))
        };
        // What is looked at one after the other: all that occur, if they are few.
        let mut wanted: Vec<usize> = Vec::new();
        if occurring {
            if elsewhere.nodes().len() < atoms.atoms.len() {
                wanted.extend(elsewhere.nodes().iter().filter_map(|node| {
                    let Node::Atom(atom) = self.formula.graph.node(*node) else { return None };
                    let is_open = self.conjunction.value(node.lit()).is_none();
                    self.atoms.place(variable, atom, node.lit()).filter(|_| is_open)
                }));
                wanted.sort_unstable();
            } else {
                let places = atoms.atoms.iter().enumerate();
                let open = places.filter(|(_, (_, _, lit))| open(&self.conjunction, *lit));
                wanted.extend(open.map(|(place, _)| place));
            }
            if wanted.is_empty() {
                return Ok(());
            }
        }
        let few = occurring && wanted.len() <= FEW;
        self.met.forget(atoms.atoms.len());
        let mut met_places = Vec::new();
        let mut near = Vec::new();
        for pattern in required {
            if !few {
                atoms.near(self.formula, *pattern, &mut near);
            }
            for place in if few { &wanted } else { &near } {
                let Some((_, other, lit)) = atoms.atoms.get(*place) else { continue };
                let Some(met) = self.met.at(*place) else { continue };
                // An atom that is met but does not include an earlier pattern stays open.
                if met.meets > met.includes || !open(&self.conjunction, *lit) {
                    continue;
                }
                if !self.theory.strings.disjoint(self.formula, *other, *pattern, &mut self.meter)? {
                    if met.meets == 0 {
                        met_places.push(*place);
                    }
                    met.meets = met.meets.saturating_add(1);
                    let inside =
                        self.theory.strings.includes(self.formula, *other, *pattern, &mut self.meter)?;
                    met.includes = met.includes.saturating_add(u32::from(inside));
                }
            }
        }
        met_places.sort_unstable();
        let at = |place: &usize| atoms.atoms.get(*place).map(|(test, _, lit)| (*test, *lit));
        if variable == VariableId::ACTION && !occurring && !self.conjunction.has_assumed() {
            self.conjunction.assume_all(met_places.iter().filter_map(at).map(|(_, lit)| lit));
        } else {
            if !occurring {
                wanted.extend(0..atoms.atoms.len());
            }
            for place in wanted.iter().filter(|place| met_places.binary_search(place).is_err()) {
                if let Some((_, lit)) = at(place) {
                    self.conjunction.exclude(lit);
                }
            }
        }
        let all = u32::try_from(required.len()).unwrap_or(u32::MAX);
        let met = &mut self.met;
        let includes_all = |place: &&usize| met.at(**place).is_some_and(|met| met.includes == all);
        // That the widened pattern matches says nothing about the values of the keys in it.
        let decided = met_places.iter().filter(includes_all).filter_map(at);
        let decided = decided.filter(|(test, _)| !matches!(test, Test::Template(_))).map(|(_, lit)| lit);
        self.conjunction.add(&mut self.formula.graph, decided.collect::<Vec<_>>());
        Ok(())
    }
}
