//! Keys that describe the requester, as parts of its word: when they are present, what they hold, and what a pattern on their
//! value says about the word (facts S1 to S6 of docs/semantics.md).

use super::derive::{restrict, split};
use super::requester::{
    self, ANONYMOUS, ASSUMED_ROOT, Decoded, FEDERATED, OF_ACCOUNT, ROLE, ROOT, SAML, SEPARATOR, SERVICE,
    USER, WEB, WITHOUT_ACCOUNT,
};
use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::request::{Requester, RequesterKind};

/// A key that the requester's word speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tied {
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

impl Tied {
    /// All of them.
    pub const ALL: [Tied; 7] = [
        Tied::PrincipalArn,
        Tied::PrincipalAccount,
        Tied::PrincipalType,
        Tied::UserId,
        Tied::UserName,
        Tied::IsAwsService,
        Tied::ServiceName,
    ];

    /// The lower-cased name of the key.
    pub fn name(self) -> &'static str {
        match self {
            Tied::PrincipalArn => "aws:principalarn",
            Tied::PrincipalAccount => "aws:principalaccount",
            Tied::PrincipalType => "aws:principaltype",
            Tied::UserId => "aws:userid",
            Tied::UserName => "aws:username",
            Tied::IsAwsService => "aws:principalisawsservice",
            Tied::ServiceName => "aws:principalservicename",
        }
    }

    /// The key with this lower-cased name.
    pub fn of(name: &str) -> Option<Tied> {
        Tied::ALL.into_iter().find(|tied| tied.name() == name)
    }

    /// The kinds of requester whose word fixes whether the key is present and what it holds.
    pub fn fixed(self) -> Class {
        match self {
            Tied::PrincipalArn | Tied::PrincipalAccount => OF_ACCOUNT.union(ANONYMOUS),
            // Of sessions of AssumeRoot only the account is documented.
            Tied::PrincipalType | Tied::UserId => OF_ACCOUNT.minus(ASSUMED_ROOT).union(ANONYMOUS),
            Tied::UserName => OF_ACCOUNT.union(ANONYMOUS).union(WITHOUT_ACCOUNT),
            Tied::IsAwsService | Tied::ServiceName => OF_ACCOUNT.union(ANONYMOUS).union(SERVICE),
        }
    }

    /// Of the fixed kinds, those that have the key.
    pub fn present(self) -> Class {
        match self {
            Tied::PrincipalArn => OF_ACCOUNT,
            Tied::PrincipalAccount | Tied::PrincipalType | Tied::UserId => self.fixed(),
            Tied::UserName => USER,
            Tied::IsAwsService => OF_ACCOUNT.union(SERVICE),
            Tied::ServiceName => SERVICE,
        }
    }

    /// What the key holds for a requester of the fixed kinds: `Some(None)` if it is absent, `None` for other kinds.
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
            Tied::PrincipalArn => decoded.principal_arn.clone(),
            Tied::PrincipalAccount => Some(requester.account().unwrap_or("anonymous").to_owned()),
            Tied::PrincipalType => TYPES.iter().find(|(_, k)| *k == kind).map(|(name, _)| (*name).to_owned()),
            Tied::UserId => decoded.user_id.clone(),
            Tied::UserName => match requester {
                Requester::User { name, .. } => name.rsplit('/').next().map(str::to_owned),
                _ => None,
            },
            Tied::IsAwsService => Some((kind == SERVICE).to_string()),
            Tied::ServiceName => match requester {
                Requester::Service { name } => Some(name.clone()),
                _ => None,
            },
        })
    }

    /// What every value of the key matches, where more is known than that it is a text.
    pub fn shape(self) -> Option<Pattern> {
        let name = Pattern::builder().one(Set::Class(Class::NOT_SLASH)).many(Class::NOT_SLASH);
        (self == Tied::UserName).then(|| name.finish())
    }

    /// The words of the fixed kinds whose key value matches.
    pub fn words(self, pattern: &Pattern) -> Vec<Pattern> {
        let word = |text: &str| pattern.matches(&Symbol::word(text));
        let account = || restrict(pattern, Class::NOT_COLON);
        let mut words = Vec::new();
        match self {
            Tied::PrincipalArn => words.push(requester::with_arn(OF_ACCOUNT, pattern)),
            Tied::PrincipalAccount => {
                words.extend(account().map(|p| requester::with_account(OF_ACCOUNT, &p)));
                words.extend(word("anonymous").then(|| requester::any(ANONYMOUS)));
            }
            Tied::PrincipalType => {
                words.extend(
                    TYPES.iter().filter(|(name, _)| word(name)).map(|(_, kind)| requester::any(*kind)),
                );
            }
            Tied::UserId => {
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
            Tied::UserName => {
                if let Some(name) = restrict(pattern, Class::NOT_SLASH) {
                    let field = |b: Builder| b.many(Class::NOT_COLON).text(":");
                    let user = field(field(field(field(requester::of(USER).text("arn:"))))).text("user/");
                    for start in [user.clone(), user.many(Class::ANY).text("/")] {
                        words.push(start.pattern(&name).symbol(SEPARATOR).many(requester::REST).finish());
                    }
                }
            }
            Tied::IsAwsService => {
                words.extend(word("true").then(|| requester::any(SERVICE)));
                words.extend(word("false").then(|| requester::any(OF_ACCOUNT)));
            }
            Tied::ServiceName => words.push(requester::of(SERVICE).pattern(pattern).finish()),
        }
        words
    }
}
