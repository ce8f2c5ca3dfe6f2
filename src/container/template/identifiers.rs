//! Results of `Ref` and `Fn::GetAtt` for resources: names that AWS makes up, and ARNs made of them.
//!
//! One row a type, from its page in the AWS CloudFormation Template Reference ("Return values") and, for the characters of names,
//! the API reference of its service. A generated name has no wildcard.

/// A row of the table.
pub(super) struct Row {
    /// The type.
    pub(super) kind: &'static str,
    /// The property that sets the name, if there is one.
    pub(super) property: &'static str,
    /// The name of the generated part after the resource's: nothing if `Ref` returns it.
    pub(super) attribute: &'static str,
    /// The pattern of generated names or ids.
    pub(super) name: &'static str,
    /// The form of `Ref`: `{N}` is the name, `{P}`, `{R}` and `{A}` are the partition, region and account.
    pub(super) reference: &'static str,
    /// The forms of attributes.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

const fn row(
    kind: &'static str,
    (property, attribute): (&'static str, &'static str),
    name: &'static str,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> Row {
    Row { kind, property, attribute, name, reference, attributes }
}

const WORD: &str = "[A-Za-z0-9_-]+";
const ENTITY: &str = "[A-Za-z0-9_+=,.@-]{1,128}";

/// Returns the row of a type.
pub(super) fn of_type(kind: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.kind == kind)
}

static ROWS: [Row; 37] = [
    row("AWS::ApiGateway::RestApi", ("", ""), "[a-z0-9]{10}", "{N}", &[]),
    row("AWS::ApiGatewayV2::Api", ("", ""), "[a-z0-9]{10}", "{N}", &[]),
    row("AWS::CloudFront::Distribution", ("", ""), "[A-Z0-9]{7,20}", "{N}", &[]),
    row(
        "AWS::CodeBuild::Project",
        ("Name", ""),
        "[A-Za-z0-9_-]{2,255}",
        "{N}",
        &[("Arn", "arn:{P}:codebuild:{R}:{A}:project/{N}")],
    ),
    row(
        "AWS::Cognito::UserPool",
        ("", ""),
        "[a-z0-9-]+_[A-Za-z0-9]+",
        "{N}",
        &[("Arn", "arn:{P}:cognito-idp:{R}:{A}:userpool/{N}")],
    ),
    row("AWS::Cognito::IdentityPool", ("", ""), "[a-z0-9-]+:[0-9a-f-]+", "{N}", &[]),
    row(
        "AWS::DynamoDB::Table",
        ("TableName", ""),
        "[A-Za-z0-9_.-]{3,255}",
        "{N}",
        &[("Arn", "arn:{P}:dynamodb:{R}:{A}:table/{N}")],
    ),
    row("AWS::EC2::VPC", ("", ""), "vpc-[0-9a-f]{8,17}", "{N}", &[("VpcId", "{N}")]),
    row("AWS::EC2::VPCEndpoint", ("", ""), "vpce-[0-9a-f]{8,17}", "{N}", &[("Id", "{N}")]),
    row(
        "AWS::ECR::Repository",
        ("RepositoryName", ""),
        "[a-z0-9._/-]{2,256}",
        "{N}",
        &[("Arn", "arn:{P}:ecr:{R}:{A}:repository/{N}")],
    ),
    row("AWS::ECS::Cluster", ("ClusterName", ""), WORD, "{N}", &[("Arn", "arn:{P}:ecs:{R}:{A}:cluster/{N}")]),
    row(
        "AWS::EFS::FileSystem",
        ("", ""),
        "fs-[0-9a-f]{8,40}",
        "{N}",
        &[("Arn", "arn:{P}:elasticfilesystem:{R}:{A}:file-system/{N}"), ("FileSystemId", "{N}")],
    ),
    row(
        "AWS::Events::EventBus",
        ("Name", ""),
        "[A-Za-z0-9._-]{1,256}",
        "{N}",
        &[("Arn", "arn:{P}:events:{R}:{A}:event-bus/{N}")],
    ),
    // The rule of another event bus than the default one has that bus before its name.
    row(
        "AWS::Events::Rule",
        ("", ""),
        "[A-Za-z0-9._/|-]{1,320}",
        "{N}",
        &[("Arn", "arn:{P}:events:{R}:{A}:rule/{N}")],
    ),
    row("AWS::IAM::Group", ("GroupName", ""), ENTITY, "{N}", &[("Arn", "arn:{P}:iam::{A}:group{PATH}{N}")]),
    row(
        "AWS::IAM::ManagedPolicy",
        ("ManagedPolicyName", "ManagedPolicyName"),
        ENTITY,
        "arn:{P}:iam::{A}:policy{PATH}{N}",
        &[],
    ),
    row("AWS::IAM::Role", ("RoleName", ""), ENTITY, "{N}", &[("Arn", "arn:{P}:iam::{A}:role{PATH}{N}")]),
    row("AWS::IAM::User", ("UserName", ""), ENTITY, "{N}", &[("Arn", "arn:{P}:iam::{A}:user{PATH}{N}")]),
    row(
        "AWS::IoT::TopicRule",
        ("RuleName", ""),
        "[A-Za-z0-9_]{1,128}",
        "{N}",
        &[("Arn", "arn:{P}:iot:{R}:{A}:rule/{N}")],
    ),
    row("AWS::KMS::Alias", ("AliasName", ""), "alias/[A-Za-z0-9/_-]+", "{N}", &[]),
    row(
        "AWS::KMS::Key",
        ("", ""),
        "[0-9a-z-]{36}",
        "{N}",
        &[("Arn", "arn:{P}:kms:{R}:{A}:key/{N}"), ("KeyId", "{N}")],
    ),
    row(
        "AWS::Kinesis::Stream",
        ("Name", ""),
        "[A-Za-z0-9_.-]{1,128}",
        "{N}",
        &[("Arn", "arn:{P}:kinesis:{R}:{A}:stream/{N}")],
    ),
    row(
        "AWS::KinesisFirehose::DeliveryStream",
        ("DeliveryStreamName", ""),
        "[A-Za-z0-9_.-]{1,64}",
        "{N}",
        &[("Arn", "arn:{P}:firehose:{R}:{A}:deliverystream/{N}")],
    ),
    row(
        "AWS::Lambda::Function",
        ("FunctionName", ""),
        "[A-Za-z0-9_-]{1,64}",
        "{N}",
        &[("Arn", "arn:{P}:lambda:{R}:{A}:function:{N}")],
    ),
    // The ARN ends with a wildcard.
    row(
        "AWS::Logs::LogGroup",
        ("LogGroupName", ""),
        "[A-Za-z0-9._/#-]{1,512}",
        "{N}",
        &[("Arn", "arn:{P}:logs:{R}:{A}:log-group:{N}:*")],
    ),
    row(
        "AWS::S3::AccessPoint",
        ("Name", ""),
        "[a-z0-9-]{3,50}",
        "{N}",
        &[("Arn", "arn:{P}:s3:{R}:{A}:accesspoint/{N}"), ("Name", "{N}")],
    ),
    row("AWS::S3::Bucket", ("BucketName", ""), "[a-z0-9.-]{3,63}", "{N}", &[("Arn", "arn:{P}:s3:::{N}")]),
    row(
        "AWS::SNS::Topic",
        ("TopicName", "TopicName"),
        "[A-Za-z0-9_-]{1,256}([.]fifo)?",
        "arn:{P}:sns:{R}:{A}:{N}",
        &[("TopicArn", "arn:{P}:sns:{R}:{A}:{N}"), ("TopicName", "{N}")],
    ),
    row(
        "AWS::SQS::Queue",
        ("QueueName", "QueueName"),
        "[A-Za-z0-9_-]{1,80}([.]fifo)?",
        "https://sqs.{R}.amazonaws.com/{A}/{N}",
        &[("Arn", "arn:{P}:sqs:{R}:{A}:{N}"), ("QueueName", "{N}")],
    ),
    row("AWS::SSM::Parameter", ("Name", ""), "[A-Za-z0-9_./-]{1,1011}", "{N}", &[]),
    row(
        "AWS::SecretsManager::Secret",
        ("", "Name"),
        "[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}",
        "arn:{P}:secretsmanager:{R}:{A}:secret:{N}",
        &[("Id", "arn:{P}:secretsmanager:{R}:{A}:secret:{N}")],
    ),
    row("AWS::Serverless::Api", ("", ""), "[a-z0-9]{10}", "{N}", &[]),
    row(
        "AWS::Serverless::Function",
        ("FunctionName", ""),
        "[A-Za-z0-9_-]{1,64}",
        "{N}",
        &[("Arn", "arn:{P}:lambda:{R}:{A}:function:{N}")],
    ),
    row("AWS::Serverless::HttpApi", ("", ""), "[a-z0-9]{10}", "{N}", &[]),
    row(
        "AWS::Serverless::SimpleTable",
        ("TableName", ""),
        "[A-Za-z0-9_.-]{3,255}",
        "{N}",
        &[("Arn", "arn:{P}:dynamodb:{R}:{A}:table/{N}")],
    ),
    row(
        "AWS::Serverless::StateMachine",
        ("Name", "Name"),
        "[A-Za-z0-9_-]{1,80}",
        "arn:{P}:states:{R}:{A}:stateMachine:{N}",
        &[("Arn", "arn:{P}:states:{R}:{A}:stateMachine:{N}"), ("Name", "{N}")],
    ),
    row(
        "AWS::StepFunctions::StateMachine",
        ("StateMachineName", "Name"),
        "[A-Za-z0-9_-]{1,80}",
        "arn:{P}:states:{R}:{A}:stateMachine:{N}",
        &[("Arn", "arn:{P}:states:{R}:{A}:stateMachine:{N}"), ("Name", "{N}")],
    ),
];
