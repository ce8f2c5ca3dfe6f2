//! The global condition keys: type, multiplicity and presence.
//!
//! Source: IAM User Guide, "AWS global condition context keys" (page `reference_policies_condition-keys`).

use crate::hash::are_equal;
use crate::policy::closest;
use std::sync::OnceLock;

/// The version of the table. Every change of an entry raises it, because certificates name it.
pub const KEY_TABLE_VERSION: u32 = 2;

/// The type of the values of a key.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    String,
    Arn,
    Bool,
    Date,
    Number,
    Ip,
    /// `aws:EpochTime`: seconds, read as a date or as a number.
    Epoch,
}

/// The number of values that a key has in one request.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Multiplicity {
    Single,
    Multi,
}

/// When a key is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// In every request.
    Always,
    /// In every request of an AWS principal or anonymous caller; free for services and federated callers.
    AlwaysForPrincipals,
    /// In every signed request; absent in anonymous ones.
    Signed,
    /// It depends.
    Sometimes,
}

/// The entry of a key in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The name in AWS's spelling; for tag keys, the part up to the slash.
    pub name: &'static str,
    /// Type of its values.
    pub value: ValueType,
    /// One value or several.
    pub multiplicity: Multiplicity,
    /// When it is present.
    pub presence: Presence,
}

const fn key(
    name: &'static str,
    value: ValueType,
    multiplicity: Multiplicity,
    presence: Presence,
) -> KeyInfo {
    KeyInfo { name, value, multiplicity, presence }
}

use Multiplicity::{Multi, Single};
use Presence::{Always, AlwaysForPrincipals, Signed, Sometimes};
use ValueType::{Arn, Bool, Date, Epoch, Ip, Number, String as Text};

/// The whole table, tag families last.
pub(super) static KEYS: [KeyInfo; 62] = [
    key("aws:PrincipalArn", Arn, Single, Signed),
    key("aws:PrincipalAccount", Text, Single, AlwaysForPrincipals),
    key("aws:PrincipalOrgID", Text, Single, Sometimes),
    key("aws:PrincipalOrgPaths", Text, Multi, Sometimes),
    key("aws:PrincipalIsAWSService", Bool, Single, Signed),
    key("aws:PrincipalServiceName", Text, Single, Sometimes),
    key("aws:PrincipalServiceNamesList", Text, Multi, Sometimes),
    key("aws:PrincipalType", Text, Single, AlwaysForPrincipals),
    key("aws:userid", Text, Single, AlwaysForPrincipals),
    key("aws:username", Text, Single, Sometimes),
    key("aws:AssumedRoot", Bool, Single, Sometimes),
    key("aws:FederatedProvider", Text, Single, Sometimes),
    key("aws:TokenIssueTime", Date, Single, Sometimes),
    key("aws:SignInSessionArn", Arn, Single, Sometimes),
    key("aws:MultiFactorAuthPresent", Bool, Single, Sometimes),
    key("aws:MultiFactorAuthAge", Number, Single, Sometimes),
    key("aws:SourceIdentity", Text, Single, Sometimes),
    key("aws:ChatbotSourceArn", Arn, Single, Sometimes),
    key("ec2:SourceInstanceArn", Arn, Single, Sometimes),
    key("lambda:SourceFunctionArn", Arn, Single, Sometimes),
    key("ssm:SourceInstanceArn", Arn, Single, Sometimes),
    key("codebuild:BuildArn", Arn, Single, Sometimes),
    key("codebuild:ProjectArn", Arn, Single, Sometimes),
    key("aws:Ec2InstanceSourceVpc", Text, Single, Sometimes),
    key("aws:Ec2InstanceSourcePrivateIPv4", Ip, Single, Sometimes),
    key("ec2:RoleDelivery", Number, Single, Sometimes),
    key("glue:RoleAssumedBy", Text, Single, Sometimes),
    key("glue:CredentialIssuingService", Text, Single, Sometimes),
    key("identitystore:UserId", Text, Single, Sometimes),
    key("aws:SourceIp", Ip, Single, Sometimes),
    key("aws:SourceVpc", Text, Single, Sometimes),
    key("aws:SourceVpce", Text, Single, Sometimes),
    key("aws:SourceVpcArn", Arn, Single, Sometimes),
    key("aws:VpcSourceIp", Ip, Single, Sometimes),
    key("aws:VpceAccount", Text, Single, Sometimes),
    key("aws:VpceOrgID", Text, Single, Sometimes),
    key("aws:VpceOrgPaths", Text, Multi, Sometimes),
    key("aws:ResourceAccount", Text, Single, Sometimes),
    key("aws:ResourceOrgID", Text, Single, Sometimes),
    key("aws:ResourceOrgPaths", Text, Multi, Sometimes),
    key("aws:CalledVia", Text, Multi, Sometimes),
    key("aws:CalledViaFirst", Text, Single, Sometimes),
    key("aws:CalledViaLast", Text, Single, Sometimes),
    key("aws:ViaAWSService", Bool, Single, Always),
    key("aws:CalledViaAWSMCP", Text, Single, Sometimes),
    key("aws:ViaAWSMCPService", Bool, Single, Sometimes),
    key("aws:IsMcpServiceAction", Bool, Single, Sometimes),
    key("aws:CurrentTime", Date, Single, Always),
    key("aws:EpochTime", Epoch, Single, Always),
    key("aws:referer", Text, Single, Sometimes),
    key("aws:RequestedRegion", Text, Single, Always),
    key("aws:TagKeys", Text, Multi, Sometimes),
    key("aws:SecureTransport", Bool, Single, Always),
    key("aws:SourceAccount", Text, Single, Sometimes),
    key("aws:SourceArn", Arn, Single, Sometimes),
    key("aws:SourceOrgID", Text, Single, Sometimes),
    key("aws:SourceOrgPaths", Text, Multi, Sometimes),
    key("aws:UserAgent", Text, Single, Always),
    key("aws:SourceOwner", Text, Single, Sometimes),
    key("aws:PrincipalTag/", Text, Single, Sometimes),
    key("aws:ResourceTag/", Text, Single, Sometimes),
    key("aws:RequestTag/", Text, Single, Sometimes),
];

/// Returns the entry for a key, given its name in any case; `None` for keys that are not in the table.
///
/// ```
/// use iamsat::request::{ValueType, key_info};
/// assert_eq!(key_info("aws:sourceip").unwrap().value, ValueType::Ip);
/// assert_eq!(key_info("aws:PrincipalTag/team").unwrap().name, "aws:PrincipalTag/");
/// assert!(key_info("s3:prefix").is_none());
/// ```
pub fn key_info(name: &str) -> Option<&'static KeyInfo> {
    // Almost all names are in lower case. Without an early exit, many bytes are compared together.
    let is_lower = !name.bytes().fold(false, |upper, b| upper | b.is_ascii_uppercase());
    if is_lower { info_of_lower(name) } else { info_of_lower(&name.to_ascii_lowercase()) }
}

/// Returns the known global key that a misspelled one probably means.
pub(crate) fn closest_global_key(name: &str) -> Option<&'static str> {
    let known: Vec<&'static str> =
        KEYS.iter().map(|info| info.name).filter(|name| name.starts_with("aws:")).collect();
    closest(name, &known)
}

/// Returns the entry for a key, given its name in lower case.
pub(crate) fn info_of_lower(name: &str) -> Option<&'static KeyInfo> {
    // The entries with a slash end there: they stand for the keys of all tags.
    match memchr::memchr(b'/', name.as_bytes()) {
        Some(slash) => known(name.get(..=slash)?).filter(|_| name.len() > slash + 1),
        None => known(name),
    }
}

/// True if requests for every action can carry the key (lower-cased name): those of the table but for the tags of requests and
/// resources. Some describe the session of the requester and are listed by the service that starts it: `ec2:SourceInstanceArn` is
/// in every request that an instance makes.
pub(crate) fn is_of_every_service(name: &str) -> bool {
    let is_of_tags = name == "aws:tagkeys"
        || ["aws:requesttag/", "aws:resourcetag/"].iter().any(|start| name.starts_with(start));
    !is_of_tags && info_of_lower(name).is_some()
}

/// Returns the text before the first colon.
pub(super) fn prefix(name: &str) -> Option<&[u8]> {
    let bytes = name.as_bytes();
    bytes.get(..bytes.iter().position(|byte| *byte == b':')?)
}

/// Returns the entry with exactly this name, given in lower case.
fn known(name: &str) -> Option<&'static KeyInfo> {
    /// The entries, hashed by the length and last bytes of their lower-case names: usually one in a place.
    static BY_END: OnceLock<Vec<Vec<(String, &'static KeyInfo)>>> = OnceLock::new();
    let by_end = BY_END.get_or_init(|| {
        let mut places = vec![Vec::new(); PLACES];
        for info in &KEYS {
            let name = info.name.to_ascii_lowercase();
            let place = place_of(&name).and_then(|place| places.get_mut(place));
            place.into_iter().for_each(|place| place.push((name.clone(), info)));
        }
        places
    });
    let is_name = |(known, _): &&(String, _)| are_equal(known.as_bytes(), name.as_bytes());
    by_end.get(place_of(name)?)?.iter().find(is_name).map(|(_, info)| *info)
}

const PLACES: usize = 256;

/// Returns the place for a name; `None` for a name of less than eight bytes, because no name in the table is that short.
fn place_of(name: &str) -> Option<usize> {
    let end = u64::from_le_bytes(*name.as_bytes().last_chunk::<8>()?);
    // The multiplier is odd and has no regular bit pattern, so the upper bits depend on all of the last bytes.
    let mixed = end.rotate_left(5).wrapping_add(name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 56).ok()
}
