//! Keys that AWS sends with every request, where a request that somebody wrote down has none.

use super::{Presence, Request, Requester, key_info};

/// A key that every such request has and this one was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// AWS's spelling.
    pub name: &'static str,
    /// The value that it was given, if there is a usual one; without, it stays absent.
    pub assumed: Option<&'static str>,
}

/// The keys that almost all requests have: they are encrypted, and no service makes them on behalf of somebody.
const USUAL: [(&str, &str); 2] = [("aws:SecureTransport", "true"), ("aws:ViaAWSService", "false")];

impl Request {
    /// Gives the keys (lower-cased names) that every request has their usual values, unless they are given; lists those and
    /// the keys that have no usual value, in the order of `keys`.
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

    /// True if every request of such a requester has a key with this presence; a requester that is not named is a principal of an
    /// account.
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
