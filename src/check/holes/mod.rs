//! Checks of policies with unknown texts: a verdict for every value.
//!
//! A PASS is proved about abstractions of the policies (`abstraction.rs`), one for each way to decide what has few values, so it
//! holds for every value. A FAIL is shown by values that are put into the file, which is then read and checked as if it held them.
//! Whatever is neither proved nor shown is undecided.

mod abstraction;
mod always;
mod fresh;
mod narrow;
mod outside;
mod passes_if;
mod texts;
mod trial;
mod values;

pub use passes_if::PassesIf;
pub use texts::Partial;
pub(crate) use trial::PARTITION;

use super::ask::{Answer, Options};
use super::beside_others::allows_nothing;
use super::judging::Judging;
use crate::code::Code;
use crate::container::{HoleClass, Shape};
use crate::encode::Assumption;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, parse};
use crate::query::{CheckKind, World};
use crate::solve::Verdict;
use crate::span::Source;
use abstraction::Abstraction;
use fresh::FreshNames;
use narrow::{Bound, bound};
use outside::Outsiders;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use texts::{Pairing, Texts};

/// Runs a check of a policy, which is compared with an existing one or with none; `None` if the check cannot be about them.
pub type Ask<'q> = dyn Fn(&Document, Option<&Document>, &Options) -> Option<Answer> + 'q;

/// Reads the file again with these values, by the names of the holes; `None` if the values are none that it can have.
pub type Substitute<'q> = dyn Fn(&BTreeMap<String, String>) -> Option<(Document, Option<Document>)> + 'q;

/// A check of a policy with unknown values.
pub struct Problem<'q> {
    /// The check.
    pub kind: CheckKind,
    /// The resources that the check lists, if every entry lists some.
    pub listed: &'q [String],
    /// True if no entry lists a resource, so that every resource counts.
    pub lists_no_resource: bool,
    /// The policy.
    pub new: Partial<'q>,
    /// The policy that it is compared with.
    pub existing: Option<Partial<'q>>,
    /// Runs the check.
    pub ask: &'q Ask<'q>,
    /// Puts values into the file.
    pub substitute: &'q Substitute<'q>,
    /// Assumes that every unknown text means itself (`--assume-plain-values`).
    pub assumes_plain: bool,
    /// Assumes nothing of names (`--strict`).
    pub is_strict: bool,
    /// The most pairs of policies that are checked.
    pub most: usize,
}

/// The verdict for all values.
#[derive(Clone, Debug)]
pub enum Dependence {
    /// PASS, whatever the values are.
    Always(Always),
    /// FAIL with these values; whether others pass is said too.
    Fails(Box<Depends>),
    /// Neither proved nor shown.
    Undecided(Undecided),
}

/// A proof for every value.
#[derive(Clone, Debug)]
pub struct Always {
    /// The named assumptions.
    pub assumptions: Vec<Code>,
    /// The number of policies that were checked.
    pub worlds: usize,
    /// True if the policy may deny less than the one that it is compared with.
    pub may_deny_less: bool,
}

/// The reason why nothing is proved or shown.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The unknown values, by name.
    pub on: Vec<String>,
    /// True if the values are not modelled at all.
    pub is_unmodelled: bool,
}

/// A finding with its values.
#[derive(Clone, Debug)]
pub struct Depends {
    /// The unknown values on which the verdict depends, by name; none if it is FAIL for every value.
    pub on: Vec<String>,
    /// True if somebody chooses one of them.
    pub is_chosen: bool,
    /// The policy with values for which it fails.
    pub shown: Shown,
    /// A restriction of the values with which it is proved to pass.
    pub passes_if: Option<PassesIf>,
}

/// A policy with values, and the answer about it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The values, by name.
    pub values: BTreeMap<String, String>,
    /// The policy.
    pub policy: Document,
    /// The policy that it is compared with.
    pub existing: Option<Document>,
    /// The answer.
    pub answer: Answer,
}

/// Checks a policy with unknown values for every value.
pub fn judge_partial(problem: &Problem<'_>, options: &Options) -> Dependence {
    let names = || {
        let mut names: Vec<String> = Vec::new();
        let holes = problem.new.holes.iter().chain(problem.existing.iter().flat_map(|side| side.holes));
        for hole in holes {
            if !names.contains(&hole.name) {
                names.push(hole.name.clone());
            }
        }
        names
    };
    let unmodelled = || Dependence::Undecided(Undecided { on: names(), is_unmodelled: true });
    let is_empty = |side: &Partial<'_>| side.worlds.is_empty();
    // Facts of a catalogue are about keys that it lists, and an unknown text is a key of its own.
    if is_empty(&problem.new)
        || problem.existing.as_ref().is_some_and(is_empty)
        || options.world != World::Open
    {
        return unmodelled();
    }
    let Some(texts) = Texts::of(problem.new, problem.existing, problem.is_strict, problem.most) else {
        return unmodelled();
    };
    let options = options.sharing();
    let judge = Judge { problem, texts: &texts, options: &options };
    judge.verdict(names)
}

/// The data of one verdict.
struct Judge<'j, 'q> {
    problem: &'j Problem<'q>,
    texts: &'j Texts,
    options: &'j Options,
}

/// The result of the proofs about all pairs of policies.
struct Proofs {
    /// The numbers of the pairs that are not proved.
    open: Vec<usize>,
    assumptions: BTreeSet<Code>,
    may_deny_less: bool,
}

impl Judge<'_, '_> {
    /// Returns the shapes under which the verdict is sought.
    fn shapes(&self) -> Vec<Shape> {
        let assumed = |shape: &Shape| match self.problem.assumes_plain && !shape.is_plain() {
            true => Shape::plain(),
            false => shape.clone(),
        };
        self.texts.list.iter().map(|text| assumed(&text.shape)).collect()
    }

    fn verdict(&self, names: impl Fn() -> Vec<String>) -> Dependence {
        let shapes = self.shapes();
        let proofs = self.proofs(&shapes);
        if proofs.open.is_empty() {
            let ordinary = self.failing(&shapes, 0..self.texts.pairings.len(), 1);
            // What is proved for every value cannot fail for one.
            return match ordinary.failing {
                None => {
                    let mut assumptions = proofs.assumptions;
                    assumptions.extend(ordinary.assumptions);
                    let (worlds, may_deny_less) = (self.texts.pairings.len(), proofs.may_deny_less);
                    let assumptions = assumptions.into_iter().collect();
                    Dependence::Always(Always { assumptions, worlds, may_deny_less })
                }
                Some(_) => Dependence::Undecided(Undecided { on: names(), is_unmodelled: false }),
            };
        }
        let tried = self.failing(&shapes, proofs.open.iter().copied(), usize::MAX);
        let Some((pairing, mut shown)) = tried.failing else {
            return Dependence::Undecided(Undecided { on: names(), is_unmodelled: false });
        };
        shown.answer.assumptions.extend(self.of_names(proofs.assumptions).map(Assumption));
        shown.answer.assumptions.sort_unstable_by_key(|assumption| assumption.0.as_str());
        shown.answer.assumptions.dedup();
        let all_fail = proofs.open.len() == self.texts.pairings.len()
            && (self.fails_always() || self.fails_alike(&shapes, &proofs.open));
        if all_fail {
            let (on, passes_if) = (Vec::new(), None);
            return Dependence::Fails(Box::new(Depends { on, is_chosen: true, shown, passes_if }));
        }
        let mut on = self.depends_on(pairing, &shown, tried.passing.as_ref(), &proofs.open);
        self.add_needed(&mut on, &shapes, pairing, &shown);
        let of_text = |name: &String| self.texts.list.iter().find(|text| text.name == *name);
        // A person cannot choose a value that the file may refuse.
        let is_chosen =
            on.iter().any(|name| of_text(name).is_none_or(|text| text.class == HoleClass::Chosen))
                && self.texts.list.iter().all(|text| text.shape.is_exact() || !on.contains(&text.name));
        let passes_if = self.passes_if(&on, &shapes);
        Dependence::Fails(Box::new(Depends { on, is_chosen, shown, passes_if }))
    }

    /// Returns the assumptions about names, which hold for the finding too.
    fn of_names(&self, assumptions: BTreeSet<Code>) -> impl Iterator<Item = Code> {
        let named = [
            Code::PartitionIsAws,
            Code::PlainReferences,
            Code::SourceIsAsPlanned,
            Code::UnknownValuesArePlain,
        ];
        assumptions.into_iter().filter(move |code| named.contains(code))
    }

    /// Tries to prove the check for every value of these shapes.
    fn proofs(&self, shapes: &[Shape]) -> Proofs {
        let is_public = self.problem.kind == CheckKind::NoPublicAccess;
        let outsiders = is_public.then_some(Outsiders { texts: self.texts, shapes });
        let listed = self.problem.listed;
        // Only this check is about the listed resources alone.
        let is_listed = self.problem.kind == CheckKind::AccessNotGranted && !listed.is_empty();
        let fresh = (is_listed && !self.problem.is_strict).then(|| FreshNames {
            texts: self.texts,
            shapes,
            listed,
            crosses_colons: self.options.strict_arn,
            is_used: Cell::new(false),
        });
        let covered = self.signed();
        let parts = RefCell::new(BTreeMap::new());
        let abstraction = Abstraction { texts: self.texts, shapes, outsiders, fresh, covered, parts };
        let mut proofs = Proofs { open: Vec::new(), assumptions: self.assumptions(), may_deny_less: false };
        let options =
            Options { has_unknown_texts: true, certificate: false, certify: false, ..self.options.unseen() };
        for (number, pairing) in self.texts.pairings.iter().enumerate() {
            let document = |policy: &str| read(&abstraction.policy(policy)?);
            let policy = match &pairing.new {
                Some(policy) => document(policy),
                // There is no policy, so it allows nothing.
                None if pairing.existing.is_none() => continue,
                None => None,
            };
            let existing = match &pairing.existing {
                Some(Some(policy)) => document(policy).map(Some),
                Some(None) => None,
                None => Some(None),
            };
            let (Some(policy), Some(existing)) = (policy, existing) else {
                proofs.open.push(number);
                continue;
            };
            let answers = self.judgings(pairing).into_iter().map(|judging| {
                let options = Options { judging, ..options.clone() };
                (self.problem.ask)(&policy, existing.as_ref(), &options)
                    .filter(|answer| matches!(answer.verdict, Verdict::Pass(_)))
            });
            match answers.collect::<Option<Vec<Answer>>>() {
                Some(answers) => {
                    proofs.may_deny_less |= answers.iter().any(|answer| answer.weakened.is_some());
                    // These are about the keys of the abstraction.
                    let own = [Code::UnlistedKeysAreSingleValued, Code::VariableValuesAreLiteral];
                    let others =
                        answers.iter().flat_map(|answer| &answer.assumptions).map(|assumption| assumption.0);
                    proofs.assumptions.extend(others.filter(|code| !own.contains(code)));
                }
                None => proofs.open.push(number),
            }
        }
        if abstraction.fresh.is_some_and(|fresh| fresh.is_used.get()) {
            proofs.assumptions.insert(Code::NewNamesAreNew);
        }
        proofs
    }

    /// Returns the ways in which a pair of policies has to pass. Policies that both allow nothing are judged beside others, and
    /// that may depend on the values.
    fn judgings(&self, pairing: &Pairing) -> Vec<Judging> {
        let is_usual = self.options.judging == Judging::Usual
            && !self.options.aws_compat
            && !self.options.policy_type.is_some_and(PolicyType::limits_others);
        if self.problem.kind != CheckKind::NoNewAccess || !is_usual {
            return vec![self.options.judging];
        }
        let allows = |policy: &String| {
            let below = bound(policy, Bound::Below).and_then(|policy| read(&policy));
            below.is_some_and(|below| !allows_nothing((&below).into(), self.options))
        };
        match pairing.new.iter().chain(pairing.existing.iter().flatten()).any(allows) {
            true => vec![Judging::Alone],
            false => vec![Judging::Alone, Judging::BesideOthers],
        }
    }

    /// Returns all texts with signs of all policies.
    fn signed(&self) -> Vec<String> {
        let mut signed = Vec::new();
        for pairing in &self.texts.pairings {
            for policy in pairing.new.iter().chain(pairing.existing.iter().flatten()) {
                if let Ok(value) = serde_json::from_str(policy) {
                    abstraction::signed(&value, &mut signed);
                }
            }
        }
        signed
    }

    /// Returns the assumptions that the worlds and names make.
    fn assumptions(&self) -> BTreeSet<Code> {
        let worlds =
            self.problem.new.worlds.iter().chain(self.problem.existing.iter().flat_map(|side| side.worlds));
        let mut assumptions: BTreeSet<Code> =
            worlds.flat_map(|world| world.assumptions.iter().copied()).collect();
        if self.texts.shares {
            assumptions.insert(Code::SameNameSameValue);
        }
        if self.problem.assumes_plain && self.texts.list.iter().any(|text| !text.shape.is_plain()) {
            assumptions.insert(Code::UnknownValuesArePlain);
        }
        assumptions
    }

    /// True if the check fails without any of the parts that have unknown texts, in every world.
    fn fails_always(&self) -> bool {
        self.texts.pairings.iter().all(|pairing| {
            let below = pairing.new.as_deref().and_then(|policy| read(&bound(policy, Bound::Below)?));
            let above = match &pairing.existing {
                Some(Some(policy)) => bound(policy, Bound::Above).and_then(|policy| read(&policy)).map(Some),
                Some(None) => None,
                None => Some(None),
            };
            let (Some(policy), Some(existing)) = (below, above) else { return false };
            let options = Options { certificate: false, ..self.options.unseen() };
            let answer = (self.problem.ask)(&policy, existing.as_ref(), &options);
            answer.is_some_and(|answer| matches!(answer.verdict, Verdict::Fail(_)))
        })
    }
}

/// Reads a policy that was made.
fn read(policy: &str) -> Option<Document> {
    let limits = InputLimits { bytes: usize::MAX, ..InputLimits::default() };
    parse(&Source::new("policy", policy), &limits).ok()
}
