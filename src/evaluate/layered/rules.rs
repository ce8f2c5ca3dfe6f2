//! The rules of single services that decide beside the policies, read off one request.

use crate::request::Request;

/// The properties of a request that such rules depend on.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent property of the request")]
pub(super) struct Rule {
    /// `sts:GetCallerIdentity`, which needs no permission.
    pub(super) is_caller_identity: bool,
    /// `sts:GetSessionToken`, which needs none for users.
    pub(super) is_session_token: bool,
    /// `sts:AssumeRole`, which root users cannot call.
    pub(super) is_assume_role: bool,
    /// A call by which a role is assumed, on a role: its trust policy has to allow.
    pub(super) is_on_role: bool,
    /// The role belongs to a service.
    pub(super) assumes_service_role: bool,
    /// A call of KMS on a key, whose key policy has to allow.
    is_on_key: bool,
    /// A call that a KMS grant may allow.
    pub(super) may_have_grant: bool,
    /// `iam:PassRole`, which works within one account only.
    pub(super) is_pass_role: bool,
    /// No policy of a resource is consulted.
    pub(super) has_no_resource: bool,
    /// A call of Organizations, whose delegation policy is not given.
    pub(super) has_delegation: bool,
    /// A change of an entity of AWS's own, refused whatever policies say.
    pub(super) is_refused: bool,
    /// A call that is always on a role or key, and names none.
    pub(super) is_misplaced: bool,
    /// SCPs may not restrict it.
    pub(super) escapes_scp: bool,
    /// RCPs do not restrict it.
    pub(super) escapes_rcp: bool,
    /// RCPs certainly cover the service.
    pub(super) is_covered_by_rcp: bool,
    /// The service takes unsigned calls.
    pub(super) takes_unsigned_calls: bool,
    /// A call of a federated sign-in with a web identity.
    pub(super) is_for_web_identity: bool,
    /// A call of a federated sign-in with SAML.
    pub(super) is_for_saml: bool,
    /// The rule that decided, in one sentence.
    pub(super) sentence: Option<&'static str>,
}

/// True for calls on a key that grants can allow. Source: KMS API Reference, `CreateGrant`, `Operations`.
fn is_granted(name: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "creategrant",
        "decrypt",
        "derivesharedsecret",
        "describekey",
        "encrypt",
        "getpublickey",
        "retiregrant",
        "sign",
    ];
    OTHERS.contains(&name)
        || name == "verify"
        || name.ends_with("mac")
        || name.starts_with("generatedatakey")
        || name.starts_with("reencrypt")
}

/// Writes to a managed policy. Source: IAM User Guide, "Managed policies and inline policies".
const POLICY_WRITES: [&str; 6] = [
    "createpolicyversion",
    "deletepolicy",
    "deletepolicyversion",
    "setdefaultpolicyversion",
    "tagpolicy",
    "untagpolicy",
];

/// Writes to a role that its owner service does not permit. Source: IAM User Guide, "Create a service-linked role".
const ROLE_WRITES: [&str; 8] = [
    "attachrolepolicy",
    "deleterole",
    "deleterolepermissionsboundary",
    "deleterolepolicy",
    "detachrolepolicy",
    "putrolepermissionsboundary",
    "putrolepolicy",
    "updateassumerolepolicy",
];

/// Writes to a role that are refused for reserved roles only.
const RESERVED_WRITES: [&str; 5] =
    ["passrole", "tagrole", "untagrole", "updaterole", "updateroledescription"];

impl Rule {
    pub(super) fn of(request: &Request) -> Rule {
        let action = request.action.to_ascii_lowercase();
        let (service, name) = action.split_once(':').unwrap_or(("", &*action));
        let fields: Vec<&str> = request.resource.splitn(6, ':').collect();
        let (of, account, rest) = match *fields.as_slice() {
            [_, _, of, _, account, rest] => (of, account, rest),
            _ => ("", "", ""),
        };
        let role = rest.strip_prefix("role/").filter(|_| of == "iam");
        let assumes = service == "sts"
            && (matches!(
                name,
                "assumerole"
                    | "assumerolewithsaml"
                    | "assumerolewithwebidentity"
                    | "tagsession"
                    | "setsourceidentity"
            ) || name == "setcontext");
        let on_key = service == "kms" && of == "kms" && rest.starts_with("key/");
        let is_policy_of_aws = of == "iam" && account == "aws" && rest.starts_with("policy/");
        let is_reserved = role.is_some_and(|role| role.starts_with("aws-reserved/"));
        let is_service_role = role.is_some_and(|role| role.starts_with("aws-service-role/"));
        let is_refused = service == "iam"
            && (is_policy_of_aws && POLICY_WRITES.contains(&name)
                || (is_reserved || is_service_role) && ROLE_WRITES.contains(&name)
                || is_reserved && RESERVED_WRITES.contains(&name));
        let assumes_named = matches!(name, "assumerole" | "assumerolewithsaml" | "assumerolewithwebidentity");
        let is_misplaced = service == "sts" && assumes_named && role.is_none()
            || service == "kms" && is_granted(name) && !on_key;
        let has_no_resource = request.resource == "*" || service == "iam";
        let mut rule = Rule {
            is_caller_identity: action == "sts:getcalleridentity",
            is_session_token: action == "sts:getsessiontoken",
            is_assume_role: action == "sts:assumerole",
            is_on_role: assumes && role.is_some(),
            assumes_service_role: assumes && is_service_role,
            is_on_key: on_key,
            may_have_grant: on_key && is_granted(name),
            is_pass_role: action == "iam:passrole",
            has_no_resource,
            has_delegation: service == "organizations",
            is_refused,
            is_misplaced,
            escapes_scp: service == "cloudfront" && name.contains("keypair"),
            escapes_rcp: action == "kms:retiregrant",
            is_covered_by_rcp: ["s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss"]
                .contains(&service),
            takes_unsigned_calls: ["s3", "sqs", "sns", "execute-api", "lambda", "es"].contains(&service),
            is_for_web_identity: role.is_some()
                && assumes
                && !matches!(name, "assumerole" | "assumerolewithsaml" | "setcontext"),
            is_for_saml: role.is_some()
                && assumes
                && !matches!(name, "assumerole" | "assumerolewithwebidentity" | "setcontext"),
            sentence: None,
        };
        rule.sentence = rule.sentence();
        rule
    }

    /// True if the policy of the resource has to allow, also within one account.
    pub(super) fn needs_trust(&self) -> bool {
        self.is_on_role || self.is_on_key
    }

    fn sentence(&self) -> Option<&'static str> {
        Some(match () {
            () if self.is_refused => {
                "AWS refuses changes of its own policies and of roles of services, whatever policies say"
            }
            () if self.is_misplaced => "such a call is always on a role or on a KMS key",
            () if self.is_caller_identity => "sts:GetCallerIdentity needs no permission",
            () if self.is_session_token => "sts:GetSessionToken needs no permission of users",
            () if self.is_on_role => "the trust policy of a role has to allow, also within its account",
            () if self.is_on_key => "the key policy has to allow, also within its account",
            () if self.is_pass_role => "iam:PassRole works within one account only",
            () => return None,
        })
    }
}
