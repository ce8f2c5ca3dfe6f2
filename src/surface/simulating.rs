//! One request, decided by policies that are read as one set.

use super::members::json_members;
use crate::check::{Options, relevant};
use crate::evaluate::{self, evaluate};
use crate::policy::{Document, Layers, PolicyType};
use crate::report::{Expected, Failure, Remark, Simulation};
use crate::request::{FactSets, Request, RequestSpec, Requester};
use std::collections::BTreeSet;

/// A request with the way in which it is decided.
pub struct Simulating<'q> {
    /// The request as it is spelled.
    pub spelled: &'q RequestSpec,
    /// The expected decision.
    pub expected: Option<Expected>,
    /// How policies are read.
    pub options: &'q Options,
    /// True to say on which keys the decision depends.
    pub relevant: bool,
}

impl Simulating<'_> {
    /// Decides the request.
    ///
    /// # Errors
    /// The request is not valid, or policies of both sides are given without a type, or nothing can be said about the keys.
    pub fn simulated<'d>(&self, documents: Vec<&'d Document>) -> Result<Simulation<'d>, Failure> {
        let mut request = request_of(self.spelled)?;
        let options = self.options;
        let missing = match options.aws_compat {
            true => Vec::new(),
            false => request.assume_usual(documents.iter().flat_map(|document| document.mentioned_keys())),
        };
        let mut referee = evaluate::Options::for_documents(&documents);
        referee.strict_arn = options.strict_arn;
        if let Some(policy_type) = options.policy_type {
            referee.policy_type = policy_type;
        }
        let trace = evaluate(&documents, &request, &referee);
        let relevance = match self.relevant {
            true => Some(
                relevant(&documents, &request, &referee, options)
                    .map_err(|why| Failure::validation(format!("`relevant` has no answer: {why}")))?,
            ),
            false => None,
        };
        let mut simulation = Simulation::new(
            documents,
            request,
            &trace,
            self.expected,
            options.policy_type,
            options.aws_compat,
        );
        simulation.remarks.extend(missing.iter().map(Remark::of_missing));
        simulation.relevance = relevance;
        Ok(simulation)
    }
}

/// Decides a request under layers.
///
/// # Errors
/// The request names no requester, or the layers cannot be those of its requester and its resource.
pub fn simulated_under<'d>(
    mut request: Request,
    layers: &'d Layers<Document>,
    (options, expected): (&Options, Option<Expected>),
) -> Result<Simulation<'d>, Failure> {
    let Some(requester) = request.requester.clone() else {
        return Err(Failure::validation("layers decide about one requester: name it with `principal`"));
    };
    if matches!(requester, Requester::User { .. }) && !layers.session.is_empty() {
        return Err(Failure::validation(
            "a session policy limits a session, and the requester is a user: name a session of a role or a federated user",
        ));
    }
    let owner = request.resource.split(':').nth(4).filter(|owner| !owner.is_empty() && *owner != "aws");
    if let (Some(owner), Some(given)) = (owner, &layers.resource_account)
        && owner != &**given
    {
        return Err(Failure::validation(format!(
            "the resource is in account {owner}, and the layers name {given} as its account"
        )));
    }
    request.hidden.boundary = layers.boundary.is_some();
    let borrowed = layers.map(|document| document);
    let documents: Vec<&Document> = layers.documents().collect();
    let keys: BTreeSet<&str> = documents.iter().flat_map(|document| document.mentioned_keys()).collect();
    if let (Some(id), Some(_)) = (&layers.organization, requester.account())
        && keys.contains("aws:principalorgid")
        && request.values("aws:principalorgid").is_none()
    {
        request.set("aws:principalorgid", vec![id.to_string()]);
    }
    let missing = match options.aws_compat {
        true => Vec::new(),
        false => request.assume_usual(keys.iter().copied()),
    };
    let mut referee = evaluate::Options::for_documents(&documents);
    referee.strict_arn = options.strict_arn;
    let mut simulation = Simulation::of_layers(&borrowed, request, &referee, expected, options.aws_compat);
    simulation.remarks.extend(missing.iter().map(Remark::of_missing));
    Ok(simulation)
}

/// Returns the request that is spelled.
///
/// # Errors
/// The principal has no known form, or a value has another form than its key.
pub fn request_of(spelled: &RequestSpec) -> Result<Request, Failure> {
    let request = spelled.request().map_err(|error| Failure::validation(error.to_string()))?;
    // Only the form of the given keys is checked; the caller chooses which keys are given.
    let faults = request.inconsistencies([], &FactSets { safe: false, heuristics: false });
    let shape = faults.iter().find(|f| matches!(f.axiom, "shape" | "type" | "single-valued"));
    match shape {
        Some(fault) => Err(Failure::validation(fault.message.clone())),
        None => Ok(request),
    }
}

/// Checks that the policies belong to one side: those of a requester and that of a resource are different layers, and together
/// they decide by a rule that depends on the accounts.
///
/// # Errors
/// They belong to both.
pub fn of_one_side(documents: &[&Document]) -> Result<(), Failure> {
    let (of_resource, of_requester): (Vec<&Document>, Vec<&Document>) =
        documents.iter().partition(|document| PolicyType::infer([**document]) == PolicyType::Resource);
    let names = |documents: &[&Document]| -> String {
        let names: Vec<&str> = documents.iter().map(|document| document.source.name()).collect();
        names.join(" ")
    };
    match (of_requester.is_empty(), of_resource.is_empty()) {
        (false, false) => Err(Failure::validation(format!(
            "{own} belongs to a requester and {others} to a resource: what they allow together depends on the layers and the \
             accounts. Name them: `--identity {own} --resource-policy {others} --principal ARN`, and `--resource-account ACCOUNT` \
             if the ARN of the resource has none",
            own = names(&of_requester),
            others = names(&of_resource)
        ))),
        _ => Ok(()),
    }
}

/// Returns the keys and values of `{"KEY": ["VALUE"]}`; `None` if the text is something else, or has a key twice.
pub fn context_of(text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, values) in json_members(text).ok()? {
        let values: Vec<String> = serde_json::from_str(values.get()).ok()?;
        if key.trim().is_empty() || pairs.iter().any(|(other, _)| other.eq_ignore_ascii_case(&key)) {
            return None;
        }
        pairs.extend(values.into_iter().map(|value| (key.clone(), value)));
    }
    Some(pairs)
}
