//! Users, groups, roles and managed policies that a file makes: those that links name.

/// A user, a group, a role or a managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its kind.
    pub kind: IdentityKind,
    /// The resource that makes it: `aws_iam_group.devs`, `Devs`, `group/devs`.
    pub address: String,
    /// Its name in AWS, if the file says it.
    pub name: Option<String>,
    /// Its ARN, if the file says it.
    pub arn: Option<String>,
    /// Its unique id, which it keeps under another name, if the file says it.
    pub id: Option<String>,
}

/// The kinds of what links name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// A user.
    User,
    /// A group of users.
    Group,
    /// A role.
    Role,
    /// A managed policy.
    Policy,
}

impl IdentityKind {
    /// The kind of a type of resource.
    pub(super) fn of_resource(kind: &str) -> Option<IdentityKind> {
        Some(match kind {
            "aws_iam_user" | "AWS::IAM::User" => IdentityKind::User,
            "aws_iam_group" | "AWS::IAM::Group" => IdentityKind::Group,
            // SAM makes the role of a function.
            "aws_iam_role"
            | "AWS::IAM::Role"
            | "AWS::Serverless::Function"
            | "AWS::Serverless::StateMachine" => IdentityKind::Role,
            "aws_iam_policy" | "AWS::IAM::ManagedPolicy" => IdentityKind::Policy,
            _ => return None,
        })
    }
}

/// The account and the name, with its path, of the policy with this ARN: `aws` and `service-role/AWSLambdaRole`.
///
/// The partition may be one that is not known (`${AWS::Partition}`).
///
/// ```
/// use iamsat::container::policy_of_arn;
/// let arn = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaRole";
/// assert_eq!(policy_of_arn(arn), Some(("aws", "service-role/AWSLambdaRole")));
/// assert_eq!(policy_of_arn("AdministratorAccess"), None);
/// ```
pub fn policy_of_arn(arn: &str) -> Option<(&str, &str)> {
    let (_, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, name) = rest.split_once(":policy/")?;
    Some((account, name))
}
