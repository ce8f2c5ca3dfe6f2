//! Finds the atoms that can still matter if one of certain patterns must match.
//!
//! If the action must match one of `s3:Get*` and `s3:PutObject`, then `ec2:*` is false and `s3:*` is true, whatever the
//! rest of the formula says. On real policies this decides most atoms before any solver runs.
//!
//! An atom that is decided false is false in every solution: one of the required patterns matches, and none of them shares a
//! match with the atom. So false atoms are put in without becoming tests. An atom that is decided true becomes a test; otherwise
//! two sets of required patterns could each be dropped because of the other.

use crate::formula::{Conjunction, Formula, Lit, Network, NetworkUnion, Node, PatternId, Test, VariableId};
use crate::limits::Exhausted;
use crate::solve::atom_index::{AtomIndex, AtomPlace, LINEAR_THRESHOLD, VariableAtoms};
use crate::solve::implying::{NEAR, implying};
use crate::solve::overlaps::Overlaps;
use crate::solve::stamp_set::StampSet;
use crate::solve::workspace::{Workspace, test_of};
use rustc_hash::FxHashMap;

/// Nodes of the open disjunctions that are found for one unit of work.
const NODES: usize = 2;

/// Decides atoms by the patterns of which one must match; one value serves many goals.
#[derive(Debug)]
pub(super) struct Relevance<'a> {
    atoms: AtomIndex<'a>,
    /// The nodes of the conjuncts processed so far.
    visited: StampSet,
    occurring: Occurring,
    overlaps: Overlaps,
}

/// Patterns of one variable of which one must match.
struct Required {
    variable: VariableId,
    patterns: Vec<PatternId>,
}

/// The nodes that occur in open disjunctions: deciding an atom helps only if it is one of them.
#[derive(Debug, Default)]
struct Occurring {
    /// The nodes of the open disjunctions.
    anywhere: StampSet,
    /// The nodes outside sets of required patterns that are the only ones about their variable: what such a set implies about its
    /// own atoms does not shorten it.
    elsewhere: StampSet,
    /// True if both sets are equal; then only the first is filled.
    is_everything_elsewhere: bool,
}

impl Occurring {
    fn find(&mut self, formula: &Formula<'_>, disjunctions: &[Lit]) {
        self.anywhere.fill_below(&formula.graph, disjunctions);
        let variables: Vec<Option<VariableId>> =
            disjunctions.iter().map(|lit| required_variable(formula, *lit)).collect();
        let mut sorted: Vec<VariableId> = variables.iter().flatten().copied().collect();
        sorted.sort_unstable();
        let twice = |v: VariableId| {
            let place = sorted.partition_point(|other| *other < v);
            sorted.get(place + 1) == Some(&v)
        };
        let alone = |variable: &Option<VariableId>| variable.is_some_and(|v| !twice(v));
        self.is_everything_elsewhere = !variables.iter().any(alone);
        if !self.is_everything_elsewhere {
            let elsewhere = disjunctions.iter().zip(&variables).filter(|(_, variable)| !alone(variable));
            let elsewhere: Vec<Lit> = elsewhere.map(|(lit, _)| *lit).collect();
            self.elsewhere.fill_below(&formula.graph, &elsewhere);
        }
    }

    fn elsewhere(&self) -> &StampSet {
        if self.is_everything_elsewhere { &self.anywhere } else { &self.elsewhere }
    }
}

impl<'a> Relevance<'a> {
    pub(super) fn new(atoms: AtomIndex<'a>) -> Relevance<'a> {
        Relevance {
            atoms,
            visited: StampSet::default(),
            occurring: Occurring::default(),
            overlaps: Overlaps::default(),
        }
    }

    /// Returns the atoms, indexed by the text that their patterns spell.
    pub(super) fn atoms(&self) -> &AtomIndex<'a> {
        &self.atoms
    }

    /// Decides every atom that the required patterns decide, until nothing changes.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn decide(&mut self, workspace: &mut Workspace<'_, 'a>) -> Result<(), Exhausted> {
        self.visited.clear(&workspace.formula.graph);
        while !workspace.is_settled() {
            let conjunction = &workspace.conjunction;
            let conjuncts = conjunction.units().iter().chain(conjunction.disjunctions());
            let looks = conjunction.units().len() + conjunction.disjunctions().len();
            workspace.meter.work(looks / NEAR)?;
            let fresh: Vec<Lit> = conjuncts.filter(|lit| self.visited.insert(lit.node())).copied().collect();
            if fresh.is_empty() {
                break;
            }
            let sets: Vec<_> = fresh.iter().map(|lit| required(workspace.formula, *lit)).collect();
            self.occurring.find(workspace.formula, workspace.conjunction.disjunctions());
            workspace.meter.work(self.occurring.anywhere.nodes().len() / NODES)?;
            for (lit, set) in fresh.iter().zip(sets) {
                if workspace.conjunction.is_contradiction() {
                    break;
                }
                match set {
                    // Earlier decisions may have shortened the set; the rest of it is fresh in the next round.
                    Some(required) => self.decide_occurring(workspace, &required)?,
                    None => self.exclude_implying(workspace, *lit)?,
                }
            }
            self.exclude_covered_networks(workspace)?;
            workspace.add([])?;
        }
        Ok(())
    }

    /// Decides what the conjuncts so far imply about the action, before any other conjunct is processed. This is cheap and leaves
    /// little of the others.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn decide_by_action(&mut self, workspace: &mut Workspace<'_, 'a>) -> Result<(), Exhausted> {
        let conjunction = &workspace.conjunction;
        let conjuncts = conjunction.units().iter().chain(conjunction.disjunctions());
        let all: Vec<_> = conjuncts.filter_map(|lit| required(workspace.formula, *lit)).collect();
        for required in all.iter().filter(|required| required.variable == VariableId::ACTION) {
            self.decide_all(workspace, required)?;
        }
        Ok(())
    }

    /// Excludes networks that are covered by networks whose tests must fail.
    fn exclude_covered_networks(&self, workspace: &mut Workspace<'_, 'a>) -> Result<(), Exhausted> {
        let mut failed: FxHashMap<VariableId, Vec<Network>> = FxHashMap::default();
        for (variable, test, is_passed) in workspace.decided_tests() {
            if let (Test::Network(id), false) = (test, is_passed) {
                failed.entry(variable).or_default().push(workspace.formula.network_of(id));
            }
        }
        let Workspace { formula, conjunction, meter, .. } = workspace;
        for (variable, networks) in failed {
            let Some(atoms) = self.atoms.about(variable) else { continue };
            meter.work(networks.len() + atoms.networks.len() / NEAR)?;
            let union = NetworkUnion::of(networks);
            for (id, lit) in &atoms.networks {
                if conjunction.value(*lit).is_none() && union.covers(formula.network_of(*id)) {
                    conjunction.exclude(*lit);
                }
            }
        }
        Ok(())
    }

    /// Excludes all tests that imply a test that must fail.
    fn exclude_implying(&self, workspace: &mut Workspace<'_, 'a>, lit: Lit) -> Result<(), Exhausted> {
        // Networks are handled together elsewhere.
        let Some((variable, outer @ Test::Pattern(_))) = test_of(workspace.formula, lit.node()) else {
            return Ok(());
        };
        if lit.is_negated() {
            let is_open = |conjunction: &Conjunction, lit: Lit| {
                conjunction.value(lit).is_none() && self.occurring.anywhere.contains(lit)
            };
            for (_, lit) in implying(workspace, &self.atoms, (variable, outer), &is_open)? {
                workspace.conjunction.exclude(lit);
            }
        }
        Ok(())
    }

    /// Decides the atoms of the variable that occur in open disjunctions, given that one of the patterns matches.
    fn decide_occurring(
        &mut self,
        workspace: &mut Workspace<'_, 'a>,
        required: &Required,
    ) -> Result<(), Exhausted> {
        let Some(atoms) = self.atoms.about(required.variable) else { return Ok(()) };
        workspace.meter.work(atoms.texts.len() / 8)?;
        let elsewhere = self.occurring.elsewhere();
        let conjunction = &workspace.conjunction;
        let mut open: Vec<AtomPlace> = Vec::new();
        if elsewhere.nodes().len() < atoms.texts.len() {
            open.extend(elsewhere.nodes().iter().filter_map(|node| {
                let Node::Atom(atom) = workspace.formula.graph.node(*node) else { return None };
                let is_open = conjunction.value(node.lit()).is_none();
                self.atoms.place(required.variable, atom, node.lit()).filter(|_| is_open)
            }));
            open.sort_unstable();
        } else {
            let is_open = |lit: Lit| conjunction.value(lit).is_none() && elsewhere.contains(lit);
            open.extend(atoms.texts.entries().filter(|(_, atom)| is_open(atom.lit)).map(|(place, _)| place));
        }
        if open.is_empty() {
            return Ok(());
        }
        let few = (open.len() <= LINEAR_THRESHOLD).then_some(open.as_slice());
        let is_wanted = |lit: Lit| elsewhere.contains(lit);
        let overlapping = find_overlapping(&mut self.overlaps, workspace, (atoms, required), few, is_wanted)?;
        for place in open.iter().filter(|place| overlapping.binary_search(place).is_err()) {
            workspace.conjunction.exclude(atoms.texts[*place].lit);
        }
        decide_including(&mut self.overlaps, workspace, (atoms, required), &overlapping)
    }

    /// Decides all atoms of the variable, given that one of the patterns matches.
    fn decide_all(
        &mut self,
        workspace: &mut Workspace<'_, 'a>,
        required: &Required,
    ) -> Result<(), Exhausted> {
        let Some(atoms) = self.atoms.about(required.variable) else { return Ok(()) };
        workspace.meter.work(atoms.texts.len() / 8)?;
        let overlapping = find_overlapping(&mut self.overlaps, workspace, (atoms, required), None, |_| true)?;
        let conjunction = &mut workspace.conjunction;
        if required.variable == VariableId::ACTION && !conjunction.has_assumed() {
            conjunction.assume_all(overlapping.iter().map(|place| atoms.texts[*place].lit));
        } else {
            for (place, atom) in atoms.texts.entries() {
                if overlapping.binary_search(&place).is_err() {
                    conjunction.exclude(atom.lit);
                }
            }
        }
        decide_including(&mut self.overlaps, workspace, (atoms, required), &overlapping)
    }
}

/// Compares the required patterns with the open atoms that are wanted: the `few` given ones, or those that the index finds.
/// Returns, in order, the atoms that share a match with one of the patterns.
fn find_overlapping<'a>(
    overlaps: &mut Overlaps,
    workspace: &mut Workspace<'_, 'a>,
    (atoms, required): (&VariableAtoms<'a>, &Required),
    few: Option<&[AtomPlace]>,
    is_wanted: impl Fn(Lit) -> bool,
) -> Result<Vec<AtomPlace>, Exhausted> {
    let Workspace { formula, conjunction, theory, meter } = workspace;
    overlaps.reset(atoms.texts.len());
    let (mut overlapping, mut near) = (Vec::new(), Vec::new());
    for pattern in &required.patterns {
        let places = match few {
            Some(few) => few,
            None => {
                atoms.near(formula, *pattern, &mut near);
                meter.work(near.len() / NEAR)?;
                &near
            }
        };
        for place in places {
            let (atom, overlap) = (&atoms.texts[*place], overlaps.at(*place));
            // An atom that shares matches with an earlier pattern but does not include it stays open.
            if overlap.meets > overlap.includes
                || conjunction.value(atom.lit).is_some()
                || !is_wanted(atom.lit)
                || theory.strings.disjoint(formula, atom.pattern, *pattern, meter)?
            {
                continue;
            }
            if overlap.meets == 0 {
                overlapping.push(*place);
            }
            overlap.meets += 1;
            overlap.includes += u32::from(theory.strings.includes(formula, atom.pattern, *pattern, meter)?);
        }
    }
    overlapping.sort_unstable();
    Ok(overlapping)
}

/// Makes every atom that includes all required patterns a conjunct.
fn decide_including<'a>(
    overlaps: &mut Overlaps,
    workspace: &mut Workspace<'_, 'a>,
    (atoms, required): (&VariableAtoms<'a>, &Required),
    overlapping: &[AtomPlace],
) -> Result<(), Exhausted> {
    let includes_all = |place: &&AtomPlace| overlaps.at(**place).includes as usize == required.patterns.len();
    let including = overlapping.iter().filter(includes_all).map(|place| atoms.texts[*place]);
    // A match of the widened pattern says nothing about the values of the keys in it.
    let decided = including.filter(|atom| !matches!(atom.test, Test::Template(_)));
    let decided: Vec<Lit> = decided.map(|atom| atom.lit).collect();
    workspace.add(decided)
}

/// Returns the variable and the pattern if the literal is a pattern test of a variable.
fn pattern_of(formula: &Formula<'_>, lit: Lit) -> Option<(VariableId, PatternId)> {
    if lit.is_negated() {
        return None;
    }
    let (variable, test) = test_of(formula, lit.node())?;
    Some((variable, formula.widened(test)?))
}

/// Returns the variable if the conjunct is a set of required patterns of one variable.
fn required_variable(formula: &Formula<'_>, lit: Lit) -> Option<VariableId> {
    let Node::And(children) = formula.graph.node(lit.node()) else {
        return pattern_of(formula, lit).map(|(variable, _)| variable);
    };
    let (variable, _) = pattern_of(formula, !*children.first()?)?;
    let same = |child: &Lit| pattern_of(formula, !*child).is_some_and(|(v, _)| v == variable);
    children.iter().all(same).then_some(variable)
}

/// Returns the patterns of one variable of which one must match, if the conjunct is such a set.
fn required(formula: &Formula<'_>, lit: Lit) -> Option<Required> {
    let Node::And(children) = formula.graph.node(lit.node()) else {
        let (variable, pattern) = pattern_of(formula, lit)?;
        return Some(Required { variable, patterns: vec![pattern] });
    };
    let variable = required_variable(formula, lit)?;
    let patterns = children.iter().filter_map(|child| pattern_of(formula, !*child)).map(|(_, p)| p);
    Some(Required { variable, patterns: patterns.collect() })
}
