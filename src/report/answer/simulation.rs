//! One request, decided by a set of policies, with the result of every part of every statement.

use crate::check::Relevance;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{
    Decision, Options, PartTrace, StatementTrace, Trace, Truth, decide_layers, trace_layers,
};
use crate::explain::display::{one_line, statement_name};
use crate::policy::{
    Condition, ConditionValue, Document, Effect, Layers, PolicyType, PrincipalElement, Statement,
};
use crate::report::answer::LayersReport;
use crate::report::display::principal_name;
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::request::{FactSets, Missing, Request};
use crate::span::{Source, Span, Spanned};

/// The decision that a caller can expect of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The request is allowed.
    Allowed,
    /// The request is denied, implicitly or explicitly.
    Denied,
    /// A Deny statement applies.
    ExplicitlyDenied,
    /// No statement applies.
    ImplicitlyDenied,
}

impl Expected {
    /// All of them.
    pub const ALL: [Expected; 4] =
        [Expected::Allowed, Expected::Denied, Expected::ExplicitlyDenied, Expected::ImplicitlyDenied];

    /// Returns the name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Expected::Allowed => "allowed",
            Expected::Denied => "denied",
            Expected::ExplicitlyDenied => "explicitly-denied",
            Expected::ImplicitlyDenied => "implicitly-denied",
        }
    }
}

/// The outcome of one part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartReport {
    /// The element: `Action`, `NotResource`, `Condition`, ...
    pub element: &'static str,
    /// True if it matches.
    pub truth: Truth,
    /// The JSON pointer of the deciding value, or of the element.
    pub pointer: String,
    /// Why, in one sentence.
    pub detail: String,
    /// The line in which the element starts, counted from 1.
    pub line: usize,
}

/// The outcome of one statement.
#[derive(Clone, Debug)]
pub struct StatementReport<'a> {
    /// The document it is in.
    pub document: &'a Document,
    /// The statement.
    pub statement: &'a Statement,
    /// Its index.
    pub index: usize,
    /// Its JSON pointer.
    pub pointer: String,
    /// True if it applies.
    pub applies: Truth,
    /// Its parts, in order.
    pub parts: Vec<PartReport>,
}

/// A simulated request.
#[derive(Clone, Debug)]
pub struct Simulation<'a> {
    /// The policies, as one set.
    pub documents: Vec<&'a Document>,
    /// The request.
    pub request: Request,
    /// The decision of the policies.
    pub decision: Decision,
    /// The expected decision, if any.
    pub expected: Option<Expected>,
    /// All statements of all documents.
    pub statements: Vec<StatementReport<'a>>,
    /// The type under which the documents were read.
    pub policy_type: PolicyType,
    /// True if that was inferred.
    pub policy_type_inferred: bool,
    /// Remarks on oddities of the request.
    pub remarks: Vec<Remark>,
    /// The keys on which the decision depends, if they were asked for.
    pub relevance: Option<Relevance>,
    /// The part of each layer, if the policies are those of layers.
    pub layers: Option<LayersReport<'a>>,
}

/// An oddity of a request that is decided nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The kind of remark.
    pub code: Code,
    /// One sentence.
    pub message: String,
}

impl Remark {
    /// Says what is assumed about a key that every such request has.
    pub fn of_missing(missing: &Missing) -> Remark {
        let Missing { name, assumed } = missing;
        let message = match assumed {
            Some(value) => format!(
                "every request has {name}, but none is given: `{value}` is assumed; `--context {name}=VALUE` sets another"
            ),
            None => format!(
                "every such request has {name}, but none is given: conditions on it are evaluated as if it were absent; \
                 give it with `--context {name}=VALUE`"
            ),
        };
        Remark { code: Code::AssumedValue, message }
    }
}

/// Lists the oddities of a request: it cannot exist, or its action looks like a pattern.
fn remarks(request: &Request, aws_compat: bool) -> Vec<Remark> {
    let keys = request.context().map(|(key, _)| key);
    let impossible = request.inconsistencies(keys, &FactSets { safe: !aws_compat, heuristics: false });
    let mut remarks: Vec<Remark> = impossible
        .into_iter()
        .filter(|fault| fault.axiom != "presence")
        .map(|fault| Remark {
            code: Code::ImpossibleRequest,
            message: format!("there is no such request: {}", fault.message),
        })
        .collect();
    if request.action.contains(['*', '?']) {
        let message =
            format!("the action of a request has no wildcards: `{}` is taken literally", request.action);
        remarks.push(Remark { code: Code::ActionWithWildcard, message });
    }
    if let (Some(requester), false) = (&request.requester, request.hidden.canonical_users.is_empty()) {
        let who = principal_name(requester);
        let message = format!("a canonical user is an account: the request is assumed to come from {who}");
        remarks.push(Remark { code: Code::AssumedRequester, message });
    }
    remarks
}

/// Names a decision as JSON does.
pub(in crate::report) fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::ImplicitlyDenied => "implicitlyDenied",
        Decision::ExplicitlyDenied => "explicitlyDenied",
        Decision::Undetermined => "undetermined",
    }
}

impl<'a> Simulation<'a> {
    /// Explains a trace of the referee.
    pub fn new(
        documents: Vec<&'a Document>,
        request: Request,
        trace: &Trace,
        expected: Option<Expected>,
        policy_type: Option<PolicyType>,
        aws_compat: bool,
    ) -> Simulation<'a> {
        let statements = trace
            .statements
            .iter()
            .filter_map(|traced| {
                let document = *documents.get(traced.document)?;
                let index = traced.statement;
                let statement = document.statements.get(index)?;
                Some(StatementReport {
                    document,
                    statement,
                    index,
                    pointer: document.statement_pointer(index),
                    applies: traced.applies,
                    parts: parts(document, index, statement, traced, &request),
                })
            })
            .collect();
        Simulation {
            policy_type: match policy_type {
                Some(given) => given,
                None => PolicyType::infer(documents.iter().copied()),
            },
            policy_type_inferred: policy_type.is_none(),
            documents,
            remarks: remarks(&request, aws_compat),
            layers: None,
            relevance: None,
            request,
            decision: trace.decision,
            expected,
            statements,
        }
    }

    /// Says the decision in one word, as in JSON.
    pub fn decision_name(&self) -> &'static str {
        decision_name(self.decision)
    }

    /// True if the decision is the expected one, or if none was expected.
    pub fn is_as_expected(&self) -> bool {
        match self.expected {
            Some(Expected::ExplicitlyDenied) => self.decision == Decision::ExplicitlyDenied,
            Some(Expected::ImplicitlyDenied) => self.decision == Decision::ImplicitlyDenied,
            None => true,
            Some(Expected::Allowed) => self.decision == Decision::Allowed,
            Some(Expected::Denied) => {
                matches!(self.decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
            }
        }
    }

    /// Names the deciding statements.
    fn deciding(&self) -> Vec<String> {
        let effect = match self.decision {
            Decision::Allowed => Effect::Allow,
            Decision::ExplicitlyDenied => Effect::Deny,
            Decision::ImplicitlyDenied | Decision::Undetermined => return Vec::new(),
        };
        let deciding =
            self.statements.iter().filter(|s| s.applies == Truth::True && s.statement.effect.value == effect);
        deciding
            .map(|s| {
                let name = one_line(s.document.source.name());
                format!("{} of {name}", statement_name(s.index, Some(s.statement)))
            })
            .collect()
    }

    /// Explains a decision over layers.
    pub fn of_layers(
        layers: &Layers<&'a Document>,
        request: Request,
        options: &Options,
        expected: Option<Expected>,
        aws_compat: bool,
    ) -> Simulation<'a> {
        let layered = decide_layers(layers, &request, options);
        let documents: Vec<&'a Document> = layers.documents().copied().collect();
        let trace = Trace { decision: layered.decision, statements: trace_layers(layers, &request, options) };
        let report = LayersReport::new(layers, &request, layered);
        let simulation = Simulation::new(documents, request, &trace, expected, None, aws_compat);
        Simulation { layers: Some(report), ..simulation }
    }

    /// Returns the decision in one sentence.
    pub fn sentence(&self) -> String {
        if let Some(layers) = &self.layers {
            return layers.sentence();
        }
        match self.decision {
            Decision::Allowed => format!("allowed by {}", self.deciding().join(" and ")),
            Decision::ExplicitlyDenied => format!("explicitly denied by {}", self.deciding().join(" and ")),
            Decision::ImplicitlyDenied if self.is_open_to_identities() => {
                let names: Vec<&str> = self.documents.iter().map(|d| d.source.name()).collect();
                one_line(&format!(
                    "implicitly denied by {} alone, no Allow statement applies; an identity policy of the same account may still \
                     allow it (to ask about both: --identity FILE --resource-policy FILE)",
                    names.join(" and ")
                ))
            }
            Decision::ImplicitlyDenied => "implicitly denied, no Allow statement applies".to_owned(),
            Decision::Undetermined => "undecided: it depends on open parts".to_owned(),
        }
    }

    /// True if the policies are those of a resource, and an identity policy in its account may allow what they do not. The policies
    /// of keys and roles have to allow every request themselves.
    fn is_open_to_identities(&self) -> bool {
        let action = self.request.action.to_ascii_lowercase();
        self.policy_type == PolicyType::Resource
            && self.request.requester.as_ref().is_some_and(|requester| requester.account().is_some())
            && !["kms:", "sts:"].iter().any(|service| action.starts_with(service))
    }

    /// Says what would have to change for the request to be allowed; `None` if it is, or if layers or open parts decide.
    pub(in crate::report) fn advice(&self) -> Option<String> {
        if self.layers.is_some() || self.expected.is_some() {
            return None;
        }
        let place = |report: &StatementReport<'_>| {
            let line = report.document.source.position(report.statement.span.start as usize).line;
            let name = statement_name(report.index, Some(report.statement));
            format!("{name} ({}:{line})", one_line(report.document.source.place_name()))
        };
        let lacks = |report: &StatementReport<'_>| {
            let lacks = report.parts.iter().filter(|part| part.truth != Truth::True);
            lacks.map(|part| if part.element == "Condition" { 1 } else { 100 }).sum::<usize>()
        };
        match self.decision {
            Decision::ExplicitlyDenied => {
                let denies = |report: &&StatementReport<'_>| {
                    report.applies == Truth::True && report.statement.effect.value == Effect::Deny
                };
                let denials: Vec<String> = self.statements.iter().filter(denies).map(place).collect();
                Some(format!(
                    "a Deny wins over every Allow: to let the request through, narrow {}; otherwise nothing to do",
                    denials.join(" and ")
                ))
            }
            Decision::ImplicitlyDenied => {
                let allows =
                    self.statements.iter().filter(|report| report.statement.effect.value == Effect::Allow);
                let otherwise = match self.is_open_to_identities() {
                    true => "to refuse it for certain, add a Deny, which an identity policy cannot overrule",
                    false => "otherwise nothing to do",
                };
                let closest = allows.min_by_key(|report| lacks(report));
                Some(match closest {
                    Some(closest) => format!(
                        "to let the request through, change the request or {} so that the parts marked `-` there match; {otherwise}",
                        place(closest)
                    ),
                    None => format!("to let the request through, add an Allow statement; {otherwise}"),
                })
            }
            Decision::Allowed | Decision::Undetermined => None,
        }
    }

    /// Converts the simulation to the common form of all formats.
    pub fn subject(&self) -> Subject {
        let names: Vec<&str> = self.documents.iter().map(|d| d.source.name()).collect();
        let what = format!("{} on {}: {}", self.request.action, self.request.resource, self.sentence());
        let what = one_line(&what);
        let found = |kind: Kind, code: Code, effects: &[Truth], title: String| {
            let deciding = self.statements.iter().find(|s| effects.contains(&s.applies));
            let issue = Issue::new(kind, code, title);
            match deciding {
                Some(report) => {
                    issue.at(&report.document.source, report.statement.span, "this statement decides")
                }
                None => issue,
            }
        };
        let (status, issue) = match self.expected {
            _ if self.decision == Decision::Undetermined => (
                Status::Unknown,
                Some(found(Kind::Unknown, Code::Undetermined, &[Truth::Unknown], what.clone())),
            ),
            Some(expected) if !self.is_as_expected() => {
                let title = format!("{what} (expected: {})", expected.name());
                (Status::Fail, Some(found(Kind::Finding, Code::UnexpectedDecision, &[Truth::True], title)))
            }
            _ => (Status::Pass, None),
        };
        let remark = |r: &Remark| Issue::new(Kind::Warning, r.code, one_line(&r.message));
        let mut issues: Vec<Issue> = issue.into_iter().chain(self.remarks.iter().map(remark)).collect();
        issues.extend(self.documents.iter().flat_map(|document| Issue::warnings(document)));
        Subject { name: names.join(" and "), file: None, rule: None, status, message: what, issues }
    }

    /// Lists the warnings about the documents, each with its source.
    pub fn warnings(&self) -> Vec<(&'a Source, &'a Diagnostic)> {
        self.documents.iter().flat_map(|d| d.warnings.iter().map(|w| (&d.source, w))).collect()
    }
}

fn parts(
    document: &Document,
    index: usize,
    statement: &Statement,
    traced: &StatementTrace,
    request: &Request,
) -> Vec<PartReport> {
    let mut parts = Vec::new();
    let line = |span: Span| document.source.position(span.start as usize).line;
    let base = document.statement_pointer(index);
    if let Some(element) = &statement.principal {
        let who = request.requester.as_ref().map(principal_name);
        let texts: Vec<&str> = match element.everyone {
            true => vec!["*"],
            false => element.values.iter().map(|v| &*v.value.text).collect(),
        };
        let detail = match &who {
            Some(who) => listed(element.negated, &traced.principal, &texts, who),
            None => "open, the request names no principal".to_owned(),
        };
        let pointer = match traced.principal.value {
            Some(value) => document.principal_pointer(index, value),
            None => document.principal_element_pointer(index),
        };
        parts.push(PartReport {
            element: principal_element(element),
            truth: traced.principal.truth,
            pointer,
            detail,
            line: line(element.span),
        });
    }
    let texts: Vec<&str> = statement.action.values.iter().map(|v| &*v.value.text).collect();
    let element = if statement.action.negated { "NotAction" } else { "Action" };
    parts.push(PartReport {
        element,
        truth: traced.action.truth,
        pointer: match traced.action.value {
            Some(value) => document.action_pointer(index, value),
            None => format!("{base}/{element}"),
        },
        detail: listed(statement.action.negated, &traced.action, &texts, &request.action),
        line: line(statement.action.span),
    });
    match &statement.resource {
        Some(resource) => {
            let texts: Vec<&str> = resource.values.iter().map(|v| &*v.value.text).collect();
            let element = if resource.negated { "NotResource" } else { "Resource" };
            parts.push(PartReport {
                element,
                truth: traced.resource.truth,
                pointer: match traced.resource.value {
                    Some(value) => document.resource_pointer(index, value),
                    None => format!("{base}/{element}"),
                },
                detail: listed(resource.negated, &traced.resource, &texts, &request.resource),
                line: line(resource.span),
            });
        }
        None if traced.resource.truth != Truth::True => parts.push(PartReport {
            element: "Resource",
            truth: traced.resource.truth,
            pointer: base,
            detail: "open: the statement has none, and AWS's pages disagree on its meaning".to_owned(),
            line: line(statement.span),
        }),
        None => {}
    }
    for (place, (condition, traced)) in statement.conditions.iter().zip(&traced.conditions).enumerate() {
        parts.push(PartReport {
            element: "Condition",
            truth: traced.truth,
            pointer: document.condition_pointer(index, place),
            detail: condition_detail(condition, &traced.why),
            line: line(condition.operator.span),
        });
    }
    parts
}

fn principal_element(element: &PrincipalElement) -> &'static str {
    if element.negated { "NotPrincipal" } else { "Principal" }
}

/// Describes the result of a list of patterns for one value of the request.
fn listed(negated: bool, traced: &PartTrace, texts: &[&str], given: &str) -> String {
    let matched = traced.value.and_then(|i| texts.get(i)).or(match texts {
        ["*"] => texts.first(),
        _ => None,
    });
    let is_false = traced.truth == Truth::False;
    match (matched, negated, texts) {
        (Some(text), _, _) if traced.truth == Truth::Unknown => {
            format!("open whether \"{text}\" matches {given}")
        }
        (None, _, _) if traced.truth == Truth::Unknown => format!("open for {given}"),
        (Some(text), false, _) => format!("\"{text}\" matches {given}"),
        (Some(text), true, _) => format!("\"{text}\" excepts {given}"),
        (None, true, _) if is_false => format!("{given} is excepted"),
        (None, true, _) => format!("{given} is not excepted"),
        (None, false, []) => format!("an empty list does not match {given}"),
        (None, false, [one]) => format!("\"{one}\" does not match {given}"),
        (None, false, _) => format!("none of {} values matches {given}", texts.len()),
    }
}

fn condition_detail(condition: &Condition, why: &str) -> String {
    let wanted: Vec<String> = condition.values.iter().take(4).map(quoted).collect();
    let more = if condition.values.len() > 4 { ", ..." } else { "" };
    format!(
        "{why}, the policy has {}{more}",
        if wanted.is_empty() { "no values".to_owned() } else { wanted.join(", ") }
    )
}

fn quoted(value: &Spanned<ConditionValue>) -> String {
    format!("`{}`", value.value.text)
}
