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
    "action-matches-nothing"
    "action-with-wildcard"
    "arn-pattern-with-few-fields"
    "assumed-requester"
    "aws-star-covers-non-aws"
    "certificate-not-verified"
    "certificate-refused"
    "clause-literals"
    "deadline"
    "document-too-long"
    "duplicate-key"
    "duplicate-key-case"
    "duplicate-sid"
    "empty-document"
    "empty-not-action"
    "empty-not-resource"
    "empty-value-list"
    "empty-variable"
    "for-any-value-if-exists"
    "formula-nodes"
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
    "missing-statement"
    "missing-tag-key"
    "mixed-operators"
    "nested-too-deeply"
    "new-access"
    "no-policy"
    "not-verified"
    "notprincipal-deny"
    "operator-type-mismatch"
    "plain-operator-on-several-values"
    "policy-variable"
    "principal-wildcard"
    "product-states"
    "proof-bytes"
    "questions"
    "resource-abbreviation"
    "service-wildcard"
    "set-of-one-empty-value"
    "several-policies"
    "stale-acceptance"
    "tag-key-in-two-spellings"
    "too-many-faults"
    "too-many-members"
    "undetermined"
    "unexpected-decision"
    "unknown-element"
    "unknown-operator"
    "unreadable-input"
    "unsupported-combination"
    "unsupported-principal"
    "unwritable-output"
    "variable-unsupported"
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
