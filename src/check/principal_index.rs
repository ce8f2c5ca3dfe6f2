//! An index of statements by the accounts that their principals name: most statements are about other accounts than the one of a
//! request.

use crate::policy::{Principal, PrincipalMeaning, Statement, Template};
use crate::request::Requester;
use rustc_hash::FxHashMap;

/// Statements by the accounts of their principals.
#[derive(Debug, Default)]
pub(super) struct PrincipalIndex {
    /// By account, the places of the statements that name it, in order.
    by_account: FxHashMap<Box<str>, Vec<usize>>,
    /// The places of the statements that may be about requesters of any account, or of none.
    others: Vec<usize>,
    /// The number of statements.
    count: usize,
}

impl PrincipalIndex {
    /// The index of these statements; where there is none, it may be about anyone.
    pub(super) fn of<'s>(statements: impl IntoIterator<Item = Option<&'s Statement>>) -> PrincipalIndex {
        let mut index = PrincipalIndex::default();
        for (place, statement) in statements.into_iter().enumerate() {
            index.count = place + 1;
            let Some(accounts) = statement.and_then(accounts) else {
                index.others.push(place);
                continue;
            };
            for account in accounts {
                let places = index.by_account.entry(account.into()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        index
    }

    /// The places of the statements whose principals may match the requester, among few others, in order.
    pub(super) fn about(&self, requester: Option<&Requester>) -> Vec<usize> {
        match requester.and_then(Requester::account) {
            Some(account) => self.of_accounts(&[account]),
            None => (0..self.count).collect(),
        }
    }

    /// The places of the statements that may be about a requester whom this statement is about too, in order.
    pub(super) fn beside(&self, statement: &Statement) -> Vec<usize> {
        match accounts(statement) {
            Some(accounts) => self.of_accounts(&accounts),
            None => (0..self.count).collect(),
        }
    }

    /// The number of places that [`PrincipalIndex::about`] goes through.
    pub(super) fn count_about(&self, requester: Option<&Requester>) -> usize {
        requester.and_then(Requester::account).map_or(self.count, |account| self.count_of(&[account]))
    }

    /// The number of places that [`PrincipalIndex::beside`] goes through.
    pub(super) fn count_beside(&self, statement: &Statement) -> usize {
        accounts(statement).map_or(self.count, |accounts| self.count_of(&accounts))
    }

    fn count_of(&self, accounts: &[&str]) -> usize {
        let named = accounts.iter().filter_map(|account| self.by_account.get(*account));
        named.map(Vec::len).sum::<usize>() + self.others.len()
    }

    fn of_accounts(&self, accounts: &[&str]) -> Vec<usize> {
        let named = accounts.iter().filter_map(|account| self.by_account.get(*account)).flatten();
        let mut places: Vec<usize> = named.chain(&self.others).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The accounts that the requesters have whom a statement is about; `None` if they may have any, or none.
pub(super) fn accounts(statement: &Statement) -> Option<Vec<&str>> {
    let element = statement.principal.as_ref().filter(|p| !p.negated && !p.everyone)?;
    element.values.iter().map(|value| account(&value.value)).collect()
}

/// The account of every requester that a principal matches, if it spells one. Fields before it are spelled too: no wildcard of theirs
/// reaches into it.
fn account(principal: &Principal) -> Option<&str> {
    let spelled = match &principal.meaning {
        PrincipalMeaning::Account(account) => account.as_literal(),
        PrincipalMeaning::Arn(fields) => {
            let [arn, partition, service, region, account, _] = &**fields;
            [arn, partition, service, region]
                .into_iter()
                .all(|field| Template::as_literal(field).is_some())
                .then(|| account.as_literal())?
        }
        _ => None,
    };
    spelled.filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Case, Options, Truth};
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::request::Request;
    use crate::span::Source;

    const PRINCIPALS: [&str; 14] = [
        r#""Principal":{"AWS":"111122223333"}"#,
        r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#,
        r#""Principal":{"AWS":["444455556666","arn:aws:iam::111122223333:role/R"]}"#,
        r#""Principal":{"AWS":"arn:aws:iam::444455556666:user/bob"}"#,
        r#""Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/R/s"}"#,
        r#""Principal":{"AWS":"arn:*:iam::111122223333:role/R"}"#,
        r#""Principal":{"AWS":"arn:aws:iam::44445555666?:user/bob"}"#,
        r#""Principal":{"AWS":"AIDAEXAMPLE"}"#,
        r#""Principal":{"AWS":"*"}"#,
        r#""Principal":"*""#,
        r#""NotPrincipal":{"AWS":"111122223333"}"#,
        r#""Principal":{"Service":"ec2.amazonaws.com"}"#,
        r#""Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/X"}"#,
        r#""Principal":{"AWS":"111122223333","Federated":"accounts.google.com"}"#,
    ];

    const REQUESTERS: [&str; 9] = [
        "anonymous",
        "service:ec2.amazonaws.com",
        "federated:accounts.google.com",
        "federated:arn:aws:iam::111122223333:saml-provider/X",
        "arn:aws:iam::111122223333:user/bob",
        "arn:aws:iam::444455556666:user/bob",
        "arn:aws:sts::111122223333:assumed-role/R/s",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:root",
    ];

    /// A statement that applies to a request is among those about its requester, and two that apply to one request are beside one
    /// another.
    #[test]
    fn what_applies_is_found() {
        let statements = PRINCIPALS
            .map(|of| format!(r#"{{"Effect":"Allow",{of},"Action":"s3:GetObject","Resource":"*"}}"#));
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
        let index = PrincipalIndex::of(policy.statements.iter().map(Some));
        let options = Options::for_documents(&[&policy]);
        let mut left_out = 0;
        for spelled in REQUESTERS {
            let (requester, _) = Requester::parse(spelled).unwrap();
            let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").by(requester);
            let case = Case::new(&request, &options);
            let about = index.about(request.requester.as_ref());
            let applies = |place: &usize| case.applies(&policy.statements[*place]) != Truth::False;
            let all: Vec<usize> = (0..policy.statements.len()).filter(applies).collect();
            assert!(all.iter().all(|place| about.contains(place)), "{spelled}: {all:?} {about:?}");
            for place in &all {
                let beside = index.beside(&policy.statements[*place]);
                assert!(
                    all.iter().all(|other| beside.contains(other)),
                    "{spelled}: {place} {all:?} {beside:?}"
                );
            }
            left_out += policy.statements.len() - about.len();
        }
        assert!(left_out > 5, "{left_out}");
    }
}
