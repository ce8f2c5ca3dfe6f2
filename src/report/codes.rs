//! A page about every code: what it says, an example, what to do. The pages stand in `docs/codes`.

/// A page about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The code.
    pub code: &'static str,
    /// The page, in Markdown. Its first line is the code as a heading, its first paragraph says what the code means.
    pub markdown: &'static str,
}

impl Page {
    /// The first paragraph, on one line.
    ///
    /// ```
    /// let page = iamsat::report::page("new-access").unwrap();
    /// assert!(page.summary().ends_with('.'));
    /// ```
    pub fn summary(&self) -> String {
        let lines = self.markdown.lines().skip(1).skip_while(|line| line.trim().is_empty());
        lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }
}

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(Page { code: $code, markdown: include_str!(concat!("../../docs/codes/", $code, ".md")) }),*]
    };
}

/// Every page, in alphabetical order.
pub const PAGES: &[Page] = pages! {
    "access-gained"
    "access-granted"
    "access-lost"
    "account-alone-in-notprincipal-exempts-all"
    "action-matches-nothing"
    "action-with-wildcard"
    "allow-with-not-action"
    "allow-with-not-principal"
    "allow-with-not-resource"
    "any-federated-user"
    "arn-pattern-with-few-fields"
    "assumed-requester"
    "aws-star-covers-non-aws"
    "certificate-not-verified"
    "certificate-refused"
    "clause-literals"
    "comparisons"
    "condition-always-met"
    "condition-met-without-key"
    "deadline"
    "deny-only-if-present"
    "deny-without-effect"
    "document-too-long"
    "duplicate-key"
    "duplicate-key-case"
    "duplicate-sid"
    "empty-document"
    "empty-not-action"
    "empty-not-resource"
    "empty-value-list"
    "empty-variable"
    "external-access"
    "findings"
    "for-any-value-if-exists"
    "formula-nodes"
    "heuristic-mfa-age-implies-mfa-present"
    "heuristic-no-vpc-via-aws-service"
    "heuristic-private-addresses-never-in-source-ip"
    "heuristic-source-keys-only-from-services"
    "heuristic-users-have-no-token-issue-time"
    "heuristic-web-and-saml-callers-only-assume-roles"
    "ignore-case-beyond-ascii"
    "impossible-request"
    "internal-error"
    "invalid-action"
    "invalid-binary"
    "invalid-bool"
    "invalid-condition-key"
    "invalid-date"
    "invalid-effect"
    "invalid-ip"
    "invalid-json"
    "invalid-null-value"
    "invalid-number"
    "invalid-principal"
    "invalid-principal-key"
    "invalid-question"
    "invalid-resource"
    "invalid-string"
    "invalid-variable"
    "invalid-version"
    "iterations"
    "lemmas"
    "missing-action"
    "missing-brace"
    "missing-effect"
    "missing-principal"
    "missing-quote"
    "missing-resource"
    "missing-resource-is-star"
    "missing-statement"
    "missing-tag-key"
    "mixed-operators"
    "nested-too-deeply"
    "new-access"
    "no-policy"
    "not-verified"
    "notprincipal-deny"
    "one-partition"
    "operator-type-mismatch"
    "plain-operator-on-several-values"
    "policy-variable"
    "principal-pattern"
    "principal-wildcard"
    "principal-wildcards-are-globs"
    "product-states"
    "proof-bytes"
    "public-access"
    "public-acl"
    "questions"
    "redundant-action"
    "redundant-condition-value"
    "redundant-principal"
    "redundant-resource"
    "redundant-statement"
    "request-found"
    "resource-abbreviation"
    "resource-fields-do-not-cross-colons"
    "service-wildcard"
    "set-of-one-empty-value"
    "several-policies"
    "short-arns-are-completed"
    "stale-acceptance"
    "statement-fully-denied"
    "statement-never-applies"
    "tag-key-in-two-spellings"
    "text-too-long"
    "too-many-faults"
    "too-many-members"
    "too-many-wildcards"
    "undetermined"
    "unexpected-decision"
    "unknown-element"
    "unknown-operator"
    "unlisted-keys-are-single-valued"
    "unreadable-input"
    "unsupported-combination"
    "unsupported-principal"
    "unwritable-output"
    "variable-unsupported"
    "variable-values-are-literal"
    "whole-string-resource"
    "wildcard-without-like"
    "wrong-type"
};

/// The page about a code.
///
/// ```
/// use iamsat::report::page;
/// assert!(page("duplicate-key").unwrap().markdown.starts_with("# duplicate-key"));
/// assert_eq!(page("no-such-code"), None);
/// ```
pub fn page(code: &str) -> Option<&'static Page> {
    PAGES.binary_search_by(|page| page.code.cmp(code)).ok().and_then(|at| PAGES.get(at))
}
