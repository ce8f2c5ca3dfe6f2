//! The grants of an ACL.

use super::json_argument::{is_json, is_no, json, member_or_self};
use crate::check::AclGrant;
use crate::report::Failure;
use serde_json::Value;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// The canned ACLs of S3, with the grants that each adds to those of the owner of the bucket or object.
///
/// Source: Amazon S3 User Guide, "Access control list (ACL) overview", "Canned ACL".
const CANNED: [(&str, &[(&str, &str)]); 8] = [
    ("private", &[]),
    ("public-read", &[(ALL_USERS, "READ")]),
    ("public-read-write", &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")]),
    ("aws-exec-read", &[("Amazon EC2", "READ")]),
    ("authenticated-read", &[(AUTHENTICATED, "READ")]),
    ("bucket-owner-read", &[("bucket owner", "READ")]),
    ("bucket-owner-full-control", &[("bucket owner", "FULL_CONTROL")]),
    ("log-delivery-write", &[(LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")]),
];

/// Returns the answer of get-bucket-acl or get-object-acl, or a canned ACL by its name.
pub(crate) fn acl_grants(argument: &str) -> Result<Vec<AclGrant>, Failure> {
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        permission: permission.to_owned(),
    };
    if let Some((_, others)) = CANNED.iter().find(|(name, _)| *name == argument) {
        let others = others.iter().map(|(grantee, permission)| grant(grantee, permission));
        return Ok(std::iter::once(grant("owner", "FULL_CONTROL")).chain(others).collect());
    }
    if !is_json(argument) {
        let names: Vec<&str> = CANNED.iter().map(|(name, _)| *name).collect();
        return Err(is_no(
            argument,
            &format!(
                "neither a file nor a canned ACL: give the answer of get-bucket-acl, or one of {}",
                names.join(", ")
            ),
        ));
    }
    let value = json(argument, "ACL")?;
    let inner = member_or_self(&value, "AccessControlPolicy");
    let list = inner.get("Grants").and_then(Value::as_array).ok_or_else(|| {
        Failure::validation(format!(
            "`{argument}` holds no ACL: the answer of get-bucket-acl has a list `Grants`"
        ))
    })?;
    let one = |entry: &Value| {
        let grantee = entry.get("Grantee")?;
        let name = ["URI", "ID", "EmailAddress"].iter().find_map(|member| grantee.get(member)?.as_str())?;
        Some(grant(name, entry.get("Permission")?.as_str()?))
    };
    let each = list.iter().enumerate().map(|(place, entry)| {
        one(entry).ok_or_else(|| {
            Failure::validation(format!(
                "grant {place} of `{argument}` has no Permission, or no Grantee with a URI, ID or EmailAddress"
            ))
        })
    });
    each.collect()
}
