//! SAM's policy templates: the policies that it makes of their names and parameters.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM policy templates" and its pages for each policy template ("Policy template list").

use super::super::make::Make;
use crate::policy::Json;
use crate::span::Span;

/// A policy template.
struct Row {
    name: &'static str,
    /// The names of its parameters; all of them have to be given.
    parameters: &'static str,
    statements: &'static [Statement],
}

/// A statement that allows actions on resources.
struct Statement {
    /// The actions; one without a service is of the service of the one before it.
    actions: &'static str,
    /// The resources: `{P}`, `{R}` and `{A}` are the partition, region and account, other names in braces are parameters.
    resources: &'static str,
    /// The key of a condition `StringEquals` with its value; empty if there is no condition.
    condition: &'static str,
}

/// Returns the policy that SAM makes of a policy template.
///
/// # Errors
/// The reason why it is not known.
pub(super) fn document<'t>(name: &str, values: &Json<'t>, span: Span) -> Result<Json<'t>, String> {
    let Some(row) = ROWS.iter().find(|row| row.name == name) else {
        return Err(format!("SAM makes it of the policy template `{name}`, whose policy is not known here"));
    };
    // SAM ignores other parameters.
    let has_all = row.parameters.split_whitespace().all(|name| values.member(name).is_some());
    if !has_all {
        let names = row.parameters.replace(' ', ", ");
        return Err(format!("SAM refuses it: the policy template `{name}` needs these parameters: {names}"));
    }
    let make = Make(span);
    let statements = row.statements.iter().map(|statement| statement.made(make, values)).collect();
    Ok(make.object(vec![("Statement", make.list(statements))]))
}

impl Statement {
    fn made<'t>(&self, make: Make, values: &Json<'t>) -> Json<'t> {
        let mut service = "";
        let mut actions = Vec::new();
        for action in self.actions.split_whitespace() {
            let (own, name) = action.split_once(':').unwrap_or((service, action));
            service = own;
            actions.push(make.text(&format!("{service}:{name}")));
        }
        let resources = self.resources.split_whitespace().map(|form| filled(make, form, values)).collect();
        let mut members = vec![
            ("Effect", make.text("Allow")),
            ("Action", make.list(actions)),
            ("Resource", make.list(resources)),
        ];
        if let Some((key, form)) = self.condition.split_once(' ') {
            let keys = make.object(vec![(key, filled(make, form, values))]);
            members.push(("Condition", make.object(vec![("StringEquals", keys)])));
        }
        make.object(members)
    }
}

/// Returns a form with values in place of its names.
fn filled<'t>(make: Make, form: &str, values: &Json<'t>) -> Json<'t> {
    if !form.contains('{') {
        return make.text(form);
    }
    let text = form
        .replace("{P}", "{AWS::Partition}")
        .replace("{R}", "{AWS::Region}")
        .replace("{A}", "{AWS::AccountId}")
        .replace('{', "${");
    make.call("Fn::Sub", make.list(vec![make.text(&text), values.clone()]))
}

const fn row(name: &'static str, parameters: &'static str, statements: &'static [Statement]) -> Row {
    Row { name, parameters, statements }
}

const fn allow(actions: &'static str, resources: &'static str) -> Statement {
    Statement { actions, resources, condition: "" }
}

const fn allow_if(actions: &'static str, resources: &'static str, condition: &'static str) -> Statement {
    Statement { actions, resources, condition }
}

static ROWS: [Row; 81] = [
    row("AMIDescribePolicy", "", &[allow("ec2:DescribeImages", "*")]),
    row(
        "AWSSecretsManagerGetSecretValuePolicy",
        "SecretArn",
        &[allow("secretsmanager:GetSecretValue", "{SecretArn}")],
    ),
    row(
        "AWSSecretsManagerRotationPolicy",
        "FunctionName",
        &[
            allow_if(
                "secretsmanager:DescribeSecret GetSecretValue PutSecretValue UpdateSecretVersionStage",
                "arn:{P}:secretsmanager:{R}:{A}:secret:*",
                "secretsmanager:resource/AllowRotationLambdaArn arn:{P}:lambda:{R}:{A}:function:{FunctionName}",
            ),
            allow("secretsmanager:GetRandomPassword", "*"),
        ],
    ),
    row("AcmGetCertificatePolicy", "CertificateArn", &[allow("acm:GetCertificate", "{CertificateArn}")]),
    row(
        "AthenaQueryPolicy",
        "WorkGroupName",
        &[
            allow(
                "athena:ListWorkGroups GetExecutionEngine GetExecutionEngines GetNamespace GetCatalogs \
             GetNamespaces GetTables GetTable",
                "*",
            ),
            allow(
                "athena:StartQueryExecution GetQueryResults DeleteNamedQuery GetNamedQuery ListQueryExecutions \
             StopQueryExecution GetQueryResultsStream ListNamedQueries CreateNamedQuery GetQueryExecution \
             BatchGetNamedQuery BatchGetQueryExecution GetWorkGroup",
                "arn:{P}:athena:{R}:{A}:workgroup/{WorkGroupName}",
            ),
        ],
    ),
    row(
        "CloudFormationDescribeStacksPolicy",
        "",
        &[allow("cloudformation:DescribeStacks", "arn:{P}:cloudformation:{R}:{A}:stack/*")],
    ),
    row(
        "CloudWatchDashboardPolicy",
        "",
        &[allow("cloudwatch:GetDashboard ListDashboards PutDashboard ListMetrics", "*")],
    ),
    row("CloudWatchDescribeAlarmHistoryPolicy", "", &[allow("cloudwatch:DescribeAlarmHistory", "*")]),
    row("CloudWatchPutMetricPolicy", "", &[allow("cloudwatch:PutMetricData", "*")]),
    row(
        "CodeCommitCrudPolicy",
        "RepositoryName",
        &[allow(
            "codecommit:GitPull GitPush CreateBranch DeleteBranch GetBranch ListBranches \
             MergeBranchesByFastForward MergeBranchesBySquash MergeBranchesByThreeWay UpdateDefaultBranch \
             BatchDescribeMergeConflicts CreateUnreferencedMergeCommit DescribeMergeConflicts \
             GetMergeCommit GetMergeOptions BatchGetPullRequests CreatePullRequest \
             DescribePullRequestEvents GetCommentsForPullRequest GetCommitsFromMergeBase GetMergeConflicts \
             GetPullRequest ListPullRequests MergePullRequestByFastForward MergePullRequestBySquash \
             MergePullRequestByThreeWay PostCommentForPullRequest UpdatePullRequestDescription \
             UpdatePullRequestStatus UpdatePullRequestTitle DeleteFile GetBlob GetFile GetFolder PutFile \
             DeleteCommentContent GetComment GetCommentsForComparedCommit PostCommentForComparedCommit \
             PostCommentReply UpdateComment BatchGetCommits CreateCommit GetCommit GetCommitHistory \
             GetDifferences GetObjectIdentifier GetReferences GetTree GetRepository \
             UpdateRepositoryDescription ListTagsForResource TagResource UntagResource \
             GetRepositoryTriggers PutRepositoryTriggers TestRepositoryTriggers GetBranch GetCommit \
             UploadArchive GetUploadArchiveStatus CancelUploadArchive",
            "arn:{P}:codecommit:{R}:{A}:{RepositoryName}",
        )],
    ),
    row(
        "CodeCommitReadPolicy",
        "RepositoryName",
        &[allow(
            "codecommit:GitPull GetBranch ListBranches BatchDescribeMergeConflicts DescribeMergeConflicts \
             GetMergeCommit GetMergeOptions BatchGetPullRequests DescribePullRequestEvents \
             GetCommentsForPullRequest GetCommitsFromMergeBase GetMergeConflicts GetPullRequest \
             ListPullRequests GetBlob GetFile GetFolder GetComment GetCommentsForComparedCommit \
             BatchGetCommits GetCommit GetCommitHistory GetDifferences GetObjectIdentifier GetReferences \
             GetTree GetRepository ListTagsForResource GetRepositoryTriggers TestRepositoryTriggers \
             GetBranch GetCommit GetUploadArchiveStatus",
            "arn:{P}:codecommit:{R}:{A}:{RepositoryName}",
        )],
    ),
    row(
        "CodePipelineLambdaExecutionPolicy",
        "",
        &[allow("codepipeline:PutJobSuccessResult PutJobFailureResult", "*")],
    ),
    row(
        "CodePipelineReadOnlyPolicy",
        "PipelineName",
        &[allow("codepipeline:ListPipelineExecutions", "arn:{P}:codepipeline:{R}:{A}:{PipelineName}")],
    ),
    row(
        "ComprehendBasicAccessPolicy",
        "",
        &[allow(
            "comprehend:BatchDetectKeyPhrases DetectDominantLanguage DetectEntities BatchDetectEntities \
             DetectKeyPhrases DetectSentiment BatchDetectDominantLanguage BatchDetectSentiment",
            "*",
        )],
    ),
    row(
        "CostExplorerReadOnlyPolicy",
        "",
        &[allow(
            "ce:GetCostAndUsage GetDimensionValues GetReservationCoverage \
             GetReservationPurchaseRecommendation GetReservationUtilization GetTags",
            "*",
        )],
    ),
    row(
        "DynamoDBBackupFullAccessPolicy",
        "TableName",
        &[
            allow(
                "dynamodb:CreateBackup DescribeContinuousBackups",
                "arn:{P}:dynamodb:{R}:{A}:table/{TableName}",
            ),
            allow(
                "dynamodb:DeleteBackup DescribeBackup ListBackups",
                "arn:{P}:dynamodb:{R}:{A}:table/{TableName}/backup/*",
            ),
        ],
    ),
    row(
        "DynamoDBCrudPolicy",
        "TableName",
        &[allow(
            "dynamodb:GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem \
             DescribeTable ConditionCheckItem",
            "arn:{P}:dynamodb:{R}:{A}:table/{TableName} arn:{P}:dynamodb:{R}:{A}:table/{TableName}/index/*",
        )],
    ),
    row(
        "DynamoDBReadPolicy",
        "TableName",
        &[allow(
            "dynamodb:GetItem Scan Query BatchGetItem DescribeTable",
            "arn:{P}:dynamodb:{R}:{A}:table/{TableName} arn:{P}:dynamodb:{R}:{A}:table/{TableName}/index/*",
        )],
    ),
    row(
        "DynamoDBReconfigurePolicy",
        "TableName",
        &[allow("dynamodb:UpdateTable", "arn:{P}:dynamodb:{R}:{A}:table/{TableName}")],
    ),
    row(
        "DynamoDBRestoreFromBackupPolicy",
        "TableName",
        &[
            allow("dynamodb:RestoreTableFromBackup", "arn:{P}:dynamodb:{R}:{A}:table/{TableName}/backup/*"),
            allow(
                "dynamodb:PutItem UpdateItem DeleteItem GetItem Query Scan BatchWriteItem",
                "arn:{P}:dynamodb:{R}:{A}:table/{TableName}",
            ),
        ],
    ),
    row(
        "DynamoDBStreamReadPolicy",
        "StreamName TableName",
        &[
            allow(
                "dynamodb:DescribeStream GetRecords GetShardIterator",
                "arn:{P}:dynamodb:{R}:{A}:table/{TableName}/stream/{StreamName}",
            ),
            allow("dynamodb:ListStreams", "arn:{P}:dynamodb:{R}:{A}:table/{TableName}/stream/*"),
        ],
    ),
    row(
        "DynamoDBWritePolicy",
        "TableName",
        &[allow(
            "dynamodb:PutItem UpdateItem BatchWriteItem",
            "arn:{P}:dynamodb:{R}:{A}:table/{TableName} arn:{P}:dynamodb:{R}:{A}:table/{TableName}/index/*",
        )],
    ),
    row("EC2CopyImagePolicy", "ImageId", &[allow("ec2:CopyImage", "arn:{P}:ec2:{R}:{A}:image/{ImageId}")]),
    row("EC2DescribePolicy", "", &[allow("ec2:DescribeRegions DescribeInstances", "*")]),
    row(
        "EFSWriteAccessPolicy",
        "AccessPoint FileSystem",
        &[allow_if(
            "elasticfilesystem:ClientMount ClientWrite",
            "arn:{P}:elasticfilesystem:{R}:{A}:file-system/{FileSystem}",
            "elasticfilesystem:AccessPointArn arn:{P}:elasticfilesystem:{R}:{A}:access-point/{AccessPoint}",
        )],
    ),
    row("EKSDescribePolicy", "", &[allow("eks:DescribeCluster ListClusters", "*")]),
    row(
        "EcsRunTaskPolicy",
        "TaskDefinition",
        &[allow("ecs:RunTask", "arn:{P}:ecs:{R}:{A}:task-definition/{TaskDefinition}")],
    ),
    row(
        "ElasticMapReduceAddJobFlowStepsPolicy",
        "ClusterId",
        &[allow("elasticmapreduce:AddJobFlowSteps", "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}")],
    ),
    row(
        "ElasticMapReduceCancelStepsPolicy",
        "ClusterId",
        &[allow("elasticmapreduce:CancelSteps", "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}")],
    ),
    row(
        "ElasticMapReduceModifyInstanceFleetPolicy",
        "ClusterId",
        &[allow(
            "elasticmapreduce:ModifyInstanceFleet ListInstanceFleets",
            "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}",
        )],
    ),
    row(
        "ElasticMapReduceModifyInstanceGroupsPolicy",
        "ClusterId",
        &[allow(
            "elasticmapreduce:ModifyInstanceGroups ListInstanceGroups",
            "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}",
        )],
    ),
    row(
        "ElasticMapReduceSetTerminationProtectionPolicy",
        "ClusterId",
        &[allow(
            "elasticmapreduce:SetTerminationProtection",
            "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}",
        )],
    ),
    row(
        "ElasticMapReduceTerminateJobFlowsPolicy",
        "ClusterId",
        &[allow(
            "elasticmapreduce:TerminateJobFlows",
            "arn:{P}:elasticmapreduce:{R}:{A}:cluster/{ClusterId}",
        )],
    ),
    row(
        "ElasticsearchHttpPostPolicy",
        "DomainName",
        &[allow("es:ESHttpPost ESHttpPut", "arn:{P}:es:{R}:{A}:domain/{DomainName}/*")],
    ),
    row(
        "EventBridgePutEventsPolicy",
        "EventBusName",
        &[allow("events:PutEvents", "arn:{P}:events:{R}:{A}:event-bus/{EventBusName}")],
    ),
    row(
        "FilterLogEventsPolicy",
        "LogGroupName",
        &[allow("logs:FilterLogEvents", "arn:{P}:logs:{R}:{A}:log-group:{LogGroupName}:log-stream:*")],
    ),
    row(
        "FirehoseCrudPolicy",
        "DeliveryStreamName",
        &[allow(
            "firehose:CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream PutRecord \
             PutRecordBatch UpdateDestination",
            "arn:{P}:firehose:{R}:{A}:deliverystream/{DeliveryStreamName}",
        )],
    ),
    row(
        "FirehoseWritePolicy",
        "DeliveryStreamName",
        &[allow(
            "firehose:PutRecord PutRecordBatch",
            "arn:{P}:firehose:{R}:{A}:deliverystream/{DeliveryStreamName}",
        )],
    ),
    row("KMSDecryptPolicy", "KeyId", &[allow("kms:Decrypt", "arn:{P}:kms:{R}:{A}:key/{KeyId}")]),
    row("KMSEncryptPolicy", "KeyId", &[allow("kms:Encrypt", "arn:{P}:kms:{R}:{A}:key/{KeyId}")]),
    row(
        "KMSEncryptPolicy_v2",
        "KeyId",
        &[allow(
            "kms:Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair \
             GenerateDataKeyPairWithoutPlaintext",
            "arn:{P}:kms:{R}:{A}:key/{KeyId}",
        )],
    ),
    row(
        "KinesisCrudPolicy",
        "StreamName",
        &[allow(
            "kinesis:AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteStream \
             DescribeStream DescribeStreamSummary GetShardIterator IncreaseStreamRetentionPeriod \
             ListTagsForStream MergeShards PutRecord PutRecords SplitShard RemoveTagsFromStream",
            "arn:{P}:kinesis:{R}:{A}:stream/{StreamName}",
        )],
    ),
    row(
        "KinesisStreamReadPolicy",
        "StreamName",
        &[
            allow("kinesis:ListStreams DescribeLimits", "arn:{P}:kinesis:{R}:{A}:stream/*"),
            allow(
                "kinesis:DescribeStream DescribeStreamSummary GetRecords GetShardIterator",
                "arn:{P}:kinesis:{R}:{A}:stream/{StreamName}",
            ),
        ],
    ),
    row(
        "LambdaInvokePolicy",
        "FunctionName",
        &[allow("lambda:InvokeFunction", "arn:{P}:lambda:{R}:{A}:function:{FunctionName}*")],
    ),
    row("MobileAnalyticsWriteOnlyAccessPolicy", "", &[allow("mobileanalytics:PutEvents", "*")]),
    row("OrganizationsListAccountsPolicy", "", &[allow("organizations:ListAccounts", "*")]),
    row(
        "PinpointEndpointAccessPolicy",
        "PinpointApplicationId",
        &[allow(
            "mobiletargeting:GetEndpoint UpdateEndpoint UpdateEndpointsBatch",
            "arn:{P}:mobiletargeting:{R}:{A}:apps/{PinpointApplicationId}/endpoints/*",
        )],
    ),
    row(
        "PollyFullAccessPolicy",
        "LexiconName",
        &[
            allow("polly:GetLexicon DeleteLexicon", "arn:{P}:polly:{R}:{A}:lexicon/{LexiconName}"),
            allow(
                "polly:DescribeVoices ListLexicons PutLexicon SynthesizeSpeech",
                "arn:{P}:polly:{R}:{A}:lexicon/*",
            ),
        ],
    ),
    row(
        "RekognitionDetectOnlyPolicy",
        "",
        &[allow("rekognition:DetectFaces DetectLabels DetectModerationLabels DetectText", "*")],
    ),
    row(
        "RekognitionFacesManagementPolicy",
        "CollectionId",
        &[allow(
            "rekognition:IndexFaces DeleteFaces SearchFaces SearchFacesByImage ListFaces",
            "arn:{P}:rekognition:{R}:{A}:collection/{CollectionId}",
        )],
    ),
    row("RekognitionFacesPolicy", "", &[allow("rekognition:CompareFaces DetectFaces", "*")]),
    row("RekognitionLabelsPolicy", "", &[allow("rekognition:DetectLabels DetectModerationLabels", "*")]),
    row(
        "RekognitionNoDataAccessPolicy",
        "CollectionId",
        &[allow(
            "rekognition:CompareFaces DetectFaces DetectLabels DetectModerationLabels",
            "arn:{P}:rekognition:{R}:{A}:collection/{CollectionId}",
        )],
    ),
    row(
        "RekognitionReadPolicy",
        "CollectionId",
        &[allow(
            "rekognition:ListCollections ListFaces SearchFaces SearchFacesByImage",
            "arn:{P}:rekognition:{R}:{A}:collection/{CollectionId}",
        )],
    ),
    row(
        "RekognitionWriteOnlyAccessPolicy",
        "CollectionId",
        &[allow(
            "rekognition:CreateCollection IndexFaces",
            "arn:{P}:rekognition:{R}:{A}:collection/{CollectionId}",
        )],
    ),
    row(
        "Route53ChangeResourceRecordSetsPolicy",
        "HostedZoneId",
        &[allow("route53:ChangeResourceRecordSets", "arn:{P}:route53:::hostedzone/{HostedZoneId}")],
    ),
    row(
        "S3CrudPolicy",
        "BucketName",
        &[allow(
            "s3:GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl \
             GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject",
            "arn:{P}:s3:::{BucketName} arn:{P}:s3:::{BucketName}/*",
        )],
    ),
    row(
        "S3FullAccessPolicy",
        "BucketName",
        &[
            allow(
                "s3:GetObject GetObjectAcl GetObjectVersion PutObject PutObjectAcl DeleteObject \
             DeleteObjectTagging DeleteObjectVersionTagging GetObjectTagging GetObjectVersionTagging \
             PutObjectTagging PutObjectVersionTagging",
                "arn:{P}:s3:::{BucketName}/*",
            ),
            allow(
                "s3:ListBucket GetBucketLocation GetLifecycleConfiguration PutLifecycleConfiguration",
                "arn:{P}:s3:::{BucketName}",
            ),
        ],
    ),
    row(
        "S3ReadPolicy",
        "BucketName",
        &[allow(
            "s3:GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration",
            "arn:{P}:s3:::{BucketName} arn:{P}:s3:::{BucketName}/*",
        )],
    ),
    row(
        "S3WritePolicy",
        "BucketName",
        &[allow(
            "s3:PutObject PutObjectAcl PutLifecycleConfiguration",
            "arn:{P}:s3:::{BucketName} arn:{P}:s3:::{BucketName}/*",
        )],
    ),
    row(
        "SESBulkTemplatedCrudPolicy",
        "IdentityName",
        &[allow(
            "ses:GetIdentityVerificationAttributes SendEmail SendRawEmail SendTemplatedEmail \
             SendBulkTemplatedEmail VerifyEmailIdentity",
            "arn:{P}:ses:{R}:{A}:identity/{IdentityName}",
        )],
    ),
    row(
        "SESBulkTemplatedCrudPolicy_v2",
        "IdentityName TemplateName",
        &[
            allow(
                "ses:SendEmail SendRawEmail SendTemplatedEmail SendBulkTemplatedEmail",
                "arn:{P}:ses:{R}:{A}:identity/{IdentityName} arn:{P}:ses:{R}:{A}:template/{TemplateName}",
            ),
            allow("ses:GetIdentityVerificationAttributes VerifyEmailIdentity", "*"),
        ],
    ),
    row(
        "SESCrudPolicy",
        "IdentityName",
        &[allow(
            "ses:GetIdentityVerificationAttributes SendEmail SendRawEmail VerifyEmailIdentity",
            "arn:{P}:ses:{R}:{A}:identity/{IdentityName}",
        )],
    ),
    row(
        "SESEmailTemplateCrudPolicy",
        "",
        &[allow(
            "ses:CreateTemplate GetTemplate ListTemplates UpdateTemplate DeleteTemplate TestRenderTemplate",
            "*",
        )],
    ),
    row(
        "SESSendBouncePolicy",
        "IdentityName",
        &[allow("ses:SendBounce", "arn:{P}:ses:{R}:{A}:identity/{IdentityName}")],
    ),
    row(
        "SNSCrudPolicy",
        "TopicName",
        &[allow(
            "sns:ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish",
            "arn:{P}:sns:{R}:{A}:{TopicName}*",
        )],
    ),
    row("SNSPublishMessagePolicy", "TopicName", &[allow("sns:Publish", "arn:{P}:sns:{R}:{A}:{TopicName}")]),
    row(
        "SQSPollerPolicy",
        "QueueName",
        &[allow(
            "sqs:ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch \
             GetQueueAttributes ReceiveMessage",
            "arn:{P}:sqs:{R}:{A}:{QueueName}",
        )],
    ),
    row("SQSSendMessagePolicy", "QueueName", &[allow("sqs:SendMessage*", "arn:{P}:sqs:{R}:{A}:{QueueName}")]),
    row(
        "SSMParameterReadPolicy",
        "ParameterName",
        &[
            allow("ssm:DescribeParameters", "*"),
            allow(
                "ssm:GetParameters GetParameter GetParametersByPath",
                "arn:{P}:ssm:{R}:{A}:parameter/{ParameterName}",
            ),
        ],
    ),
    row(
        "SSMParameterWithSlashPrefixReadPolicy",
        "ParameterName",
        &[
            allow("ssm:DescribeParameters", "*"),
            allow(
                "ssm:GetParameters GetParameter GetParametersByPath",
                "arn:{P}:ssm:{R}:{A}:parameter{ParameterName}",
            ),
        ],
    ),
    row(
        "SageMakerCreateEndpointConfigPolicy",
        "EndpointConfigName",
        &[allow(
            "sagemaker:CreateEndpointConfig",
            "arn:{P}:sagemaker:{R}:{A}:endpoint-config/{EndpointConfigName}",
        )],
    ),
    row(
        "SageMakerCreateEndpointPolicy",
        "EndpointName",
        &[allow("sagemaker:CreateEndpoint", "arn:{P}:sagemaker:{R}:{A}:endpoint/{EndpointName}")],
    ),
    row(
        "ServerlessRepoReadWriteAccessPolicy",
        "",
        &[allow(
            "serverlessrepo:CreateApplication CreateApplicationVersion UpdateApplication GetApplication \
             ListApplications ListApplicationVersions ListApplicationDependencies",
            "arn:{P}:serverlessrepo:{R}:{A}:applications/*",
        )],
    ),
    row(
        "StepFunctionsCallbackPolicy",
        "StateMachineName",
        &[allow(
            "states:SendTaskFailure SendTaskHeartbeat SendTaskSuccess",
            "arn:{P}:states:{R}:{A}:stateMachine:{StateMachineName}",
        )],
    ),
    row(
        "StepFunctionsExecutionPolicy",
        "StateMachineName",
        &[allow("states:StartExecution", "arn:{P}:states:{R}:{A}:stateMachine:{StateMachineName}")],
    ),
    row(
        "StepFunctionsExecutionPolicy_v2",
        "StateMachineName",
        &[allow(
            "states:StartExecution StartSyncExecution",
            "arn:{P}:states:{R}:{A}:stateMachine:{StateMachineName}",
        )],
    ),
    row(
        "TextractDetectAnalyzePolicy",
        "",
        &[allow(
            "textract:DetectDocumentText StartDocumentTextDetection StartDocumentAnalysis AnalyzeDocument",
            "*",
        )],
    ),
    row(
        "TextractGetResultPolicy",
        "",
        &[allow("textract:GetDocumentTextDetection GetDocumentAnalysis", "*")],
    ),
    row("TextractPolicy", "", &[allow("textract:*", "*")]),
    row(
        "VPCAccessPolicy",
        "",
        &[allow(
            "ec2:CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces \
             DetachNetworkInterface",
            "*",
        )],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_name_parameters_of_their_template() {
        for row in &ROWS {
            for statement in row.statements {
                assert!(statement.actions.split(' ').next().is_some_and(|action| action.contains(':')));
                for part in
                    statement.resources.split('{').skip(1).chain(statement.condition.split('{').skip(1))
                {
                    let name = part.split('}').next().unwrap();
                    let is_parameter = row.parameters.split(' ').any(|parameter| parameter == name);
                    assert!(is_parameter || ["P", "R", "A"].contains(&name), "{}: {name}", row.name);
                }
            }
        }
        assert!(ROWS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
