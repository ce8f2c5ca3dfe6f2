//! Requests that look like those that are seen.

use crate::request::{Request, Requester};

impl Request {
    /// True if the requester's account has twelve digits, and a session of AssumeRoot has no ARN, type or user id of another kind
    /// of principal. No page says that other requests are impossible, so they are only avoided where a witness can be another.
    ///
    /// ```
    /// use iamsat::request::{Request, Requester};
    /// let by = |principal| Request::new("s3:GetObject", "*").by(Requester::parse(principal).unwrap().0);
    /// assert!(by("arn:aws:iam::111122223333:role/a").has_usual_requester());
    /// assert!(!by("arn:aws:iam::b:role/a").has_usual_requester());
    /// assert!(!by("assumed-root:111122223333").with("aws:userid", ["AROAEXAMPLE:s"]).has_usual_requester());
    /// ```
    pub fn has_usual_requester(&self) -> bool {
        let Some(requester) = &self.requester else { return true };
        let account = match requester {
            Requester::Saml { provider } => provider.split(':').nth(4),
            other => other.account(),
        };
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if !account.is_none_or(is_account) {
            return false;
        }
        if !matches!(requester, Requester::AssumedRoot { .. }) {
            return true;
        }
        let fits = |key: &str, is_fit: &dyn Fn(&str) -> bool| {
            self.values_of_lower(key).and_then(<[String]>::first).is_none_or(|value| is_fit(value))
        };
        let starts_with_account = |text: &str| match text.split_once(':') {
            Some((account, _)) => is_account(account),
            None => is_account(text),
        };
        fits("aws:principalarn", &|arn| arn.ends_with(":root"))
            && fits("aws:principaltype", &|name| name == "Account")
            && fits("aws:userid", &starts_with_account)
    }
}
