//! The keys on which a decision depends.

use crate::check::{KeyRelevance, KeyValues, Matters, Relevance};
use crate::evaluate::Decision;
use crate::explain::display::{KeyNames, one_line};

/// Writes the keys, those that change the decision first.
pub(super) fn relevance(relevance: &Relevance, names: &KeyNames<'_>) -> String {
    if relevance.keys.is_empty() {
        return "no context key matters: the policies mention none\n".to_owned();
    }
    let mut out = String::new();
    let mut keys: Vec<&KeyRelevance> = relevance.keys.iter().collect();
    keys.sort_by_key(|key| match key.matters {
        Matters::Changes(..) => 0,
        Matters::Undecided => 1,
        Matters::Never => 2,
        Matters::OfRequester => 3,
        Matters::Unmentioned => 4,
    });
    let width = keys.iter().map(|key| key.key.chars().count()).fold(0, usize::max);
    let mut part = "";
    for key in keys {
        let heading = match key.matters {
            Matters::Changes(..) | Matters::Undecided | Matters::Never => {
                "what another value of a key does under these policies, everything else being as it is:\n"
            }
            Matters::OfRequester | Matters::Unmentioned => "other keys of the request:\n",
        };
        if heading != part {
            out.push_str(heading);
            part = heading;
        }
        let is = shown(&key.given);
        let text = match &key.matters {
            Matters::Changes(values, decision) => {
                format!("is {is}; {} the request is {}", with(values), decided(*decision))
            }
            Matters::Never => {
                format!("is {is}; no other value by itself changes whether the request is allowed (proved)")
            }
            Matters::Unmentioned => format!("does not matter: no policy mentions it; it is {is}"),
            Matters::OfRequester => format!("follows from the principal: {is}"),
            Matters::Undecided => format!("is {is}; could not decide whether it matters"),
        };
        let name = names.name(&key.key);
        out.push_str(&format!("  {:width$}  {}\n", one_line(&name), one_line(&text)));
    }
    if let Some((changes, decision)) = &relevance.together {
        let changes: Vec<String> = changes
            .iter()
            .map(|(key, values)| format!("{} {}", one_line(&names.name(key)), one_line(&shown(values))))
            .collect();
        let others = if relevance.is_open { " (perhaps fewer of these are enough)" } else { "" };
        out.push_str(&format!(
            "  no key alone changes whether the request is allowed; together: with {} the request is {}{others}\n",
            changes.join(" and "),
            decided(*decision)
        ));
    } else if relevance.is_open {
        out.push_str(
            "  could not decide whether several keys together change whether the request is allowed\n",
        );
    }
    out
}

fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::ImplicitlyDenied => "denied (no statement allows it)",
        Decision::ExplicitlyDenied => "denied (by a Deny statement)",
        Decision::Undetermined => "undecided",
    }
}

fn shown(values: &KeyValues) -> String {
    match values {
        Some(values) => values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", "),
        None => "absent".to_owned(),
    }
}

fn with(values: &KeyValues) -> String {
    match values {
        Some(_) => format!("with {}", shown(values)),
        None => "without it".to_owned(),
    }
}
