//! Example requesters of every kind, and requesters that match a pattern.

use crate::automata::{Pattern, Set, Step, Symbol};
use crate::formula::encode;
use crate::request::{Requester, Requesters};
use crate::theory::fill::{ACCOUNTS, Arn, USUAL_FILLING, extend, one};
use std::sync::OnceLock;

/// Returns example requesters in the documentation's accounts.
pub(super) fn requesters_of(kinds: Requesters) -> &'static [Vec<Symbol>] {
    static LISTS: [OnceLock<Vec<Vec<Symbol>>>; 3] = [const { OnceLock::new() }; 3];
    by_requesters(&LISTS, kinds).get_or_init(|| requesters(kinds, &ACCOUNTS))
}

/// Selects the entry for these requesters from a list with one entry for each variant of [`Requesters`].
pub(super) fn by_requesters<T>(lists: &[T; 3], kinds: Requesters) -> &T {
    let [attached, of_accounts, everyone] = lists;
    match kinds {
        Requesters::Attached => attached,
        Requesters::OfAccounts => of_accounts,
        Requesters::Everyone => everyone,
    }
}

/// Returns requesters of every kind in these accounts, usual ones first.
pub(super) fn requesters(kinds: Requesters, accounts: &[&str]) -> Vec<Vec<Symbol>> {
    let mut list = Vec::new();
    let text = |t: &str| t.to_owned();
    for account in accounts {
        let (partition, account) = (text("aws"), text(account));
        let role = Requester::RoleSession {
            partition: partition.clone(),
            account: account.clone(),
            role: text("a"),
            session: text("a"),
        };
        list.push(encode(&role, "AROAEXAMPLEID"));
        let user =
            Requester::User { partition: partition.clone(), account: account.clone(), name: text("a") };
        list.push(encode(&user, "AIDAEXAMPLEID"));
        let federated = Requester::FederatedUser {
            partition: partition.clone(),
            account: account.clone(),
            name: text("a"),
            parent: text("b"),
        };
        list.push(encode(&federated, ""));
        if kinds != Requesters::Attached {
            list.push(encode(&Requester::Root { partition, account: account.clone() }, ""));
            list.push(encode(&Requester::AssumedRoot { account }, "a"));
        }
    }
    if kinds == Requesters::Everyone {
        list.push(encode(&Requester::Anonymous, ""));
        list.push(encode(&Requester::Service { name: text("ec2.amazonaws.com") }, ""));
        list.push(encode(&Requester::WebIdentity { provider: text("accounts.google.com") }, ""));
        list.push(encode(
            &Requester::Saml { provider: text("arn:aws:iam::111122223333:saml-provider/a") },
            "",
        ));
    }
    list
}

/// Returns the account ids that a pattern spells.
pub(super) fn accounts_in(pattern: &Pattern) -> Vec<String> {
    let digit = |step: &Step| match step {
        Step::One(Set::Char(symbol)) => symbol.to_char().filter(char::is_ascii_digit),
        _ => None,
    };
    let spelled = pattern.steps().split(|step| digit(step).is_none());
    spelled
        .filter(|digits| digits.len() == 12)
        .map(|digits| digits.iter().filter_map(digit).collect())
        .collect()
}

/// Returns words of a pattern on requesters, for every kind that the pattern allows.
pub(super) fn fill_requester<'p>(
    pattern: &'p Pattern,
    account: &'p str,
) -> impl Iterator<Item = Vec<Symbol>> + 'p {
    let kinds: [(u8, &str, &str, &str); 4] = [
        (4, "iam", "role/a", "AROAEXAMPLEID:a"),
        (3, "iam", "user/a", "AIDAEXAMPLEID"),
        (5, "sts", "federated-user/a", "b"),
        (2, "iam", "root", ""),
    ];
    kinds.into_iter().filter_map(move |(kind, service, resource, last)| {
        let marker = Symbol::marker(kind);
        let Some((Step::One(first), rest)) = pattern.steps().split_first() else { return None };
        if !first.contains(marker) {
            return None;
        }
        let end = rest.iter().position(|step| *step == Step::One(Set::Char(Symbol::marker(0))));
        let (own, rest) = match end {
            Some(end) => rest.split_at(end),
            None => (rest, &[][..]),
        };
        let mut word = Vec::with_capacity(pattern.steps().len() + USUAL_FILLING);
        word.push(marker);
        Arn::of_principal(service, account, resource).fill_steps(own, &mut word);
        let mut is_fresh = false;
        for step in rest {
            match step {
                Step::One(set) => word.extend(one(*set)),
                Step::Many(class) => {
                    extend(&mut word, if is_fresh { last } else { "a" }, *class);
                }
            }
            is_fresh = word.last() == Some(&Symbol::marker(0));
        }
        Some(word)
    })
}
