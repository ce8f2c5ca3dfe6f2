//! A witness: a request that the referee, the request room and the question itself agree on.

use crate::formula::Tied;
use crate::policy::PolicyType;
use crate::request::Request;
use crate::verify::{Claim, Disagreement, confirm};

/// How many context keys are tried to be left out; few requests have more.
const MOST_DROPPED: usize = 16;

/// A confirmed request. There is no other way to make one than to have it confirmed on the original documents.
#[derive(Clone, Debug)]
pub struct Witness {
    request: Request,
}

impl Witness {
    /// Asks three independent questions about the request: do the documents decide as claimed, is it a request that can
    /// happen, does it meet the question's own predicate?
    ///
    /// # Errors
    /// The first question that was answered no.
    pub fn confirm(request: Request, claim: &Claim<'_>) -> Result<Witness, Disagreement> {
        confirm(&request, claim)?;
        Ok(Witness { request })
    }

    /// The witness without what it can do without: the requester, where identity policies do not ask who it is, and
    /// context keys.
    #[must_use]
    pub fn shrunk(self, claim: &Claim<'_>) -> Witness {
        let mut shortest = self;
        // A key that every requester has could not be left out with it.
        let anyone = claim.policy_type == PolicyType::Identity && !claim.keys.describe_everyone();
        if anyone && shortest.request.requester.is_some() {
            let mut request = shortest.request.clone();
            request.requester = None;
            Tied::ALL.iter().for_each(|tied| request.set(tied.name(), Vec::new()));
            shortest = Witness::confirm(request, claim).unwrap_or(shortest);
        }
        let keys: Vec<String> = shortest.request.context().map(|(key, _)| key.to_owned()).collect();
        for key in keys.iter().take(MOST_DROPPED) {
            let mut request = shortest.request.clone();
            request.set(key, Vec::new());
            shortest = Witness::confirm(request, claim).unwrap_or(shortest);
        }
        shortest
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
