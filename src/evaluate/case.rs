//! One request before the referee, and what statements and documents make of it.

use super::action::{self, Action, Searched};
use super::{Decision, Options, StatementTrace, Truth, condition, principal, resource};
use crate::policy::{Effect, PrincipalForms, RequestSet, Statement};
use crate::request::Request;

/// A request before the referee.
///
/// ```
/// use iamsat::{evaluate::{Case, Decision, Options, Truth}, limits::InputLimits, policy::parse, request::Request, span::Source};
/// let text = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},
///     {"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}"#;
/// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
/// let options = Options::for_documents(&[&policy]);
/// let request = Request::new("s3:PutObject", "arn:aws:s3:::b/k");
/// let case = Case::new(&request, &options);
/// assert_eq!(case.applies(&policy.statements[0]), Truth::True);
/// assert_eq!(case.denied_by(&policy), Truth::True);
/// assert_eq!(case.decide([&policy]), Decision::ExplicitlyDenied);
/// ```
#[derive(Debug)]
pub struct Case<'r> {
    request: &'r Request,
    options: &'r Options,
    action: Action,
}

impl<'r> Case<'r> {
    /// A request under documents that are read like this.
    pub fn new(request: &'r Request, options: &'r Options) -> Case<'r> {
        Case { request, options, action: Action::of(request) }
    }

    /// Decides whether the statement applies: the AND of its parts. Those after one that does not match are not looked at; conditions
    /// come before resources, as most keys that they test are not there.
    pub fn applies(&self, statement: &Statement) -> Truth {
        self.applies_by(statement, PrincipalForms::All)
    }

    /// As [`Case::applies`], by a principal of one of these forms if it is an Allow statement.
    pub fn applies_by(&self, statement: &Statement, forms: PrincipalForms) -> Truth {
        let mut all = action::matches(&statement.action, &self.action).truth;
        for condition in &statement.conditions {
            if all == Truth::False {
                break;
            }
            all = all.and(condition::holds(condition, self.request, self.options));
        }
        if all != Truth::False {
            all = all.and(principal::matches(statement, self.request, forms).truth);
        }
        if all != Truth::False {
            all = all.and(resource::matches(statement, self.request, self.options).truth);
        }
        all
    }

    /// Decides whether a Deny statement of the document applies.
    pub fn denied_by<'d>(&self, document: impl Into<Searched<'d>>) -> Truth {
        let document = document.into();
        if !document.statements().deny() {
            return Truth::False;
        }
        let denies = self.action.about(document).filter(|(_, s)| s.effect.value == Effect::Deny);
        Truth::any(denies.map(|(_, s)| self.applies(s)))
    }

    /// Under a set of policies: an applicable Deny wins, then an applicable Allow, else it is denied.
    ///
    /// Source: IAM User Guide, "Policy evaluation logic".
    pub fn decide<'d, D: Into<Searched<'d>>>(&self, documents: impl IntoIterator<Item = D>) -> Decision {
        self.decide_by(documents, PrincipalForms::All)
    }

    /// Whether the request is in the set that the documents stand for.
    pub fn is_in<'d, D: Into<Searched<'d>>>(
        &self,
        set: RequestSet,
        documents: impl IntoIterator<Item = D>,
    ) -> Truth {
        match set {
            RequestSet::Allowed(forms) => match self.decide_by(documents, forms) {
                Decision::Allowed => Truth::True,
                Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Truth::False,
                Decision::Undetermined => Truth::Unknown,
            },
            RequestSet::Denied => Truth::any(documents.into_iter().map(|document| self.denied_by(document))),
        }
    }

    /// As [`Case::decide`], where Allow statements apply by principals of these forms only.
    fn decide_by<'d, D: Into<Searched<'d>>>(
        &self,
        documents: impl IntoIterator<Item = D>,
        forms: PrincipalForms,
    ) -> Decision {
        let (mut deny, mut allow) = (Truth::False, Truth::False);
        for (_, statement) in documents.into_iter().flat_map(|document| self.action.about(document.into())) {
            let so_far = match statement.effect.value {
                Effect::Deny => &mut deny,
                Effect::Allow => &mut allow,
            };
            if *so_far != Truth::True {
                *so_far = so_far.or(self.applies_by(statement, forms));
            }
            if deny == Truth::True {
                break;
            }
        }
        decision(deny, allow)
    }

    /// The statements of a document whose `Action` or `NotAction` matches the action or may match it, with their indexes.
    pub fn concerned<'d>(&self, document: impl Into<Searched<'d>>) -> Vec<(usize, &'d Statement)> {
        let matches = |s: &Statement| action::matches(&s.action, &self.action).truth != Truth::False;
        self.action.about(document.into()).filter(|(_, s)| matches(s)).collect()
    }

    /// The outcome of one statement, given its indexes.
    pub fn trace(&self, (document, statement): (usize, usize), source: &Statement) -> StatementTrace {
        let (request, options) = (self.request, self.options);
        StatementTrace {
            document,
            statement,
            effect: source.effect.value,
            applies: self.applies(source),
            principal: principal::matches(source, request, PrincipalForms::All),
            action: action::matches(&source.action, &self.action),
            resource: resource::matches(source, request, options),
            conditions: source.conditions.iter().map(|c| condition::explain(c, request, options)).collect(),
        }
    }
}

/// What comes of an applicable Deny and an applicable Allow.
pub(super) fn decision(deny: Truth, allow: Truth) -> Decision {
    match (deny, allow) {
        (Truth::True, _) => Decision::ExplicitlyDenied,
        (Truth::False, Truth::True) => Decision::Allowed,
        (Truth::False, Truth::False) => Decision::ImplicitlyDenied,
        // Denied either way: only how is open.
        (Truth::Unknown, Truth::False) => Decision::ImplicitlyDenied,
        _ => Decision::Undetermined,
    }
}
