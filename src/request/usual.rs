//! Fills in keys that AWS sends with every request, for requests written by a person.

use super::{Presence, Request, Requester, key_info};

/// A key that every request of this kind has, but that was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// AWS's spelling.
    pub name: &'static str,
    /// The usual value that was filled in; `None` if there is no usual value, and the key stays absent.
    pub assumed: Option<&'static str>,
}

/// The values that these keys have in almost all requests: they are encrypted, and no service makes them on behalf of a caller.
const USUAL: [(&str, &str); 2] = [("aws:SecureTransport", "true"), ("aws:ViaAWSService", "false")];

impl Request {
    /// Gives the keys (lower-cased names) that every request has their usual values, unless they are given. Returns those, and
    /// the keys without a usual value, in the order of `keys`.
    ///
    /// ```
    /// use iamsat::request::{Missing, Request};
    /// let mut request = Request::new("s3:GetObject", "arn:aws:s3:::b/k");
    /// let missing = request.assume_usual(["aws:securetransport", "aws:sourceip", "aws:currenttime"]);
    /// assert_eq!(missing, [
    ///     Missing { name: "aws:SecureTransport", assumed: Some("true") },
    ///     Missing { name: "aws:CurrentTime", assumed: None },
    /// ]);
    /// assert_eq!(request.values("aws:securetransport").unwrap(), ["true"]);
    /// ```
    pub fn assume_usual<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) -> Vec<Missing> {
        let mut missing: Vec<Missing> = Vec::new();
        for key in keys {
            let Some(info) = key_info(key) else { continue };
            if self.values(key).is_some() || !self.always_has(info.presence) {
                continue;
            }
            let usual = USUAL.iter().find(|(name, _)| *name == info.name);
            let found = Missing { name: info.name, assumed: usual.map(|(_, value)| *value) };
            if !missing.contains(&found) {
                missing.push(found);
            }
            if let Some(value) = found.assumed {
                self.set(key, vec![value.to_owned()]);
            }
        }
        missing
    }

    /// True if every request of this requester has a key with this presence. A request without a requester counts as one of a
    /// principal of an account.
    fn always_has(&self, presence: Presence) -> bool {
        let (documented, signed) = match &self.requester {
            None => (true, true),
            Some(Requester::Anonymous) => (true, false),
            Some(Requester::AssumedRoot { .. }) => (false, true),
            Some(requester) => (requester.account().is_some(), requester.account().is_some()),
        };
        match presence {
            Presence::Always => true,
            Presence::AlwaysForPrincipals => documented,
            Presence::Signed => signed,
            Presence::Sometimes => false,
        }
    }
}
