//! The reasons for an UNKNOWN that come from the documents: the opaque predicates on which an answer depends, with their places
//! and what AWS leaves open.

use crate::code::Code;
use crate::formula::{Atom, Formula, OpaqueId, Site, SiteElement, Test};
use crate::index::broken;
use crate::policy::Document;
use crate::request::is_linked;
use crate::solve::verdict::UnknownReason;
use crate::span::Span;
use crate::theory::Lemma;

/// Returns the reasons for all opaque predicates of one document.
pub(super) fn of_document(
    formula: &Formula<'_>,
    document: usize,
    documents: &[&Document],
) -> Vec<UnknownReason> {
    let mut reasons = Vec::new();
    for (_, atom) in formula.atoms() {
        let Atom::Opaque(id) = atom else { continue };
        let (opaque, sites) = formula.opaque_of(id);
        if let Some(site) = sites.iter().filter(|site| site.document == document).min() {
            reasons.push(reason(documents, site, opaque.rule));
        }
    }
    reasons
}

/// Returns the reasons for the policy variables of a proposal that was neither given values nor excluded.
pub(super) fn of_policy_variables(
    formula: &Formula<'_>,
    proposal: &Lemma,
    documents: &[&Document],
) -> Vec<UnknownReason> {
    let tests = proposal.positives.iter().chain(&proposal.negatives).map(|(_, test)| *test);
    let sites = tests.filter_map(|test| match test {
        Test::Template(id) => Some(formula.template_site(id)),
        Test::Pattern(_) | Test::Bound(_) | Test::Network(_) => None,
    });
    at_policy_variables(sites.collect(), documents)
}

/// Returns the reasons for the patterns with policy variables that link the values of keys that hold one fact in two spellings:
/// the patterns that hold such a value, and those that are compared with one.
pub(super) fn of_linked_keys(formula: &Formula<'_>, documents: &[&Document]) -> Vec<UnknownReason> {
    let sites = formula.atoms().filter_map(|(_, atom)| {
        let Atom::Match(variable, Test::Template(id)) = atom else { return None };
        let compared = formula.variable_of(variable).key_name();
        let is_linked = formula.template_of(id).keys.iter().copied().chain(compared).any(is_linked);
        is_linked.then(|| formula.template_site(id))
    });
    at_policy_variables(sites.collect(), documents)
}

fn at_policy_variables(mut sites: Vec<Site>, documents: &[&Document]) -> Vec<UnknownReason> {
    sites.sort_unstable();
    sites.dedup();
    sites.iter().map(|site| reason(documents, site, Code::PolicyVariable)).collect()
}

/// Returns the reason for an opaque predicate: the rule, and the first place where it occurs.
pub(super) fn of_predicate(formula: &Formula<'_>, id: OpaqueId, documents: &[&Document]) -> UnknownReason {
    let (opaque, sites) = formula.opaque_of(id);
    match sites.iter().min() {
        Some(site) => reason(documents, site, opaque.rule),
        // It is a point of the decision over layers.
        None => UnknownReason::Layer { rule: opaque.rule, of: opaque.key.to_string() },
    }
}

/// Returns the reasons for points of the decision over layers.
pub(super) fn of_layers(codes: Vec<Code>) -> Vec<UnknownReason> {
    codes.into_iter().map(|rule| UnknownReason::Layer { rule, of: String::new() }).collect()
}

fn reason(documents: &[&Document], site: &Site, rule: Code) -> UnknownReason {
    let Some(document) = documents.get(site.document) else {
        broken("a site is in a document of the check");
    };
    let (span, pointer) = place(document, site);
    UnknownReason::Opaque { rule, detail: detail(rule).to_owned(), document: site.document, pointer, span }
}

fn place(document: &Document, site: &Site) -> (Span, String) {
    let Some(statement) = document.statements.get(site.statement) else {
        broken("a site is in a statement of its document");
    };
    let value = match site.element {
        SiteElement::Principal => statement
            .principal
            .as_ref()
            .map(|element| (element.span, document.principal_element_pointer(site.statement))),
        SiteElement::MissingResource => None,
        SiteElement::Action(i) => match statement.action.values.get(i) {
            Some(value) => Some((value.span, document.action_pointer(site.statement, i))),
            // An empty list.
            None => Some((statement.action.span, document.statement_pointer(site.statement))),
        },
        SiteElement::Resource(i) => statement
            .resource
            .as_ref()
            .and_then(|resource| resource.values.get(i))
            .map(|value| (value.span, document.resource_pointer(site.statement, i))),
        SiteElement::Condition(i) => statement
            .conditions
            .get(i)
            .map(|condition| (condition.span, document.condition_pointer(site.statement, i))),
    };
    match value {
        Some(place) => place,
        None => (statement.span, document.statement_pointer(site.statement)),
    }
}

/// Returns a sentence about what AWS leaves open at this rule.
fn detail(rule: Code) -> &'static str {
    match rule {
        Code::EmptyNotAction => "AWS does not document what an empty `NotAction` means",
        Code::EmptyNotResource => "AWS does not document what an empty `NotResource` means",
        Code::EmptyValueList => "AWS's pages disagree on what an empty list of values means",
        Code::ServiceWildcard => "AWS does not document a wildcard in the service part of an action",
        Code::MissingResource => "AWS's pages disagree on what a statement without `Resource` covers",
        Code::ResourceAbbreviation => "the service expands this resource in its own way",
        Code::WholeStringResource => "only a reading in which wildcards cross `:` makes this pattern match",
        Code::AwsStarCoversNonAws => {
            "AWS does not document whether `{\"AWS\":\"*\"}` covers services and federated callers"
        }
        Code::NotprincipalDeny => "AWS does not document whom this list exempts from the Deny",
        Code::PrincipalPattern => "AWS rejects a wildcard here and does not document whom the value covers",
        Code::PlainOperatorOnSeveralValues => {
            "the meaning of an operator without ForAllValues or ForAnyValue is undocumented when the key has several values"
        }
        Code::ForAnyValueIfExists => "AWS does not document ForAnyValue with IfExists when the key is absent",
        Code::SetOfOneEmptyValue => "AWS does not document whether a set of one empty text counts as empty",
        Code::FractionOfASecond => "AWS does not document how aws:EpochTime rounds a fraction of a second",
        Code::OperatorTypeMismatch => "AWS does not document this operator on a key of this type",
        Code::PolicyVariable => "this use of a policy variable is not modelled",
        Code::ArnPatternWithFewFields => "AWS does not document an ARN pattern of fewer than six fields",
        Code::IgnoreCaseBeyondAscii => {
            "AWS does not document how letters beyond ASCII compare without regard to case"
        }
        Code::InvalidBool
        | Code::InvalidNumber
        | Code::InvalidDate
        | Code::InvalidIp
        | Code::InvalidBinary => "AWS does not document what a value of the wrong form does",
        Code::TagKeyInTwoSpellings => "AWS does not document whether case distinguishes the tags of objects",
        _ => "this is not documented by AWS",
    }
}
