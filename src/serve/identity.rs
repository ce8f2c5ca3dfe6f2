//! STS GetCallerIdentity: the account and partition that clients take from it.

use super::call::Moment;
use super::reply::{Success, escaped};
use super::state::State;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers GetCallerIdentity.
pub(super) fn caller(state: &State, moment: &Moment) -> Success {
    let settings = &state.settings;
    let (partition, account) = (escaped(&settings.partition), escaped(&settings.account));
    Success::xml(format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
         <Arn>arn:{partition}:iam::{account}:user/iamsat</Arn><UserId>AIDAIAMSAT</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>\n",
        moment.request_id
    ))
}
