//! The calls, resources and requesters that AWS treats by rules beside all policies, each as a document that allows just these.
//!
//! The search has such documents too (`query/rules.rs`). These are written again, from the same pages, in smaller parts: a rule
//! about some calls on some resources is an AND of two of them.

use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::Source;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A set of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Any call on a resource with an ARN. Every other request is on no resource (`*`).
    OnArn,
    /// Any call on a resource whose ARN names no account.
    OnArnWithoutAccount,
    /// Any call on a resource whose ARN names AWS as its account.
    OnAws,
    /// Any call on a resource of IAM whose ARN names AWS as its account.
    OnAwsInIam,
    /// Any call on a policy of AWS.
    OnAwsPolicy,
    /// Any call on a role.
    OnRole,
    /// Any call on a role of a service.
    OnServiceRole,
    /// Any call on a role of IAM Identity Center or the like.
    OnReservedRole,
    /// Any call on a KMS key.
    OnKey,
    /// Calls of IAM.
    OfIam,
    /// Calls of KMS.
    OfKms,
    /// Calls of Organizations.
    OfOrganizations,
    /// Calls of services that RCPs certainly cover.
    OfServicesUnderRcps,
    /// Calls of services that take unsigned requests.
    OfServicesForAnyone,
    /// `sts:GetCallerIdentity`.
    GetCallerIdentity,
    /// `sts:GetSessionToken`.
    GetSessionToken,
    /// `sts:AssumeRole`.
    AssumeRole,
    /// The calls that are always on a role.
    RoleCall,
    /// All calls by which a role is assumed.
    Assumption,
    /// Those that the holder of a web identity makes.
    WebIdentitySignIn,
    /// Those that the holder of a SAML assertion makes.
    SamlSignIn,
    /// `iam:PassRole`.
    PassRole,
    /// Changes of a policy.
    PolicyChange,
    /// Changes of what a role may do.
    RoleChange,
    /// Further calls on a role that reserved roles refuse.
    RoleUse,
    /// `kms:RetireGrant`.
    RetireGrant,
    /// Calls that a KMS grant can allow. They are always on a key.
    Grantable,
    /// Calls that SCPs may not restrict.
    BeyondScps,
    /// Any call by a role of a service.
    ByServiceRole,
}

/// All rules, in the order of their declaration.
const ALL: [Rule; 29] = [
    Rule::OnArn,
    Rule::OnArnWithoutAccount,
    Rule::OnAws,
    Rule::OnAwsInIam,
    Rule::OnAwsPolicy,
    Rule::OnRole,
    Rule::OnServiceRole,
    Rule::OnReservedRole,
    Rule::OnKey,
    Rule::OfIam,
    Rule::OfKms,
    Rule::OfOrganizations,
    Rule::OfServicesUnderRcps,
    Rule::OfServicesForAnyone,
    Rule::GetCallerIdentity,
    Rule::GetSessionToken,
    Rule::AssumeRole,
    Rule::RoleCall,
    Rule::Assumption,
    Rule::WebIdentitySignIn,
    Rule::SamlSignIn,
    Rule::PassRole,
    Rule::PolicyChange,
    Rule::RoleChange,
    Rule::RoleUse,
    Rule::RetireGrant,
    Rule::Grantable,
    Rule::BeyondScps,
    Rule::ByServiceRole,
];

impl Rule {
    /// Returns the document that allows just the requests of the rule.
    pub(super) fn document(self) -> &'static Document {
        static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();
        let documents =
            DOCUMENTS.get_or_init(|| ALL.iter().map(|rule| allowing(rule.name(), rule.members())).collect());
        match documents.get(self as usize) {
            Some(document) => document,
            None => broken("each rule has a document"),
        }
    }

    /// Returns the members of its Allow statement.
    fn members(self) -> Value {
        match self {
            Rule::OnArn => on("arn:*:*:*:*:*"),
            Rule::OnArnWithoutAccount => on("arn:*:*:*::*"),
            Rule::OnAws => on("arn:*:*:*:aws:*"),
            Rule::OnAwsInIam => on("arn:*:iam:*:aws:*"),
            Rule::OnAwsPolicy => on("arn:*:iam:*:aws:policy/*"),
            Rule::OnRole => on("arn:*:iam:*:*:role/*"),
            Rule::OnServiceRole => on("arn:*:iam:*:*:role/aws-service-role/*"),
            Rule::OnReservedRole => on("arn:*:iam:*:*:role/aws-reserved/*"),
            Rule::OnKey => on("arn:*:kms:*:*:key/*"),
            Rule::OfIam => of("iam", &["*"]),
            Rule::OfKms => of("kms", &["*"]),
            Rule::OfOrganizations => of("organizations", &["*"]),
            // Organizations User Guide, "Resource control policies", with the announcements of ECR and OpenSearch Serverless.
            Rule::OfServicesUnderRcps => {
                calls(&["aoss:*", "ecr:*", "kms:*", "s3:*", "secretsmanager:*", "sqs:*", "sts:*"])
            }
            Rule::OfServicesForAnyone => {
                calls(&["es:*", "execute-api:*", "lambda:*", "s3:*", "sns:*", "sqs:*"])
            }
            Rule::GetCallerIdentity => of("sts", &["GetCallerIdentity"]),
            Rule::GetSessionToken => of("sts", &["GetSessionToken"]),
            Rule::AssumeRole => of("sts", &["AssumeRole"]),
            // STS API Reference: they have a parameter RoleArn that is required.
            Rule::RoleCall => of("sts", &["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]),
            Rule::Assumption => of(
                "sts",
                &[
                    "AssumeRole",
                    "AssumeRoleWithSAML",
                    "AssumeRoleWithWebIdentity",
                    "SetContext",
                    "SetSourceIdentity",
                    "TagSession",
                ],
            ),
            Rule::WebIdentitySignIn => {
                of("sts", &["AssumeRoleWithWebIdentity", "SetSourceIdentity", "TagSession"])
            }
            Rule::SamlSignIn => of("sts", &["AssumeRoleWithSAML", "SetSourceIdentity", "TagSession"]),
            Rule::PassRole => of("iam", &["PassRole"]),
            Rule::PolicyChange => of(
                "iam",
                &[
                    "CreatePolicyVersion",
                    "DeletePolicy",
                    "DeletePolicyVersion",
                    "SetDefaultPolicyVersion",
                    "TagPolicy",
                    "UntagPolicy",
                ],
            ),
            Rule::RoleChange => of(
                "iam",
                &[
                    "AttachRolePolicy",
                    "DeleteRole",
                    "DeleteRolePermissionsBoundary",
                    "DeleteRolePolicy",
                    "DetachRolePolicy",
                    "PutRolePermissionsBoundary",
                    "PutRolePolicy",
                    "UpdateAssumeRolePolicy",
                ],
            ),
            Rule::RoleUse => {
                of("iam", &["PassRole", "TagRole", "UntagRole", "UpdateRole", "UpdateRoleDescription"])
            }
            Rule::RetireGrant => of("kms", &["RetireGrant"]),
            // KMS API Reference, CreateGrant, "Operations"; grants also allow to describe a key and to make and retire grants.
            Rule::Grantable => of(
                "kms",
                &[
                    "*Mac",
                    "CreateGrant",
                    "Decrypt",
                    "DeriveSharedSecret",
                    "DescribeKey",
                    "Encrypt",
                    "GenerateDataKey*",
                    "GetPublicKey",
                    "ReEncrypt*",
                    "RetireGrant",
                    "Sign",
                    "Verify",
                ],
            ),
            Rule::BeyondScps => of("cloudfront", &["*KeyPair*"]),
            Rule::ByServiceRole => by("arn:*:iam::*:role/aws-service-role/*"),
        }
    }

    /// Returns its name in the conditions of a certificate.
    fn name(self) -> &'static str {
        match self {
            Rule::OnArn => "on a resource",
            Rule::OnArnWithoutAccount => "on a resource without account",
            Rule::OnAws => "on a resource of AWS",
            Rule::OnAwsInIam => "on a resource of AWS in IAM",
            Rule::OnAwsPolicy => "on a policy of AWS",
            Rule::OnRole => "on a role",
            Rule::OnServiceRole => "on a role of a service",
            Rule::OnReservedRole => "on a reserved role",
            Rule::OnKey => "on a KMS key",
            Rule::OfIam => "iam:*",
            Rule::OfKms => "kms:*",
            Rule::OfOrganizations => "organizations:*",
            Rule::OfServicesUnderRcps => "of services under RCPs",
            Rule::OfServicesForAnyone => "of services that take unsigned requests",
            Rule::GetCallerIdentity => "sts:GetCallerIdentity",
            Rule::GetSessionToken => "sts:GetSessionToken",
            Rule::AssumeRole => "sts:AssumeRole",
            Rule::RoleCall => "assumes the role that it names",
            Rule::Assumption => "assumes a role",
            Rule::WebIdentitySignIn => "signs in with a web identity",
            Rule::SamlSignIn => "signs in with SAML",
            Rule::PassRole => "iam:PassRole",
            Rule::PolicyChange => "changes a policy",
            Rule::RoleChange => "changes a role",
            Rule::RoleUse => "passes, tags or updates a role",
            Rule::RetireGrant => "kms:RetireGrant",
            Rule::Grantable => "in reach of KMS grants",
            Rule::BeyondScps => "beyond SCPs",
            Rule::ByServiceRole => "by a role of a service",
        }
    }
}

/// Returns the members for any call on such resources.
pub(super) fn on(resource: &str) -> Value {
    json!({"Action": "*", "Resource": resource})
}

/// Returns the members for these calls.
fn calls(actions: &[&str]) -> Value {
    json!({"Action": actions, "Resource": "*"})
}

/// Returns the members for these calls of one service.
fn of(service: &str, names: &[&str]) -> Value {
    let actions: Vec<String> = names.iter().map(|name| format!("{service}:{name}")).collect();
    json!({"Action": actions, "Resource": "*"})
}

/// Returns the members for any call by a principal of AWS.
pub(super) fn by(principal: &str) -> Value {
    json!({"Principal": {"AWS": principal}, "Action": "*", "Resource": "*"})
}

/// Returns the members for any call whose context satisfies the operator.
pub(super) fn with(operator: &str, key: &str, value: &str) -> Value {
    json!({"Action": "*", "Resource": "*", "Condition": {operator: {key: value}}})
}

/// Returns the document with one Allow statement that has these members.
pub(super) fn allowing(name: &str, mut members: Value) -> Document {
    if let Some(statement) = members.as_object_mut() {
        statement.insert("Effect".to_owned(), "Allow".into());
    }
    let text = json!({"Version": "2012-10-17", "Statement": [members]}).to_string();
    match parse(&Source::new(name, text), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("a rule is a valid policy: {error}")),
    }
}
