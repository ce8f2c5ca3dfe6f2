//! Facts that link the values of two keys: organization paths and the id that each starts with (S10), and the two spellings of the
//! time of a request (S11).
//!
//! A test of one key implies something about the other. Each test of an organization's id becomes a test of the first part of
//! every path, and each comparison of `aws:EpochTime` becomes one of `aws:CurrentTime`. Differences that no test observes stay
//! free: a witness copies the value of one key from the other (`Request::in_agreement`). Policy variables observe every difference:
//! where one of them holds an id, or is compared with an id or a path, the link itself is a pattern with a policy variable. No
//! such pattern is a time in whole seconds; there, a comparison of one of the times becomes one of the other in both directions.

use crate::automata::{Class, Pattern, Set};
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::presence::presence;
use crate::formula::requester::{restrict, split};
use crate::formula::{
    Atom, Axis, Bound, Formula, Lit, PatternId, PatternKey, Relation, Scalar, Site, SiteElement, Test,
    VariableId, VariablePattern, build,
};
use crate::policy::{Document, Part, Template, Variable};
use rustc_hash::FxHashSet;

const CURRENT_TIME: &str = "aws:currenttime";
const EPOCH_TIME: &str = "aws:epochtime";

/// Returns "every path starts with the id and a `/`", as far as the policies test either.
pub(super) fn organization<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    (id, paths): (&'a str, &'a str),
) -> Vec<Lit> {
    let count = context.element_counts.get(paths).map_or(0, |count| *count);
    // Paths that no condition tests are present with the id.
    let elements: Vec<(VariableId, Lit)> = (0..count.max(1))
        .filter_map(|element| {
            let variable = formula.key_variable(paths, element)?;
            Some((variable, presence(formula, context, paths, element)))
        })
        .collect();
    if elements.is_empty() {
        return Vec::new();
    }
    let name = id;
    let id = formula.key(id, 0);
    let mut tested = patterns(formula, &[id]);
    // A pattern on the start of a path also becomes a test of the id: every path agrees with the id on it. So a witness may replace
    // the start of every path by the id.
    let of_paths: Vec<VariableId> = elements.iter().map(|(variable, _)| *variable).collect();
    for pattern in patterns(formula, &of_paths) {
        tested.extend(split(&pattern, '/', Class::NOT_SLASH).into_iter().map(|(start, _)| start));
    }
    let mut facts = Vec::new();
    let compared: Vec<VariableId> = of_paths.iter().copied().chain([id]).collect();
    if let Some(site) = variables_with(formula, &compared, &[name]) {
        let start = Part::Variable(Variable { key: name.into(), default: None });
        let path = Template::from_parts([start, Part::Text("/".into()), Part::Many]);
        let path = VariablePattern::new(&[path], &|_| false, &|_| name);
        for ((variable, present), path) in elements.iter().zip(std::iter::repeat(path).flatten()) {
            let starts_with_id = formula.matches_template(*variable, path, site);
            facts.push(formula.graph.or([!*present, starts_with_id]));
        }
    }
    let part = || Pattern::builder().one(Set::Class(Class::NOT_SLASH)).many(Class::NOT_SLASH);
    let has_id = presence(formula, context, name, 0);
    let is_id = formula.matches(id, PatternKey::built(part().finish()));
    facts.push(formula.graph.or([!has_id, is_id]));
    for (variable, present) in &elements {
        let has_start = part().text("/").many(Class::ANY).finish();
        let has_start = formula.matches(*variable, PatternKey::built(has_start));
        facts.push(formula.graph.or([!*present, has_start]));
    }
    let mut seen: FxHashSet<Lit> = FxHashSet::default();
    for pattern in tested {
        let of_id = formula.matches(id, PatternKey::built(pattern.clone()));
        if !seen.insert(of_id) {
            continue;
        }
        // An id holds no `/`.
        let start = restrict(&pattern, Class::NOT_SLASH);
        for (variable, present) in &elements {
            let of_path = match &start {
                Some(start) => {
                    let path = Pattern::builder().pattern(start).text("/").many(Class::ANY).finish();
                    formula.matches(*variable, PatternKey::built(path))
                }
                None => Lit::FALSE,
            };
            facts.push(formula.graph.or([!*present, !of_id, of_path]));
            facts.push(formula.graph.or([!*present, of_id, !of_path]));
        }
    }
    facts
}

/// Returns the patterns that tests compare with one of the variables, each once.
fn patterns(formula: &Formula<'_>, variables: &[VariableId]) -> Vec<Pattern> {
    let mut seen: FxHashSet<PatternId> = FxHashSet::default();
    let tested = formula.atoms().filter_map(|(_, atom)| match atom {
        Atom::Match(variable, Test::Pattern(id)) if variables.contains(&variable) => Some(id),
        _ => None,
    });
    let once = tested.filter(|id| seen.insert(*id));
    once.map(|id| Pattern::clone(&build(formula.pattern_of(id)))).collect()
}

/// Returns the place of a pattern with policy variables that is compared with one of the variables or holds the value of one of
/// the keys.
fn variables_with(formula: &Formula<'_>, compared: &[VariableId], held: &[&str]) -> Option<Site> {
    let mut templates = formula.atoms().filter_map(|(_, atom)| match atom {
        Atom::Match(variable, Test::Template(id)) => Some((variable, id)),
        _ => None,
    });
    let found = templates.find(|(variable, id)| {
        compared.contains(variable) || formula.template_of(*id).keys.iter().any(|key| held.contains(key))
    });
    found.map(|(_, id)| formula.template_site(id))
}

/// Returns "`aws:EpochTime` is `aws:CurrentTime` in whole seconds", as far as the policies compare `aws:EpochTime`.
pub(super) fn times(formula: &mut Formula<'_>, documents: &[&Document]) -> Vec<Lit> {
    if ![CURRENT_TIME, EPOCH_TIME].iter().all(|name| formula.mentioned().contains(name)) {
        return Vec::new();
    }
    let Some(epoch) = formula.key_variable(EPOCH_TIME, 0) else { return Vec::new() };
    // Its only conditions may be open: then nothing has named it, but a witness still has it.
    let current = formula.key(CURRENT_TIME, 0);
    let in_pattern = variables_with(formula, &[], &[CURRENT_TIME, EPOCH_TIME]);
    let Some(site) = site(documents).or(in_pattern) else { return Vec::new() };
    if in_pattern.is_some() {
        // A witness keeps the time that stands in a pattern, and copies the other time from it.
        for second in bounds(formula, current).into_iter().filter_map(|(_, bound)| bound.value.floor()) {
            for relation in [Relation::Less, Relation::LessOrEqual] {
                let value = Scalar::from_integer(i128::from(second));
                formula.compares(epoch, Bound { axis: Axis::Date, relation, value });
            }
        }
    }
    let mut facts = Vec::new();
    for (literal, bound) in bounds(formula, epoch) {
        let Some(second) = bound.value.floor() else { continue };
        let mut times = Times { formula, current, site };
        let same = match (bound.relation, bound.value == Scalar::from_integer(i128::from(second))) {
            (Relation::Less, true) => !times.from(second),
            (Relation::Less, false) | (Relation::LessOrEqual, _) => times.up_to(second),
            (Relation::Greater, _) => !times.up_to(second),
            (Relation::GreaterOrEqual, true) => times.from(second),
            (Relation::GreaterOrEqual, false) => !times.up_to(second),
            (Relation::Equal, true) => {
                let (from, up_to) = (times.from(second), times.up_to(second));
                times.formula.graph.and([from, up_to])
            }
            (Relation::Equal, false) => Lit::FALSE,
        };
        facts.push(formula.graph.or([!literal, same]));
        facts.push(formula.graph.or([literal, !same]));
    }
    facts
}

/// Returns the comparisons of a variable with bounds.
fn bounds(formula: &Formula<'_>, variable: VariableId) -> Vec<(Lit, Bound)> {
    let compared = formula.atoms().filter_map(|(id, atom)| match atom {
        Atom::Match(compared, Test::Bound(bound)) if compared == variable => {
            Some((formula.literal_of(id), formula.bound_of(bound).clone()))
        }
        _ => None,
    });
    compared.collect()
}

/// Translates comparisons of `aws:EpochTime` with whole seconds into comparisons of `aws:CurrentTime`.
struct Times<'f, 'a> {
    formula: &'f mut Formula<'a>,
    current: VariableId,
    site: Site,
}

impl Times<'_, '_> {
    fn compares(&mut self, relation: Relation, second: i128) -> Lit {
        let value = Scalar::from_integer(second);
        self.formula.compares(self.current, Bound { axis: Axis::Date, relation, value })
    }

    /// Returns "the whole second is this one or a later one".
    fn from(&mut self, second: i64) -> Lit {
        self.compares(Relation::GreaterOrEqual, i128::from(second))
    }

    /// Returns "the whole second is this one or an earlier one". During the second itself the result is open: AWS does not
    /// document how it rounds.
    fn up_to(&mut self, second: i64) -> Lit {
        let at_most = self.compares(Relation::LessOrEqual, i128::from(second));
        let before_next = self.compares(Relation::Less, i128::from(second) + 1);
        let cut = self.formula.opaque(Code::FractionOfASecond, second.to_string(), self.site);
        let within = self.formula.graph.and([before_next, cut]);
        self.formula.graph.or([at_most, within])
    }
}

/// Returns the first condition on `aws:EpochTime`.
fn site(documents: &[&Document]) -> Option<Site> {
    documents.iter().enumerate().find_map(|(document, of)| {
        of.statements.iter().enumerate().find_map(|(statement, source)| {
            let place = source.conditions.iter().position(|c| *c.key.value.name == *EPOCH_TIME)?;
            Some(Site { document, statement, element: SiteElement::Condition(place) })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::statement::compile;
    use crate::encode::truth::{Keys, Values, context, policy, user};

    /// The truth of all facts together: `Some(false)` if the values contradict one another.
    fn together(values: &Values<'_>, formula: &Formula<'_>, facts: &[Lit]) -> Option<bool> {
        let each: Vec<Option<bool>> = facts.iter().map(|fact| values.truth(formula, *fact)).collect();
        if each.contains(&Some(false)) {
            Some(false)
        } else {
            each.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        }
    }

    #[test]
    fn paths_start_with_the_id_of_the_organization() {
        const ID: &str = "aws:principalorgid";
        const PATHS: &str = "aws:principalorgpaths";
        let policy = policy(
            r#""StringLike":{"aws:PrincipalOrgID":"o-a*"},"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1/r-*/ou-x/*"}"#,
        );
        let context = context(&policy);
        let mut formula = Formula::default();
        compile(&mut formula, &context, 0, &policy);
        let facts = organization(&mut formula, &context, (ID, PATHS));
        let cases: [(Keys<'_>, bool); 8] = [
            (&[], true),
            (&[(ID, "o-a1"), (PATHS, "o-a1/r-1/ou-x/")], true),
            (&[(ID, "o-b"), (PATHS, "o-b/r-1/")], true),
            // A pattern tells the two ids apart.
            (&[(ID, "o-a1"), (PATHS, "o-b/r-1/ou-x/")], false),
            (&[(ID, "o-b"), (PATHS, "o-a1/r-1/ou-x/")], false),
            (&[(ID, "o-a1"), (PATHS, "o-a1")], false),
            (&[(ID, "o-a1/r-1")], false),
            // Every path is that of the one organization.
            (&[(ID, "o-a1"), (PATHS, "o-a1/r-1/"), (PATHS, "o-b/r-1/")], false),
        ];
        for (keys, expected) in cases {
            let values = Values { requester: user("a"), keys };
            // The value of a key that is absent is free: there is one with which the facts hold.
            let found = together(&values, &formula, &facts).unwrap_or(true);
            assert_eq!(found, expected, "{keys:?}");
        }
    }

    #[test]
    fn the_epoch_time_is_the_current_time_in_seconds() {
        let date = "2024-01-01T00:00:0";
        // Comparison of the epoch time, the epoch time, the current time.
        let cases = [
            ("LessThan", "4", "3Z", Some(true)),
            ("LessThan", "5", "5Z", Some(true)),
            ("LessThan", "4", "6Z", Some(false)),
            ("LessThan", "6", "4.5Z", Some(false)),
            ("LessThanEquals", "5", "5Z", Some(true)),
            ("LessThanEquals", "6", "5Z", Some(false)),
            ("GreaterThan", "6", "5Z", Some(false)),
            ("GreaterThanEquals", "5", "4Z", Some(false)),
            ("Equals", "5", "5Z", Some(true)),
            ("Equals", "5", "4Z", Some(false)),
            // Which way a fraction of a second is rounded is open.
            ("LessThanEquals", "5", "5.5Z", None),
            ("GreaterThan", "6", "5.5Z", None),
        ];
        for (comparison, epoch, current, expected) in cases {
            let policy = policy(&format!(
                r#""Date{comparison}":{{"aws:EpochTime":"1704067205"}},"DateNotEquals":{{"aws:CurrentTime":"2030-01-01"}}"#
            ));
            let context = context(&policy);
            let mut formula = Formula::default();
            compile(&mut formula, &context, 0, &policy);
            for key in policy.mentioned_keys() {
                formula.mention(key);
            }
            let facts = times(&mut formula, &[&policy]);
            assert!(!facts.is_empty(), "{comparison}");
            let epoch = format!("170406720{epoch}");
            let current = format!("{date}{current}");
            let keys = [(EPOCH_TIME, epoch.as_str()), (CURRENT_TIME, current.as_str())];
            let values = Values { requester: user("a"), keys: &keys };
            assert_eq!(together(&values, &formula, &facts), expected, "{comparison} {keys:?}");
        }
    }
}
