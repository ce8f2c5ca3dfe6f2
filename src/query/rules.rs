//! The rules of single services that decide beside the policies, in the language of policies.

use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::Source;
use std::sync::OnceLock;

/// A set of requests that a rule of AWS is about. Each is a document that allows just these requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rule {
    /// Requests on no resource.
    NoResource,
    /// Requests on no resource, and those of IAM on a policy of AWS: the rule within one account holds.
    OwnOrAws,
    /// Requests on resources whose ARN names AWS as their account.
    OfAws,
    /// Requests that no policy of a resource is consulted about.
    WithoutResourcePolicy,
    /// Requests on resources whose ARN names no account.
    WithoutAccount,
    /// Calls by which a role is assumed, on a role.
    OnRole,
    /// The same, on a role of a service.
    OnServiceRole,
    /// Calls on a role or KMS key, whose policies have to allow in one account too.
    NeedsTrust,
    /// Calls that a KMS grant may allow.
    MayHaveGrant,
    /// `sts:AssumeRole`.
    AssumeRole,
    /// `sts:GetCallerIdentity`.
    CallerIdentity,
    /// `sts:GetSessionToken`.
    SessionToken,
    /// `iam:PassRole`.
    PassRole,
    /// Calls of Organizations.
    Organizations,
    /// Changes of AWS's own policies and of roles of services, and calls on a role or key that name none.
    Refused,
    /// Calls that SCPs may not restrict.
    ScpExempt,
    /// Calls that RCPs do not restrict.
    RcpExempt,
    /// Calls of services that RCPs certainly cover.
    RcpCovered,
    /// Calls of services that take unsigned requests.
    Unsigned,
    /// Calls of a federated sign-in with a web identity.
    ForWebIdentity,
    /// Calls of a federated sign-in with SAML.
    ForSaml,
}

pub(crate) const ALL_RULES: usize = 21;

static DOCUMENTS: [OnceLock<Document>; ALL_RULES] = [const { OnceLock::new() }; ALL_RULES];

/// Calls by which a role is assumed.
const ASSUME: &str = r#""sts:AssumeRole","sts:AssumeRoleWithSAML","sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity","sts:SetContext""#;
/// Calls that are always on a key, and that a grant may allow.
const KEY_CALLS: &str = r#""kms:CreateGrant","kms:Decrypt","kms:DeriveSharedSecret","kms:DescribeKey","kms:Encrypt","kms:GenerateDataKey*","kms:GetPublicKey","kms:ReEncrypt*","kms:RetireGrant","kms:Sign","kms:Verify","kms:*Mac""#;
/// Calls that are always on a role.
const ROLE_CALLS: &str = r#""sts:AssumeRole","sts:AssumeRoleWithSAML","sts:AssumeRoleWithWebIdentity""#;
const ROLES: &str = r#""arn:*:iam:*:*:role/*""#;
/// Writes to a role that neither services nor IAM Identity Center permit.
const ROLE_WRITES: &str = r#""iam:AttachRolePolicy","iam:DeleteRole","iam:DeleteRolePermissionsBoundary","iam:DeleteRolePolicy","iam:DetachRolePolicy","iam:PutRolePermissionsBoundary","iam:PutRolePolicy","iam:UpdateAssumeRolePolicy""#;

impl Rule {
    /// Returns the document that allows just the requests of the rule.
    pub(crate) fn document(self) -> &'static Document {
        match DOCUMENTS.get(self as usize) {
            Some(document) => document.get_or_init(|| document_of(&self.statements())),
            None => broken("each rule has a document"),
        }
    }

    /// Returns the place of the document among those of all rules, if it is one of them.
    pub(crate) fn place_of(document: &Document) -> Option<usize> {
        DOCUMENTS.iter().position(|rule| rule.get().is_some_and(|rule| std::ptr::eq(rule, document)))
    }

    fn statements(self) -> String {
        let on = |actions: &str, resources: &str| {
            statement(&format!(r#""Action":[{actions}],"Resource":[{resources}]"#))
        };
        let elsewhere = |actions: &str, resources: &str| {
            statement(&format!(r#""Action":[{actions}],"NotResource":[{resources}]"#))
        };
        let any = |actions: &str| on(actions, r#""*""#);
        let star = statement(r#""Action":"*","NotResource":"arn:*:*:*:*:*""#);
        let keys = r#""arn:*:kms:*:*:key/*""#;
        match self {
            Rule::NoResource => star,
            Rule::OwnOrAws => format!("{star},{}", on(r#""iam:*""#, r#""arn:*:iam:*:aws:*""#)),
            Rule::OfAws => on(r#""*""#, r#""arn:*:*:*:aws:*""#),
            Rule::WithoutResourcePolicy => format!("{star},{}", any(r#""iam:*""#)),
            Rule::WithoutAccount => on(r#""*""#, r#""arn:*:*:*::*""#),
            Rule::OnRole => on(ASSUME, ROLES),
            Rule::OnServiceRole => on(ASSUME, r#""arn:*:iam:*:*:role/aws-service-role/*""#),
            Rule::NeedsTrust => format!("{},{}", on(ASSUME, ROLES), on(r#""kms:*""#, keys)),
            Rule::MayHaveGrant => on(KEY_CALLS, keys),
            Rule::AssumeRole => any(r#""sts:AssumeRole""#),
            Rule::CallerIdentity => any(r#""sts:GetCallerIdentity""#),
            Rule::SessionToken => any(r#""sts:GetSessionToken""#),
            Rule::PassRole => any(r#""iam:PassRole""#),
            Rule::Organizations => any(r#""organizations:*""#),
            Rule::Refused => [
                on(
                    r#""iam:CreatePolicyVersion","iam:DeletePolicy","iam:DeletePolicyVersion","iam:SetDefaultPolicyVersion","iam:TagPolicy","iam:UntagPolicy""#,
                    r#""arn:*:iam:*:aws:policy/*""#,
                ),
                on(ROLE_WRITES, r#""arn:*:iam:*:*:role/aws-service-role/*""#),
                on(
                    &format!(
                        r#"{ROLE_WRITES},"iam:PassRole","iam:TagRole","iam:UntagRole","iam:UpdateRole","iam:UpdateRoleDescription""#
                    ),
                    r#""arn:*:iam:*:*:role/aws-reserved/*""#,
                ),
                elsewhere(ROLE_CALLS, ROLES),
                elsewhere(KEY_CALLS, keys),
            ]
            .join(","),
            Rule::ScpExempt => any(r#""cloudfront:*KeyPair*""#),
            Rule::RcpExempt => any(r#""kms:RetireGrant""#),
            Rule::RcpCovered => any(r#""s3:*","sts:*","kms:*","sqs:*","secretsmanager:*","ecr:*","aoss:*""#),
            Rule::Unsigned => any(r#""s3:*","sqs:*","sns:*","execute-api:*","lambda:*","es:*""#),
            Rule::ForWebIdentity => {
                on(r#""sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity""#, ROLES)
            }
            Rule::ForSaml => on(r#""sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity""#, ROLES),
        }
    }
}

/// Returns an Allow statement with these members.
pub(super) fn statement(members: &str) -> String {
    format!(r#"{{"Effect":"Allow",{members}}}"#)
}

/// Returns the document with these statements.
pub(super) fn document_of(statements: &str) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    match parse(&Source::new("rule", text), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("a rule is a valid policy: {error}")),
    }
}
