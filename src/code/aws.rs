//! AWS's own codes: the findings of `ValidatePolicy`, with their types and messages.
//!
//! Source: IAM User Guide, "IAM policy validation check reference" (page `access-analyzer-reference-policy-checks`), and messages of
//! the service where they differ from that page. Codes, types and messages are the interface of the service; the pages about
//! them (`docs/codes/aws.md`) are not.

use std::fmt;

/// The type of a finding, as AWS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingType {
    /// The policy does not work as written.
    Error,
    /// The policy allows more than it should.
    SecurityWarning,
    /// The policy does not follow good practice.
    Warning,
    /// A stylistic improvement.
    Suggestion,
}

impl FindingType {
    /// Every type, the most severe first.
    pub const ALL: [FindingType; 4] =
        [FindingType::Error, FindingType::SecurityWarning, FindingType::Warning, FindingType::Suggestion];

    /// Returns AWS's name: `SECURITY_WARNING`.
    pub const fn name(self) -> &'static str {
        match self {
            FindingType::Error => "ERROR",
            FindingType::SecurityWarning => "SECURITY_WARNING",
            FindingType::Warning => "WARNING",
            FindingType::Suggestion => "SUGGESTION",
        }
    }

    /// Returns the name of the type in the addresses of AWS's page.
    const fn anchor(self) -> &'static str {
        match self {
            FindingType::Error => "error",
            FindingType::SecurityWarning => "security-warning",
            FindingType::Warning => "general-warning",
            FindingType::Suggestion => "suggestion",
        }
    }
}

/// The pages about all codes, one after the other.
const PAGES: &str = include_str!("../../docs/codes/aws.md");

macro_rules! aws_codes {
    ($($code:ident $type:ident $name:literal [$($message:literal),* $(,)?])*) => {
        /// A code of AWS's `ValidatePolicy`.
        ///
        /// ```
        /// use iamsat::code::{AwsCode, FindingType};
        /// let code = AwsCode::parse("INVALID_ACTION").unwrap();
        /// assert_eq!(code.finding_type(), FindingType::Error);
        /// assert_eq!(code.message(&[("action", "s3:Fly")]), "The action s3:Fly does not exist.");
        /// assert!(code.link().ends_with("#access-analyzer-reference-policy-checks-error-invalid-action"));
        /// assert_eq!(AwsCode::ALL.len(), 153);
        /// ```
        #[expect(missing_docs, reason = "the page of each code says what it means")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum AwsCode {
            $($code),*
        }

        impl AwsCode {
            /// All codes, in alphabetical order of their names.
            pub const ALL: &[AwsCode] = &[$(AwsCode::$code),*];

            /// Returns AWS's name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(AwsCode::$code => $name),*
                }
            }

            /// Returns the type of its findings.
            pub const fn finding_type(self) -> FindingType {
                match self {
                    $(AwsCode::$code => FindingType::$type),*
                }
            }

            /// Returns AWS's messages, in which `{name}` stands for a text of the policy. Most codes have one.
            pub const fn templates(self) -> &'static [&'static str] {
                match self {
                    $(AwsCode::$code => &[$($message),*]),*
                }
            }
        }
    };
}

aws_codes! {
    AllowNotactionWithUnsupportedTagConditionKeyForService Suggestion "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" ["Using the effect Allow with NotAction and the tag condition key {conditionKeyName} allows only service actions that support the condition key. The condition key doesn't apply to some service actions. We recommend that you use Action instead of NotAction."]
    AllowWithNotPrincipal SecurityWarning "ALLOW_WITH_NOT_PRINCIPAL" ["Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead."]
    AllowWithUnsupportedTagConditionKeyForService Suggestion "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" ["Using the effect Allow with the condition key {conditionKeyName} and actions for services with the following prefixes does not affect the policy: {serviceNames}. The actions for the listed service are not allowed by this statement. We recommend that you move these actions to a different statement without this condition key."]
    ArnAccountNotAllowed Error "ARN_ACCOUNT_NOT_ALLOWED" ["The service {service} does not support specifying an account ID in the resource ARN."]
    ArnRegionNotAllowed Error "ARN_REGION_NOT_ALLOWED" ["The service {service} does not support specifying a Region in the resource ARN."]
    ConfirmAudienceClaimType Suggestion "CONFIRM_AUDIENCE_CLAIM_TYPE" ["The \"{key}\" ({audienceType}) claim key identifies the recipients that the JSON web token is intended for. Because this claim is single-valued, do not use a qualifier."]
    CreateSlrWithNotActionAndNotResource Warning "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE" ["Using NotAction with NotResource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."]
    CreateSlrWithNotResource Warning "CREATE_SLR_WITH_NOT_RESOURCE" ["Using the iam:CreateServiceLinkedRole action with NotResource can allow creation of unintended service-linked roles for multiple resources. We recommend that you specify resource ARNs instead."]
    CreateSlrWithStarInActionAndNotResource Warning "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" ["Using an action with a wildcard(*) and NotResource can allow creation of unintended service-linked roles because it can allow iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."]
    CreateSlrWithStarInActionAndResource Warning "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE" ["Using wildcards (*) in the action and the resource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."]
    CreateSlrWithStarInResource Warning "CREATE_SLR_WITH_STAR_IN_RESOURCE" ["Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can allow creation of unintended service-linked roles. We recommend that you specify resource ARNs instead."]
    CreateSlrWithStarInResourceAndNotAction Warning "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION" ["Using a resource with wildcards (*) and NotAction can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."]
    DataTypeMismatch Error "DATA_TYPE_MISMATCH" ["The text does not match the expected JSON data type {data_type}."]
    DenyNotactionWithUnsupportedTagConditionKeyForService SecurityWarning "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" ["Using the effect Deny with NotAction and the tag condition key {conditionKeyName} can be overly permissive because some service actions are not denied by this statement. This is because the condition key doesn't apply to some service actions. We recommend that you use Action instead of NotAction."]
    DenyWithUnsupportedTagConditionKeyForService SecurityWarning "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" ["Using the effect Deny with the tag condition key {conditionKeyName} and actions for services with the following prefixes can be overly permissive: {serviceNames}. Actions for the listed services are not denied by this statement. We recommend that you move these actions to a different statement without this condition key."]
    DeprecatedGlobalConditionKey Warning "DEPRECATED_GLOBAL_CONDITION_KEY" ["We recommend that you update aws:ARN to use the newer condition key aws:PrincipalArn."]
    DuplicateKeysWithDifferentCase Error "DUPLICATE_KEYS_WITH_DIFFERENT_CASE" ["The condition key {key} appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys."]
    DynamodbAttributesWithoutSelect SecurityWarning "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT" ["Restricting dynamodb:Attributes without also setting dynamodb:Select to SPECIFIC_ATTRIBUTES allows all attributes to be returned on read requests that omit a projection expression. We recommend that you also set dynamodb:Select to SPECIFIC_ATTRIBUTES."]
    EmptyArrayAction Suggestion "EMPTY_ARRAY_ACTION" ["This statement includes no actions and does not affect the policy. Specify actions."]
    EmptyArrayCondition Suggestion "EMPTY_ARRAY_CONDITION" ["There are no values for the condition key {key} and it does not affect the policy. Specify conditions."]
    EmptyArrayConditionForallvalues Suggestion "EMPTY_ARRAY_CONDITION_FORALLVALUES" ["The ForAllValues prefix with an empty condition key matches only if the key {key} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."]
    EmptyArrayConditionForanyvalue Suggestion "EMPTY_ARRAY_CONDITION_FORANYVALUE" ["The ForAnyValue prefix with an empty condition key {key} never matches the request context and it does not affect the policy. Specify conditions."]
    EmptyArrayConditionIfexists Suggestion "EMPTY_ARRAY_CONDITION_IFEXISTS" ["The IfExists suffix with an empty condition key matches only if the key {key} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."]
    EmptyArrayPrincipal Suggestion "EMPTY_ARRAY_PRINCIPAL" ["This statement includes no principals and does not affect the policy. Specify principals."]
    EmptyArrayResource Suggestion "EMPTY_ARRAY_RESOURCE" ["This statement includes no resources and does not affect the policy. Specify resources."]
    EmptyObjectCondition Suggestion "EMPTY_OBJECT_CONDITION" ["This condition block is empty and it does not affect the policy. Specify conditions."]
    EmptyObjectPrincipal Suggestion "EMPTY_OBJECT_PRINCIPAL" ["This statement includes no principals and does not affect the policy. Specify principals."]
    EmptySidValue Suggestion "EMPTY_SID_VALUE" ["Add a value to the empty string in the Sid element."]
    EmptyVariable Error "EMPTY_VARIABLE" ["Empty policy variable. Remove the ${ } variable structure or provide a variable within the structure."]
    EquivalentToNullFalse Suggestion "EQUIVALENT_TO_NULL_FALSE" ["We recommend replacing the key {key} in the condition block of {operator} with {{recommendedKey}: false} to ensure better enforcement of the condition."]
    EquivalentToNullTrue Suggestion "EQUIVALENT_TO_NULL_TRUE" ["We recommend replacing the key {key} in the condition block of {operator} with {{recommendedKey}: true} to ensure better enforcement of the condition."]
    FederatedPrincipalNotSupported Error "FEDERATED_PRINCIPAL_NOT_SUPPORTED" ["The policy type does not support a federated identity provider in the principal element. Use a supported principal."]
    ForallvaluesWithSingleValuedKey SecurityWarning "FORALLVALUES_WITH_SINGLE_VALUED_KEY" ["Using ForAllValues qualifier with the single-valued condition key {key} can be overly permissive. We recommend that you remove ForAllValues:."]
    ForanyvalueWithAudienceClaimType SecurityWarning "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE" ["Using ForAnyValue qualifier with the single-valued condition key {key} can be overly permissive. We recommend that you remove ForAnyValue:."]
    ImproveIpRange Suggestion "IMPROVE_IP_RANGE" ["The non-zero bits in the IP address after the masked bits are ignored. Replace address with {addr}."]
    InvalidAction Error "INVALID_ACTION" [
        "The action {action} does not exist.",
        "The action {action} does not exist. Did you mean {valid_action}? The API called {api} authorizes against the IAM action {valid_action}.",
    ]
    InvalidArnAccount Error "INVALID_ARN_ACCOUNT" ["The resource ARN account ID {account} is not valid. Provide a 12-digit account ID."]
    InvalidArnPrefix Error "INVALID_ARN_PREFIX" ["Add the required prefix (arn) to the resource ARN."]
    InvalidArnRegion Error "INVALID_ARN_REGION" ["The Region {region} is not valid for this resource. Update the resource ARN to include a supported Region."]
    InvalidArnResource Error "INVALID_ARN_RESOURCE" ["Resource ARN does not match the expected ARN format. Update the resource portion of the ARN."]
    InvalidArnServiceCase Error "INVALID_ARN_SERVICE_CASE" ["Update the service name {service} in the resource ARN to use all lowercase letters."]
    InvalidConditionDataType Error "INVALID_CONDITION_DATA_TYPE" ["The condition value data types do not match. Use condition values of the same JSON data type."]
    InvalidConditionKeyFormat Error "INVALID_CONDITION_KEY_FORMAT" ["The condition key format is not valid. Use the format service:keyname."]
    InvalidConditionMultipleBoolean Error "INVALID_CONDITION_MULTIPLE_BOOLEAN" ["The condition key does not support multiple Boolean values. Use a single Boolean value."]
    InvalidConditionOperator Error "INVALID_CONDITION_OPERATOR" ["The condition operator {operator} is not valid. Use a valid condition operator."]
    InvalidDateValue Warning "INVALID_DATE_VALUE" ["The date {date} might not resolve as expected. We recommend that you use the YYYY-MM-DD format."]
    InvalidEffect Error "INVALID_EFFECT" ["The effect {effect} is not valid. Use Allow or Deny."]
    InvalidFederatedPrincipalSyntaxInRoleTrustPolicy Error "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY" ["The principal value specifies a federated principal that does not match the expected format. Update the federated principal to a domain name or a SAML metadata ARN."]
    InvalidGlobalConditionKey Error "INVALID_GLOBAL_CONDITION_KEY" ["The condition key {key} does not exist. Use a valid condition key."]
    InvalidKmsKeyValue Error "INVALID_KMS_KEY_VALUE" ["The {key} condition key value must be a valid KMS key ARN."]
    InvalidPartition Error "INVALID_PARTITION" ["The resource ARN for the service {service} does not support the partition {partition}. Use the supported values: {partitions}"]
    InvalidPolicyElement Error "INVALID_POLICY_ELEMENT" ["The policy element {element} is not valid."]
    InvalidPrincipalFormat Error "INVALID_PRINCIPAL_FORMAT" ["The Principal element contents are not valid. Specify a key-value pair in the Principal element."]
    InvalidPrincipalKey Error "INVALID_PRINCIPAL_KEY" ["The principal key {principal-key} is not valid."]
    InvalidRegion Error "INVALID_REGION" ["The Region {region} is not valid. Update the condition value to a supported Region."]
    InvalidRoleReference Warning "INVALID_ROLE_REFERENCE" ["The Principal element includes the IAM role ID {roleid}. We recommend that you use a role ARN instead."]
    InvalidService Error "INVALID_SERVICE" ["The service {service} does not exist. Use a valid service name."]
    InvalidServiceConditionKey Error "INVALID_SERVICE_CONDITION_KEY" ["The condition key {key} does not exist in the service {service}. Use a valid condition key."]
    InvalidServiceInAction Error "INVALID_SERVICE_IN_ACTION" [
        "The service {service} specified in the action does not exist.",
        "The service {service} specified in the action does not exist. Did you mean {service2}?",
    ]
    InvalidServicePrincipalFormat Error "INVALID_SERVICE_PRINCIPAL_FORMAT" ["The service principal does not match the expected format. Use the format {expectedFormat}."]
    InvalidUserReference Warning "INVALID_USER_REFERENCE" ["The Principal element includes the IAM user ID {userid}. We recommend that you use a user ARN instead."]
    InvalidVariableForOperator Error "INVALID_VARIABLE_FOR_OPERATOR" ["Policy variables can only be used with String and ARN operators."]
    InvalidVersion Error "INVALID_VERSION" ["The version {version} is not valid. Use one of the following versions: {versions}"]
    InvalidVpceFormat Error "INVALID_VPCE_FORMAT" ["The VPCE identifier in the condition key value is not valid.  Use the prefix 'vpce-' followed by 8 or 17 alphanumeric characters."]
    InvalidVpcFormat Error "INVALID_VPC_FORMAT" ["The VPC identifier in the condition key value is not valid. Use the prefix 'vpc-' followed by 8 or 17 alphanumeric characters."]
    IrrelevantConditionKeyInPolicy Suggestion "IRRELEVANT_CONDITION_KEY_IN_POLICY" ["The condition key {condition-key} is not relevant for the {resource-type} policy.  Use this key in an identity-based policy to govern access to this resource."]
    JsonSyntaxError Error "JSON_SYNTAX_ERROR" [
        "Fix the JSON syntax error at index {index} line {line} column {column}.",
        "Fix the JSON syntax error.",
    ]
    MismatchedActionForPrincipal Error "MISMATCHED_ACTION_FOR_PRINCIPAL" ["The {actionName} action is invalid with the following principal(s): {principalNames}. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you use either of the two options."]
    MissingAction Error "MISSING_ACTION" ["Add an Action or NotAction element to the policy statement."]
    MissingActionForConditionKey Error "MISSING_ACTION_FOR_CONDITION_KEY" ["The {actionName} action must be in the action block to allow setting values for the condition key {keyName}. Add {actionName} to the action block."]
    MissingActionForRolesAnywhereTrustPolicy Error "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY" ["The rolesanywhere.amazonaws.com service principal requires the sts:AssumeRole, sts:SetSourceIdentity, and sts:TagSession permissions to assume a role. Add the missing permissions to the policy."]
    MissingArnAccount Error "MISSING_ARN_ACCOUNT" ["The resource {resourceName} in the arn is missing an account id. Please provide a 12 digit account id."]
    MissingArnField Error "MISSING_ARN_FIELD" ["Resource ARNs must include at least {fields} fields in the following structure: arn:partition:service:region:account:resource"]
    MissingArnRegion Error "MISSING_ARN_REGION" ["Add a Region to the {service} resource ARN."]
    MissingBraceInVariable Error "MISSING_BRACE_IN_VARIABLE" ["The policy variable is missing a closing curly brace. Add } after the variable text."]
    MissingConditionKeyForOidcPrincipal SecurityWarning "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL" ["Using an Open ID Connect principal without a condition can be overly permissive. Add condition keys with a prefix that matches your federated OIDC principals to ensure that only the intended identity provider assumes the role."]
    MissingEffect Error "MISSING_EFFECT" ["Add an Effect element to the policy statement with a value of Allow or Deny."]
    MissingGithubRepoConditionKey SecurityWarning "MISSING_GITHUB_REPO_CONDITION_KEY" ["Granting a federated GitHub principal permissions without a condition key can allow more sources to assume the role than you intended. Add the token.actions.githubusercontent.com:sub condition key and specify the branch and repository name in the value."]
    MissingPairedConditionKeys SecurityWarning "MISSING_PAIRED_CONDITION_KEYS" ["Using the condition key {conditionKeyName} can be overly permissive without also using the following condition keys: {recommendedKeys}. Condition keys like this one are more secure when paired with a related key. We recommend that you add the related condition keys to the same condition block."]
    MissingPrincipal Error "MISSING_PRINCIPAL" ["Add a Principal element to the policy statement."]
    MissingQualifier Error "MISSING_QUALIFIER" ["The request context key {key} has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy."]
    MissingQuoteInVariable Error "MISSING_QUOTE_IN_VARIABLE" ["The policy variable default value must begin and end with a single quote. Add the missing quote."]
    MissingResource Error "MISSING_RESOURCE" ["Add a Resource or NotResource element to the policy statement."]
    MissingStatement Error "MISSING_STATEMENT" ["Add a statement to the policy"]
    MissingTagKeyInCondition Error "MISSING_TAG_KEY_IN_CONDITION" ["The condition key {conditionKeyName} must include a tag key to control access based on tags. Use the format {conditionKeyName}tag-key and specify a key name for tag-key."]
    MissingVersion Warning "MISSING_VERSION" ["We recommend that you specify the Version element to help you with debugging permission issues."]
    NullWithIfExists Error "NULL_WITH_IF_EXISTS" ["The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix."]
    NullWithQualifier Suggestion "NULL_WITH_QUALIFIER" ["Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively."]
    PassRoleWithNotActionAndNotResource SecurityWarning "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE" ["Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources.. We recommend that you specify resource ARNs instead."]
    PassRoleWithNotResource SecurityWarning "PASS_ROLE_WITH_NOT_RESOURCE" ["Using the iam:PassRole action with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."]
    PassRoleWithStarInActionAndNotResource SecurityWarning "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" ["Using an action with a wildcard (*) and NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."]
    PassRoleWithStarInActionAndResource SecurityWarning "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE" ["Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."]
    PassRoleWithStarInResource SecurityWarning "PASS_ROLE_WITH_STAR_IN_RESOURCE" ["Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."]
    PassRoleWithStarInResourceAndNotAction SecurityWarning "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION" ["Using a resource with wildcards (*) and NotAction can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."]
    PolicySizeExceedsIdentityPolicyQuota Warning "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA" ["The {policySize} characters in the identity policy, excluding whitespace, exceed the {policySizeQuota} character maximum for inline and managed policies. We recommend that you use multiple granular policies."]
    PolicySizeExceedsRcpQuota Error "POLICY_SIZE_EXCEEDS_RCP_QUOTA" ["The {policySize} characters in the resource control policy (RCP) exceed the {policySizeQuota} character maximum for RCPs. We recommend that you use multiple granular policies."]
    PolicySizeExceedsResourcePolicyQuota Warning "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA" ["The {policySize} characters in the resource policy exceed the {policySizeQuota} character maximum for resource policies. We recommend that you use multiple granular policies."]
    PolicySizeExceedsRoleTrustPolicyQuota Warning "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA" ["The characters in the role trust policy, excluding whitespace, exceed the character maximum. We recommend that you request a role trust policy length quota increase using Service Quotas and AWS Support Center. If the quotas have already been increased, then you can ignore this warning."]
    PolicySizeExceedsScpQuota Error "POLICY_SIZE_EXCEEDS_SCP_QUOTA" ["The {policySize} characters in the service control policy (SCP) exceed the {policySizeQuota} character maximum for SCPs. We recommend that you use multiple granular policies."]
    PrivateIpAddress Error "PRIVATE_IP_ADDRESS" ["aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. Update the value to include only public IP addresses."]
    PrivateIpAddressSubset Suggestion "PRIVATE_IP_ADDRESS_SUBSET" ["The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."]
    PrivateNotIpAddress Error "PRIVATE_NOT_IP_ADDRESS" ["The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. Update the value to include only public IP addresses."]
    PrivateNotIpAddressSubset Suggestion "PRIVATE_NOT_IP_ADDRESS_SUBSET" ["The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."]
    RcpMissingRelatedPrincipalConditionKey Warning "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY" ["RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block \"BoolIfExists\": { \"aws:PrincipalIsAWSService\": \"false\"} whenever a principal key {conditionKeyName} is used."]
    RcpMissingRelatedServicePrincipalConditionKey Warning "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY" ["RCPs impact IAM roles, users, and AWS service principals. To prevent unintended impact to your principals, an additional statement should be added to the Condition block \"BoolIfExists\": { \"aws:PrincipalIsAWSService\": \"true\"} whenever the key {conditionKeyName} is used."]
    RcpMissingServiceConditionKeyNullCheck Warning "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK" ["The specified service may have a service integration that does not require the use of the {conditionKeyName} condition key. To prevent unintended impact to services acting on your behalf using a service principal, an additional statement should be added to the Condition block \"Null\": { \"aws:SourceAccount\": \"false\"} or \"Null\": { \"aws:SourceArn\": \"false\"} whenever the key {conditionKeyName} is used."]
    RcpSyntaxErrorAction Error "RCP_SYNTAX_ERROR_ACTION" ["RCPs only support specifying select service prefixes in the Action element. Learn more here."]
    RcpSyntaxErrorAllow Error "RCP_SYNTAX_ERROR_ALLOW" ["RCPs only support specifying all principals (\"*\") in the Principal element, all resources (\"*\") in the Resource element, and no Condition element with an effect of Allow."]
    RcpSyntaxErrorNotaction Error "RCP_SYNTAX_ERROR_NOTACTION" ["RCPs do not support the NotAction element. Update to use the Action element."]
    RcpSyntaxErrorPrincipal Error "RCP_SYNTAX_ERROR_PRINCIPAL" ["The Principal element contents are not valid. RCPs only support specifying all principals (\"*\") in the Principal element. The NotPrincipal element is not supported for RCPs."]
    RecommendedConditionKeyForServicePrincipal Suggestion "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL" ["To restrict access to the service principal {servicePrincipalPrefix} operating on your behalf, we recommend aws:SourceArn, aws:SourceAccount, aws:SourceOrgID, or aws:SourceOrgPaths instead of {key}."]
    RedundantAction Suggestion "REDUNDANT_ACTION" ["The {redundantActionCount} action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: {redundantAction}."]
    RedundantConditionValueNum Suggestion "REDUNDANT_CONDITION_VALUE_NUM" ["Multiple values in {operator} are redundant. Replace with the {extreme} single value for {key}."]
    RedundantKeyDueToWildcardInCondition Suggestion "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION" ["The key {key} in the condition block of {operator} is redundant because it is always matched. Remove this key to simplify the condition."]
    RedundantPrincipalInRoleTrustPolicy Suggestion "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY" ["The assumed-role principal {redundant_principal} is redundant with its parent role {parent_role}. Remove the assumed-role principal."]
    RedundantResource Suggestion "REDUNDANT_RESOURCE" ["The {redundantResourceCount} resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*), or remove the resource {r} to remove the redundancy."]
    RedundantStatement Suggestion "REDUNDANT_STATEMENT" ["The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement."]
    RedundantStatementDueToWildcardInCondition Suggestion "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION" ["The key {key} in the condition block of {operator} does not match any values. Remove this key to simplify the condition."]
    RestrictAccessToServicePrincipal SecurityWarning "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL" ["Granting access to a service principal without specifying a source is overly permissive. Use aws:SourceArn, aws:SourceAccount, aws:SourceOrgID, or aws:SourceOrgPaths condition key to grant fine-grained access."]
    RoleTrustPolicySyntaxErrorNotprincipal Error "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL" ["Role trust policies do not support NotPrincipal. Update the policy to use a Principal element instead."]
    RoleTrustPolicySyntaxErrorResource Error "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE" ["Role trust policies apply to the role that they are attached to. You cannot specify a resource. Remove the Resource or NotResource element."]
    RoleTrustPolicyUnsupportedWildcardInPrincipal Error "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL" ["\"Principal:\" \"*\" is not supported in the principal element of a role trust policy. Replace the wildcard with a valid principal value."]
    S3PrefixInNegativeContext SecurityWarning "S3_PREFIX_IN_NEGATIVE_CONTEXT" ["Using the s3:prefix condition key in a Deny statement or with a negated string operator does not block listing the objects under the matching prefixes. A request that specifies a shorter prefix does not match the condition and can still list those objects. To restrict listing to specific prefixes, use s3:prefix with StringLike in an Allow statement, or use a Deny statement with StringNotLike."]
    ScpSyntaxErrorActionWildcard Error "SCP_SYNTAX_ERROR_ACTION_WILDCARD" ["SCP actions can include wildcards (*) only at the end of a string. Update {action}."]
    ScpSyntaxErrorPrincipal Error "SCP_SYNTAX_ERROR_PRINCIPAL" ["SCPs do not support specifying principals. Remove the Principal or NotPrincipal element."]
    SpecificGithubRepoAndBranchRecommended Warning "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED" ["Using a wildcard (*) in token.actions.githubusercontent.com:sub can allow requests from more sources than you intended. Specify the value of token.actions.githubusercontent.com:sub with the repository and branch name. If the subject claim does not include the branch, specify it in a token.actions.githubusercontent.com:ref condition key."]
    StringLikeOperatorWithArnConditionKeys SecurityWarning "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS" ["Use the operator type {allowed} instead of operator {operator} for the condition key {key}."]
    TypeMismatch Warning "TYPE_MISMATCH" ["Use the operator type {allowed} instead of operator {operator} for the condition key {key}."]
    TypeMismatchBoolean Warning "TYPE_MISMATCH_BOOLEAN" ["Add a valid Boolean value (true or false) for the condition operator {operator}."]
    TypeMismatchDate Warning "TYPE_MISMATCH_DATE" ["The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format."]
    TypeMismatchIpRange Error "TYPE_MISMATCH_IP_RANGE" ["The condition operator {operator} is used with an invalid IP range value. Specify the IP range in standard CIDR format."]
    TypeMismatchNumber Warning "TYPE_MISMATCH_NUMBER" ["Add a valid numeric value for the condition operator {operator}."]
    TypeMismatchString Warning "TYPE_MISMATCH_STRING" ["Add a valid base64-encoded string value for the condition operator {operator}."]
    UniqueSidsRecommended Warning "UNIQUE_SIDS_RECOMMENDED" ["We recommend that you use statement IDs that are unique to your policy. Update the Sid value."]
    UniqueSidsRequired Error "UNIQUE_SIDS_REQUIRED" ["Duplicate statement IDs are not supported for this policy type. Update the Sid value."]
    UnsupportedActionForConditionKey Error "UNSUPPORTED_ACTION_FOR_CONDITION_KEY" ["The following actions: {actions} are not supported by the condition key {key}. The condition will not be evaluated for these actions. We recommend that you move these actions to a different statement without this condition key."]
    UnsupportedActionInPolicy Error "UNSUPPORTED_ACTION_IN_POLICY" ["The action {action} is not supported for the resource-based policy attached to the resource type {resourceType}."]
    UnsupportedConditionKeyForServicePrincipal Error "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL" ["The following condition keys are not supported when used with the service principal: {conditionKeys}."]
    UnsupportedElementCombination Error "UNSUPPORTED_ELEMENT_COMBINATION" ["The policy elements {element1} and {element2} can not be used in the same statement. Remove one of these elements."]
    UnsupportedGlobalConditionKey Error "UNSUPPORTED_GLOBAL_CONDITION_KEY" ["The condition key aws:ARN is not supported. Use aws:PrincipalArn or aws:SourceArn instead."]
    UnsupportedPrincipal Error "UNSUPPORTED_PRINCIPAL" ["The policy type {policy_type} does not support the Principal element. Remove the Principal element."]
    UnsupportedResourceArnInPolicy Error "UNSUPPORTED_RESOURCE_ARN_IN_POLICY" ["The resource ARN is not supported for the resource-based policy attached to resource type {resourceType}."]
    UnsupportedSid Error "UNSUPPORTED_SID" ["Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]"]
    UnsupportedSpaceInVariable Error "UNSUPPORTED_SPACE_IN_VARIABLE" ["A space is not supported within the policy variable text. Remove the space."]
    UnsupportedWildcardInPrincipal Error "UNSUPPORTED_WILDCARD_IN_PRINCIPAL" ["Wildcards (*, ?) are not supported with the principal key {principal_key}. Replace the wildcard with a valid principal value."]
    UntrustworthyConditionKey SecurityWarning "UNTRUSTWORTHY_CONDITION_KEY" ["The {key} condition key is not recommended for access control as it can be spoofed/manipulated by the caller."]
    UseConditionKeyOnlyWithSupportedServices Warning "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES" ["The condition key {key} works only with specific AWS services and must be scoped to supported services in your policies."]
    VariableUnsupportedInElement Error "VARIABLE_UNSUPPORTED_IN_ELEMENT" ["Policy variables are supported in the Resource and Condition elements. Remove the policy variable {variable} from this element."]
    VariableUnsupportedInVersion Error "VARIABLE_UNSUPPORTED_IN_VERSION" ["To include variables in your policy, use the policy version 2012-10-17 or later."]
    VariableUsageTooPermissive Error "VARIABLE_USAGE_TOO_PERMISSIVE" [
        "Overly permissive use of policy variable for the {key} condition key. Use the policy variable preceded by 6 consecutive characters.",
        "The policy variable is not allowed in the condition key {key}. We consider the key to be sensitive and policy variables can be evaluated as effective wildcards. Therefore policy variables are not allowed to be used with sensitive keys. Refer to https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html for the list of sensitive keys.",
        "Overly permissive use of policy variable with aws:userID. Use the policy variable on the right side of colon or as the only character on the left side of a colon.",
    ]
    WildcardInServiceName Suggestion "WILDCARD_IN_SERVICE_NAME" ["Avoid using wildcards (*, ?) in the service name because it might grant unintended access to other AWS services with similar names."]
    WildcardUsageTooPermissive Error "WILDCARD_USAGE_TOO_PERMISSIVE" [
        "Overly permissive use of wildcard for the {key} condition key. Use the wildcard preceded by 6 consecutive characters.",
        "The wildcard is not allowed in the condition key {key}. We consider the key to be sensitive and wildcards are not allowed to be used with sensitive keys. Refer to https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html for the list of sensitive keys.",
        "Overly permissive use of wildcard with aws:userID. Use the wildcard on the right side of colon or as the only character on the left side of a colon.",
    ]
    WildcardWithoutLikeOperator Warning "WILDCARD_WITHOUT_LIKE_OPERATOR" ["Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like."]
}

impl AwsCode {
    /// Returns the code with this name.
    pub fn parse(name: &str) -> Option<AwsCode> {
        let place = AwsCode::ALL.binary_search_by(|code| code.as_str().cmp(name)).ok()?;
        AwsCode::ALL.get(place).copied()
    }

    /// Returns the first message with these texts in the places of their names.
    pub fn message(self, texts: &[(&str, &str)]) -> String {
        self.message_of(0, texts)
    }

    /// Does the same as [`AwsCode::message`] for the message with this number, counted from 0.
    pub fn message_of(self, number: usize, texts: &[(&str, &str)]) -> String {
        let mut rest = self.templates().get(number).copied().unwrap_or_default();
        let mut message = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            message.push_str(before);
            let found = after.split_once('}').and_then(|(name, after)| {
                let (_, text) = texts.iter().find(|(known, _)| *known == name)?;
                Some((*text, after))
            });
            match found {
                Some((text, after)) => {
                    message.push_str(text);
                    rest = after;
                }
                // A brace of the message itself.
                None => {
                    message.push('{');
                    rest = after;
                }
            }
        }
        message.push_str(rest);
        message
    }

    /// Returns the address of AWS's documentation of the code.
    pub fn link(self) -> String {
        const PAGE: &str =
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";
        let name = self.as_str().to_ascii_lowercase().replace('_', "-");
        format!("{PAGE}#access-analyzer-reference-policy-checks-{}-{name}", self.finding_type().anchor())
    }

    /// Returns the page about the code, in Markdown. Its first line is the code as a heading.
    pub fn page(self) -> &'static str {
        let name = self.as_str();
        let start = PAGES.match_indices("\n## ").find(|(at, heading)| {
            let rest = PAGES.get(at + heading.len()..).unwrap_or_default();
            rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('\n'))
        });
        let page = start.and_then(|(at, _)| PAGES.get(at + 1..)).unwrap_or_default();
        let end = page.match_indices("\n## ").map(|(at, _)| at).next().unwrap_or(page.len());
        page.get(..end).unwrap_or_default()
    }
}

impl fmt::Display for AwsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_counted_by_type() {
        assert!(AwsCode::ALL.is_sorted_by(|a, b| a.as_str() < b.as_str()));
        let counts =
            FindingType::ALL.map(|of| AwsCode::ALL.iter().filter(|code| code.finding_type() == of).count());
        assert_eq!(counts, [79, 19, 26, 29]);
        for code in AwsCode::ALL {
            assert_eq!(AwsCode::parse(code.as_str()), Some(*code));
        }
    }

    #[test]
    fn texts_with_braces_are_not_filled_twice() {
        let message = AwsCode::EquivalentToNullFalse.message(&[
            ("key", "{operator}"),
            ("operator", "StringLike"),
            ("recommendedKey", "k"),
        ]);
        assert!(
            message.contains("the key {operator} in the condition block of StringLike with {k: false} to")
        );
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        for code in AwsCode::ALL {
            assert!(code.page().starts_with(&format!("## {code}\n\n")), "{code}");
            assert!(code.page().contains("**What to do.** "), "{code}");
        }
        let headings = PAGES.lines().filter_map(|line| line.strip_prefix("## "));
        assert!(headings.eq(AwsCode::ALL.iter().map(|code| code.as_str())));
    }
}
