//! The global condition keys: type, multiplicity and presence.
//!
//! Source: IAM User Guide, "AWS global condition context keys" (page `reference_policies_condition-keys`).

use crate::hash::are_equal;
use std::sync::OnceLock;

/// Changes whenever an entry of the table does; certificates name it.
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
    /// AWS's spelling; of tag keys, the part up to the slash.
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

/// The entry for a key, by its name in any case; `None` for keys that are not in the table.
///
/// ```
/// use iamsat::request::{ValueType, key_info};
/// assert_eq!(key_info("aws:sourceip").unwrap().value, ValueType::Ip);
/// assert_eq!(key_info("aws:PrincipalTag/team").unwrap().name, "aws:PrincipalTag/");
/// assert!(key_info("s3:prefix").is_none());
/// ```
pub fn key_info(name: &str) -> Option<&'static KeyInfo> {
    // Almost all names come in lower case. No early end: many bytes are looked at together.
    let is_lower = !name.bytes().fold(false, |upper, b| upper | b.is_ascii_uppercase());
    if is_lower { info_of_lower(name) } else { info_of_lower(&name.to_ascii_lowercase()) }
}

/// The entry for a key, by its name in lower case.
pub(super) fn info_of_lower(name: &str) -> Option<&'static KeyInfo> {
    // Most keys are those of a service, which no entry starts like.
    if !PREFIXES.contains(&prefix(name)?) {
        return None;
    }
    let found = known(name).or_else(|| {
        let slash = memchr::memchr(b'/', name.as_bytes())?;
        known(name.get(..=slash)?)
    });
    found.filter(|info| !info.name.ends_with('/') || name.len() > info.name.len())
}

/// The services of the keys in the table.
const PREFIXES: [&[u8]; 7] = [b"aws", b"ec2", b"lambda", b"ssm", b"codebuild", b"glue", b"identitystore"];

/// The text before the first colon.
pub(super) fn prefix(name: &str) -> Option<&[u8]> {
    let bytes = name.as_bytes();
    bytes.get(..bytes.iter().position(|byte| *byte == b':')?)
}

/// The entry with exactly this name in lower case.
fn known(name: &str) -> Option<&'static KeyInfo> {
    /// Names in lower case by their length and their last bytes: mostly one in a place.
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

/// A place of [`PLACES`]; a name of less than eight bytes has none, and none of the table is as short.
fn place_of(name: &str) -> Option<usize> {
    let end = u64::from_le_bytes(*name.as_bytes().last_chunk::<8>()?);
    // The multiplier is odd and without pattern, so that the upper bits depend on all of the end.
    let mixed = end.rotate_left(5).wrapping_add(name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 56).ok()
}
