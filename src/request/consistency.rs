//! Decides which requests can happen: their form, the key table, and the facts that AWS documents about every request.
//!
//! The facts are S1 to S13 and S17 of docs/semantics.md, as far as the search uses them. Each fact excludes requests, so it must
//! be certain. The part of S12 about members would compare the values of two keys; it is omitted here as in the search, because
//! an additional request never makes a PASS wrong.
//!
//! Source of all of them: IAM User Guide, page `reference_policies_condition-keys`; of S1, S4 and S5 also
//! `reference_policies_variables`, of S5 also `reference_identifiers`, of one value per single-valued key
//! `reference_policies_single-vs-multi-valued-condition-keys`.

use crate::policy::{Decimal, read_instant};
use crate::request::{
    KeyInfo, Multiplicity, Presence, Request, Requester, ValueType, info_of_lower, multiplicity,
};
use std::borrow::Cow;

/// The sets of facts that are assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactSets {
    /// Assumes everything that AWS documents. Otherwise only forms and types are checked, as in AWS's own checks.
    pub safe: bool,
    /// Assumes the heuristics, which usually but not certainly hold; see [`HEURISTICS`](crate::request::HEURISTICS).
    pub heuristics: bool,
}

/// A reason why a request cannot happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistency {
    /// The violated fact: `S1` to `S13`, `S17` (`S2-S6` for keys that the requester fixes), `shape`, `type`, `presence`,
    /// `single-valued` or the name of a heuristic.
    pub axiom: &'static str,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.axiom)
    }
}

impl std::error::Error for Inconsistency {}

/// The keys that policies mention: in lower case, sorted, each once.
///
/// ```
/// use iamsat::request::{FactSets, Keys, Request};
/// let keys = Keys::new(["aws:SecureTransport"]);
/// let request = Request::new("s3:GetObject", "*");
/// let axioms = FactSets { safe: true, heuristics: false };
/// // Every request says whether it was encrypted.
/// assert_eq!(request.inconsistencies_among(&keys, &axioms).len(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Keys<'k> {
    names: Vec<Cow<'k, str>>,
    /// Those of the key table.
    known: Vec<(Cow<'k, str>, &'static KeyInfo)>,
    /// The pairs of an organization's id and paths of which both are mentioned.
    organizations: Vec<(&'static str, &'static str)>,
    /// The mentioned keys that the requester may fix.
    of_requester: Vec<&'static str>,
}

/// Keys that hold the id of an organization, and the paths to an account in it.
const ORGANIZATIONS: [(&str, &str); 4] = [
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourceorgid", "aws:sourceorgpaths"),
    ("aws:vpceorgid", "aws:vpceorgpaths"),
];

/// The keys of [`Requester::derived_context`].
const OF_REQUESTER: [&str; 7] = [
    "aws:principaltype",
    "aws:principalaccount",
    "aws:userid",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:username",
];

impl<'k> Keys<'k> {
    /// These, in any case and order.
    pub fn new(keys: impl IntoIterator<Item = &'k str>) -> Keys<'k> {
        let is_lower = |key: &str| !key.bytes().any(|b| b.is_ascii_uppercase());
        let lower = |key: &'k str| match is_lower(key) {
            true => Cow::Borrowed(key),
            false => Cow::Owned(key.to_ascii_lowercase()),
        };
        let mut names: Vec<Cow<'k, str>> = keys.into_iter().map(lower).collect();
        names.sort_unstable();
        names.dedup();
        let known = names.iter().filter_map(|name| Some((name.clone(), info_of_lower(name)?))).collect();
        let mut keys = Keys { names, known, ..Keys::default() };
        keys.of_requester = OF_REQUESTER.into_iter().filter(|key| keys.contains(key)).collect();
        let both = |(id, paths): &(&str, &str)| keys.contains(id) && keys.contains(paths);
        keys.organizations = ORGANIZATIONS.into_iter().filter(both).collect();
        keys
    }

    /// True if one of them is in every request of an AWS principal.
    pub fn describe_everyone(&self) -> bool {
        self.known
            .iter()
            .any(|(_, info)| matches!(info.presence, Presence::Signed | Presence::AlwaysForPrincipals))
    }

    /// True if the key is one of them.
    pub(crate) fn contains(&self, key: &str) -> bool {
        self.names.binary_search_by(|name| (**name).cmp(key)).is_ok()
    }
}

impl Request {
    /// Returns all reasons why this request cannot happen. Presence is checked only for `keys`, the keys that the policies
    /// mention; a request says nothing about others.
    pub fn inconsistencies<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k str>,
        axioms: &FactSets,
    ) -> Vec<Inconsistency> {
        self.inconsistencies_among(&Keys::new(keys), axioms)
    }

    /// Does the same as [`Request::inconsistencies`], with keys prepared for many requests.
    pub fn inconsistencies_among(&self, keys: &Keys<'_>, axioms: &FactSets) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        let mut fault = |axiom: &'static str, message: String| found.push(Inconsistency { axiom, message });
        if !is_action(&self.action) {
            fault("shape", format!("`{}` is not a valid action", self.action));
        }
        if self.resource != "*" && !(self.resource.starts_with("arn:") && has_six_fields(&self.resource)) {
            fault("shape", format!("`{}` is neither `*` nor an ARN of six fields", self.resource));
        }
        if let Some(part) = self.requester.as_ref().and_then(Requester::bad_part) {
            fault("shape", format!("the requester's {part} has an impossible form"));
        }
        for (key, values) in self.context() {
            if values.len() > 1 && multiplicity(key) == Some(Multiplicity::Single) {
                fault("single-valued", format!("{key} has {} values", values.len()));
            }
            let Some(info) = info_of_lower(key) else { continue };
            if let Some(value) = values.iter().find(|v| !is_of_type(v, info.value)) {
                fault("type", format!("`{value}` is not a value of {}", info.name));
            }
        }
        for (key, info) in &keys.known {
            if info.presence == Presence::Always && !self.has(key) {
                fault("presence", format!("{} is in every request", info.name));
            }
        }
        if axioms.safe {
            self.derived(keys, &mut fault);
            // These facts are about values that are present.
            if !self.context.is_empty() {
                self.unsigned(&mut fault);
                self.network(keys, &mut fault);
                self.groups(keys, &mut fault);
            }
        }
        if axioms.heuristics {
            self.against_heuristics(keys, &mut fault);
        }
        found
    }

    /// True if a key (lower-cased name) is present. A request has few keys, and most differ in length.
    fn has(&self, key: &str) -> bool {
        self.context.keys().any(|present| present == key)
    }

    /// Checks S1 to S6: the keys that the requester fixes.
    fn derived(&self, keys: &Keys<'_>, fault: &mut dyn FnMut(&'static str, String)) {
        let Some(requester) = &self.requester else { return };
        for (key, expected) in requester.derived_context() {
            if !keys.of_requester.iter().any(|name| name.eq_ignore_ascii_case(key)) {
                continue;
            }
            let given = self.values(key).and_then(<[String]>::first);
            if given.map(String::as_str) != expected.as_deref() {
                let expected = expected.map_or("absent".to_owned(), |e| format!("`{e}`"));
                fault("S2-S6", format!("{key} must be {expected} for this requester"));
            }
        }
        let (of_account, anonymous) = (requester.account().is_some(), *requester == Requester::Anonymous);
        // For sessions of AssumeRoot, only the account is documented.
        let documented = of_account && !matches!(requester, Requester::AssumedRoot { .. });
        for (key, info) in &keys.known {
            let needed = match info.presence {
                Presence::AlwaysForPrincipals => documented || anonymous,
                Presence::Signed => of_account,
                Presence::Always | Presence::Sometimes => false,
            };
            if needed && !self.has(key) {
                fault("presence", format!("{} is in every request of such a requester", info.name));
            }
        }
        let user_id = self.values_of_lower("aws:userid").and_then(<[String]>::first);
        match (requester, user_id) {
            (Requester::RoleSession { session, .. }, Some(id))
                if id.split_once(':').is_none_or(|(role, s)| !role.starts_with("AROA") || s != session) =>
            {
                let form = format!("an id that starts with `AROA`, followed by `:{session}`");
                fault("S5", format!("aws:userid of the session must be {form}"));
            }
            (Requester::User { .. }, Some(id)) if !id.starts_with("AIDA") || id.contains(':') => {
                fault("S5", "aws:userid of a user is a unique id that starts with `AIDA`".to_owned());
            }
            _ => {}
        }
        let arn = self.values_of_lower("aws:principalarn").and_then(<[String]>::first);
        let Requester::AssumedRoot { account } = requester else { return };
        if arn.is_some_and(|arn| !(arn.starts_with("arn:") && arn.split(':').nth(4) == Some(account))) {
            fault("S2", format!("aws:PrincipalArn must be in account {account}"));
        }
        // The form of this ARN is not documented, but those of other requesters are.
        let resource = arn.and_then(|arn| arn.splitn(6, ':').nth(5));
        if resource.is_some_and(|resource| resource.contains('/') && !resource.starts_with("assumed-root/")) {
            fault(
                "S3",
                "aws:PrincipalArn of an AssumeRoot session cannot be the ARN of another requester".to_owned(),
            );
        }
        let type_name = self.values_of_lower("aws:principaltype").and_then(<[String]>::first);
        if type_name
            .is_some_and(|name| ["User", "FederatedUser", "AssumedRole", "Anonymous"].contains(&&**name))
        {
            fault(
                "S4",
                "aws:PrincipalType of an AssumeRoot session cannot be that of another kind".to_owned(),
            );
        }
        if user_id.is_some_and(|id| id.starts_with("AROA") || id.starts_with("AIDA")) {
            fault(
                "S5",
                "aws:userid of an AssumeRoot session cannot be the unique id of a role or user".to_owned(),
            );
        }
    }

    /// Checks S1 and S17: keys that anonymous requests and those of a federated sign-in lack.
    fn unsigned(&self, fault: &mut dyn FnMut(&'static str, String)) {
        let (fact, whose) = match &self.requester {
            Some(Requester::Anonymous) => ("S1", "anonymous requests"),
            Some(Requester::WebIdentity { .. } | Requester::Saml { .. }) => {
                ("S17", "requests of a federated sign-in, which are unsigned")
            }
            _ => return,
        };
        let of_signer = ["aws:principalorgid", "aws:principalorgpaths", "aws:principalservicenameslist"];
        let of_session = [
            "aws:tokenissuetime",
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
            "aws:sourceidentity",
            "aws:federatedprovider",
        ];
        for (key, _) in self.context() {
            let lacks = of_signer.contains(&key)
                || key.starts_with("aws:principaltag/")
                || (fact == "S1" && of_session.contains(&key));
            if lacks {
                fault(fact, format!("{key} is absent from {whose}"));
            }
        }
    }

    /// Checks S8 and S9: requests through a VPC endpoint.
    fn network(&self, keys: &Keys<'_>, fault: &mut dyn FnMut(&'static str, String)) {
        let through = [
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:vpcsourceip",
            "aws:sourcevpcarn",
            "aws:vpceaccount",
            "aws:vpceorgid",
            "aws:vpceorgpaths",
        ];
        if self.has("aws:sourceip")
            && let Some(key) = through.iter().find(|key| self.has(key))
        {
            fault(
                "S8",
                format!("{key} is present only through a VPC endpoint, where aws:SourceIp is absent"),
            );
        }
        let named = ["aws:vpceorgid", "aws:vpceaccount", "aws:vpceorgpaths", "aws:sourcevpcarn"];
        let names = named.iter().find(|key| self.has(key));
        if let (Some(key), None) = (names, self.values_of_lower("aws:sourcevpce"))
            && keys.contains("aws:sourcevpce")
        {
            fault("S9", format!("{key} implies aws:SourceVpce"));
        }
    }

    /// Checks S10, S12 and S13: keys that are present together.
    fn groups(&self, keys: &Keys<'_>, fault: &mut dyn FnMut(&'static str, String)) {
        let mentioned = |key: &str| keys.contains(key);
        for (id, paths) in &keys.organizations {
            if self.has(id) != self.has(paths) {
                fault("S10", format!("{id} and {paths} are present together"));
            }
            let own = self.values_of_lower(id).and_then(<[String]>::first);
            let is_of = |path: &String| {
                let start = path.split_once('/').map(|(start, _)| start).filter(|start| !start.is_empty());
                start.is_some() && start == own.map(String::as_str)
            };
            if !self.values_of_lower(paths).into_iter().flatten().all(is_of) {
                fault("S10", format!("every value of {paths} starts with that of {id} and `/`"));
            }
        }
        let times = ["aws:currenttime", "aws:epochtime"];
        let [current, epoch] = times.map(|key| self.values_of_lower(key).and_then(<[String]>::first));
        if let (true, Some(current), Some(epoch)) = (times.iter().all(|key| mentioned(key)), current, epoch) {
            let second = read_instant(current).map(|instant| instant.whole_second());
            if second.is_some() && second != Decimal::read(epoch) {
                fault("S11", "aws:EpochTime is aws:CurrentTime in whole seconds".to_owned());
            }
        }
        let via = self.values_of_lower("aws:viaawsservice").and_then(<[String]>::first);
        let not_via = via.is_some_and(|v| !v.eq_ignore_ascii_case("true"));
        if self.has("aws:calledvia") && not_via {
            fault("S12", "aws:CalledVia implies aws:ViaAWSService".to_owned());
        }
        let tag = self.context().any(|(key, _)| key.starts_with("aws:requesttag/"));
        if tag && mentioned("aws:tagkeys") && !self.has("aws:tagkeys") {
            fault("S13", "a request with tags has aws:TagKeys".to_owned());
        }
        let is_service = matches!(self.requester, None | Some(Requester::Service { .. }));
        let of_account = self.requester.as_ref().is_some_and(|r| r.account().is_some());
        if !is_service && of_account && self.has("aws:principalservicenameslist") {
            fault("S6", "aws:PrincipalServiceNamesList belongs to services".to_owned());
        }
    }
}

/// True for visible ASCII with exactly one colon that has text on both sides.
fn is_action(text: &str) -> bool {
    let mut halves = text.split(':');
    let both = (halves.next(), halves.next(), halves.next());
    matches!(both, (Some(a), Some(b), None) if !a.is_empty() && !b.is_empty())
        && text.bytes().all(|b| b.is_ascii_graphic())
}

/// True if the text has enough colons for the fields of an ARN.
fn has_six_fields(text: &str) -> bool {
    text.bytes().filter(|b| *b == b':').count() >= 5
}

fn is_of_type(text: &str, value: ValueType) -> bool {
    match value {
        ValueType::String => true,
        ValueType::Arn => has_six_fields(text),
        // String operators compare the same two texts.
        ValueType::Bool => text == "true" || text == "false",
        ValueType::Number | ValueType::Epoch => Decimal::read(text).is_some(),
        ValueType::Date => read_instant(text).is_some(),
        ValueType::Ip => text.parse::<std::net::IpAddr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_follows_from_the_requester_is_looked_at() {
        let words = [
            "anonymous",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/a",
            "arn:aws:sts::111122223333:assumed-role/a/b",
            "arn:aws:sts::111122223333:federated-user/a",
            "service:ec2.amazonaws.com",
            "federated:accounts.google.com",
        ];
        for word in words {
            let (requester, _) = Requester::parse(word).unwrap();
            for (key, _) in requester.derived_context() {
                assert!(OF_REQUESTER.contains(&&*key.to_ascii_lowercase()), "{word} {key}");
            }
        }
    }
}
