//! The policies of both sides: those that the requester has, and those that the resource has.
//!
//! Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".

use super::{Decision, Options, Trace, evaluate};
use crate::policy::{Document, PolicyType};
use crate::request::Request;

/// The answers of the policies of both sides about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The statements of all documents, in order; the decision is the one that holds whosever resource it is.
    pub trace: Trace,
    /// The side that allows, if only one does and no Deny applies: then it depends on whose resource it is.
    pub only: Option<PolicyType>,
}

/// Decides what the policies of both sides say, each side read by itself.
///
/// A Deny of either side denies. If both sides allow, the request is allowed, and if neither does, it is denied, in the account of
/// the resource and in others. A document whose statements name principals is of the resource.
///
/// ```
/// use iamsat::evaluate::{Decision, Options, evaluate_sides};
/// use iamsat::policy::PolicyType;
/// use iamsat::request::{Request, RequestSpec};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let own = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let bucket = policy(r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}"#);
/// let request = |action: &str| RequestSpec {
///     principal: Some("arn:aws:iam::111122223333:user/ana".to_owned()),
///     action: action.to_owned(),
///     resource: "arn:aws:s3:::b/k".to_owned(),
///     ..RequestSpec::default()
/// }.request().unwrap();
/// let documents = [&own, &bucket];
/// let options = Options::for_documents(&documents);
/// let put = evaluate_sides(&documents, &request("s3:PutObject"), &options);
/// assert_eq!((put.trace.decision, put.only), (Decision::ExplicitlyDenied, None));
/// // Whose bucket is it?
/// let get = evaluate_sides(&documents, &request("s3:GetObject"), &options);
/// assert_eq!((get.trace.decision, get.only), (Decision::Undetermined, Some(PolicyType::Identity)));
/// ```
pub fn evaluate_sides(documents: &[&Document], request: &Request, options: &Options) -> Sides {
    let mut statements = Vec::new();
    let mut side = |policy_type: PolicyType| {
        let places: Vec<(usize, &Document)> = documents
            .iter()
            .enumerate()
            .filter(|(_, document)| PolicyType::infer([**document]) == policy_type)
            .map(|(place, document)| (place, *document))
            .collect();
        let of_side: Vec<&Document> = places.iter().map(|(_, document)| *document).collect();
        let resource_unconstrained = Options::for_documents(&of_side).resource_unconstrained;
        let options = Options { policy_type, resource_unconstrained, ..options.clone() };
        let trace = evaluate(&of_side, request, &options);
        for mut statement in trace.statements {
            if let Some((place, _)) = places.get(statement.document) {
                statement.document = *place;
                statements.push(statement);
            }
        }
        trace.decision
    };
    let decisions = (side(PolicyType::Identity), side(PolicyType::Resource));
    statements.sort_by_key(|statement| (statement.document, statement.statement));
    let (decision, only) = match decisions {
        (Decision::ExplicitlyDenied, _) | (_, Decision::ExplicitlyDenied) => {
            (Decision::ExplicitlyDenied, None)
        }
        (Decision::Undetermined, _) | (_, Decision::Undetermined) => (Decision::Undetermined, None),
        (Decision::Allowed, Decision::Allowed) => (Decision::Allowed, None),
        (Decision::ImplicitlyDenied, Decision::ImplicitlyDenied) => (Decision::ImplicitlyDenied, None),
        (Decision::Allowed, Decision::ImplicitlyDenied) => {
            (Decision::Undetermined, Some(PolicyType::Identity))
        }
        (Decision::ImplicitlyDenied, Decision::Allowed) => {
            (Decision::Undetermined, Some(PolicyType::Resource))
        }
    };
    Sides { trace: Trace { decision, statements }, only }
}
