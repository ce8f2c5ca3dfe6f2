//! A witness: a request that the referee, the request room and the question itself agree on.

use crate::request::Request;
use crate::verify::{Claim, Disagreement, confirm};

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

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
