//! Queries about outsiders.

use crate::policy::ResourceType;
use crate::request::AddressInterval;

/// That the requester has to be an outsider, and from where.
///
/// ```
/// use iamsat::{query::Outside, policy::ResourceType, request::AddressInterval};
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let office = AddressInterval::parse("203.0.113.0/24").unwrap();
/// // Outsiders from anywhere but this network, private networks, and no network at all.
/// let outside = Outside { resource_type: bucket, but_for: vec![office] };
/// assert_eq!(outside.but_for[0].size(), 256);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The resource: what an access point's own keys say depends on it.
    pub resource_type: ResourceType,
    /// Requests from these addresses, and from those of private networks, are not asked about.
    pub but_for: Vec<AddressInterval>,
}
