//! Requests that look like real ones.

use crate::request::{Request, Requester};

impl Request {
    /// True if the account of the requester, or of its identity provider, has twelve digits. Every real account has, but a policy
    /// that spells another one is still answered as written; other accounts are only avoided if a witness can have a real one.
    ///
    /// ```
    /// use iamsat::request::{Request, Requester};
    /// let by = |principal| Request::new("s3:GetObject", "*").by(Requester::parse(principal).unwrap().0);
    /// assert!(by("arn:aws:iam::111122223333:role/a").has_usual_requester());
    /// assert!(!by("arn:aws:iam::b:role/a").has_usual_requester());
    /// ```
    pub fn has_usual_requester(&self) -> bool {
        let Some(requester) = &self.requester else { return true };
        let account = match requester {
            Requester::WebIdentity { provider } if provider.starts_with("arn:") => {
                match provider.split(':').collect::<Vec<_>>().as_slice() {
                    ["arn", _, "iam", "", account, resource, ..]
                        if resource.starts_with("oidc-provider/") =>
                    {
                        Some(*account)
                    }
                    _ => return false,
                }
            }
            Requester::Saml { provider } => provider.split(':').nth(4),
            other => other.account(),
        };
        account.is_none_or(|text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()))
    }
}
