//! Laws that hold for every pair of policies: a change whose effect is obvious has to have this effect in the search over all
//! requests. Every FAIL on the way has its witness confirmed once more, and every UNKNOWN has to name something that AWS leaves
//! open (`check::judged`).

use super::check::judged;
use crate::support::document;
use crate::support::policies::{
    ACTIONS, Condition, Element, Key, Policy, Principal, RESOURCES, Statement, some_keys,
};
use arbitrary::{Result, Unstructured};
use iamsat::check::{Access, Options, access_not_granted};
use iamsat::encode::{DocumentRef, Encoding};
use iamsat::evaluate::{self, Decision, evaluate};
use iamsat::formula::Lit;
use iamsat::limits::SearchLimits;
use iamsat::policy::PolicyType;
use iamsat::query::{Query, Semantics};
use iamsat::request::Requesters;
use iamsat::solve::{Search, Verdict};
use iamsat::theory::Theory;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The number of answers with each verdict.
pub(crate) type Answers = RefCell<BTreeMap<&'static str, u32>>;

/// A law, checked on one case. An input with too few bytes for a choice is skipped.
pub(crate) type Law = fn(&mut Unstructured<'_>, &Case<'_>) -> Result<()>;

/// Every law.
const ALL: [Law; 14] = [
    a_policy_allows_nothing_that_it_does_not_allow,
    one_more_deny_never_widens,
    one_more_allow_never_narrows,
    narrower_than_narrower_is_narrower,
    allows_together_are_as_narrow_as_each_alone,
    order_duplicates_names_lists_and_case_do_not_matter,
    without_variables_both_versions_say_the_same,
    a_statement_is_the_statements_of_its_values,
    a_condition_is_met_by_any_of_its_values,
    a_wider_pattern_never_narrows,
    a_part_and_its_complement_are_the_whole,
    a_deny_takes_away_exactly_what_it_names,
    listed_access_is_granted_if_it_is_new_against_everything_else,
    what_cannot_matter_changes_no_answer,
];

/// One of the laws, for one case.
pub(crate) fn holds(data: &[u8]) {
    let mut u = Unstructured::new(data);
    if let Ok(law) = u.choose(&ALL) {
        obeys(*law, &mut u, &Answers::default());
    }
}

/// Tries a law on the case that the choices make.
pub(crate) fn obeys(law: Law, u: &mut Unstructured<'_>, answers: &Answers) {
    let resource_policy = u.arbitrary().unwrap_or(false);
    let keys = some_keys(u).unwrap_or_default();
    let _ = law(u, &Case { keys, resource_policy, answers });
}

/// One case of a law: the vocabulary of its policies, and the answers.
pub(crate) struct Case<'a> {
    keys: Vec<&'static Key>,
    resource_policy: bool,
    answers: &'a Answers,
}

impl Case<'_> {
    fn policy_type(&self) -> PolicyType {
        if self.resource_policy { PolicyType::Resource } else { PolicyType::Identity }
    }

    fn policy(&self, u: &mut Unstructured<'_>) -> Result<Policy> {
        Policy::arbitrary(u, &self.keys, self.resource_policy)
    }

    fn statement(&self, u: &mut Unstructured<'_>, deny: bool) -> Result<Statement> {
        Ok(Statement { deny, ..Statement::arbitrary(u, &self.keys, self.resource_policy)? })
    }

    fn everything(&self, deny: bool) -> Statement {
        Statement::everything(deny, self.resource_policy)
    }

    /// Returns the verdict on "the first allows nothing that the second does not", for policies as texts.
    fn verdict_of(&self, new: &str, existing: &str) -> &'static str {
        let (new, existing) = (document("new", new), document("existing", existing));
        let name = judged(&new, &existing, self.policy_type()).verdict.name();
        *self.answers.borrow_mut().entry(name).or_default() += 1;
        name
    }

    fn verdict(&self, new: &Policy, existing: &Policy) -> &'static str {
        self.verdict_of(&new.text(false), &existing.text(false))
    }

    /// Narrower or equal for every meaning of the open predicates.
    fn is_within(&self, new: &Policy, existing: &Policy) {
        let verdict = self.verdict(new, existing);
        assert_eq!(verdict, "PASS", "\nnew      {}\nexisting {}", new.text(false), existing.text(false));
    }

    /// Narrower or equal; open predicates may prevent the proof.
    fn is_not_wider(&self, new: &Policy, existing: &Policy) {
        let verdict = self.verdict(new, existing);
        assert_ne!(verdict, "FAIL", "\nnew      {}\nexisting {}", new.text(false), existing.text(false));
    }

    fn are_equal(&self, a: &Policy, b: &Policy) {
        self.is_within(a, b);
        self.is_within(b, a);
    }

    fn may_be_equal(&self, a: &Policy, b: &Policy) {
        self.is_not_wider(a, b);
        self.is_not_wider(b, a);
    }
}

// ---- order, and the operations on it ----

pub(crate) fn a_policy_allows_nothing_that_it_does_not_allow(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let policy = case.policy(u)?;
    case.is_within(&policy, &policy);
    Ok(())
}

pub(crate) fn one_more_deny_never_widens(u: &mut Unstructured<'_>, case: &Case<'_>) -> Result<()> {
    let policy = case.policy(u)?;
    case.is_within(&policy.plus(case.statement(u, true)?), &policy);
    Ok(())
}

pub(crate) fn one_more_allow_never_narrows(u: &mut Unstructured<'_>, case: &Case<'_>) -> Result<()> {
    let policy = case.policy(u)?;
    case.is_within(&policy, &policy.plus(case.statement(u, false)?));
    Ok(())
}

pub(crate) fn narrower_than_narrower_is_narrower(u: &mut Unstructured<'_>, case: &Case<'_>) -> Result<()> {
    let a = case.policy(u)?;
    let b = changed(u, case, &a)?;
    let c = changed(u, case, &b)?;
    for [x, y, z] in [[&a, &b, &c], [&c, &b, &a], [&b, &a, &c], [&a, &c, &b]] {
        if case.verdict(x, y) == "PASS" && case.verdict(y, z) == "PASS" {
            case.is_not_wider(x, z);
        }
    }
    Ok(())
}

pub(crate) fn allows_together_are_as_narrow_as_each_alone(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let (a, b) = (case.statement(u, false)?, case.statement(u, false)?);
    let both = Policy::of(vec![a.clone(), b.clone()]);
    let bound = changed(u, case, &both)?;
    let each = [a, b].map(|s| case.verdict(&Policy::of(vec![s]), &bound));
    let together = case.verdict(&both, &bound);
    match each {
        ["PASS", "PASS"] => assert_eq!(together, "PASS"),
        _ if each.contains(&"FAIL") => assert_eq!(together, "FAIL"),
        _ => assert_ne!(together, "PASS"),
    }
    Ok(())
}

/// The policy with one change of any kind.
fn changed(u: &mut Unstructured<'_>, case: &Case<'_>, policy: &Policy) -> Result<Policy> {
    let mut policy = policy.clone();
    let last = policy.statements.len() - 1;
    let place = u.int_in_range(0..=last)?;
    match u.int_in_range(0..=4u8)? {
        0 | 1 => {
            widen(u, &mut policy.statements[place])?;
        }
        2 => policy = policy.plus(case.statement(u, false)?),
        3 => policy = policy.plus(case.statement(u, true)?),
        _ if last > 0 => drop(policy.statements.remove(place)),
        _ => policy.statements[place] = case.statement(u, false)?,
    }
    Ok(policy)
}

// ---- spelling ----

pub(crate) fn order_duplicates_names_lists_and_case_do_not_matter(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let policy = case.policy(u)?;
    let (plain, respelled) = (policy.text(false), respelled(u, &policy)?);
    assert_eq!(case.verdict_of(&plain, &respelled), "PASS", "\n{plain}\n{respelled}");
    assert_eq!(case.verdict_of(&respelled, &plain), "PASS", "\n{respelled}\n{plain}");
    Ok(())
}

/// Returns the same policy, spelled differently in every respect.
fn respelled(u: &mut Unstructured<'_>, policy: &Policy) -> Result<String> {
    let mut other = policy.clone();
    let shuffled = |u: &mut Unstructured<'_>, list: &mut Vec<String>| -> Result<()> {
        let again = u.choose(list)?.clone();
        list.push(again);
        list.reverse();
        Ok(())
    };
    for (i, statement) in other.statements.iter_mut().enumerate() {
        statement.sid = Some(format!("S{i}"));
        shuffled(u, &mut statement.action.values)?;
        for action in &mut statement.action.values {
            *action = if u.arbitrary()? { action.to_uppercase() } else { action.to_lowercase() };
        }
        if u.arbitrary()? {
            shuffled(u, &mut statement.resource.values)?;
        }
        if let Some(principal) = &mut statement.principal {
            principal.values.reverse();
            principal.values.extend(principal.values.first().cloned());
        }
        statement.conditions.reverse();
        for condition in &mut statement.conditions {
            condition.key = condition.key.to_uppercase();
            if u.arbitrary()? {
                condition.operator = condition.operator.to_lowercase();
            }
            shuffled(u, &mut condition.values)?;
        }
        // Two spellings of one operator in a statement are an error.
        let operators: Vec<String> = statement.conditions.iter().map(|c| c.operator.clone()).collect();
        for condition in &mut statement.conditions {
            let first = operators.iter().find(|o| o.eq_ignore_ascii_case(&condition.operator));
            condition.operator = first.unwrap_or(&operators[0]).clone();
        }
    }
    let twice = u.choose(&other.statements)?.clone();
    other.statements.push(Statement { sid: None, ..twice });
    other.statements.reverse();
    if policy.version == Some("2008-10-17") {
        other.version = None;
    }
    Ok(other.text(true))
}

pub(crate) fn without_variables_both_versions_say_the_same(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let new = Policy { version: Some("2012-10-17"), ..case.policy(u)? };
    if !new.text(false).contains("${") {
        case.are_equal(&new, &Policy { version: Some("2008-10-17"), ..new.clone() });
    }
    Ok(())
}

// ---- splitting and merging ----

pub(crate) fn a_statement_is_the_statements_of_its_values(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let policy = case.policy(u)?;
    let place = u.choose_index(policy.statements.len())?;
    let whole = &policy.statements[place];
    let mut parts: Vec<Statement> = Vec::new();
    match (u.int_in_range(0..=2u8)?, &whole.principal) {
        (0, _) if !whole.action.negated => {
            let one = |v: &String| Statement { action: Element::new(&[v]), ..whole.clone() };
            parts.extend(whole.action.values.iter().map(one));
        }
        (1, _) if !whole.resource.negated => {
            let one = |v: &String| Statement { resource: Element::new(&[v]), ..whole.clone() };
            parts.extend(whole.resource.values.iter().map(one));
        }
        (2, Some(principal)) if !principal.negated && !principal.values.is_empty() => {
            let one = |v: &(String, String)| Statement {
                principal: Some(Principal { negated: false, values: vec![v.clone()] }),
                ..whole.clone()
            };
            parts.extend(principal.values.iter().map(one));
        }
        _ => parts.push(whole.clone()),
    }
    let mut split = policy.clone();
    split.statements.splice(place..=place, parts);
    case.are_equal(&policy, &split);
    Ok(())
}

pub(crate) fn a_condition_is_met_by_any_of_its_values(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let mut whole = case.statement(u, false)?;
    let condition = Condition::arbitrary(u, &case.keys)?;
    let negated = condition.operator.contains("Not") || condition.operator.contains("ForAll");
    if !negated {
        whole.conditions = vec![condition.clone()];
        let one = |v: &String| Statement {
            conditions: vec![Condition { values: vec![v.clone()], ..condition.clone() }],
            ..whole.clone()
        };
        let parts = condition.values.iter().map(one).collect();
        case.may_be_equal(&Policy::of(vec![whole.clone()]), &Policy::of(parts));
    }
    Ok(())
}

// ---- widening ----

pub(crate) fn a_wider_pattern_never_narrows(u: &mut Unstructured<'_>, case: &Case<'_>) -> Result<()> {
    let before = case.policy(u)?;
    let mut after = before.clone();
    let place = u.choose_index(after.statements.len())?;
    let wider = widen(u, &mut after.statements[place])?;
    let (narrow, wide) = if wider { (&before, &after) } else { (&after, &before) };
    case.is_not_wider(narrow, wide);
    case.verdict(wide, narrow);
    Ok(())
}

/// Widens one pattern of a statement; returns whether its policy then allows at least as much (else: at most as much).
fn widen(u: &mut Unstructured<'_>, statement: &mut Statement) -> Result<bool> {
    let likes: Vec<usize> = (0..statement.conditions.len())
        .filter(|i| {
            statement.conditions[*i].operator.contains("StringLike")
                || statement.conditions[*i].operator.contains("StringNotLike")
        })
        .collect();
    let (element, negated) = match u.int_in_range(0..=2u8)? {
        0 => (&mut statement.action.values, statement.action.negated),
        1 if !likes.is_empty() => {
            let condition = &mut statement.conditions[*u.choose(&likes)?];
            (&mut condition.values, condition.operator.contains("Not"))
        }
        _ => (&mut statement.resource.values, statement.resource.negated),
    };
    let place = u.choose_index(element.len())?;
    let pattern = &mut element[place];
    match u.int_in_range(0..=2u8)? {
        // A wildcard replaces the last character if that is plain text of the last field.
        0 if pattern.ends_with(|c: char| c.is_ascii_alphanumeric())
            && pattern.len() > 2
            && !pattern.ends_with("s3") =>
        {
            pattern.pop();
            pattern.push(if u.arbitrary()? { '?' } else { '*' });
        }
        1 => "*".clone_into(pattern),
        _ => pattern.push('*'),
    }
    Ok(statement.deny == negated)
}

// ---- complements ----

pub(crate) fn a_part_and_its_complement_are_the_whole(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let deny = u.arbitrary()?;
    let whole = Statement { conditions: Vec::new(), ..case.statement(u, deny)? };
    let (mut one, mut other) = (whole.clone(), whole.clone());
    let mut whole = whole;
    match u.int_in_range(0..=4u8)? {
        0 => {
            whole.action = Element::new(&["*"]);
            one.action.negated = false;
            other.action = Element { negated: true, ..one.action.clone() };
        }
        1 => {
            whole.resource = Element::new(&["*"]);
            one.resource.negated = false;
            other.resource = Element { negated: true, ..one.resource.clone() };
        }
        2 if case.resource_policy => {
            whole.principal = Some(Principal::EVERYONE);
            let values = Principal::arbitrary(u)?.values;
            if values.is_empty() {
                return Ok(());
            }
            one.principal = Some(Principal { negated: false, values: values.clone() });
            other.principal = Some(Principal { negated: true, values });
        }
        _ => {
            let condition = Condition::arbitrary(u, &case.keys)?;
            let Some(opposite) = opposite(&condition) else { return Ok(()) };
            one.conditions = vec![condition];
            other.conditions = vec![opposite];
        }
    }
    let policy = |parts: Vec<Statement>| {
        let mut statements = if deny { vec![case.everything(false)] } else { Vec::new() };
        statements.extend(parts);
        Policy::of(statements)
    };
    case.may_be_equal(&policy(vec![whole]), &policy(vec![one, other]));
    Ok(())
}

/// Returns the condition that is met exactly when this one is not.
fn opposite(condition: &Condition) -> Option<Condition> {
    if condition.operator == "Null" {
        let value = if condition.values == ["true"] { "false" } else { "true" };
        return Some(Condition { values: vec![value.to_owned()], ..condition.clone() });
    }
    const PAIRS: &[(&str, &str)] = &[
        ("StringEquals", "StringNotEquals"),
        ("StringLike", "StringNotLike"),
        ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ("NumericEquals", "NumericNotEquals"),
        ("DateEquals", "DateNotEquals"),
        ("IpAddress", "NotIpAddress"),
        ("ArnEquals", "ArnNotEquals"),
        ("ArnLike", "ArnNotLike"),
    ];
    let (prefix, base) = condition.operator.rsplit_once(':').unwrap_or(("", &condition.operator));
    let turned = PAIRS.iter().find_map(|(a, b)| match base {
        base if base == *a => Some(*b),
        base if base == *b => Some(*a),
        _ => None,
    })?;
    let prefix = match prefix {
        "ForAllValues" => "ForAnyValue:",
        "ForAnyValue" => "ForAllValues:",
        _ => "",
    };
    Some(Condition { operator: format!("{prefix}{turned}"), ..condition.clone() })
}

pub(crate) fn a_deny_takes_away_exactly_what_it_names(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let policy = case.policy(u)?;
    let deny = case.statement(u, true)?;
    // The loss of the policy, decided in two ways: against itself with the Deny, and against everything except the Deny.
    let lost = case.verdict(&policy, &policy.plus(deny.clone()));
    let meant = case.verdict(&policy, &Policy::of(vec![case.everything(false)]).plus(deny.clone()));
    let text = (policy.text(false), Policy::of(vec![deny]).text(false));
    if policy.version == Some("2012-10-17") {
        assert!(
            lost == meant || lost == "UNKNOWN" || meant == "UNKNOWN",
            "{lost} but {meant}\npolicy {}\ndeny   {}",
            text.0,
            text.1
        );
    }
    Ok(())
}

// ---- access-not-granted ----

pub(crate) fn listed_access_is_granted_if_it_is_new_against_everything_else(
    u: &mut Unstructured<'_>,
    case: &Case<'_>,
) -> Result<()> {
    let policy = case.policy(u)?;
    let plain = |list: &[&'static str]| -> Vec<&'static str> {
        list.iter().copied().filter(|t| !t.contains("${") && *t != "arn:aws:s3").collect()
    };
    let (actions, resources) = (plain(ACTIONS), plain(RESOURCES));
    let mut access = Vec::new();
    let mut all_but = Policy::of(vec![case.everything(false)]);
    for _ in 0..u.int_in_range(1..=2u8)? {
        let mut pick = |list: &[&'static str]| -> Result<Vec<&'static str>> {
            (0..u.int_in_range(0..=2u8)?).map(|_| u.choose(list).copied()).collect()
        };
        let (a, r) = (pick(&actions)?, pick(&resources)?);
        let Ok(entry) = Access::new(&a, &r) else {
            assert!(a.is_empty() && r.is_empty());
            continue;
        };
        access.push(entry);
        let or_all = |list: Vec<&str>| Element::new(if list.is_empty() { &["*"] } else { &list });
        all_but.statements.push(Statement {
            action: or_all(a),
            resource: or_all(r),
            ..case.everything(true)
        });
    }
    if access.is_empty() {
        return Ok(());
    }
    let options = Options { policy_type: Some(case.policy_type()), certify: true, ..Options::default() };
    let (document, rest) = (policy.document("policy"), all_but.document("all but"));
    let answer = access_not_granted(&document, &access, &options);
    let show = || format!("\n{}\n{access:?}", policy.text(false));
    assert_eq!(answer.verdict.name(), case.verdict(&policy, &all_but), "{}", show());
    if let Verdict::Fail(findings) = &answer.verdict {
        let mut referee = evaluate::Options::for_documents(&[&document]);
        referee.policy_type = case.policy_type();
        for finding in findings {
            let decision = |d| evaluate(&[d], finding.witness.request(), &referee).decision;
            assert_eq!(decision(&document), Decision::Allowed, "{}", show());
            assert_eq!(decision(&rest), Decision::ExplicitlyDenied, "{}", show());
        }
    }
    Ok(())
}

/// Each Allow statement is satisfiable in the slice of a query if and only if it is in the whole query.
pub(crate) fn what_cannot_matter_changes_no_answer(u: &mut Unstructured<'_>, case: &Case<'_>) -> Result<()> {
    let mut all = Vec::new();
    for _ in 0..u.int_in_range(2..=4)? {
        let deny = u.ratio(1, 3)?;
        all.push(case.statement(u, deny)?);
    }
    // Both documents draw their statements from a few, so that they share many.
    let mut some = || -> Result<Policy> {
        let mut statements = Vec::new();
        for statement in &all {
            if u.ratio(2, 3)? {
                statements.push(statement.clone());
            }
        }
        if statements.is_empty() {
            statements.extend(all.first().cloned());
        }
        Ok(Policy::of(statements))
    };
    let (new, existing) = (some()?, some()?);
    let (new, existing) = (document("new", &new.text(false)), document("existing", &existing.text(false)));
    let asked = Query::no_new_access(&new, &existing);
    let setting = Semantics::of(case.policy_type());
    let mut whole = goals(Encoding::new(&asked, setting), setting.requesters());
    let sliced = goals(Encoding::sliced(&asked, &DocumentRef::plain(&asked), setting), setting.requesters());
    assert_eq!(whole.len(), sliced.len());
    for (whole, sliced) in whole.iter_mut().zip(sliced) {
        // A statement that is undecided in the whole query may be outside the slice.
        if *whole == "undecided" {
            *whole = sliced;
        }
        assert_eq!(*whole, sliced, "\nnew      {new:?}\nexisting {existing:?}");
        *case.answers.borrow_mut().entry(sliced).or_default() += 1;
    }
    Ok(())
}

/// Returns the result of the search for each Allow statement of the policies, under the shared constraints.
fn goals(mut question: Encoding<'_>, requesters: Requesters) -> Vec<&'static str> {
    let (allows, shared) = (question.goals.clone(), question.shared.clone());
    let mut search = Search::new(&mut question.formula, Theory::new(requesters), SearchLimits::default());
    let mut answer = |lit: Lit| {
        let goal: Vec<Lit> = std::iter::once(lit).chain(shared.iter().copied()).collect();
        match search.solve(&goal) {
            Ok(Some(_)) => "met",
            Ok(None) if search.undecided().is_none() => "not met",
            _ => "undecided",
        }
    };
    allows.into_iter().map(|(_, _, lit)| answer(lit)).collect()
}
