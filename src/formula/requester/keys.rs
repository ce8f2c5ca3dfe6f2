//! Keys that describe the requester, as parts of its word: their presence, their values, and the lifting of a pattern on a value
//! to patterns on the word (facts S1 to S6 and S17 of docs/semantics.md).

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::formula::requester;
use crate::formula::requester::lift::{restrict, split};
use crate::formula::requester::word::{
    ANONYMOUS, ASSUMED_ROOT, Decoded, FEDERATED, OF_ACCOUNT, ROLE, ROOT, SEPARATOR, SERVICE, SIGN_IN, USER,
    WITHOUT_ACCOUNT, marker,
};
use crate::request::Requester;

/// A key whose presence or value follows from the requester's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequesterKey {
    /// `aws:PrincipalArn`.
    PrincipalArn,
    /// `aws:PrincipalAccount`.
    PrincipalAccount,
    /// `aws:PrincipalType`.
    PrincipalType,
    /// `aws:userid`.
    UserId,
    /// `aws:username`.
    UserName,
    /// `aws:PrincipalIsAWSService`.
    IsAwsService,
    /// `aws:PrincipalServiceName`.
    ServiceName,
}

/// The values of `aws:PrincipalType`.
const TYPES: [(&str, Class); 5] = [
    ("Account", ROOT),
    ("User", USER),
    ("FederatedUser", FEDERATED),
    ("AssumedRole", ROLE),
    ("Anonymous", ANONYMOUS),
];

impl RequesterKey {
    /// All keys.
    pub const ALL: [RequesterKey; 7] = [
        RequesterKey::PrincipalArn,
        RequesterKey::PrincipalAccount,
        RequesterKey::PrincipalType,
        RequesterKey::UserId,
        RequesterKey::UserName,
        RequesterKey::IsAwsService,
        RequesterKey::ServiceName,
    ];

    /// Returns the lower-cased name of the key.
    pub fn name(self) -> &'static str {
        match self {
            RequesterKey::PrincipalArn => "aws:principalarn",
            RequesterKey::PrincipalAccount => "aws:principalaccount",
            RequesterKey::PrincipalType => "aws:principaltype",
            RequesterKey::UserId => "aws:userid",
            RequesterKey::UserName => "aws:username",
            RequesterKey::IsAwsService => "aws:principalisawsservice",
            RequesterKey::ServiceName => "aws:principalservicename",
        }
    }

    /// Returns the key with this lower-cased name.
    pub fn of(name: &str) -> Option<RequesterKey> {
        RequesterKey::ALL.into_iter().find(|key| key.name() == name)
    }

    /// Returns the kinds of requester whose word fixes the presence and the value of the key.
    pub fn fixed(self) -> Class {
        match self {
            // The requests of a federated sign-in are unsigned (S17).
            RequesterKey::PrincipalArn => OF_ACCOUNT.union(ANONYMOUS).union(SIGN_IN),
            RequesterKey::PrincipalAccount => OF_ACCOUNT.union(ANONYMOUS),
            // For sessions of AssumeRoot only the account is documented.
            RequesterKey::PrincipalType | RequesterKey::UserId => {
                OF_ACCOUNT.minus(ASSUMED_ROOT).union(ANONYMOUS)
            }
            RequesterKey::UserName | RequesterKey::IsAwsService | RequesterKey::ServiceName => {
                OF_ACCOUNT.union(ANONYMOUS).union(WITHOUT_ACCOUNT)
            }
        }
    }

    /// Returns the fixed kinds that have the key.
    pub fn present(self) -> Class {
        match self {
            RequesterKey::PrincipalArn => OF_ACCOUNT,
            RequesterKey::PrincipalAccount | RequesterKey::PrincipalType | RequesterKey::UserId => {
                self.fixed()
            }
            RequesterKey::UserName => USER,
            RequesterKey::IsAwsService => OF_ACCOUNT.union(SERVICE),
            RequesterKey::ServiceName => SERVICE,
        }
    }

    /// Returns the value of the key for a requester of the fixed kinds: `Some(None)` if it is absent, `None` for other kinds.
    pub fn value(self, decoded: &Decoded) -> Option<Option<String>> {
        let requester = &decoded.requester;
        let kind = marker(requester.kind());
        if !self.fixed().covers(kind) {
            return None;
        }
        if !self.present().covers(kind) {
            return Some(None);
        }
        Some(match self {
            RequesterKey::PrincipalArn => decoded.principal_arn.clone(),
            RequesterKey::PrincipalAccount => match requester {
                Requester::Anonymous => Some("anonymous".to_owned()),
                other => other.account().map(str::to_owned),
            },
            RequesterKey::PrincipalType => {
                TYPES.iter().find(|(_, k)| *k == kind).map(|(name, _)| (*name).to_owned())
            }
            RequesterKey::UserId => decoded.user_id.clone(),
            RequesterKey::UserName => match requester {
                Requester::User { name, .. } => name.rsplit('/').next().map(str::to_owned),
                _ => None,
            },
            RequesterKey::IsAwsService => Some((kind == SERVICE).to_string()),
            RequesterKey::ServiceName => match requester {
                Requester::Service { name } => Some(name.clone()),
                _ => None,
            },
        })
    }

    /// Returns the pattern that every value of the key matches, if values have a known form.
    pub fn shape(self) -> Option<Pattern> {
        let name = Pattern::builder().one(Set::Class(Class::NOT_SLASH)).many(Class::NOT_SLASH);
        (self == RequesterKey::UserName).then(|| name.finish())
    }

    /// Returns patterns on the words of the fixed kinds for which the value of the key matches.
    pub fn words(self, pattern: &Pattern) -> Vec<Pattern> {
        let word = |text: &str| pattern.matches(&Symbol::word(text));
        let account = || restrict(pattern, Class::NOT_COLON);
        let mut words = Vec::new();
        match self {
            RequesterKey::PrincipalArn => words.push(requester::with_arn(OF_ACCOUNT, pattern)),
            RequesterKey::PrincipalAccount => {
                words.extend(account().map(|p| requester::with_account(OF_ACCOUNT, &p)));
                words.extend(word("anonymous").then(|| requester::any(ANONYMOUS)));
            }
            RequesterKey::PrincipalType => {
                words.extend(
                    TYPES.iter().filter(|(name, _)| word(name)).map(|(_, kind)| requester::any(*kind)),
                );
            }
            RequesterKey::UserId => {
                let own = requester::of(USER.union(ROLE)).many(Class::ANY).symbol(SEPARATOR);
                words.push(own.pattern(pattern).finish());
                words.extend(account().map(|p| requester::with_account(ROOT, &p)));
                for (account, name) in split(pattern, ':', Class::NOT_COLON) {
                    let arn = requester::of(FEDERATED).text("arn:").many(Class::NOT_COLON).text(":sts::");
                    let arn = arn.pattern(&account).text(":federated-user/").pattern(&name);
                    words.push(arn.symbol(SEPARATOR).many(requester::REST).finish());
                }
                words.extend(word("anonymous").then(|| requester::any(ANONYMOUS)));
            }
            RequesterKey::UserName => {
                if let Some(name) = restrict(pattern, Class::NOT_SLASH) {
                    let field = |b: Builder| b.many(Class::NOT_COLON).text(":");
                    let user = field(field(field(field(requester::of(USER).text("arn:"))))).text("user/");
                    for start in [user.clone(), user.many(Class::ANY).text("/")] {
                        words.push(start.pattern(&name).symbol(SEPARATOR).many(requester::REST).finish());
                    }
                }
            }
            RequesterKey::IsAwsService => {
                words.extend(word("true").then(|| requester::any(SERVICE)));
                words.extend(word("false").then(|| requester::any(OF_ACCOUNT)));
            }
            RequesterKey::ServiceName => words.push(requester::of(SERVICE).pattern(pattern).finish()),
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::requester::{decode, encode};

    const USER_ID: &str = "AIDAEXAMPLE";

    /// A requester of every kind, some with a path, with the value of each key: `-` if it is absent, `?` if the word does not tell.
    fn table() -> Vec<(Requester, [&'static str; 7])> {
        let (partition, account) = (|| "aws".to_owned(), || "111122223333".to_owned());
        let user =
            |name: &str| Requester::User { partition: partition(), account: account(), name: name.into() };
        let role = |role: &str| Requester::RoleSession {
            partition: partition(),
            account: account(),
            role: role.into(),
            session: "s".into(),
        };
        let federated = Requester::FederatedUser {
            partition: partition(),
            account: account(),
            name: "bob".into(),
            parent: "alice".into(),
        };
        let saml = "arn:aws:iam::111122223333:saml-provider/p";
        // aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:userid, aws:username, aws:PrincipalIsAWSService,
        // aws:PrincipalServiceName
        vec![
            (Requester::Anonymous, ["-", "anonymous", "Anonymous", "anonymous", "-", "-", "-"]),
            (
                Requester::Root { partition: partition(), account: account() },
                [
                    "arn:aws:iam::111122223333:root",
                    "111122223333",
                    "Account",
                    "111122223333",
                    "-",
                    "false",
                    "-",
                ],
            ),
            (
                user("alice"),
                [
                    "arn:aws:iam::111122223333:user/alice",
                    "111122223333",
                    "User",
                    USER_ID,
                    "alice",
                    "false",
                    "-",
                ],
            ),
            (
                user("team/alice"),
                [
                    "arn:aws:iam::111122223333:user/team/alice",
                    "111122223333",
                    "User",
                    USER_ID,
                    "alice",
                    "false",
                    "-",
                ],
            ),
            (
                role("team/r"),
                [
                    "arn:aws:iam::111122223333:role/team/r",
                    "111122223333",
                    "AssumedRole",
                    "AIDAEXAMPLE:s",
                    "-",
                    "false",
                    "-",
                ],
            ),
            (
                federated,
                [
                    "arn:aws:sts::111122223333:federated-user/bob",
                    "111122223333",
                    "FederatedUser",
                    "111122223333:bob",
                    "-",
                    "false",
                    "-",
                ],
            ),
            (
                Requester::AssumedRoot { account: account() },
                ["arn:aws:iam::111122223333:root", "111122223333", "?", "?", "-", "false", "-"],
            ),
            (
                Requester::Service { name: "ec2.amazonaws.com".into() },
                ["?", "?", "?", "?", "-", "true", "ec2.amazonaws.com"],
            ),
            (
                Requester::WebIdentity { provider: "accounts.google.com".into() },
                ["-", "?", "?", "?", "-", "-", "-"],
            ),
            (Requester::Saml { provider: saml.into() }, ["-", "?", "?", "?", "-", "-", "-"]),
        ]
    }

    #[test]
    fn the_word_tells_the_values_of_the_keys() {
        for (requester, values) in table() {
            let decoded = decode(&encode(&requester, USER_ID)).unwrap();
            for (key, expected) in RequesterKey::ALL.into_iter().zip(values) {
                let expected = match expected {
                    "?" => None,
                    "-" => Some(None),
                    value => Some(Some(value.to_owned())),
                };
                assert_eq!(key.value(&decoded), expected, "{key:?} {requester:?}");
            }
        }
    }

    /// A word is among those of a pattern exactly if the value of its key matches the pattern; without a value it is among none.
    #[test]
    fn the_words_of_a_pattern_are_those_with_a_value_that_matches() {
        let mut patterns: Vec<String> =
            ["*", "?*", "a*", "*a*", "*:*", "*/*", "1*3", "*true", "", "*s", "?????"]
                .map(str::to_owned)
                .into();
        // Every value that occurs, alone and without its ends.
        for value in table().into_iter().flat_map(|(_, values)| values) {
            let inner = value.get(1..value.len() - 1).unwrap_or_default();
            patterns.extend([value.to_owned(), format!("?{inner}?"), format!("*{inner}*")]);
        }
        for text in &patterns {
            let pattern = Pattern::glob(Class::ANY, text);
            for (requester, values) in table() {
                let word = encode(&requester, USER_ID);
                for (key, value) in
                    RequesterKey::ALL.into_iter().zip(values).filter(|(_, value)| *value != "?")
                {
                    let found = key.words(&pattern).iter().any(|words| words.matches(&word));
                    let expected = value != "-" && pattern.matches(&Symbol::word(value));
                    assert_eq!(found, expected, "{key:?} {text} {requester:?}");
                }
            }
        }
    }

    #[test]
    fn the_name_of_a_user_has_no_slash() {
        let shape = RequesterKey::UserName.shape().unwrap();
        for (name, expected) in [("alice", true), ("team/alice", false), ("", false)] {
            assert_eq!(shape.matches(&Symbol::word(name)), expected, "{name}");
        }
        assert!(RequesterKey::ALL.into_iter().filter(|key| key.shape().is_some()).count() == 1);
    }
}
