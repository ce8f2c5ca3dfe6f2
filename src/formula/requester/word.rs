//! The requester as one word.
//!
//! The word starts with a marker for the kind. The fields of the kind follow, each ended by a separator marker that no text
//! contains:
//!
//! | kind | word |
//! |---|---|
//! | anonymous | kind |
//! | root user | kind, ARN, separator |
//! | user | kind, ARN, separator, user id |
//! | role session | kind, ARN of the role, separator, role id `:` session name |
//! | federated user | kind, ARN, separator, path and name of the parent user |
//! | assumed root | kind, some ARN of the account that is of no other kind, separator |
//! | service, web identity, SAML | kind, name |
//!
//! The ids of users start with `AIDA` and those of roles with `AROA` (IAM User Guide, page `reference_identifiers`).
//!
//! So every test of the requester in a policy is a wildcard pattern on one word, and the tests agree on the account and the
//! session name.

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::index::broken;
use crate::request::{Requester, RequesterKind, Requesters};

/// Ends a field.
pub(crate) const SEPARATOR: Symbol = Symbol::marker(0);
/// Any symbol of a word after the kind.
pub(crate) const REST: Class = Class::ANY.union(Class::marker(0));

/// Anonymous callers.
pub(crate) const ANONYMOUS: Class = Class::marker(1);
/// Root users.
pub(crate) const ROOT: Class = Class::marker(2);
/// IAM users.
pub(crate) const USER: Class = Class::marker(3);
/// Role sessions.
pub(crate) const ROLE: Class = Class::marker(4);
/// Sessions of GetFederationToken.
pub(crate) const FEDERATED: Class = Class::marker(5);
/// Sessions of AssumeRoot.
pub(crate) const ASSUMED_ROOT: Class = Class::marker(6);
/// AWS services.
pub(crate) const SERVICE: Class = Class::marker(7);
/// Web identities.
pub(crate) const WEB: Class = Class::marker(8);
/// SAML identities.
pub(crate) const SAML: Class = Class::marker(9);

/// Returns the marker of a kind of requester.
pub(crate) fn marker(kind: RequesterKind) -> Class {
    match kind {
        RequesterKind::Anonymous => ANONYMOUS,
        RequesterKind::Root => ROOT,
        RequesterKind::User => USER,
        RequesterKind::RoleSession => ROLE,
        RequesterKind::FederatedUser => FEDERATED,
        RequesterKind::AssumedRoot => ASSUMED_ROOT,
        RequesterKind::Service => SERVICE,
        RequesterKind::WebIdentity => WEB,
        RequesterKind::Saml => SAML,
    }
}

/// Principals that belong to an account.
pub(crate) const OF_ACCOUNT: Class = ROOT.union(USER).union(ROLE).union(FEDERATED).union(ASSUMED_ROOT);
/// Callers who sign in by a token or an assertion of an identity provider.
pub(crate) const SIGN_IN: Class = WEB.union(SAML);
/// Everyone else who is not anonymous.
pub(crate) const WITHOUT_ACCOUNT: Class = SERVICE.union(SIGN_IN);

/// Returns the kinds of these requesters.
pub(crate) fn kinds(requesters: Requesters) -> Class {
    match requesters {
        Requesters::Attached => USER.union(ROLE).union(FEDERATED),
        Requesters::OfAccounts => OF_ACCOUNT,
        Requesters::Everyone => ANONYMOUS.union(OF_ACCOUNT).union(WITHOUT_ACCOUNT),
    }
}

/// Starts a pattern on requesters of these kinds.
pub(crate) fn of(kinds: Class) -> Builder {
    Builder::default().one(Set::Class(kinds))
}

/// Returns the pattern of requesters of these kinds whose ARN matches.
pub(crate) fn with_arn(kinds: Class, arn: &Pattern) -> Pattern {
    of(kinds).pattern(arn).symbol(SEPARATOR).many(REST).finish()
}

/// Returns the pattern of requesters of these kinds whose account matches; `account` must not match `:`.
pub(crate) fn with_account(kinds: Class, account: &Pattern) -> Pattern {
    let builder = of(kinds).text("arn:").many(Class::NOT_COLON).text(":").many(Class::NOT_COLON).text(":");
    let builder = builder.many(Class::NOT_COLON).text(":").pattern(account).text(":").many(Class::ANY);
    builder.symbol(SEPARATOR).many(REST).finish()
}

/// Returns the pattern of all requesters of these kinds.
pub(crate) fn any(kinds: Class) -> Pattern {
    of(kinds).many(REST).finish()
}

fn some(builder: Builder, class: Class) -> Builder {
    builder.one(Set::Class(class)).many(class)
}

/// Returns the words that encode some requester, as one pattern for each form.
pub fn domain(requesters: Requesters) -> Vec<Pattern> {
    let arn = |kind, service: &str, resource: &str| {
        let builder = some(of(kind).text("arn:"), Class::NOT_COLON).text(service);
        some(builder, Class::NOT_COLON).text(resource)
    };
    // A name contains no slash; a path before it ends with one.
    let named = |builder: Builder| {
        let plain = some(builder.clone(), Class::NOT_SLASH);
        let with_path = some(some(builder, Class::ANY).text("/"), Class::NOT_SLASH);
        [plain, with_path]
    };
    let mut forms: Vec<Pattern> = Vec::new();
    for name in named(arn(ROLE, ":iam::", ":role/")) {
        let id = name.symbol(SEPARATOR).text("AROA").many(Class::NOT_COLON).text(":");
        forms.push(some(id, Class::ANY).finish());
    }
    for name in named(arn(USER, ":iam::", ":user/")) {
        forms.push(name.symbol(SEPARATOR).text("AIDA").many(Class::NOT_COLON).finish());
    }
    let federated = some(arn(FEDERATED, ":sts::", ":federated-user/"), Class::ANY).symbol(SEPARATOR);
    forms.push(some(federated, Class::ANY).finish());
    if requesters != Requesters::Attached {
        forms.push(arn(ROOT, ":iam::", ":root").symbol(SEPARATOR).finish());
        let field = |builder: Builder| builder.many(Class::NOT_COLON).text(":");
        let account = some(field(field(field(of(ASSUMED_ROOT).text("arn:")))), Class::NOT_COLON).text(":");
        // The ARNs of roles, users and other sessions contain a slash.
        forms.push(account.clone().many(Class::NOT_SLASH).symbol(SEPARATOR).finish());
        forms.push(account.text("assumed-root/").many(Class::ANY).symbol(SEPARATOR).finish());
    }
    if requesters == Requesters::Everyone {
        forms.push(of(ANONYMOUS).finish());
        forms.push(some(arn(SAML, ":iam::", ":saml-provider/"), Class::ANY).finish());
        for kind in [SERVICE, WEB] {
            forms.push(some(of(kind), Class::ANY).finish());
        }
    }
    forms
}

/// Encodes a requester as a word, with `user_id` for the id that is not part of the requester.
pub fn encode(requester: &Requester, user_id: &str) -> Vec<Symbol> {
    let kind = match requester {
        Requester::Anonymous => 1,
        Requester::Root { .. } => 2,
        Requester::User { .. } => 3,
        Requester::RoleSession { .. } => 4,
        Requester::FederatedUser { .. } => 5,
        Requester::AssumedRoot { .. } => 6,
        Requester::Service { .. } => 7,
        Requester::WebIdentity { .. } => 8,
        Requester::Saml { .. } => 9,
    };
    let mut word = vec![Symbol::marker(kind)];
    let mut part = |text: &str| Symbol::append(text, &mut word);
    match requester {
        Requester::Anonymous => return word,
        Requester::Service { name: text }
        | Requester::WebIdentity { provider: text }
        | Requester::Saml { provider: text } => {
            part(text);
            return word;
        }
        Requester::AssumedRoot { account } => part(&format!("arn:aws:iam::{account}:root")),
        other => match other.principal_arn() {
            Some(arn) => part(&arn),
            None => broken("a principal of an account has an ARN"),
        },
    }
    word.push(SEPARATOR);
    let last = match requester {
        Requester::User { .. } => user_id.to_owned(),
        Requester::RoleSession { session, .. } => format!("{user_id}:{session}"),
        Requester::FederatedUser { parent, .. } => parent.clone(),
        _ => String::new(),
    };
    Symbol::append(&last, &mut word);
    word
}

/// A requester read back from its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The requester.
    pub requester: Requester,
    /// The value of `aws:PrincipalArn`, where the word fixes it.
    pub principal_arn: Option<String>,
    /// The value of `aws:userid`, where the word fixes it.
    pub user_id: Option<String>,
}

/// Decodes a word of the [`domain`]; `None` for other words.
pub fn decode(word: &[Symbol]) -> Option<Decoded> {
    let (kind, rest) = word.split_first()?;
    let mut parts = rest.split(|s| *s == SEPARATOR).map(Symbol::text);
    let first = parts.next()??;
    let mut second = || parts.next()?;
    let without_ids = |requester| Decoded { requester, principal_arn: None, user_id: None };
    let (requester, user_id) = match kind.to_marker()? {
        1 => {
            let user_id = Some("anonymous".to_owned());
            return Some(Decoded { user_id, ..without_ids(Requester::Anonymous) });
        }
        2 => {
            let Arn { partition, account, .. } = Arn::of(&first)?;
            (Requester::Root { partition, account: account.clone() }, account)
        }
        3 => {
            let arn = Arn::of(&first)?;
            let name = arn.name()?;
            (Requester::User { partition: arn.partition, account: arn.account, name }, second()?)
        }
        4 => {
            let arn = Arn::of(&first)?;
            let (role, user_id) = (arn.name()?, second()?);
            let (_, session) = user_id.split_once(':')?;
            let session = session.to_owned();
            let session =
                Requester::RoleSession { partition: arn.partition, account: arn.account, role, session };
            (session, user_id)
        }
        5 => {
            let arn = Arn::of(&first)?;
            let (name, parent) = (arn.name()?, second()?);
            let user_id = format!("{}:{name}", arn.account);
            let user =
                Requester::FederatedUser { partition: arn.partition, account: arn.account, name, parent };
            (user, user_id)
        }
        6 => {
            let requester = Requester::AssumedRoot { account: Arn::of(&first)?.account };
            return Some(Decoded { principal_arn: Some(first), ..without_ids(requester) });
        }
        7 => return Some(without_ids(Requester::Service { name: first })),
        8 => return Some(without_ids(Requester::WebIdentity { provider: first })),
        9 => return Some(without_ids(Requester::Saml { provider: first })),
        _ => return None,
    };
    Some(Decoded { requester, principal_arn: Some(first), user_id: Some(user_id) })
}

/// The fields of an ARN from which a requester is read.
struct Arn<'w> {
    partition: String,
    account: String,
    resource: &'w str,
}

impl Arn<'_> {
    fn of(text: &str) -> Option<Arn<'_>> {
        let mut fields = text.splitn(6, ':').skip(1);
        let partition = fields.next()?.to_owned();
        let account = fields.nth(2)?.to_owned();
        Some(Arn { partition, account, resource: fields.next()? })
    }

    /// Returns the resource field without its type.
    fn name(&self) -> Option<String> {
        self.resource.split_once('/').map(|(_, name)| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "111122223333";

    /// Returns an id that AWS may have given the user or role.
    fn id_of(requester: &Requester) -> &'static str {
        match requester {
            Requester::RoleSession { .. } => "AROAEXAMPLE",
            _ => "AIDAEXAMPLE",
        }
    }

    /// A requester of every kind, some with a path, with the markers of the kinds.
    fn all() -> Vec<(Requester, Class)> {
        let (partition, account) = (|| "aws".to_owned(), || ACCOUNT.to_owned());
        let user =
            |name: &str| Requester::User { partition: partition(), account: account(), name: name.into() };
        let role = |role: &str, session: &str| Requester::RoleSession {
            partition: partition(),
            account: account(),
            role: role.into(),
            session: session.into(),
        };
        vec![
            (Requester::Anonymous, ANONYMOUS),
            (Requester::Root { partition: partition(), account: account() }, ROOT),
            (user("alice"), USER),
            (user("team/a/alice"), USER),
            (role("admin", "s"), ROLE),
            (role("team/admin", "a:b"), ROLE),
            (
                Requester::FederatedUser {
                    partition: partition(),
                    account: account(),
                    name: "bob".into(),
                    parent: "team/alice".into(),
                },
                FEDERATED,
            ),
            (Requester::AssumedRoot { account: account() }, ASSUMED_ROOT),
            (Requester::Service { name: "ec2.amazonaws.com".into() }, SERVICE),
            (Requester::WebIdentity { provider: "accounts.google.com".into() }, WEB),
            (Requester::Saml { provider: format!("arn:aws:iam::{ACCOUNT}:saml-provider/p") }, SAML),
        ]
    }

    #[test]
    fn a_word_is_read_back_as_its_requester() {
        for (requester, _) in all() {
            let decoded = decode(&encode(&requester, "AIDAEXAMPLE")).unwrap();
            assert_eq!(decoded.requester, requester);
            let arn = match requester {
                // Some ARN of the account.
                Requester::AssumedRoot { .. } => Some(format!("arn:aws:iam::{ACCOUNT}:root")),
                ref other => other.principal_arn(),
            };
            assert_eq!(decoded.principal_arn, arn, "{requester:?}");
        }
        for word in [vec![], vec![SEPARATOR], Symbol::word("a"), vec![Symbol::marker(3)]] {
            assert_eq!(decode(&word), None, "{word:?}");
        }
    }

    #[test]
    fn the_user_id_is_what_aws_makes_of_each_kind() {
        let ids = all().into_iter().map(|(r, _)| decode(&encode(&r, "AIDAEXAMPLE")).unwrap().user_id);
        let expected = [
            Some("anonymous"),
            Some(ACCOUNT),
            Some("AIDAEXAMPLE"),
            Some("AIDAEXAMPLE"),
            Some("AIDAEXAMPLE:s"),
            Some("AIDAEXAMPLE:a:b"),
            Some("111122223333:bob"),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(ids.collect::<Vec<_>>(), expected.map(|id| id.map(str::to_owned)));
    }

    #[test]
    fn words_are_of_their_kind_and_in_the_domain_of_their_kind() {
        for (requester, kind) in all() {
            let word = encode(&requester, id_of(&requester));
            for (_, other) in all() {
                assert_eq!(any(other).matches(&word), other == kind, "{requester:?}");
            }
            for requesters in [Requesters::Attached, Requesters::OfAccounts, Requesters::Everyone] {
                let is_in = domain(requesters).iter().any(|form| form.matches(&word));
                assert_eq!(is_in, kinds(requesters).covers(kind), "{requester:?} {requesters:?}");
            }
        }
        // A user without a name, without an id, with that of a role, or with an empty part of a path.
        for (arn, id) in [
            ("user/", "AIDAX"),
            ("user/a", ""),
            ("user/a", "AROAX"),
            ("user/team/", "AIDAX"),
            ("group/a", "AIDAX"),
        ] {
            let mut word = vec![Symbol::marker(3)];
            Symbol::append(&format!("arn:aws:iam::{ACCOUNT}:{arn}"), &mut word);
            word.push(SEPARATOR);
            Symbol::append(id, &mut word);
            assert!(!domain(Requesters::Everyone).iter().any(|form| form.matches(&word)), "{arn} {id}");
        }
    }

    #[test]
    fn patterns_on_the_arn_and_on_the_account_are_about_these_parts() {
        for (requester, kind) in all() {
            let word = encode(&requester, id_of(&requester));
            let of_account = OF_ACCOUNT.covers(kind);
            for (text, expected) in [(ACCOUNT, of_account), ("1111*", of_account), ("2*", false), ("", false)]
            {
                let account = Pattern::glob(Class::NOT_COLON, text);
                assert_eq!(
                    with_account(OF_ACCOUNT, &account).matches(&word),
                    expected,
                    "{requester:?} {text}"
                );
            }
            let arn = Pattern::glob(Class::ANY, "arn:aws:iam::*:user/*alice");
            assert_eq!(with_arn(OF_ACCOUNT, &arn).matches(&word), kind == USER, "{requester:?}");
        }
    }
}
