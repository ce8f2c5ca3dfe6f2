//! The codes: one stable name, with a page, for everything that an answer can report.
//!
//! Diagnostics, findings, rules that AWS leaves open, limits, assumptions and failures all take their names from here, so `iamsat
//! explain` knows every code that an answer can contain.

mod aws;

pub use aws::{AwsCode, FindingType};

use std::fmt;

/// The effect of a code on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input could not be checked, or the command is invalid.
    Error,
    /// The answer to a query, with evidence.
    Finding,
    /// A part of a policy that has no effect, which is proved, or that allows more than it appears to.
    Lint,
    /// Neither PASS nor FAIL: AWS leaves something open, or something is not modelled.
    Unknown,
    /// Neither PASS nor FAIL: a bound of [`crate::limits`] was reached.
    Limit,
    /// Valid, but probably not intended.
    Warning,
    /// A choice at a point on which sources disagree, or a heuristic; the answer depends on it.
    Assumption,
}

macro_rules! codes {
    ($($code:ident $severity:ident $name:literal)*) => {
        /// A stable name in kebab case.
        ///
        /// ```
        /// use iamsat::code::{Code, Severity};
        /// assert_eq!((Code::NewAccess.as_str(), Code::NewAccess.severity()), ("new-access", Severity::Finding));
        /// assert_eq!(Code::parse("new-access"), Some(Code::NewAccess));
        /// // The name before version 0.2 is still known.
        /// assert_eq!(Code::parse("deadline"), Some(Code::LimitDeadline));
        /// assert!(Code::LimitDeadline.page().starts_with("# limit-deadline"));
        /// ```
        #[expect(missing_docs, reason = "the page of each code says what it means")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($code,)*
            /// A code of AWS's own.
            Aws(AwsCode),
        }

        impl Code {
            /// All codes that are ours, in alphabetical order of their names.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// Returns the name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$code => $name,)*
                    Code::Aws(code) => code.as_str(),
                }
            }

            /// Returns the severity of the code.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Code::$code => Severity::$severity,)*
                    Code::Aws(code) => match code.finding_type() {
                        FindingType::Error | FindingType::SecurityWarning => Severity::Finding,
                        FindingType::Warning | FindingType::Suggestion => Severity::Warning,
                    },
                }
            }

            /// Returns the page about the code, in Markdown. Its first line is the code as a heading, its first paragraph says
            /// what the code means.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$code => include_str!(concat!("../docs/codes/", $name, ".md")),)*
                    Code::Aws(code) => code.page(),
                }
            }
        }
    };
}

codes! {
    AccessGained Finding "access-gained"
    AccessGranted Finding "access-granted"
    AccessLost Finding "access-lost"
    AccountAloneInNotprincipalExemptsAll Assumption "account-alone-in-notprincipal-exempts-all"
    ActionMatchesNothing Warning "action-matches-nothing"
    ActionNeverUsable Lint "action-never-usable"
    ActionNotListed Lint "action-not-listed"
    ActionWithWildcard Warning "action-with-wildcard"
    ActionWithoutResource Unknown "action-without-resource"
    AllowWithNotAction Lint "allow-with-not-action"
    AllowWithNotPrincipal Lint "allow-with-not-principal"
    AllowWithNotResource Lint "allow-with-not-resource"
    AllowsNothing Warning "allows-nothing"
    AnonymousService Unknown "anonymous-service"
    AnyFederatedUser Warning "any-federated-user"
    ArnPatternWithFewFields Unknown "arn-pattern-with-few-fields"
    AssumeRootTask Unknown "assume-root-task"
    AssumedRequester Warning "assumed-requester"
    AssumedRoleInPrincipalArn Lint "assumed-role-in-principal-arn"
    AssumedValue Warning "assumed-value"
    AttachedPolicyNotRead Unknown "attached-policy-not-read"
    AwsProtectedEntities Assumption "aws-protected-entities"
    AwsStarCoversNonAws Unknown "aws-star-covers-non-aws"
    BucketOwnerEnforced Assumption "bucket-owner-enforced"
    CanAccess Finding "can-access"
    CatalogueWorld Assumption "catalogue-world"
    CertificateNotVerified Unknown "certificate-not-verified"
    CertificateRefused Finding "certificate-refused"
    ChangeDeferred Unknown "change-deferred"
    ConditionAlwaysMet Lint "condition-always-met"
    ConditionMetWithoutKey Lint "condition-met-without-key"
    DenyOnlyIfPresent Lint "deny-only-if-present"
    DenyWeakened Finding "deny-weakened"
    DenyWithoutEffect Lint "deny-without-effect"
    DependsOnUnknownValue Unknown "depends-on-unknown-value"
    DocumentTooLong Error "document-too-long"
    DuplicateKey Error "duplicate-key"
    DuplicateKeyCase Error "duplicate-key-case"
    DuplicateSid Warning "duplicate-sid"
    EmptyDocument Error "empty-document"
    EmptyNotAction Unknown "empty-not-action"
    EmptyNotResource Unknown "empty-not-resource"
    EmptyValueList Unknown "empty-value-list"
    EmptyVariable Error "empty-variable"
    ExemptionUnused Lint "exemption-unused"
    ExpiredAcceptance Warning "expired-acceptance"
    ExternalAccess Finding "external-access"
    FederatedSignInIsUnsigned Assumption "federated-sign-in-is-unsigned"
    ForAnyValueIfExists Unknown "for-any-value-if-exists"
    FractionOfASecond Unknown "fraction-of-a-second"
    HeuristicMfaAgeImpliesMfaPresent Assumption "heuristic-mfa-age-implies-mfa-present"
    HeuristicNoVpcViaAwsService Assumption "heuristic-no-vpc-via-aws-service"
    HeuristicPrivateAddressesNeverInSourceIp Assumption "heuristic-private-addresses-never-in-source-ip"
    HeuristicSourceKeysOnlyFromServices Assumption "heuristic-source-keys-only-from-services"
    HeuristicUsersHaveNoTokenIssueTime Assumption "heuristic-users-have-no-token-issue-time"
    HeuristicWebAndSamlCallersOnlyAssumeRoles Assumption "heuristic-web-and-saml-callers-only-assume-roles"
    IamCollectAbsentIsNone Assumption "iam-collect-absent-is-none"
    IdleGuardrail Lint "idle-guardrail"
    IgnoreCaseBeyondAscii Unknown "ignore-case-beyond-ascii"
    ImpossibleRequest Error "impossible-request"
    IncompleteSnapshot Unknown "incomplete-snapshot"
    InternalError Error "internal-error"
    InvalidAction Error "invalid-action"
    InvalidBinary Warning "invalid-binary"
    InvalidBool Warning "invalid-bool"
    InvalidConditionKey Error "invalid-condition-key"
    InvalidConfiguration Error "invalid-configuration"
    InvalidDate Warning "invalid-date"
    InvalidEffect Error "invalid-effect"
    InvalidFunction Error "invalid-function"
    InvalidIp Warning "invalid-ip"
    InvalidJson Error "invalid-json"
    InvalidNullValue Error "invalid-null-value"
    InvalidNumber Warning "invalid-number"
    InvalidParameter Error "invalid-parameter"
    InvalidPrincipal Error "invalid-principal"
    InvalidPrincipalKey Error "invalid-principal-key"
    InvalidQuestion Error "invalid-question"
    InvalidResource Error "invalid-resource"
    InvalidString Error "invalid-string"
    InvalidTag Error "invalid-tag"
    InvalidTest Error "invalid-test"
    InvalidVariable Error "invalid-variable"
    InvalidVersion Error "invalid-version"
    InvalidYaml Error "invalid-yaml"
    KeyMultiplicityAsCatalogued Assumption "key-multiplicity-as-catalogued"
    KeyNeverPresent Lint "key-never-present"
    KeyNotListed Lint "key-not-listed"
    KeysBeyondTheCatalogue Assumption "keys-beyond-the-catalogue"
    KmsGrants Unknown "kms-grants"
    LimitClauseLiterals Limit "limit-clause-literals"
    LimitComparisons Limit "limit-comparisons"
    LimitDeadline Limit "limit-deadline"
    LimitFindings Limit "limit-findings"
    LimitFormulaNodes Limit "limit-formula-nodes"
    LimitIterations Limit "limit-iterations"
    LimitLemmas Limit "limit-lemmas"
    LimitProductStates Limit "limit-product-states"
    LimitProofBytes Limit "limit-proof-bytes"
    LimitQuestions Limit "limit-questions"
    LinkNotJudged Unknown "link-not-judged"
    MissingAction Error "missing-action"
    MissingBrace Error "missing-brace"
    MissingEffect Error "missing-effect"
    MissingLayer Unknown "missing-layer"
    MissingPrincipal Error "missing-principal"
    MissingQuote Error "missing-quote"
    MissingResource Unknown "missing-resource"
    MissingResourceIsStar Assumption "missing-resource-is-star"
    MissingStatement Error "missing-statement"
    MissingTagKey Error "missing-tag-key"
    MixedOperators Unknown "mixed-operators"
    NestedStack Unknown "nested-stack"
    NestedTooDeeply Error "nested-too-deeply"
    NewAccess Finding "new-access"
    NewNamesAreNew Assumption "new-names-are-new"
    NewPolicy Finding "new-policy"
    NewlyDenied Finding "newly-denied"
    NoLongerDenied Finding "no-longer-denied"
    NoPolicy Error "no-policy"
    NoPublicCheck Unknown "no-public-check"
    NoResources Error "no-resources"
    NotVerified Unknown "not-verified"
    NotprincipalDeny Unknown "notprincipal-deny"
    OlderVersions Warning "older-versions"
    OnePartition Assumption "one-partition"
    OperatorAgainstType Lint "operator-against-type"
    OperatorTypeMismatch Unknown "operator-type-mismatch"
    OrganizationsDelegation Unknown "organizations-delegation"
    PartitionIsAws Assumption "partition-is-aws"
    PlaceholderNotFilledIn Lint "placeholder-not-filled-in"
    PlainOperatorOnSeveralValues Unknown "plain-operator-on-several-values"
    PlainReferences Assumption "plain-references"
    PlanErrored Unknown "plan-errored"
    PlanIncomplete Unknown "plan-incomplete"
    PlanLog Error "plan-log"
    PlanText Error "plan-text"
    PolicyNotKnownYet Unknown "policy-not-known-yet"
    PolicyNotRead Error "policy-not-read"
    PolicyVariable Unknown "policy-variable"
    PrincipalMatchesNobody Lint "principal-matches-nobody"
    PrincipalPattern Unknown "principal-pattern"
    PrincipalWildcard Warning "principal-wildcard"
    PrincipalWildcardsAreGlobs Assumption "principal-wildcards-are-globs"
    PublicAccess Finding "public-access"
    PublicAcl Finding "public-acl"
    RcpCovers Unknown "rcp-covers"
    RedundantAction Lint "redundant-action"
    RedundantConditionValue Lint "redundant-condition-value"
    RedundantPrincipal Lint "redundant-principal"
    RedundantResource Lint "redundant-resource"
    RedundantStatement Lint "redundant-statement"
    RequestFound Finding "request-found"
    RequiredRowsAreRequired Assumption "required-rows-are-required"
    ResolvedAlias Warning "resolved-alias"
    ResourceAbbreviation Unknown "resource-abbreviation"
    ResourceFieldsDoNotCrossColons Assumption "resource-fields-do-not-cross-colons"
    ResourceWithoutAccount Unknown "resource-without-account"
    SameNameSameValue Assumption "same-name-same-value"
    ScpExempt Unknown "scp-exempt"
    ScpLevelEmpty Error "scp-level-empty"
    ScpLevelRedundant Lint "scp-level-redundant"
    ScpOnFederationCall Unknown "scp-on-federation-call"
    SensitivePolicy Unknown "sensitive-policy"
    ServiceWildcard Unknown "service-wildcard"
    SessionGrantBeatsSessionPolicy Assumption "session-grant-beats-session-policy"
    SetOfOneEmptyValue Unknown "set-of-one-empty-value"
    SeveralDocuments Error "several-documents"
    SeveralPolicies Error "several-policies"
    SharedOidcProviders Assumption "shared-oidc-providers"
    ShortArnsAreCompleted Assumption "short-arns-are-completed"
    SnapshotContradiction Error "snapshot-contradiction"
    SnapshotCurrent Assumption "snapshot-current"
    SnapshotUnplaced Error "snapshot-unplaced"
    SourceDiffers Unknown "source-differs"
    SourceIsAsPlanned Assumption "source-is-as-planned"
    StaleAcceptance Warning "stale-acceptance"
    StatementFullyDenied Lint "statement-fully-denied"
    StatementNeverApplies Lint "statement-never-applies"
    TagKeyInTwoSpellings Unknown "tag-key-in-two-spellings"
    TestFailed Finding "test-failed"
    TestUndecided Unknown "test-undecided"
    TextTooLong Error "text-too-long"
    TooManyFaults Error "too-many-faults"
    TooManyMembers Error "too-many-members"
    TooManyNodes Error "too-many-nodes"
    TooManyPolicies Error "too-many-policies"
    TooManyResources Error "too-many-resources"
    TooManyWildcards Error "too-many-wildcards"
    TruncatedAnswer Unknown "truncated-answer"
    TrustUserBoundary Unknown "trust-user-boundary"
    UnchangedElsewhere Assumption "unchanged-elsewhere"
    Undetermined Unknown "undetermined"
    Unexpanded Unknown "unexpanded"
    UnexpectedDecision Finding "unexpected-decision"
    UnknownElement Error "unknown-element"
    UnknownGlobalKey Lint "unknown-global-key"
    UnknownMacro Unknown "unknown-macro"
    UnknownOperator Error "unknown-operator"
    UnknownValuesArePlain Assumption "unknown-values-are-plain"
    UnlistedKeysAreSingleValued Assumption "unlisted-keys-are-single-valued"
    UnreadableInput Error "unreadable-input"
    UnrecognisedPolicy Unknown "unrecognised-policy"
    UnsupportedCombination Error "unsupported-combination"
    UnsupportedFormatVersion Error "unsupported-format-version"
    UnsupportedPrincipal Error "unsupported-principal"
    UnwritableOutput Error "unwritable-output"
    VariableUnsupported Error "variable-unsupported"
    VariableValuesAreLiteral Assumption "variable-values-are-literal"
    VariableWithoutVersion Lint "variable-without-version"
    WholeStringResource Unknown "whole-string-resource"
    WildcardWithoutLike Warning "wildcard-without-like"
    WrongAccountId Lint "wrong-account-id"
    WrongType Error "wrong-type"
}

/// Former names of codes, with the current names.
const RENAMED: &[(&str, &str)] = &[
    ("formula-nodes", "limit-formula-nodes"),
    ("product-states", "limit-product-states"),
    ("lemmas", "limit-lemmas"),
    ("iterations", "limit-iterations"),
    ("clause-literals", "limit-clause-literals"),
    ("proof-bytes", "limit-proof-bytes"),
    ("comparisons", "limit-comparisons"),
    ("findings", "limit-findings"),
    ("questions", "limit-questions"),
    ("deadline", "limit-deadline"),
];

impl Code {
    /// Returns the code with this name, or with this name in an earlier version.
    pub fn parse(name: &str) -> Option<Code> {
        let name = RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
        let own = Code::ALL.iter().copied().find(|code| code.as_str() == name);
        own.or_else(|| AwsCode::parse(name).map(Code::Aws))
    }

    /// Returns what the page says to do, on one line, if it says it in one paragraph.
    ///
    /// ```
    /// assert_eq!(iamsat::code::Code::ResourceAbbreviation.advice().as_deref(), Some("write the whole ARN"));
    /// ```
    pub fn advice(self) -> Option<String> {
        let (_, rest) = self.page().split_once("\n**What to do.** ")?;
        let paragraph = rest.split("\n\n").next()?.trim();
        let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        // Notes start in lower case and have no full stop at the end.
        let text = text.strip_suffix('.').unwrap_or(&text);
        let mut letters = text.chars();
        let first = letters.next()?;
        Some(format!("{}{}", first.to_lowercase(), letters.as_str()))
    }

    /// True if findings and warnings with the code can be accepted. The others say that something was not judged.
    ///
    /// ```
    /// use iamsat::code::Code;
    /// assert!(Code::NewAccess.can_be_accepted() && !Code::LimitDeadline.can_be_accepted());
    /// ```
    pub fn can_be_accepted(self) -> bool {
        matches!(self.severity(), Severity::Finding | Severity::Lint | Severity::Warning)
    }

    /// Returns the first paragraph of the page, on one line.
    ///
    /// ```
    /// assert!(iamsat::code::Code::NewAccess.summary().ends_with('.'));
    /// ```
    pub fn summary(self) -> String {
        let lines = self.page().lines().skip(1).skip_while(|line| line.trim().is_empty());
        lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_known_by_their_names() {
        assert!(Code::ALL.is_sorted_by(|a, b| a.as_str() < b.as_str()));
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
        for (old, new) in RENAMED {
            assert_eq!(Code::parse(old).map(Code::as_str), Some(*new));
        }
    }

    #[test]
    fn pages_have_one_form() {
        for code in Code::ALL {
            assert_eq!(code.page().lines().next(), Some(format!("# {code}").as_str()));
            assert!(code.summary().ends_with('.'), "{code}: {}", code.summary());
            assert!(code.page().contains("**What to do.** "), "{code} does not say what to do");
        }
    }
}
