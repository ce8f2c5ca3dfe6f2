//! Queries about outsiders.

use crate::policy::ResourceType;
use crate::request::AddressInterval;

/// The demand that the requester is an outsider, with the addresses that the query excludes.
///
/// ```
/// use iamsat::{query::Outside, policy::ResourceType, request::AddressInterval};
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let office = AddressInterval::parse("203.0.113.0/24").unwrap();
/// // Outsiders from anywhere except this network and private networks, or without an address.
/// let outside = Outside { resource_type: bucket, but_for: vec![office] };
/// assert_eq!(outside.but_for[0].size(), 256);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The type of the resource, which decides what an access point's own keys say.
    pub resource_type: ResourceType,
    /// Requests from these addresses, and from private networks, are excluded by the query.
    pub but_for: Vec<AddressInterval>,
}
