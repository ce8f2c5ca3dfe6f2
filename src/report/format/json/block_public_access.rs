//! The outcome of Block Public Access.

use super::Members;
use super::request::RequestView;
use crate::check::AclGrant;
use crate::explain::display::KeyNames;
use crate::policy::Document;
use crate::report::answer::{BlockReport, Judgement};
use crate::report::aws_messages::AwsCheck;
use crate::solve::Verdict;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockView<'a> {
    result: &'static str,
    message: String,
    settings: Members<&'static str, bool>,
    policy: PolicyView<'a>,
    acl: AclView<'a>,
    rejected: Vec<&'static str>,
    remains: RemainsView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe_rejected: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicyView<'a> {
    /// `None` if it is not known.
    is_public: Option<bool>,
    check: Option<&'a Judgement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AclView<'a> {
    is_public: bool,
    public_grants: Vec<GrantView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GrantView<'a> {
    grantee: &'a str,
    permission: &'a str,
}

impl GrantView<'_> {
    fn of(grant: &AclGrant) -> GrantView<'_> {
        GrantView { grantee: &grant.grantee, permission: &grant.permission }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RemainsView<'a> {
    /// `None` if it is not known.
    public_policy: Option<bool>,
    public_acl: bool,
    /// `None` if it is not known.
    restricted_to_owner_and_services: Option<bool>,
    witness: Option<RequestView<'a>>,
}

/// As `--format json` writes it.
impl Serialize for BlockReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (of, outcome) = (self.of, self.outcome);
        let check = AwsCheck::NoPublicAccess(of.resource_type);
        let judgement = of
            .policy
            .zip(outcome.public.as_ref())
            .map(|(policy, answer)| Judgement::new(check, policy, None, answer, self.options));
        let documents: Vec<&Document> = of.policy.into_iter().collect();
        let names = KeyNames::of(&documents);
        let remaining = outcome.remaining.as_ref().and_then(|answer| match &answer.verdict {
            Verdict::Fail(findings) => findings.first(),
            Verdict::Pass(_) | Verdict::Unknown(_) => None,
        });
        let grants = self.public_grants();
        let view = BlockView {
            result: match self.is_found() {
                Some(true) => "FOUND",
                Some(false) => "NONE",
                None => "UNKNOWN",
            },
            message: self.sentence(),
            settings: Members(of.settings.named().to_vec()),
            policy: PolicyView {
                is_public: match outcome.public.as_ref().map(|answer| &answer.verdict) {
                    None | Some(Verdict::Pass(_)) => Some(false),
                    Some(Verdict::Fail(_)) => Some(true),
                    Some(Verdict::Unknown(_)) => None,
                },
                check: judgement.as_ref(),
            },
            acl: AclView {
                is_public: !grants.is_empty(),
                public_grants: grants.iter().map(|grant| GrantView::of(grant)).collect(),
            },
            rejected: self.rejected(),
            remains: RemainsView {
                public_policy: outcome.policy_stays_public,
                public_acl: outcome.acl_stays_public,
                restricted_to_owner_and_services: match self.is_open() && outcome.remaining.is_some() {
                    true => None,
                    false => Some(outcome.remaining.is_some()),
                },
                witness: remaining.map(|f| RequestView::of(f.witness.request(), &names)),
            },
            maybe_rejected: self.may_reject_policy().then(|| [self.put_policy()]),
        };
        view.serialize(serializer)
    }
}
