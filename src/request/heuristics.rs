//! Heuristics: facts that usually but not certainly hold for requests.

use crate::code::Code;
use crate::policy::AddressRange;
use crate::request::consistency::Keys;
use crate::request::{Request, Requester};

/// A fact that usually holds for requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heuristic {
    /// Its name, as answers give it.
    pub name: Code,
    /// Keys (lower case) of which one must be mentioned for the heuristic to apply. Empty for the heuristic about the action of
    /// requests to resources.
    pub keys: &'static [&'static str],
    /// A key that must be mentioned too.
    pub with: Option<&'static str>,
}

/// All heuristics.
///
/// Sources: IAM User Guide, page `reference_policies_condition-keys`; RFC 1918 for private addresses; for the last one the AWS
/// STS API reference, AssumeRole, AssumeRoleWithWebIdentity and AssumeRoleWithSAML. docs/semantics.md explains why none of them
/// is certain, so none is on by default.
pub const HEURISTICS: [Heuristic; 6] = [
    Heuristic { name: PRIVATE, keys: &["aws:sourceip"], with: None },
    Heuristic { name: MFA_AGE, keys: &["aws:multifactorauthage"], with: Some("aws:multifactorauthpresent") },
    Heuristic { name: LONG_TERM, keys: &["aws:tokenissuetime"], with: None },
    Heuristic { name: FOR_A_RESOURCE, keys: &SET_FOR_A_RESOURCE, with: None },
    Heuristic { name: VIA_SERVICE, keys: &LOST_VIA_SERVICE, with: Some("aws:viaawsservice") },
    Heuristic { name: ROLE_CALLERS, keys: &[], with: None },
];

const SET_FOR_A_RESOURCE: [&str; 4] =
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];
const LOST_VIA_SERVICE: [&str; 2] = ["aws:sourcevpc", "aws:sourcevpce"];

const PRIVATE: Code = Code::HeuristicPrivateAddressesNeverInSourceIp;
const MFA_AGE: Code = Code::HeuristicMfaAgeImpliesMfaPresent;
const LONG_TERM: Code = Code::HeuristicUsersHaveNoTokenIssueTime;
const FOR_A_RESOURCE: Code = Code::HeuristicSourceKeysOnlyFromServices;
const VIA_SERVICE: Code = Code::HeuristicNoVpcViaAwsService;
const ROLE_CALLERS: Code = Code::HeuristicWebAndSamlCallersOnlyAssumeRoles;

impl Request {
    /// Reports the heuristics that the request contradicts.
    pub(super) fn against_heuristics(&self, keys: &Keys<'_>, fault: &mut dyn FnMut(&'static str, String)) {
        let mentioned = |key: &str| keys.contains(key);
        let first = |key: &str| self.values(key).and_then(<[String]>::first);
        let present = |key: &str| self.values(key).is_some();
        let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
        if let Some(ip) = first("aws:sourceip")
            && private.iter().filter_map(|r| AddressRange::read(r)).any(|range| range.contains(ip))
        {
            fault(PRIVATE.as_str(), format!("{ip} is a private address"));
        }
        if present("aws:multifactorauthage")
            && mentioned("aws:multifactorauthpresent")
            && first("aws:multifactorauthpresent").is_none_or(|v| v != "true")
        {
            fault(MFA_AGE.as_str(), "aws:MultiFactorAuthAge is present only with MFA".to_owned());
        }
        if matches!(self.requester, Some(Requester::User { .. })) && present("aws:tokenissuetime") {
            fault(
                LONG_TERM.as_str(),
                "users sign with long-term keys, which have no aws:TokenIssueTime".to_owned(),
            );
        }
        let service = matches!(self.requester, Some(Requester::Service { .. }));
        if let Some(key) = SET_FOR_A_RESOURCE.iter().find(|key| present(key))
            && !service
        {
            fault(FOR_A_RESOURCE.as_str(), format!("{key} is present only in calls by services"));
        }
        if first("aws:viaawsservice").is_some_and(|via| via == "true")
            && let Some(key) = LOST_VIA_SERVICE.iter().find(|key| present(key))
        {
            fault(
                VIA_SERVICE.as_str(),
                format!("{key} is absent when a service calls on behalf of the caller"),
            );
        }
        self.role_callers(fault);
    }

    fn role_callers(&self, fault: &mut dyn FnMut(&'static str, String)) {
        let action = self.action.to_ascii_lowercase();
        let also = ["sts:tagsession", "sts:setsourceidentity"].contains(&&*action);
        let (web, saml) = (action == "sts:assumerolewithwebidentity", action == "sts:assumerolewithsaml");
        let possible = match &self.requester {
            None => true,
            Some(Requester::WebIdentity { .. }) => web || also,
            Some(Requester::Saml { .. }) => saml || also,
            Some(Requester::Anonymous) => action != "sts:assumerole" && !web && !saml,
            Some(_) => !web && !saml,
        };
        if !possible {
            fault(ROLE_CALLERS.as_str(), format!("such a requester does not call {}", self.action));
        }
    }
}
