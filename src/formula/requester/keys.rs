//! Keys that describe the requester, as parts of its word: their presence, their values, and the lifting of a pattern on a value
//! to patterns on the word (facts S1 to S6 and S17 of docs/semantics.md).

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::formula::requester;
use crate::formula::requester::lift::{restrict, split};
use crate::formula::requester::word::{
    ANONYMOUS, ASSUMED_ROOT, Decoded, FEDERATED, OF_ACCOUNT, ROLE, ROOT, SAML, SEPARATOR, SERVICE, SIGN_IN,
    USER, WEB, WITHOUT_ACCOUNT,
};
use crate::request::{Requester, RequesterKind};

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
        let kind = match requester.kind() {
            RequesterKind::Anonymous => ANONYMOUS,
            RequesterKind::Root => ROOT,
            RequesterKind::User => USER,
            RequesterKind::RoleSession => ROLE,
            RequesterKind::FederatedUser => FEDERATED,
            RequesterKind::AssumedRoot => ASSUMED_ROOT,
            RequesterKind::Service => SERVICE,
            RequesterKind::WebIdentity => WEB,
            RequesterKind::Saml => SAML,
        };
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
