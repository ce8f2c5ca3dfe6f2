//! Witnesses: requests that the referee, the facts about requests and the query itself confirm.

use crate::confirm::{Claim, Disagreement, confirm};
use crate::formula::{RequesterKey, Scalar};
use crate::request::{Request, Requesters};

/// A confirmed request. The only way to make one is to have it confirmed on the original documents.
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
    /// The check that failed.
    pub disagreement: Disagreement,
}

impl std::fmt::Display for Unconfirmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.disagreement.fmt(f)
    }
}

impl std::error::Error for Unconfirmed {}

impl Witness {
    /// Makes three independent checks of the request: the documents decide as claimed, the request can happen, and it satisfies
    /// the predicate of the query.
    ///
    /// # Errors
    /// The request, and the first check that failed.
    pub fn confirm(request: Request, claim: &Claim<'_>) -> Result<Witness, Box<Unconfirmed>> {
        match confirm(&request, claim) {
            Ok(()) => Ok(Witness { request }),
            Err(disagreement) => Err(Box::new(Unconfirmed { request, disagreement })),
        }
    }

    /// Does the same as [`Witness::confirm`] for the request, or for a variant of it whose dependent keys agree with one another.
    pub(super) fn confirm_in_agreement(
        request: Request,
        claim: &Claim<'_>,
    ) -> Result<Witness, Box<Unconfirmed>> {
        let mut unconfirmed = match Witness::confirm(request, claim) {
            Ok(witness) => return Ok(witness),
            Err(unconfirmed) => unconfirmed,
        };
        let date = |seconds: &str| Scalar::parse_number(seconds).map(|instant| instant.to_date());
        let others = unconfirmed.request.in_agreement(&date).filter(|_| !claim.semantics.aws_compat);
        let others: Vec<Request> = others.collect();
        for other in others {
            match Witness::confirm(other, claim) {
                Ok(witness) => return Ok(witness),
                // What is open about a request that can happen is a better reason than that another one cannot.
                Err(other)
                    if unconfirmed.disagreement.is_of_linked_keys && other.disagreement.open.is_some() =>
                {
                    unconfirmed = other;
                }
                Err(_) => {}
            }
        }
        Err(unconfirmed)
    }

    /// Returns the witness with values that read well, if it is confirmed with them: texts that operators compare without regard to
    /// case as the statement spells them, and each value of a set once.
    #[must_use]
    pub fn polished(self, claim: &Claim<'_>) -> Witness {
        let reads_well = |(key, values): (&str, &[String])| {
            let mut places = values.iter().enumerate();
            places.all(|(place, value)| {
                values.iter().take(place).all(|earlier| earlier != value)
                    && claim.spelling(key, value).is_none_or(|spelled| spelled == value)
            })
        };
        if self.request.context().all(reads_well) {
            return self;
        }
        let (mut spelled, mut once) = (self.request.clone(), self.request.clone());
        for (key, values) in self.request.context() {
            let mut distinct: Vec<String> = Vec::new();
            for value in values {
                if !distinct.contains(value) {
                    distinct.push(value.clone());
                }
            }
            let as_spelled =
                |value: &String| claim.spelling(key, value).map_or_else(|| value.clone(), str::to_owned);
            spelled.set(key, distinct.iter().map(as_spelled).collect());
            once.set(key, distinct);
        }
        for request in [spelled, once] {
            if request != self.request
                && let Ok(witness) = Witness::confirm(request, claim)
            {
                return witness;
            }
        }
        self
    }

    /// Returns the witness without a requester, if it is confirmed without one; context keys remain only if they are needed.
    #[must_use]
    pub fn shrunk(self, claim: &Claim<'_>) -> Witness {
        // A key that every requester has could not be removed together with it.
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

    /// Returns the request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
