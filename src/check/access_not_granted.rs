//! Does the policy allow any of the listed actions on any of the listed resources?

use super::access::Access;
use super::question::{Answer, Options, Question};
use crate::formula::{Lit, Role, Site, SiteElement, action_pattern, resource_pattern};
use crate::policy::{Document, ResourceShape};
use crate::request::Request;

/// Does `policy` allow any request that some entry of `access` lists? PASS if it does not. Document 0 of the answer
/// is `policy`.
///
/// This is AWS's CheckAccessNotGranted: within an entry one request must have a listed action and a listed resource (an
/// empty list means any); conditions do not excuse. Source: IAM Access Analyzer API reference,
/// "CheckAccessNotGranted".
pub fn access_not_granted(policy: &Document, access: &[Access], options: &Options) -> Answer {
    let documents = [policy];
    let mut question = Question::new(&documents, &[Role::Allows], options);
    question.listed = access;
    let site = Site { document: 0, statement: 0, element: SiteElement::Action(0) };
    let mut entries: Vec<Lit> = Vec::new();
    for entry in access {
        let formula = &mut question.formula;
        let actions: Vec<Lit> = entry.actions.iter().map(|a| action_pattern(formula, a, site)).collect();
        let resources: Vec<Lit> =
            entry.resources.iter().map(|r| resource_pattern(formula, &question.reading, r, site)).collect();
        let action = if actions.is_empty() { Lit::TRUE } else { formula.graph.or(actions) };
        let resource = if resources.is_empty() { Lit::TRUE } else { formula.graph.or(resources) };
        entries.push(formula.graph.and([action, resource]));
    }
    let listed = question.formula.graph.or(entries);
    question.ask(&[listed], &|request| access.iter().any(|entry| lists(entry, request)))
}

/// Whether the entry lists the request, by plain matching.
fn lists(entry: &Access, request: &Request) -> bool {
    let action = request.action.to_ascii_lowercase();
    let listed_action = entry.actions.is_empty()
        || entry.actions.iter().any(|pattern| crate::evaluate::glob_matches(&pattern.glob, &action));
    let listed_resource = entry.resources.is_empty()
        || entry.resources.iter().any(|pattern| match &pattern.shape {
            ResourceShape::Any => true,
            ResourceShape::Arn { fields, .. } => crate::evaluate::fields_match(fields, &request.resource),
            ResourceShape::Abbreviation => false,
        });
    listed_action && listed_resource
}
