//! Keys outside the table of global keys of which AWS says in words how many values they have.
//!
//! Source: IAM User Guide, "IAM and AWS STS condition context keys" (page `reference_policies_iam-condition-keys`): the claims of web
//! identity tokens, the keys of SAML assertions (lists are marked `[]` there) and those of AWS STS.

use super::keys::{Multiplicity, info_of_lower, prefix};

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
    if let Some(info) = info_of_lower(name) {
        return Some(info.multiplicity);
    }
    // Hosts have a dot, and the other keys here start with one of two words.
    if !matches!(prefix(name)?, b"saml" | b"sts") && memchr::memchr(b'.', name.as_bytes()).is_none() {
        return None;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::keys::{KEYS, key_info};

    /// Looking at the start of a name first leaves out no key of the tables.
    #[test]
    fn every_key_of_a_table_is_found() {
        for info in &KEYS {
            let name =
                if info.name.ends_with('/') { format!("{}x", info.name) } else { info.name.to_owned() };
            assert_eq!(key_info(&name), Some(info), "{name}");
            assert_eq!(multiplicity(&name.to_ascii_lowercase()), Some(info.multiplicity), "{name}");
        }
        let lists = [("saml", &LISTS_OF_SAML[..]), ("saml", &OF_SAML), ("sts", &OF_STS)];
        let hosts = [("token.actions.githubusercontent.com", &OF_GITHUB[..]), ("a:1/b.c", &OF_TOKENS)];
        for (start, claims) in lists.into_iter().chain(hosts) {
            for claim in claims {
                assert!(multiplicity(&format!("{start}:{claim}")).is_some(), "{start}:{claim}");
            }
        }
        assert_eq!(multiplicity("s3:sub"), None);
    }
}
