//! The VPC endpoint through which a request comes, as far as its keys tell it.

use super::gap::{Gap, GapKind};
use super::model::{Collected, DocumentId, Endpoint};
use super::{ENDPOINT_KEYS, Snapshot};

/// The VPC endpoint of a request.
#[derive(Clone, Debug)]
pub enum Through<'s> {
    /// The request comes through none.
    None,
    /// The request comes through this one.
    Endpoint(&'s Endpoint),
    /// The request comes through one of which the policy is not known.
    Unknown(Gap),
}

impl Through<'_> {
    /// Returns the policy of the endpoint, or a gap; none for full access, and for requests through no endpoint.
    pub fn policy(&self) -> Option<Collected<DocumentId>> {
        match self {
            Through::None => None,
            Through::Unknown(gap) => Some(Collected::Missing(Box::new(gap.clone()))),
            Through::Endpoint(endpoint) => match &endpoint.policy {
                Collected::Known(policy) => policy.map(Collected::Known),
                Collected::Missing(gap) => Some(Collected::Missing(gap.clone())),
            },
        }
    }
}

impl Snapshot {
    /// Returns the endpoint through which a request with these keys comes. `value` returns the value of a key, if the request has
    /// it.
    ///
    /// # Errors
    /// The keys contradict the snapshot; as one sentence.
    pub fn through(&self, value: impl Fn(&str) -> Option<String>) -> Result<Through<'_>, String> {
        let unknown = |why: String, command: Option<String>| {
            Ok(Through::Unknown(Gap::new(GapKind::Endpoint, "the VPC endpoint", why, command)))
        };
        let vpc = value("aws:sourcevpc");
        let Some(id) = value("aws:sourcevpce") else {
            let Some(key) = ENDPOINT_KEYS.into_iter().find(|key| value(key).is_some()) else {
                return Ok(Through::None);
            };
            let why = format!(
                "the request comes through a VPC endpoint, since it has {key}, and the endpoint is not named: add aws:SourceVpce"
            );
            return unknown(why, None);
        };
        let known = self.endpoints.iter().find(|endpoint| *endpoint.id == *id);
        if let (Some(endpoint), Some(vpc)) = (known, vpc)
            && *vpc != *endpoint.vpc
        {
            return Err(format!("the endpoint {id} is in {}, and aws:SourceVpc is {vpc}", endpoint.vpc));
        }
        match known {
            Some(endpoint) => Ok(Through::Endpoint(endpoint)),
            None => {
                let command =
                    format!("aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {}", super::gap::word(&id));
                unknown(format!("the policy of the VPC endpoint {id} was not collected"), Some(command))
            }
        }
    }
}
