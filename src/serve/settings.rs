//! The settings of a server.

use crate::check::Options;
use crate::limits::InputLimits;
use std::collections::BTreeMap;
use std::time::Duration;

/// The facts that clients look up, by name.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    /// The documents of managed policies: by `NAME` for those of AWS, by `ACCOUNT/NAME` for others.
    pub managed: BTreeMap<String, String>,
    /// The values of parameters, by `NAME`, or `NAME:VERSION` for one version.
    pub parameters: BTreeMap<String, String>,
    /// The values of exports.
    pub exports: BTreeMap<String, String>,
}

/// The settings of a server: how requests are answered.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The options of queries. Policies are always judged alone, as AWS does.
    pub options: Options,
    /// The account of the caller, and the zone of trust of access previews.
    pub account: String,
    /// The partition in ARNs.
    pub partition: String,
    /// The region in ARNs.
    pub region: String,
    /// The canonical user id of the account, for ACLs of buckets.
    pub canonical_user: String,
    /// Accepts any number of actions and resources in `access`.
    pub lenient_limits: bool,
    /// Appends a request to the description of each reason.
    pub explain_in_text: bool,
    /// Bounds on each document.
    pub limits: InputLimits,
    /// The facts that clients look up.
    pub lookups: Lookups,
    /// Time for each request, from its head to its answer.
    pub timeout: Duration,
}

/// An account of zeros, which no policy trusts by chance; AWS's limits; 30 seconds.
impl Default for Settings {
    fn default() -> Settings {
        Settings {
            options: Options::default(),
            account: "000000000000".to_owned(),
            partition: "aws".to_owned(),
            region: "us-east-1".to_owned(),
            canonical_user: "0".repeat(64),
            lenient_limits: false,
            explain_in_text: false,
            limits: InputLimits { bytes: 4 << 20, ..InputLimits::default() },
            lookups: Lookups::default(),
            timeout: Duration::from_secs(30),
        }
    }
}
