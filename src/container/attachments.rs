//! Links between policies and their targets, and settings that block public access.

use super::entry::{AccessBlock, Attachment, Container, Link};
use super::identity::{Identity, IdentityKind};
use super::places::Values;
use super::raw::{Fault, Raw};
use super::resource::{Resource, Unknowns};

/// A type of resource that makes links: the member with the policy, the members with the targets (none if the resource itself is
/// the target), and the effect of the link.
struct Row(&'static str, &'static str, &'static [&'static str], Link);

const TERRAFORM: [Row; 28] = [
    Row("aws_iam_group_membership", "group", &["users"], Link::Membership),
    Row("aws_iam_group_policy_attachment", "policy_arn", &["group"], Link::Policy),
    Row("aws_iam_instance_profile", "role", &["name"], Link::Profile),
    Row("aws_iam_policy_attachment", "policy_arn", &["roles", "users", "groups"], Link::Policy),
    Row("aws_iam_role", "managed_policy_arns", &[], Link::Policy),
    Row("aws_iam_role", "permissions_boundary", &[], Link::Boundary),
    Row("aws_iam_role_policy_attachment", "policy_arn", &["role"], Link::Policy),
    Row("aws_iam_role_policy_attachments_exclusive", "policy_arns", &["role_name"], Link::Policy),
    Row("aws_iam_user", "permissions_boundary", &[], Link::Boundary),
    Row("aws_iam_user_group_membership", "groups", &["user"], Link::Membership),
    Row("aws_iam_user_policy_attachment", "policy_arn", &["user"], Link::Policy),
    Row("aws_iam_user_policy_attachments_exclusive", "policy_arns", &["user_name"], Link::Policy),
    Row("aws_organizations_policy_attachment", "policy_id", &["target_id"], Link::Boundary),
    Row(
        "aws_ssoadmin_customer_managed_policy_attachment",
        "customer_managed_policy_reference",
        &["permission_set_arn"],
        Link::Policy,
    ),
    Row(
        "aws_ssoadmin_managed_policy_attachment",
        "managed_policy_arn",
        &["permission_set_arn"],
        Link::Policy,
    ),
    Row(
        "aws_ssoadmin_permissions_boundary_attachment",
        "permissions_boundary",
        &["permission_set_arn"],
        Link::Boundary,
    ),
    Row("awscc_iam_group", "managed_policy_arns", &[], Link::Policy),
    Row("awscc_iam_instance_profile", "roles", &[], Link::Profile),
    Row("awscc_iam_managed_policy", "groups", &[], Link::Policy),
    Row("awscc_iam_managed_policy", "roles", &[], Link::Policy),
    Row("awscc_iam_managed_policy", "users", &[], Link::Policy),
    Row("awscc_iam_role", "managed_policy_arns", &[], Link::Policy),
    Row("awscc_iam_role", "permissions_boundary", &[], Link::Boundary),
    Row("awscc_iam_user", "groups", &[], Link::Membership),
    Row("awscc_iam_user", "managed_policy_arns", &[], Link::Policy),
    Row("awscc_iam_user", "permissions_boundary", &[], Link::Boundary),
    Row("awscc_sso_permission_set", "customer_managed_policy_references", &[], Link::Policy),
    Row("awscc_sso_permission_set", "managed_policies", &[], Link::Policy),
];

/// The provider whose resources with links are all in the table.
const IN_TABLE: &str = "aws_";

/// True if a resource of this type, with these bytes, may make links.
pub(super) fn makes_links(kind: &str, raw: Raw<'_>) -> bool {
    let names_policies = || !kind.starts_with(IN_TABLE) && raw.text().contains(":policy/");
    TERRAFORM.iter().any(|row| row.0 == kind) || names_policies()
}

/// Members of the settings, in the order of [`AccessBlock::flags`].
const FLAGS: [&str; 4] =
    ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"];

/// Adds the links and settings of a Terraform resource, as they are after the change.
///
/// # Errors
/// A member occurs twice.
pub(super) fn terraform<'t>(
    text: &'t str,
    resource: &Resource<'t>,
    unknowns: &dyn Unknowns<'t>,
    container: &mut Container,
) -> Result<(), Fault> {
    let before = resource.before.and_then(|before| before.value);
    container.identities.extend(identity(text, resource, resource.after.value)?);
    container.earlier_identities.extend(identity(text, resource, before)?);
    let Some(value) = resource.after.value.or(before) else { return Ok(()) };
    let unknown = resource.after.unknown;
    container.attachments.extend(links(text, resource, (value, unknown), unknowns)?);
    if let Some(before) = before {
        container.earlier_attachments.extend(links(text, resource, (before, None), unknowns)?);
    }
    buckets(text, resource, container)?;
    container.access_blocks.extend(access_block(text, resource, resource.after, unknowns)?);
    let before = resource.before.unwrap_or_default();
    container.earlier_access_blocks.extend(access_block(text, resource, before, unknowns)?);
    Ok(())
}

/// Adds a bucket, by address and by name.
fn buckets<'t>(text: &'t str, resource: &Resource<'t>, container: &mut Container) -> Result<(), Fault> {
    if resource.kind != "aws_s3_bucket" {
        return Ok(());
    }
    let sides =
        [(Some(resource.after), &mut container.buckets), (resource.before, &mut container.earlier_buckets)];
    for (values, buckets) in sides {
        let Some(value) = values.and_then(|values| values.value) else { continue };
        buckets.insert(resource.address.clone());
        buckets.extend(value.member(text, "bucket")?.and_then(Raw::string).map(|name| name.into_owned()));
    }
    Ok(())
}

/// Returns the settings of a resource that blocks public access, with the values of one side of a change.
fn access_block<'t>(
    text: &'t str,
    resource: &Resource<'t>,
    values: Values<'t>,
    unknowns: &dyn Unknowns<'t>,
) -> Result<Option<AccessBlock>, Fault> {
    let is_account = resource.kind == "aws_s3_account_public_access_block";
    let is_block = is_account || resource.kind == "aws_s3_bucket_public_access_block";
    let Some(value) = values.value.filter(|_| is_block) else { return Ok(None) };
    let mut flags = [None; 4];
    for (flag, name) in flags.iter_mut().zip(FLAGS) {
        let is_unknown = match values.unknown {
            Some(unknown) => unknown.member(text, name)?.is_some_and(Raw::is_true),
            None => false,
        };
        // What is not set is off.
        *flag = if is_unknown { None } else { Some(value.member(text, name)?.is_some_and(Raw::is_true)) };
    }
    let bucket = value.member(text, "bucket")?.and_then(Raw::string).map(|name| name.into_owned());
    let bucket_address = match bucket {
        None if !is_account => bucket_address(resource, unknowns)?,
        _ => None,
    };
    Ok(Some(AccessBlock { address: resource.address.clone(), bucket, bucket_address, is_account, flags }))
}

/// Returns the identity that a resource makes and links can name, with the values of one side of a change.
fn identity<'t>(
    text: &'t str,
    resource: &Resource<'t>,
    value: Option<Raw<'t>>,
) -> Result<Option<Identity>, Fault> {
    let (Some(kind), Some(value)) = (IdentityKind::of_resource(&resource.kind), value) else {
        return Ok(None);
    };
    let [name, arn, id] = value.fields(text, ["name", "arn", "unique_id"])?;
    let of = |member: Option<Raw<'t>>| {
        member.and_then(Raw::string).filter(|text| !text.is_empty()).map(|text| text.into_owned())
    };
    Ok(Some(Identity { kind, address: resource.address.clone(), name: of(name), arn: of(arn), id: of(id) }))
}

/// Returns the bucket that a resource is for, if its name is not known yet: the single resource from which the name comes, with
/// its module.
///
/// # Errors
/// A member occurs twice.
pub(super) fn bucket_address<'t>(
    resource: &Resource<'t>,
    unknowns: &dyn Unknowns<'t>,
) -> Result<Option<String>, Fault> {
    let Some(reference) = unknowns.refers_to(resource, "bucket")? else { return Ok(None) };
    let bucket = reference
        .rsplit_once('.')
        .filter(|_| reference.starts_with("aws_s3_bucket.") && !reference.contains(", "));
    Ok(bucket.map(|(address, _)| match resource.module.as_str() {
        "" => address.to_owned(),
        module => format!("{module}.{address}"),
    }))
}

/// Returns the links of a Terraform resource with these values, some of which may not be known yet.
fn links<'t>(
    text: &'t str,
    resource: &Resource<'t>,
    (value, unknown): (Raw<'t>, Option<Raw<'t>>),
    unknowns: &dyn Unknowns<'t>,
) -> Result<Vec<Attachment>, Fault> {
    // A value that is written but not known yet is one hole.
    let is_unknown = |name: &str| -> Result<bool, Fault> {
        let Some(unknown) = unknown else { return Ok(false) };
        Ok(unknown.member(text, name)?.is_some_and(|member| member.text().contains("true")))
    };
    let mut links = Vec::new();
    for Row(_, attribute, to, link) in TERRAFORM.iter().filter(|row| row.0 == resource.kind) {
        let mut targets = Vec::new();
        for member in to.iter() {
            targets.extend(texts(value.member(text, member)?));
            if is_unknown(member)? {
                let name = unknowns.refers_to(resource, member)?;
                targets.push(name.unwrap_or_else(|| "(known after apply)".to_owned()));
            }
        }
        if to.is_empty() {
            targets.push(resource.address.clone());
        }
        let member = value.member(text, attribute)?;
        let is_list = member.is_some_and(Raw::is_array) && *link != Link::Boundary;
        let known = texts(member).into_iter();
        let mut policies: Vec<_> = known.map(|policy| (Some(policy), None, None)).collect();
        if is_unknown(attribute)? {
            match unknowns.refers_to(resource, attribute)? {
                Some(name) => policies.push((None, Some(name), unknowns.named(resource, attribute)?)),
                // A member that is computed and may be omitted is not attached if it is omitted.
                None if to.is_empty() => {}
                None => policies.push((None, None, None)),
            }
        }
        links.extend(policies.into_iter().map(|(policy, reference, named)| Attachment {
            address: resource.address.clone(),
            attribute: Attachment::element(attribute, policy.as_deref().filter(|_| is_list)),
            policy,
            reference,
            resource: named,
            to: targets.clone(),
            link: *link,
            change: resource.change,
            condition: None,
        }));
    }
    if !resource.kind.starts_with(IN_TABLE) && TERRAFORM.iter().all(|row| row.0 != resource.kind) {
        links.extend(named_policies(resource, value));
    }
    Ok(links)
}

/// Returns a link for each managed policy that a resource of a type in no table names: what it does with the policy is not known.
fn named_policies(resource: &Resource<'_>, value: Raw<'_>) -> Vec<Attachment> {
    let mut links = Vec::new();
    let mut left: Vec<(String, Raw<'_>)> =
        value.members().into_iter().map(|(name, member)| (name.into_owned(), member)).collect();
    while let Some((attribute, value)) = left.pop() {
        left.extend(value.elements().into_iter().map(|element| (attribute.clone(), element)));
        left.extend(value.members().into_iter().map(|(_, member)| (attribute.clone(), member)));
        let Some(policy) = value.string().filter(|text| is_managed_policy(text)) else { continue };
        links.push(Attachment {
            address: resource.address.clone(),
            attribute: Attachment::element(&attribute, Some(&policy)),
            policy: Some(policy.into_owned()),
            reference: None,
            resource: None,
            to: vec![resource.address.clone()],
            link: Link::Policy,
            change: resource.change,
            condition: None,
        });
    }
    links.sort_by(|one, other| one.attribute.cmp(&other.attribute));
    links.dedup();
    links
}

/// True for the ARN of a managed policy, of AWS or of an account. Its partition may be a pseudo parameter.
pub(super) fn is_managed_policy(text: &str) -> bool {
    let rest = text.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::"));
    rest.and_then(|(_, rest)| rest.split_once(':')).is_some_and(|(_, name)| name.starts_with("policy/"))
}

/// Returns the texts of a member: one, a list of them, or the names in a list of blocks.
fn texts(value: Option<Raw<'_>>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let mut texts: Vec<String> = value.string().map(|text| text.into_owned()).into_iter().collect();
    for element in value.elements() {
        texts.extend(element.string().map(|text| text.into_owned()));
        let named = element.members().into_iter().filter(|(name, _)| name != "path");
        texts.extend(named.flat_map(|(_, member)| texts_within(member)));
    }
    texts.retain(|text| !text.is_empty());
    texts
}

fn texts_within(member: Raw<'_>) -> Vec<String> {
    if member.is_array() {
        return texts(Some(member));
    }
    member.string().map(|text| text.into_owned()).into_iter().collect()
}
