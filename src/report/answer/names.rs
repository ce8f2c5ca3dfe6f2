//! Texts about names that AWS does not list, and about listed names that do not go together. They say that a fact is looked up,
//! and of which day it is.

use crate::catalogue::{Action, Catalogue, Level};
use crate::check::Fault;
use crate::explain::display::one_line;
use crate::policy::{ActionPattern, Element, Part, Statement};
use crate::span::Spanned;

/// The largest number of wildcards that one issue explains.
const EXPLAINED: usize = 3;

/// The largest number of actions of a statement whose access levels are looked up.
const LOOKED_UP: usize = 1_000;

/// Title, label and help of an issue.
pub(super) type Texts = (String, &'static str, String);

/// Suggests names: `did you mean s3:GetObject?`; `None` if there are none.
pub(in crate::report) fn did_you_mean(similar: &[String]) -> Option<String> {
    (!similar.is_empty()).then(|| format!("did you mean {}?", similar.join(" or ")))
}

/// Adds a suggestion in brackets to a sentence.
fn with_similar(sentence: String, similar: &[String]) -> String {
    match did_you_mean(similar) {
        Some(suggestion) => format!("{sentence} ({suggestion})"),
        None => sentence,
    }
}

/// Returns a sentence that says of an action or a pattern of actions that AWS lists none like it; `None` if it lists one.
///
/// ```
/// use iamsat::{catalogue::Catalogue, policy::ActionPattern, report::unlisted_action};
/// let said = |text| unlisted_action(Catalogue::embedded(), &ActionPattern::new(text).unwrap());
/// assert_eq!(
///     said("s3:GetObjekt").unwrap(),
///     "AWS lists no action like `s3:GetObjekt`, as of 2026-09-26 (did you mean s3:GetObject?)"
/// );
/// assert_eq!(said("s3:Get*"), None);
/// ```
pub fn unlisted_action(catalogue: &Catalogue, pattern: &ActionPattern) -> Option<String> {
    let is_listed = pattern.is_any() || catalogue.matching(pattern).next().is_some();
    (!is_listed).then(|| one_line(&with_similar(no_action(catalogue, pattern), &similar(catalogue, pattern))))
}

fn no_action(catalogue: &Catalogue, pattern: &ActionPattern) -> String {
    let text = &pattern.text;
    let prefix = text.split_once(':').map_or("", |(prefix, _)| prefix);
    match catalogue.is_retired(prefix) {
        true => format!("AWS no longer offers the service of `{text}`"),
        false => format!("AWS lists no action like `{text}`, as of {}", catalogue.date()),
    }
}

fn similar(catalogue: &Catalogue, pattern: &ActionPattern) -> Vec<String> {
    catalogue.similar_actions(&pattern.text)
}

/// Returns a sentence that says of a condition key that AWS does not list it; `None` if it does, or if another party may name it.
///
/// ```
/// use iamsat::{catalogue::Catalogue, report::unlisted_key};
/// let said = |text| unlisted_key(Catalogue::embedded(), text);
/// let sentence = "AWS lists no condition key `s3:prefx`, as of 2026-09-26 (did you mean s3:prefix?)";
/// assert_eq!(said("s3:prefx").unwrap(), sentence);
/// assert_eq!((said("s3:prefix"), said("id.example.com:sub")), (None, None));
/// ```
pub fn unlisted_key(catalogue: &Catalogue, name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let is_unlisted = crate::request::key_info(&lower).is_none() && catalogue.is_misspelt_key(&lower);
    is_unlisted.then(|| one_line(&with_similar(no_key(catalogue, name), &catalogue.similar_keys(name))))
}

fn no_key(catalogue: &Catalogue, name: &str) -> String {
    format!("AWS lists no condition key `{name}`, as of {}", catalogue.date())
}

/// Returns the texts about a fault of names that the catalogue knows; `None` for any other fault.
pub(super) fn texts(catalogue: &Catalogue, statement: &Statement, fault: Fault) -> Option<Texts> {
    let pattern = |place: usize| statement.action.values.get(place).map(|value| &value.value);
    let condition = |place: usize| statement.conditions.get(place);
    Some(match fault {
        Fault::UnlistedAction(place) => {
            let pattern = pattern(place)?;
            (
                no_action(catalogue, pattern),
                "this matches no action that AWS lists",
                did_you_mean(&similar(catalogue, pattern)).unwrap_or_else(|| {
                    "correct it, unless it is one of the few actions that AWS does not list".to_owned()
                }),
            )
        }
        Fault::UnusableAction(place) => unusable(catalogue, pattern(place)?),
        Fault::UnlistedKey(place) => {
            let name = &condition(place)?.key.value.text;
            (
                no_key(catalogue, name),
                "no request is known to have this key",
                did_you_mean(&catalogue.similar_keys(name))
                    .unwrap_or_else(|| "correct it, unless AWS has added the key since".to_owned()),
            )
        }
        Fault::AbsentKey(place) => (
            format!("AWS lists {} for no action of this statement", condition(place)?.key.value.text),
            "the condition needs this key",
            "requests without the key do not meet the condition: use a key that the actions have; \
             `iamsat catalogue keys` lists them"
                .to_owned(),
        ),
        Fault::OperatorAgainstType(place) => {
            let condition = condition(place)?;
            let key = catalogue.key(&condition.key.value.name)?;
            (
                format!("`{}` does not compare values of {}", condition.operator_text, key.name()),
                "the values have another type",
                format!("AWS lists the key as {}: use an operator of this type", key.described()),
            )
        }
        _ => return None,
    })
}

/// Returns the texts about a pattern whose actions can be about none of the resources of the statement.
fn unusable(catalogue: &Catalogue, pattern: &ActionPattern) -> Texts {
    let actions: Vec<Action<'_>> = catalogue.matching(pattern).collect();
    let label = "AWS lists other resources for this";
    match actions.as_slice() {
        [action] if action.rows().next().is_none() => (
            format!(
                "{} is about no particular resource, and this statement lists resources",
                action.full_name()
            ),
            "AWS lists no resource for this",
            "give it a statement with \"Resource\": \"*\"".to_owned(),
        ),
        [action] => (
            format!("{} can be about none of the resources of this statement", action.full_name()),
            label,
            format!("`iamsat catalogue show {}` lists the resources that it is about", action.full_name()),
        ),
        all => (
            format!(
                "none of the {} listed actions like `{}` can be about a resource of this statement",
                all.len(),
                pattern.text
            ),
            label,
            "`iamsat catalogue resources` lists the resources of a service, and the actions about them"
                .to_owned(),
        ),
    }
}

/// Returns notes that say for how many listed actions each wildcard stands.
pub(super) fn wildcards<'p>(
    catalogue: &Catalogue,
    patterns: impl Iterator<Item = &'p Spanned<ActionPattern>>,
) -> Vec<(&'static str, String)> {
    let is_explained = |pattern: &&ActionPattern| {
        let is_literal = pattern.glob.parts().iter().all(|part| matches!(part, Part::Text(_)));
        !is_literal && !pattern.is_any() && !pattern.has_service_wildcard()
    };
    let note = |pattern: &ActionPattern| {
        let stands_for = catalogue.stands_for(pattern);
        ("note", one_line(&format!("`{}` stands for {stands_for} ({})", pattern.text, catalogue.date())))
    };
    patterns.map(|value| &value.value).filter(is_explained).take(EXPLAINED).map(note).collect()
}

/// Returns the level that says most about the listed actions of an element; `None` if AWS lists none of them, or if the element
/// names the actions that it is not about.
pub(super) fn level(catalogue: &Catalogue, element: &Element<ActionPattern>) -> Option<Level> {
    if element.negated || element.values.len() > LOOKED_UP {
        return None;
    }
    let of_pattern = |pattern: &ActionPattern| match pattern.is_any() || pattern.has_service_wildcard() {
        true => Some(Level::PermissionsManagement),
        false => catalogue.stands_for(pattern).levels.highest(),
    };
    element.values.iter().filter_map(|value| of_pattern(&value.value)).max()
}
