//! Gaps: facts that were not collected, and the read-only calls of the AWS CLI that collect it.

use crate::policy::is_account_id;

/// The kind of fact that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// The users, groups or roles of an account.
    Iam,
    /// A policy that is attached to a principal.
    Policy,
    /// A group of a user.
    Group,
    /// A permissions boundary.
    Boundary,
    /// The organization with its tree.
    Organization,
    /// The SCPs at a node of the tree.
    ServiceControl,
    /// The RCPs at a node of the tree.
    ResourceControl,
    /// The policy of a resource.
    ResourcePolicy,
    /// The account that owns a resource.
    Owner,
    /// The tags of a principal.
    Tags,
    /// The object ownership of a bucket.
    Ownership,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// The pages of a list that follow.
    Pages,
    /// The files were collected at different times.
    Skew,
}

impl GapKind {
    /// Returns the name used in JSON.
    ///
    /// ```
    /// use iamsat::snapshot::GapKind;
    /// assert_eq!(GapKind::ResourcePolicy.name(), "resource-policy");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            GapKind::Iam => "iam",
            GapKind::Policy => "policy",
            GapKind::Group => "group",
            GapKind::Boundary => "boundary",
            GapKind::Organization => "organization",
            GapKind::ServiceControl => "scp",
            GapKind::ResourceControl => "rcp",
            GapKind::ResourcePolicy => "resource-policy",
            GapKind::Owner => "owner",
            GapKind::Tags => "tags",
            GapKind::Ownership => "object-ownership",
            GapKind::Endpoint => "endpoint",
            GapKind::Pages => "pages",
            GapKind::Skew => "snapshot-skew",
        }
    }
}

/// A fact that was not collected. Nothing is assumed about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// The kind of fact.
    pub kind: GapKind,
    /// The entity that the fact is about.
    pub of: Box<str>,
    /// The sentence that says what is missing.
    pub why: Box<str>,
    /// The read-only call that collects it, if one does.
    pub command: Option<Box<str>>,
}

impl Gap {
    pub(super) fn new(kind: GapKind, of: &str, why: impl Into<String>, command: Option<String>) -> Gap {
        Gap { kind, of: of.into(), why: why.into().into(), command: command.map(String::into_boxed_str) }
    }

    /// The users, groups or roles of an account.
    pub(super) fn iam(account: &str, what: &str) -> Gap {
        let command = "aws iam get-account-authorization-details".to_owned();
        Gap::new(GapKind::Iam, account, format!("{what} of {account} were not collected"), Some(command))
    }

    /// The users and roles of an account.
    pub(crate) fn principals(account: &str) -> Gap {
        Gap::iam(account, "the users and roles")
    }

    /// A managed policy.
    pub(super) fn managed(kind: GapKind, arn: &str) -> Gap {
        let what = if kind == GapKind::Boundary { "the boundary" } else { "the managed policy" };
        let command = format!(
            "aws iam get-policy-version --policy-arn {word} --version-id \"$(aws iam get-policy --policy-arn {word} --query Policy.DefaultVersionId --output text)\"",
            word = word(arn)
        );
        Gap::new(kind, arn, format!("{what} {arn} was not collected"), Some(command))
    }

    /// A group of a user.
    pub(super) fn group(account: &str, name: &str) -> Gap {
        let of = format!("group/{name} of {account}");
        let command = "aws iam get-account-authorization-details".to_owned();
        Gap::new(GapKind::Group, &of, format!("the policies of {of} were not collected"), Some(command))
    }

    /// The organization of an account.
    pub(super) fn organization(account: &str) -> Gap {
        let why = format!("the organization of {account}, with its SCPs and RCPs, was not collected");
        let command = "aws organizations describe-organization".to_owned();
        Gap::new(GapKind::Organization, account, why, Some(command))
    }

    /// The roots of an organization.
    pub(super) fn roots(organization: &str) -> Gap {
        let why =
            format!("the roots of {organization}, with the enabled types of policies, were not collected");
        let command = "aws organizations list-roots".to_owned();
        Gap::new(GapKind::Organization, organization, why, Some(command))
    }

    /// The accounts (true) or the organizational units that are directly below a node of the tree.
    pub(super) fn children(node: &str, are_accounts: bool) -> Gap {
        let (what, call) = match are_accounts {
            true => ("accounts", "list-accounts-for-parent"),
            false => ("organizational units", "list-organizational-units-for-parent"),
        };
        let why = format!("the {what} directly below {node} were not collected");
        let command = format!("aws organizations {call} --parent-id {}", word(node));
        Gap::new(GapKind::Organization, node, why, Some(command))
    }

    /// The place of an account in the tree, which the call that fills `by` may show.
    pub(super) fn place(account: &str, by: Gap) -> Gap {
        let why =
            format!("the place of {account} in the organization, with its SCPs and RCPs, was not collected");
        Gap { of: account.into(), why: why.into(), ..by }
    }

    /// The object ownership of a bucket.
    pub(super) fn object_ownership(arn: &str) -> Gap {
        let bucket = arn.rsplit_once(':').map_or(arn, |(_, name)| name);
        let command = format!("aws s3api get-bucket-ownership-controls --bucket {}", word(bucket));
        let why = format!("the object ownership of {arn} was not collected, and ACLs may grant access to it");
        Gap::new(GapKind::Ownership, arn, why, Some(command))
    }

    /// The policy of a resource.
    pub(super) fn resource_policy(arn: &str) -> Gap {
        let why = format!("the policy of {arn} was not collected");
        Gap::new(GapKind::ResourcePolicy, arn, why, policy_command(arn))
    }

    /// Files of two accounts that were collected more than a day apart.
    pub(super) fn skew((first, at): (&str, &str), (last, later): (&str, &str)) -> Gap {
        let why = format!(
            "{first} was collected at {at} and {last} at {later}, more than 24 hours apart: together they may say what was never true"
        );
        Gap::new(GapKind::Skew, last, why, None)
    }

    /// The tags of a principal.
    pub(super) fn tags(arn: &str) -> Gap {
        let command = "aws iam get-account-authorization-details".to_owned();
        Gap::new(GapKind::Tags, arn, format!("the tags of {arn} were not collected"), Some(command))
    }
}

/// Returns the call that prints the policy of a resource, if this page knows it.
fn policy_command(arn: &str) -> Option<String> {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, region, account, rest] = *fields.as_slice() else { return None };
    let last = rest.rsplit(['/', ':']).next();
    let region = if region.is_empty() { String::new() } else { format!(" --region {}", word(region)) };
    let name = |name: Option<&str>| name.map(word);
    Some(match service {
        "s3" => format!("aws s3api get-bucket-policy --bucket {}", word(rest.split('/').next()?)),
        "kms" => format!("aws kms get-key-policy --policy-name default --key-id {}{region}", word(arn)),
        "sqs" => format!(
            "aws sqs get-queue-attributes --attribute-names All --queue-url \"$(aws sqs get-queue-url --queue-name {} --queue-owner-aws-account-id {} --query QueueUrl --output text{region})\"{region}",
            word(rest),
            word(account)
        ),
        "sns" => format!("aws sns get-topic-attributes --topic-arn {}{region}", word(arn)),
        "secretsmanager" => {
            format!("aws secretsmanager get-resource-policy --secret-id {}{region}", word(arn))
        }
        "lambda" => format!("aws lambda get-policy --function-name {}{region}", word(arn)),
        "dynamodb" => format!("aws dynamodb get-resource-policy --resource-arn {}{region}", word(arn)),
        "kinesis" => format!("aws kinesis get-resource-policy --resource-arn {}{region}", word(arn)),
        "ecr" => format!("aws ecr get-repository-policy --repository-name {}{region}", name(last)?),
        "iam" if rest.starts_with("role/") && is_account_id(account) => {
            format!("aws iam get-role --role-name {}", name(last)?)
        }
        _ => return None,
    })
}

/// Returns the text as one word of a shell.
pub(super) fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_fills_a_gap_is_one_line_of_a_shell() {
        for (arn, command) in [
            ("arn:aws:s3:::b", "aws s3api get-bucket-policy --bucket b"),
            ("arn:aws:s3:::b/k", "aws s3api get-bucket-policy --bucket b"),
            ("arn:aws:s3:::b;rm -rf *", "aws s3api get-bucket-policy --bucket 'b;rm -rf *'"),
            (
                "arn:aws:sns:eu-west-1:111122223333:t",
                "aws sns get-topic-attributes --topic-arn arn:aws:sns:eu-west-1:111122223333:t --region eu-west-1",
            ),
            ("arn:aws:iam::111122223333:role/p/r", "aws iam get-role --role-name r"),
        ] {
            assert_eq!(policy_command(arn).as_deref(), Some(command));
        }
        assert_eq!(policy_command("arn:aws:unheard-of:::x"), None);
        assert_eq!(word("it's"), "'it'\\''s'");
    }
}
