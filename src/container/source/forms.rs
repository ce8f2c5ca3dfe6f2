//! Texts that AWS makes for resources of a plan: names, ids, and ARNs made of them.
//!
//! One row a type, from its page in the documentation of Terraform's AWS provider ("Attribute Reference") and, for the characters
//! of names, the API reference of its service.

/// A row of the table.
pub(super) struct Row {
    pub(super) kind: &'static str,
    /// The attribute with the name or id.
    pub(super) name: &'static str,
    /// The pattern of names that are not known yet.
    pub(super) pattern: &'static str,
    /// Forms of attributes: `{N}` is the name, `{P}`, `{R}` and `{A}` are the partition, region and account, `{PATH}` is the
    /// attribute `path`, and `{S}` a generated suffix.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

const fn row(
    kind: &'static str,
    name: &'static str,
    pattern: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> Row {
    Row { kind, name, pattern, attributes }
}

/// Returns the row of a type.
pub(super) fn of_type(kind: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.kind == kind)
}

/// The pattern of the suffix that a form may have.
pub(super) const SUFFIX: &str = "[A-Za-z0-9]{6}";

/// The pattern of what the provider adds to a prefix: a unique id, and the end of the names of FIFO queues and topics.
pub(super) const AFTER_PREFIX: &str = "[0-9a-z]{1,64}([.]fifo)?";

const ENTITY: &str = "[A-Za-z0-9_+=,.@-]{1,128}";

static ROWS: [Row; 23] = [
    row("aws_s3_bucket", "bucket", "[a-z0-9.-]{3,63}", &[("id", "{N}"), ("arn", "arn:{P}:s3:::{N}")]),
    row("aws_iam_role", "name", ENTITY, &[("id", "{N}"), ("arn", "arn:{P}:iam::{A}:role{PATH}{N}")]),
    row("aws_iam_user", "name", ENTITY, &[("id", "{N}"), ("arn", "arn:{P}:iam::{A}:user{PATH}{N}")]),
    row("aws_iam_group", "name", ENTITY, &[("id", "{N}"), ("arn", "arn:{P}:iam::{A}:group{PATH}{N}")]),
    row(
        "aws_iam_policy",
        "name",
        ENTITY,
        &[("id", "arn:{P}:iam::{A}:policy{PATH}{N}"), ("arn", "arn:{P}:iam::{A}:policy{PATH}{N}")],
    ),
    row("aws_sqs_queue", "name", "[A-Za-z0-9_-]{1,80}([.]fifo)?", &[("arn", "arn:{P}:sqs:{R}:{A}:{N}")]),
    row(
        "aws_sns_topic",
        "name",
        "[A-Za-z0-9_-]{1,256}([.]fifo)?",
        &[("id", "arn:{P}:sns:{R}:{A}:{N}"), ("arn", "arn:{P}:sns:{R}:{A}:{N}")],
    ),
    row("aws_kms_key", "key_id", "[0-9a-z-]{36}", &[("id", "{N}"), ("arn", "arn:{P}:kms:{R}:{A}:key/{N}")]),
    row(
        "aws_dynamodb_table",
        "name",
        "[A-Za-z0-9_.-]{3,255}",
        &[("id", "{N}"), ("arn", "arn:{P}:dynamodb:{R}:{A}:table/{N}")],
    ),
    row(
        "aws_lambda_function",
        "function_name",
        "[A-Za-z0-9_-]{1,64}",
        &[("arn", "arn:{P}:lambda:{R}:{A}:function:{N}")],
    ),
    row(
        "aws_secretsmanager_secret",
        "name",
        "[A-Za-z0-9/_+=.@-]{1,512}",
        &[
            ("id", "arn:{P}:secretsmanager:{R}:{A}:secret:{N}-{S}"),
            ("arn", "arn:{P}:secretsmanager:{R}:{A}:secret:{N}-{S}"),
        ],
    ),
    row(
        "aws_kinesis_stream",
        "name",
        "[A-Za-z0-9_.-]{1,128}",
        &[("arn", "arn:{P}:kinesis:{R}:{A}:stream/{N}")],
    ),
    row(
        "aws_kinesis_firehose_delivery_stream",
        "name",
        "[A-Za-z0-9_.-]{1,64}",
        &[("arn", "arn:{P}:firehose:{R}:{A}:deliverystream/{N}")],
    ),
    row(
        "aws_ecr_repository",
        "name",
        "[a-z0-9._/-]{2,256}",
        &[("arn", "arn:{P}:ecr:{R}:{A}:repository/{N}")],
    ),
    row(
        "aws_sfn_state_machine",
        "name",
        "[A-Za-z0-9_-]{1,80}",
        &[
            ("id", "arn:{P}:states:{R}:{A}:stateMachine:{N}"),
            ("arn", "arn:{P}:states:{R}:{A}:stateMachine:{N}"),
        ],
    ),
    row(
        "aws_codebuild_project",
        "name",
        "[A-Za-z0-9_-]{2,255}",
        &[("id", "arn:{P}:codebuild:{R}:{A}:project/{N}"), ("arn", "arn:{P}:codebuild:{R}:{A}:project/{N}")],
    ),
    row("aws_vpc", "id", "vpc-[0-9a-f]{8,17}", &[]),
    row("aws_vpc_endpoint", "id", "vpce-[0-9a-f]{8,17}", &[]),
    row(
        "aws_cloudfront_distribution",
        "id",
        "[A-Z0-9]{7,20}",
        &[("arn", "arn:{P}:cloudfront::{A}:distribution/{N}")],
    ),
    row(
        "aws_cloudfront_origin_access_identity",
        "id",
        "[A-Z0-9]{7,20}",
        &[("iam_arn", "arn:{P}:iam::cloudfront:user/CloudFront Origin Access Identity {N}")],
    ),
    row(
        "aws_api_gateway_rest_api",
        "id",
        "[a-z0-9]{10}",
        &[("execution_arn", "arn:{P}:execute-api:{R}:{A}:{N}")],
    ),
    row(
        "aws_efs_file_system",
        "id",
        "fs-[0-9a-f]{8,40}",
        &[("arn", "arn:{P}:elasticfilesystem:{R}:{A}:file-system/{N}")],
    ),
    row("aws_ecs_cluster", "name", "[A-Za-z0-9_-]{1,255}", &[("arn", "arn:{P}:ecs:{R}:{A}:cluster/{N}")]),
];

/// Returns the partition of a region; `None` if it is not a region's name.
pub(super) fn partition(region: &str) -> Option<&'static str> {
    const STARTS: [(&str, &str); 7] = [
        ("us-gov-", "aws-us-gov"),
        ("cn-", "aws-cn"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
    ];
    const COMMERCIAL: [&str; 9] = ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"];
    match STARTS.iter().find(|(start, _)| region.starts_with(start)) {
        Some((_, partition)) => Some(partition),
        None => COMMERCIAL.iter().any(|start| region.starts_with(start)).then_some("aws"),
    }
}
