//! A witness: a request that the referee, the request room and the question itself agree on.

use crate::confirm::{Claim, Disagreement, confirm};
use crate::formula::RequesterKey;
use crate::request::{Request, Requesters};

/// A confirmed request. There is no other way to make one than to have it confirmed on the original documents.
///
/// ```
/// use iamsat::evaluate::{Decision, Options, decide};
/// use iamsat::{check::no_new_access, Verdict};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}"#);
/// let Verdict::Fail(findings) = no_new_access(&new, &old, &Default::default()).verdict else { panic!() };
/// let request = findings[0].witness.request();
/// assert_eq!(request.resource, "arn:aws:s3:::b/k");
/// assert_eq!(decide(&[&new], request, &Options::for_documents(&[&new])), Decision::Allowed);
/// ```
#[derive(Clone, Debug)]
pub struct Witness {
    request: Request,
}

/// A request that was not confirmed, and why.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    /// The request.
    pub request: Request,
    /// What does not hold of it.
    pub disagreement: Disagreement,
}

impl std::fmt::Display for Unconfirmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.disagreement.fmt(f)
    }
}

impl std::error::Error for Unconfirmed {}

impl Witness {
    /// Asks three independent questions about the request: do the documents decide as claimed, is it a request that can
    /// happen, does it meet the question's own predicate?
    ///
    /// # Errors
    /// The request, and the first question that was answered no.
    pub fn confirm(request: Request, claim: &Claim<'_>) -> Result<Witness, Box<Unconfirmed>> {
        match confirm(&request, claim) {
            Ok(()) => Ok(Witness { request }),
            Err(disagreement) => Err(Box::new(Unconfirmed { request, disagreement })),
        }
    }

    /// As [`Witness::confirm`], of the request or one that differs in keys that have to agree with others.
    pub(super) fn confirm_in_agreement(
        request: Request,
        claim: &Claim<'_>,
    ) -> Result<Witness, Box<Unconfirmed>> {
        let unconfirmed = match Witness::confirm(request, claim) {
            Ok(witness) => return Ok(witness),
            Err(unconfirmed) => unconfirmed,
        };
        let others = unconfirmed.request.in_agreement().filter(|_| !claim.semantics.aws_compat);
        let agreed = others.filter_map(|other| Witness::confirm(other, claim).ok()).next();
        agreed.ok_or(unconfirmed)
    }

    /// The witness without a requester, where it does without: context keys are there only if they are needed.
    #[must_use]
    pub fn shrunk(self, claim: &Claim<'_>) -> Witness {
        // A key that every requester has could not be left out with it.
        let anyone = claim.semantics.requesters() != Requesters::Everyone && !claim.keys.describe_everyone();
        if !anyone || self.request.requester.is_none() {
            return self;
        }
        let mut request = self.request.clone();
        request.requester = None;
        RequesterKey::ALL.iter().for_each(|key| request.set(key.name(), Vec::new()));
        match Witness::confirm(request, claim) {
            Ok(shrunk) => shrunk,
            Err(_) => self,
        }
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
