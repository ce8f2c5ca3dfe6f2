//! Keys outside the table of global keys of which AWS says in words how many values they have.
//!
//! Source: IAM User Guide, "IAM and AWS STS condition context keys" (page `reference_policies_iam-condition-keys`): the claims of web
//! identity tokens, the keys of SAML assertions (lists are marked `[]` there) and those of AWS STS.

use super::keys::{Multiplicity, info_of_lower};

/// Claims of any provider that have one value.
const OF_TOKENS: [&str; 5] = ["aud", "azp", "email", "oaud", "sub"];

/// Claims of GitHub Actions, each with one value.
const OF_GITHUB: [&str; 12] = [
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "workflow",
];

/// Keys of SAML assertions that are lists.
const LISTS_OF_SAML: [&str; 13] = [
    "cn",
    "eduorghomepageuri",
    "eduorgidentityauthnpolicyuri",
    "eduorglegalname",
    "eduorgsuperioruri",
    "eduorgwhitepagesuri",
    "edupersonaffiliation",
    "edupersonassurance",
    "edupersonentitlement",
    "edupersonnickname",
    "edupersonorgunitdn",
    "edupersonscopedaffiliation",
    "edupersontargetedid",
];

/// Keys of SAML assertions with one value.
const OF_SAML: [&str; 7] = ["aud", "doc", "edupersonorgdn", "iss", "namequalifier", "sub", "sub_type"];

/// Keys of AWS STS with one value. Transitive tag keys, the providers of contexts and the audiences of identity tokens are lists.
const OF_STS: [&str; 5] =
    ["durationseconds", "externalid", "rolesessionname", "sourceidentity", "taskpolicyarn"];

/// The number of values that a key (lower-cased name) has in one request, where AWS says so.
///
/// ```
/// use iamsat::request::{Multiplicity, multiplicity};
/// assert_eq!(multiplicity("aws:tagkeys"), Some(Multiplicity::Multi));
/// assert_eq!(multiplicity("token.actions.githubusercontent.com:sub"), Some(Multiplicity::Single));
/// assert_eq!(multiplicity("cognito-identity.amazonaws.com:amr"), Some(Multiplicity::Multi));
/// assert_eq!(multiplicity("s3:prefix"), None);
/// ```
pub fn multiplicity(name: &str) -> Option<Multiplicity> {
    if is_of_service(name) {
        return None;
    }
    if let Some(info) = info_of_lower(name) {
        return Some(info.multiplicity);
    }
    let (start, claim) = name.rsplit_once(':')?;
    match start {
        "saml" if LISTS_OF_SAML.contains(&claim) => Some(Multiplicity::Multi),
        "saml" if OF_SAML.contains(&claim) => Some(Multiplicity::Single),
        "sts" if OF_STS.contains(&claim) => Some(Multiplicity::Single),
        "token.actions.githubusercontent.com" if OF_GITHUB.contains(&claim) => Some(Multiplicity::Single),
        // The keys of a provider start with its host.
        host if host.contains('.') && claim == "amr" => Some(Multiplicity::Multi),
        host if host.contains('.') && OF_TOKENS.contains(&claim) => Some(Multiplicity::Single),
        _ => None,
    }
}

/// True if neither the table of global keys nor a list here can have the key, as most keys of services are.
fn is_of_service(name: &str) -> bool {
    let bytes = name.as_bytes();
    let start = memchr::memchr(b':', bytes).and_then(|end| bytes.get(..end));
    let is_listed = match start {
        None => true,
        Some(start) => matches!(
            start,
            b"aws"
                | b"ec2"
                | b"lambda"
                | b"ssm"
                | b"codebuild"
                | b"glue"
                | b"identitystore"
                | b"saml"
                | b"sts"
        ),
    };
    !is_listed && memchr::memchr(b'.', bytes).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::keys::KEYS;

    /// What is told from the start of a name is what the tables say.
    #[test]
    fn no_key_of_a_table_is_taken_for_one_of_a_service() {
        for info in &KEYS {
            assert!(!is_of_service(&info.name.to_ascii_lowercase()), "{}", info.name);
        }
        let lists = [("saml", &LISTS_OF_SAML[..]), ("saml", &OF_SAML), ("sts", &OF_STS)];
        let hosts = [("token.actions.githubusercontent.com", &OF_GITHUB[..]), ("a:1/b.c", &OF_TOKENS)];
        for (start, claims) in lists.into_iter().chain(hosts) {
            for claim in claims {
                assert!(multiplicity(&format!("{start}:{claim}")).is_some(), "{start}:{claim}");
            }
        }
        assert!(is_of_service("s3:prefix"));
    }
}
