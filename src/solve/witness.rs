//! A witness: a request that the referee, the request room and the question itself agree on.

use crate::request::Request;

/// What a witness must show.
#[derive(Clone, Copy, Debug)]
pub struct Claim;

/// Why a request is no witness.
#[derive(Clone, Debug)]
pub struct Disagreement(pub String);

/// A confirmed request. There is no other way to make one than to have it confirmed on the original documents.
#[derive(Clone, Debug)]
pub struct Witness {
    request: Request,
}

impl Witness {
    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }
}
