//! Values that look like those of real requests, tried before the automata are used for an arbitrary value.
//!
//! A candidate is only a proposal: it becomes a value after it was tested against every pattern.

use crate::automata::{Pattern, Step, Symbol};
use crate::catalogue::Catalogue;
use crate::formula::Variable;
use crate::request::{Requesters, ValueType, info_of_lower};
use crate::theory::actions::actions;
use crate::theory::fill::{ACCOUNTS, Arn, arn_field, arn_field_or_nothing, fill};
use crate::theory::requesters::{accounts_in, fill_requester, requesters, requesters_of};

/// The largest number of listed actions that are tried for one value.
const LISTED: usize = 200;

/// Returns the first fitting word among those worth trying for a variable whose value must match all of `must`.
pub(super) fn example(
    variable: Variable<'_>,
    (kinds, catalogue): (Requesters, Option<&Catalogue>),
    must: &[&Pattern],
    fits: &mut dyn FnMut(&[Symbol]) -> bool,
) -> Option<Vec<Symbol>> {
    let mut first = |mut words: &mut dyn Iterator<Item = Vec<Symbol>>| {
        Iterator::find(&mut words, |word: &Vec<Symbol>| fits(word))
    };
    if let Some(word) = must.iter().find_map(|p| p.as_word()) {
        return first(&mut std::iter::once(word.to_vec()));
    }
    let base = must.iter().copied().max_by_key(|p| (p.prefix().len(), std::cmp::Reverse(p.steps().len())));
    match variable {
        Variable::Action => {
            let well_known = actions().iter().filter(|word| base.is_none_or(|p| p.matches(word))).cloned();
            let filled = base.into_iter().flat_map(|p| {
                let fillers: [&dyn Fn(usize) -> &'static str; 2] = [&|_| "a", &|_| ""];
                fillers.map(|filler| fill(p, filler))
            });
            let listed = base.into_iter().flat_map(|pattern| listed_actions(catalogue, pattern));
            first(&mut well_known.chain(listed).chain(filled))
        }
        Variable::Resource => match base {
            None => first(
                &mut ["*", "arn:aws:s3:::a", "arn:aws:ec2:us-east-1:111122223333:instance/a"]
                    .into_iter()
                    .map(Symbol::word),
            ),
            Some(p) => {
                let fillers: [&dyn Fn(usize) -> &'static str; 3] =
                    [&arn_field, &arn_field_or_nothing, &|_| ""];
                first(&mut fillers.into_iter().map(|filler| fill(p, filler)))
            }
        },
        Variable::Requester => {
            let usual = requesters_of(kinds);
            if must.is_empty() && kinds != Requesters::Everyone {
                return first(&mut usual.iter().cloned());
            }
            let mut tried: Vec<Vec<Symbol>> = Vec::new();
            // A pattern on requesters starts with some kinds, so the spelled symbols are counted.
            let spelled = |p: &&Pattern| p.steps().iter().filter(|s| matches!(s, Step::One(_))).count();
            let base = must.iter().copied().max_by_key(spelled);
            for (pattern, account) in base.into_iter().flat_map(|p| ACCOUNTS.map(|account| (p, account))) {
                for word in fill_requester(pattern, account) {
                    // A pattern without a place for the account gives the same words for every account.
                    if tried.contains(&word) {
                        continue;
                    }
                    if let Some(word) = first(&mut std::iter::once(word.clone())) {
                        return Some(word);
                    }
                    tried.push(word);
                }
            }
            let accounts: Vec<String> = must.iter().flat_map(|p| accounts_in(p)).collect();
            let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
            let named = requesters(Requesters::Everyone, &accounts);
            first(&mut named.into_iter().chain(usual.iter().cloned()))
        }
        Variable::Key(name, element) => {
            let samples = samples(name, element).into_iter().map(|text| Symbol::word(&text));
            let Some(p) = base else { return first(&mut { samples }) };
            let is_account = name.ends_with("account");
            if let Some(word) = first(&mut samples.filter(|_| is_account)) {
                return Some(word);
            }
            let is_arn = info_of_lower(name).is_some_and(|info| info.value == ValueType::Arn);
            let arns = ACCOUNTS.iter().filter(|_| is_arn).map(|account| Arn::of_key(name, account).fill(p));
            let fillers: [&dyn Fn(usize) -> &'static str; 3] = [&arn_field, &|_| "a", &|_| ""];
            first(&mut arns.chain(fillers.into_iter().map(|filler| fill(p, filler))))
        }
    }
}

/// Returns actions that AWS lists and that the pattern matches, if it spells a service.
fn listed_actions<'p>(
    catalogue: Option<&'p Catalogue>,
    pattern: &'p Pattern,
) -> impl Iterator<Item = Vec<Symbol>> + use<'p> {
    let start = Symbol::text(pattern.prefix());
    let catalogue = move || match catalogue {
        Some(catalogue) => catalogue,
        None => Catalogue::embedded(),
    };
    let listed = start.into_iter().flat_map(move |start| catalogue().starting_with(&start).take(LISTED));
    let words = listed.map(|action| {
        let mut word = Symbol::word(action.service().prefix());
        word.push(Symbol::from_char(':'));
        Symbol::append(action.name_in_lower_case(), &mut word);
        word
    });
    words.filter(|word| pattern.matches(word))
}

/// Returns a value for an unconstrained key.
pub fn sample(name: &str) -> String {
    numbered_sample(name, 0)
}

fn numbered_sample(name: &str, element: u32) -> String {
    let text = match name {
        "aws:sourcevpc" => "vpc-0a1b2c3d",
        "aws:sourcevpce" => "vpce-0a1b2c3d",
        "aws:requestedregion" => "us-east-1",
        _ if name.ends_with("account") => "111122223333",
        _ if name.ends_with("orgid") => "o-exampleorgid",
        _ if name.ends_with("orgpaths") => "o-exampleorgid/r-ab12/",
        _ => match info_of_lower(name).map(|info| info.value) {
            Some(ValueType::Arn) => "arn:aws:iam::111122223333:role/a",
            Some(ValueType::Bool) => "true",
            Some(ValueType::Number) => "1",
            Some(ValueType::Date) => "2030-01-01T00:00:00Z",
            Some(ValueType::Epoch) => "1893456000",
            Some(ValueType::Ip) => "203.0.113.10",
            Some(ValueType::String) | None => "a",
        },
    };
    if element == 0 { text.to_owned() } else { format!("{text}{element}") }
}

/// Returns the usual values of a key; if one contains an account, also variants with other accounts.
fn samples(name: &str, element: u32) -> Vec<String> {
    let sample = numbered_sample(name, element);
    let [usual, others @ ..] = ACCOUNTS;
    let others: Vec<String> = match sample.contains(usual) {
        true => others.iter().map(|other| sample.replace(usual, other)).collect(),
        false => Vec::new(),
    };
    std::iter::once(sample).chain(others).collect()
}
