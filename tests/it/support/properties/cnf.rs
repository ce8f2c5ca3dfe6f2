//! Clauses against truth tables, and the SAT solver against a second one.

use arbitrary::{Result, Unstructured};
use batsat::{BasicSolver, SolverInterface, lbool};
use iamsat::formula::{AtomId, Formula, Lit, Node};
use iamsat::limits::SearchLimits;
use iamsat::sat::{Encoder, Solver};
use std::collections::BTreeSet;

/// One of the properties, for one case.
pub(crate) fn holds(data: &[u8]) {
    let mut u = Unstructured::new(data);
    // An input with too few bytes for a choice is skipped.
    let _ = match u.int_in_range(0..=2u8) {
        Ok(0) => clauses_have_a_model_where_the_formula_is_true(&mut u),
        Ok(1) => models_one_after_the_other_are_those_of_the_truth_table(&mut u),
        _ => two_solvers_agree(&mut u).map(drop),
    };
}

/// A formula as it was written, before the graph simplified it.
#[derive(Debug)]
enum Written {
    Constant(bool),
    Atom(usize),
    Not(Box<Written>),
    And(Vec<Written>),
    Or(Vec<Written>),
}

impl Written {
    fn arbitrary(u: &mut Unstructured<'_>, atoms: usize, depth: u8) -> Result<Written> {
        let most = if depth == 0 { 5 } else { 12 };
        Ok(match u.int_in_range(0..=most)? {
            0 => Written::Constant(u.arbitrary()?),
            1..=5 => Written::Atom(u.int_in_range(0..=atoms - 1)?),
            6 | 7 => Written::Not(Box::new(Written::arbitrary(u, atoms, depth - 1)?)),
            n => {
                let parts = (0..u.int_in_range(0..=4u8)?)
                    .map(|_| Written::arbitrary(u, atoms, depth - 1))
                    .collect::<Result<Vec<_>>>()?;
                if n < 11 { Written::And(parts) } else { Written::Or(parts) }
            }
        })
    }

    /// Its value where atom `i` has bit `i`.
    fn value(&self, bits: u32) -> bool {
        match self {
            Written::Constant(value) => *value,
            Written::Atom(i) => bits >> i & 1 == 1,
            Written::Not(part) => !part.value(bits),
            Written::And(parts) => parts.iter().all(|p| p.value(bits)),
            Written::Or(parts) => parts.iter().any(|p| p.value(bits)),
        }
    }

    fn build(&self, formula: &mut Formula<'_>, atoms: &[Lit]) -> Lit {
        match self {
            Written::Constant(value) => Lit::FALSE.negate_if(*value),
            Written::Atom(i) => atoms[*i],
            Written::Not(part) => !part.build(formula, atoms),
            Written::And(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|p| p.build(formula, atoms)).collect();
                formula.graph.and(parts)
            }
            Written::Or(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|p| p.build(formula, atoms)).collect();
                formula.graph.or(parts)
            }
        }
    }
}

const NAMES: [&str; 6] = ["a:0", "a:1", "a:2", "a:3", "a:4", "a:5"];

/// Adds this many atoms without meaning.
fn atoms(formula: &mut Formula<'_>, count: usize) -> Vec<Lit> {
    NAMES[..count]
        .iter()
        .map(|name| {
            let key = formula.key(name, 0);
            formula.present(key)
        })
        .collect()
}

fn atom_of(formula: &Formula<'_>, lit: Lit) -> AtomId {
    let Node::Atom(atom) = formula.graph.node(lit.node()) else { panic!("no atom") };
    atom
}

/// Given an assignment as unit clauses, the clauses have a model exactly if the formula is true.
pub(crate) fn clauses_have_a_model_where_the_formula_is_true(u: &mut Unstructured<'_>) -> Result<()> {
    let count = u.int_in_range(1..=6usize)?;
    let written = Written::arbitrary(u, count, 4)?;
    let mut formula = Formula::default();
    let atoms = atoms(&mut formula, count);
    let root = written.build(&mut formula, &atoms);
    for bits in 0..1u32 << count {
        let mut solver = Solver::new(&SearchLimits::default());
        let mut encoder = Encoder::default();
        encoder.assert(&formula.graph, root, &mut solver).unwrap();
        for (i, atom) in atoms.iter().enumerate() {
            let literal = atom.negate_if(bits >> i & 1 == 0);
            encoder.clause(&formula.graph, &[literal], &mut solver).unwrap();
        }
        let model = solver.solve().unwrap();
        assert_eq!(model.is_some(), written.value(bits), "{written:?} under {bits:b}");
    }
    Ok(())
}

/// Uses one incremental solver: every model is excluded by a clause, now and then the formula gets one more part, and the models
/// are those of the truth table.
pub(crate) fn models_one_after_the_other_are_those_of_the_truth_table(
    u: &mut Unstructured<'_>,
) -> Result<()> {
    let count = u.int_in_range(1..=6usize)?;
    let mut formula = Formula::default();
    let atoms = atoms(&mut formula, count);
    let mut solver = Solver::new(&SearchLimits::default());
    let mut encoder = Encoder::default();
    let mut parts: Vec<Vec<Written>> = Vec::new();
    let mut excluded: BTreeSet<u32> = BTreeSet::new();
    loop {
        if parts.is_empty() || (parts.len() < 4 && u.ratio(1, 4)?) {
            // A clause over whole formulas, or one formula that is asserted.
            let clause = (0..u.int_in_range(1..=3u8)?)
                .map(|_| Written::arbitrary(u, count, 3))
                .collect::<Result<Vec<_>>>()?;
            let literals: Vec<Lit> = clause.iter().map(|w| w.build(&mut formula, &atoms)).collect();
            match literals.as_slice() {
                [one] => encoder.assert(&formula.graph, *one, &mut solver).unwrap(),
                many => encoder.clause(&formula.graph, many, &mut solver).unwrap(),
            }
            parts.push(clause);
        }
        let holds = |bits: u32| {
            parts.iter().all(|clause| clause.iter().any(|w| w.value(bits))) && !excluded.contains(&bits)
        };
        let Some(model) = solver.solve().unwrap() else {
            assert_eq!((0..1 << count).find(|bits| holds(*bits)), None, "a model is missing: {parts:?}");
            return Ok(());
        };
        let mut bits = 0;
        for (atom, value) in encoder.values(&model) {
            let place = atoms.iter().position(|lit| atom_of(&formula, *lit) == atom).unwrap();
            bits |= u32::from(value) << place;
        }
        assert!(holds(bits), "{bits:b} is not a model of {parts:?} without {excluded:?}");
        excluded.insert(bits);
        let other: Vec<Lit> =
            atoms.iter().enumerate().map(|(i, atom)| atom.negate_if(bits >> i & 1 == 1)).collect();
        encoder.clause(&formula.graph, &other, &mut solver).unwrap();
    }
}

/// Problems with and without a model.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) with: u32,
    pub(crate) without: u32,
}

/// Adds clauses in portions; after each of them both solvers have a model or none. The clauses are random ones of three literals,
/// near the number at which half of such problems have no model, or come from the choices.
pub(crate) fn two_solvers_agree(u: &mut Unstructured<'_>) -> Result<Count> {
    let mut both = Both::default();
    if u.arbitrary()? {
        let variables = u.int_in_range(2..=12i32)?;
        while !u.is_empty() && both.has_model() {
            let mut clause = Vec::new();
            while clause.is_empty() || (clause.len() < 5 && u.arbitrary()?) {
                let variable = u.int_in_range(1..=variables)?;
                clause.push(if u.arbitrary()? { variable } else { -variable });
            }
            both.add(&clause);
            if u.ratio(1, 4)? {
                both.solve();
            }
        }
        both.solve();
        return Ok(both.count);
    }
    let variables = u.int_in_range(8..=40i32)?;
    let mut seed: u64 = u.arbitrary()?;
    let mut below = |n: i32| -> i32 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((seed >> 33) % u64::try_from(n).unwrap()).unwrap()
    };
    for _ in 0..6 {
        for _ in 0..variables {
            let mut literal = || (1 + below(variables)) * if below(2) == 0 { 1 } else { -1 };
            both.add(&[literal(), literal(), literal()]);
        }
        both.solve();
        if !both.has_model() {
            break;
        }
    }
    Ok(both.count)
}

/// The solver and a second one, with the same clauses.
struct Both {
    ours: Solver,
    second: BasicSolver,
    vars: Vec<batsat::Var>,
    clauses: Vec<Vec<i32>>,
    count: Count,
}

impl Default for Both {
    fn default() -> Both {
        let ours = Solver::new(&SearchLimits::default());
        let (vars, clauses, count) = Default::default();
        Both { ours, second: BasicSolver::default(), vars, clauses, count }
    }
}

impl Both {
    fn has_model(&self) -> bool {
        self.count.without == 0
    }

    fn add(&mut self, clause: &[i32]) {
        self.ours.add(clause).unwrap();
        let place = |literal: i32| usize::try_from(literal.abs() - 1).unwrap();
        let most = clause.iter().map(|l| place(*l) + 1).max().unwrap_or(0);
        while self.vars.len() < most {
            self.vars.push(self.second.new_var_default());
        }
        let mut literals: Vec<batsat::Lit> =
            clause.iter().map(|l| batsat::Lit::new(self.vars[place(*l)], *l > 0)).collect();
        self.second.add_clause_reuse(&mut literals);
        self.clauses.push(clause.to_vec());
    }

    fn solve(&mut self) {
        let clauses = &self.clauses;
        let model = self.ours.solve().unwrap();
        assert_eq!(model.is_some(), self.second.solve_limited(&[]) == lbool::TRUE, "{clauses:?}");
        let Some(model) = model else {
            self.count.without += 1;
            return;
        };
        self.count.with += 1;
        let is_true = |l: &i32| {
            let place = usize::try_from(l.abs() - 1).unwrap();
            model.get(place).copied().unwrap_or(false) == (*l > 0)
        };
        assert!(clauses.iter().all(|clause| clause.iter().any(is_true)), "no model: {clauses:?}");
    }
}
