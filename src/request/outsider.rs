//! Decides if a request comes from an outsider: a caller that no policy knows.
//!
//! This is implemented from the rules in docs/semantics.md, "Outsiders", one text at a time. `encode` compiles the same rules for
//! all requests at once, independently, and tests compare the two.

use crate::policy::{Document, PrincipalKind, ResourceType};
use crate::request::{AddressInterval, Request, Requester, SharedProvider, TenantKey, TenantPlace};
use std::net::IpAddr;

/// Providers of web identities at which anyone can have an account.
const ANYONES: [&str; 4] =
    ["accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com"];

/// True if an outsider cannot choose the value of the key, so a condition with fixed values on it restricts the callers of a
/// resource of this type. `aws:SourceIp` is not among these keys, because there the number of addresses counts.
///
/// ```
/// use iamsat::policy::ResourceType;
/// use iamsat::request::is_trust_key;
/// let [bucket, access_point] = ["AWS::S3::Bucket", "AWS::S3::AccessPoint"].map(|t| ResourceType::from_name(t).unwrap());
/// assert!(is_trust_key("aws:SourceVpc", bucket) && !is_trust_key("sts:ExternalId", bucket));
/// assert!(is_trust_key("s3:DataAccessPointArn", bucket) && !is_trust_key("s3:DataAccessPointArn", access_point));
/// ```
pub fn is_trust_key(key: &str, resource_type: ResourceType) -> bool {
    let key = key.to_ascii_lowercase();
    let of_access_point = ["s3:dataaccesspointarn", "s3:dataaccesspointaccount"].contains(&&*key);
    (of_access_point && !resource_type.is_access_point())
        || TRUST_KEYS.binary_search(&&*key).is_ok()
        || TenantKey::of(&key).is_some()
        || SERVICE_KEYS.contains(&&*key)
}

/// Sources: S3 User Guide, "Blocking public access" (the meaning of public); IAM User Guide, "IAM Access Analyzer filter keys"
/// and "AWS global condition context keys"; for the last four "Available keys for AWS web identity federation".
const TRUST_KEYS: [&str; 21] = [
    "accounts.google.com:aud",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "cognito-identity.amazonaws.com:aud",
    "graph.facebook.com:app_id",
    "kms:calleraccount",
    "www.amazon.com:app_id",
];
/// Keys that services have.
const SERVICE_KEYS: [&str; 3] =
    ["aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist"];

/// Returns the texts before and after each place where the text contains the id, in any case of ASCII letters.
fn places_of<'t>(id: &str, text: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let starts = id.bytes().next().into_iter().flat_map(|first| {
        memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text.as_bytes())
    });
    starts.filter_map(move |at| {
        let (start, rest) = text.split_at_checked(at)?;
        let (found, end) = rest.split_at_checked(id.len())?;
        found.eq_ignore_ascii_case(id).then_some((start, end))
    })
}

/// The policies, which define the callers that are not outsiders.
#[derive(Clone, Copy)]
struct Known<'d> {
    documents: &'d [&'d Document],
}

impl<'d> Known<'d> {
    fn conditions(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let conditions = self.documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.conditions);
        conditions.flat_map(|c| c.values.iter().map(|v| (&*c.key.value.name, &*v.value.text)))
    }

    fn principals(self) -> impl Iterator<Item = (PrincipalKind, &'d str)> {
        let elements = self.documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.principal);
        elements.flat_map(|p| &p.values).map(|v| (v.value.kind, &*v.value.text))
    }

    /// Returns all values of principals, resources and conditions.
    fn texts(self) -> impl Iterator<Item = &'d str> {
        let resources = self.documents.iter().flat_map(|d| &d.statements).flat_map(|s| &s.resource);
        let resources = resources.flat_map(|r| &r.values).map(|v| &*v.value.text);
        self.principals()
            .map(|(_, text)| text)
            .chain(resources)
            .chain(self.conditions().map(|(_, text)| text))
    }

    /// True if some value contains the id without one of the first characters before it or one of the second characters after it.
    fn spell(self, id: &str, before: fn(char) -> bool, after: fn(char) -> bool) -> bool {
        self.texts().any(|text| {
            places_of(id, text).any(|(start, end)| !start.ends_with(before) && !end.starts_with(after))
        })
    }

    fn is_fresh_account(self, text: &str) -> bool {
        let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        is_account && !self.spell(text, |c| c.is_ascii_alphanumeric(), |c| c.is_ascii_alphanumeric())
    }

    /// True if the text is an id of letters and digits after `start` that no policy spells. An id next to a wildcard or variable
    /// is not spelled in full.
    fn is_fresh_id(self, text: &str, start: &str) -> bool {
        let Some(rest) = text.strip_prefix(start) else { return false };
        !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
            && !self.spell(
                text,
                |c| c.is_ascii_alphanumeric() || "-*?}".contains(c),
                |c| c.is_ascii_alphanumeric() || "-*?$".contains(c),
            )
    }

    /// True if some condition on the key (lower case) has this value.
    fn compare(self, key: &str, text: &str) -> bool {
        self.conditions().any(|(name, value)| name == key && value.eq_ignore_ascii_case(text))
    }

    fn is_fresh_path(self, text: &str) -> bool {
        text.split_once('/').is_some_and(|(organization, _)| self.is_fresh_id(organization, "o-"))
    }

    /// True if the text is an ARN with an account that no policy spells.
    fn is_fresh_arn(self, text: &str) -> bool {
        fields(text).is_some_and(|[_, _, _, account, _]| self.is_fresh_account(account))
    }

    /// True if the text is an ASCII ARN of a resource that names no account, and no policy spells the resource.
    fn is_fresh_bare_arn(self, text: &str) -> bool {
        let Some([_, service, _, "", resource]) = fields(text) else { return false };
        let bucket = |resource: &str| resource.split_once('/').map_or(resource, |(b, _)| b).to_owned();
        let own = bucket(resource);
        let is_known = |known: &str| match fields(known) {
            Some([_, of, _, _, path]) => {
                let (other, whole) = (bucket(path), known.eq_ignore_ascii_case(text));
                let spelled = !other.is_empty() && !other.contains(['*', '?', '$']);
                let same = of == "s3" && service == "s3" && spelled && own.eq_ignore_ascii_case(&other);
                whole || same
            }
            None => false,
        };
        text.is_ascii() && !self.texts().any(is_known)
    }

    fn is_fresh_user_id(self, text: &str) -> bool {
        let own = text.split_once(':').map_or(text, |(own, _)| own);
        let letters = own.starts_with(|c: char| c.is_ascii_alphabetic());
        let unique = letters && own.bytes().all(|b| b.is_ascii_alphanumeric());
        let shaped = text.is_ascii() && (unique || self.is_fresh_account(own));
        let anonymous = text.eq_ignore_ascii_case("anonymous");
        anonymous || (shaped && !self.compare("aws:userid", text))
    }

    /// True if no condition on the key (lower case) names the tenant that this value names.
    fn is_fresh_tenant(self, tenant: TenantKey, key: &str, value: &str) -> bool {
        let own: Vec<(&str, &str)> = names(tenant, value);
        let is_cut = |place: &TenantPlace| {
            let named = value.split_at_checked(place.before.len());
            let named = named.filter(|(before, _)| before.eq_ignore_ascii_case(place.before));
            let name = named.map(|(_, named)| named.split_once(place.after).map_or("", |(name, _)| name));
            place.ends_name() && name == Some("")
        };
        if tenant.places.iter().any(is_cut) {
            return false;
        }
        !self.conditions().filter(|(name, _)| *name == key).any(|(_, known)| {
            let mut listed = names(tenant, known);
            listed.retain(|(_, name)| !name.contains(['*', '?', '$']));
            let same = listed.iter().any(|(place, name)| {
                own.iter().any(|(at, own)| place == at && own.eq_ignore_ascii_case(name))
            });
            if same || tenant.has_free_form || !listed.is_empty() {
                return same || (!tenant.has_free_form && known.eq_ignore_ascii_case(value));
            }
            // If the form is not known, two parts before a wildcard are taken to name a tenant; `https://` does not count as a
            // part.
            let spelled = known.split(['*', '?', '$']).next().map_or("", |start| start);
            let start = spelled.rfind([':', '/']).and_then(|last| spelled.get(..=last));
            let parts = |text: &str| text.matches([':', '/']).count();
            let needed = if spelled.starts_with("https://") { parts("https://") + 2 } else { 2 };
            let start = start.filter(|start| tenant.places.is_empty() && parts(start) >= needed);
            let begins =
                |start: &str| value.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
            known.eq_ignore_ascii_case(value) || start.is_some_and(begins)
        })
    }

    /// True if an outsider's request may have this value of the key (lower case).
    fn may_have(self, key: &str, value: &str) -> bool {
        if let Some(tenant) = TenantKey::of(key) {
            return self.is_fresh_tenant(tenant, key, value);
        }
        match key {
            "aws:principalaccount" => value == "anonymous" || self.is_fresh_account(value),
            "aws:vpceaccount" | "aws:sourceaccount" | "aws:sourceowner" | "kms:calleraccount" => {
                self.is_fresh_account(value)
            }
            "s3:dataaccesspointaccount" => self.is_fresh_account(value),
            "s3:dataaccesspointarn" | "aws:principalarn" => self.is_fresh_arn(value),
            "aws:sourcearn" => self.is_fresh_arn(value) || self.is_fresh_bare_arn(value),
            "aws:sourcevpcarn" => {
                let vpc = fields(value).and_then(|[_, _, _, _, resource]| resource.strip_prefix("vpc/"));
                self.is_fresh_arn(value) && vpc.is_some_and(|vpc| self.is_fresh_id(vpc, "vpc-"))
            }
            "aws:principalorgid" | "aws:vpceorgid" | "aws:sourceorgid" => self.is_fresh_id(value, "o-"),
            "aws:principalorgpaths" | "aws:vpceorgpaths" | "aws:sourceorgpaths" => self.is_fresh_path(value),
            "aws:sourcevpc" => self.is_fresh_id(value, "vpc-"),
            "aws:sourcevpce" => self.is_fresh_id(value, "vpce-"),
            "aws:userid" => self.is_fresh_user_id(value),
            // A service is not an outsider.
            "aws:principalisawsservice" => !value.eq_ignore_ascii_case("true"),
            "aws:principalservicename" | "aws:principalservicenameslist" => false,
            // What is left are applications.
            _ => !self.compare(key, value),
        }
    }

    /// True if the ARN of the shared provider in some account is among the principals, possibly by wildcards.
    fn name_provider(self, shared: &SharedProvider) -> bool {
        let resource = format!("oidc-provider/{}", shared.issuer);
        self.principals().any(|(kind, text)| {
            kind == PrincipalKind::Federated
                && match fields(text) {
                    Some([_, _, _, _, pattern]) => is_like(&pattern.to_ascii_lowercase(), &resource),
                    None => text.contains('*'),
                }
        })
    }

    fn is_outside(self, requester: &Requester, shares: bool) -> bool {
        match requester {
            Requester::WebIdentity { provider }
                if shares
                    && SharedProvider::of(provider).is_some_and(|shared| self.name_provider(shared)) =>
            {
                true
            }
            Requester::Anonymous => true,
            Requester::Service { .. } => false,
            Requester::WebIdentity { provider } if !provider.starts_with("arn:") => {
                let named = |(kind, text): (PrincipalKind, &str)| {
                    kind == PrincipalKind::Federated && text == provider
                };
                ANYONES.contains(&&**provider) || !self.principals().any(named)
            }
            Requester::WebIdentity { provider } | Requester::Saml { provider } => self.is_fresh_arn(provider),
            Requester::Root { account, .. }
            | Requester::User { account, .. }
            | Requester::RoleSession { account, .. }
            | Requester::FederatedUser { account, .. }
            | Requester::AssumedRoot { account } => self.is_fresh_account(account),
        }
    }
}

/// Finds the tenants that a text names: the text before each name, and the name.
fn names(tenant: TenantKey, text: &str) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    let folded = text.to_ascii_lowercase();
    for place in tenant.places {
        for (at, _) in folded.match_indices(&place.before.to_ascii_lowercase()) {
            let (start, rest) = text.split_at(at);
            let is_start = start.is_empty() || (start.ends_with(':') && !place.before.is_empty());
            if let (true, Some((_, rest))) = (is_start, rest.split_at_checked(place.before.len())) {
                let name = rest.split_once(place.after).map_or(rest, |(name, _)| name);
                found.push((place.before, name));
            }
        }
    }
    found
}

/// True if the text matches the pattern with `*` and `?`.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match (rest.next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => text
            .char_indices()
            .map(|(at, _)| text.split_at(at).1)
            .chain([""])
            .any(|tail| is_like(rest.as_str(), tail)),
        (Some(c), Some(own)) => {
            (c == '?' || c == own) && is_like(rest.as_str(), text.split_at(own.len_utf8()).1)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Returns the fields after `arn:`: partition, service, region, account, resource.
fn fields(arn: &str) -> Option<[&str; 5]> {
    let mut fields = arn.strip_prefix("arn:")?.splitn(5, ':');
    let all = [fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?];
    Some(all)
}

impl Request {
    /// Checks that an outsider may send the request: a caller that the policies, which protect a resource of this type, do not
    /// know. Users of [`SharedProvider`]s are outsiders, except tenants that the policies name; with `aws_compat` these providers
    /// are treated as in AWS's checks.
    ///
    /// # Errors The reason why not, in one sentence.
    ///
    /// ```
    /// use iamsat::policy::ResourceType;
    /// use iamsat::request::{Request, Requester};
    /// # fn policy(statement: &str) -> iamsat::Document {
    /// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
    /// # }
    /// let policy = policy(r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}"#);
    /// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
    /// let by = |name| Request::new("s3:GetObject", "*").by(Requester::parse(name).unwrap().0);
    /// assert!(by("arn:aws:iam::444455556666:user/eve").is_outsider(&[&policy], bucket, false).is_ok());
    /// assert!(by("arn:aws:iam::111122223333:user/bob").is_outsider(&[&policy], bucket, false).is_err());
    /// let inside = by("anonymous").with("aws:SourceVpc", ["vpc-1"]);
    /// assert!(inside.is_outsider(&[&policy], bucket, false).is_ok());
    /// ```
    pub fn is_outsider(
        &self,
        documents: &[&Document],
        resource_type: ResourceType,
        aws_compat: bool,
    ) -> Result<(), String> {
        let shares = !aws_compat;
        let known = Known { documents };
        let Some(requester) = &self.requester else {
            return Err("the request names no requester".to_owned());
        };
        if !known.is_outside(requester, shares) {
            return Err("the requester is not an outsider".to_owned());
        }
        if !self.hidden.unique_ids.is_empty() || !self.hidden.canonical_users.is_empty() {
            return Err("a policy names the requester by an id".to_owned());
        }
        let provider = match requester {
            Requester::WebIdentity { provider } if shares => SharedProvider::of(provider),
            _ => None,
        };
        let of_session = provider.filter(|provider| provider.names_session());
        for (key, values) in self.context() {
            if let Some(provider) = of_session.filter(|provider| provider.key() == key)
                && values.iter().any(|value| !known.is_fresh_tenant(provider.tenant_key(), key, value))
            {
                return Err(format!("another tenant of {} has a different {key}", provider.issuer));
            }
            let is_tenant = TenantKey::of(key).is_some();
            if !is_trust_key(key, resource_type) || (is_tenant && !shares) {
                continue;
            }
            if let Some(value) = values.iter().find(|value| !known.may_have(key, value)) {
                return Err(format!("an outsider does not have `{value}` as {key}"));
            }
        }
        Ok(())
    }

    /// Returns the address from which the request comes; `None` if it does not say.
    pub fn source_address(&self) -> Option<IpAddr> {
        self.values("aws:sourceip").and_then(<[String]>::first).and_then(|text| text.parse().ok())
    }

    /// True if the request comes from no address, or from one that is neither in a private network nor in these intervals.
    pub fn is_beyond(&self, addresses: &[AddressInterval]) -> bool {
        let known = |address: IpAddr| {
            AddressInterval::private()
                .chain(addresses.iter().copied())
                .any(|interval| interval.contains(address))
        };
        self.values("aws:sourceip").is_none() || self.source_address().is_some_and(|address| !known(address))
    }
}
