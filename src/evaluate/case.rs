//! One request before the referee, evaluated against statements and documents.

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
    /// Prepares a request for documents that are read under these options.
    pub fn new(request: &'r Request, options: &'r Options) -> Case<'r> {
        Case { request, options, action: Action::of(request) }
    }

    /// Evaluates if the statement applies: the AND of its parts. Evaluation stops at the first part that does not match.
    /// Conditions come before resources, because most keys that they test are absent.
    pub fn applies(&self, statement: &Statement) -> Truth {
        self.applies_by(statement, PrincipalForms::All)
    }

    /// Does the same as [`Case::applies`]; an Allow statement applies only by a principal of one of these forms.
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

    /// Evaluates if a Deny statement of the document applies.
    pub fn denied_by<'d>(&self, document: impl Into<Searched<'d>>) -> Truth {
        let document = document.into();
        if !document.statements().deny() {
            return Truth::False;
        }
        let denies = self.action.about(document).filter(|(_, s)| s.effect.value == Effect::Deny);
        Truth::any(denies.map(|(_, s)| self.applies(s)))
    }

    /// Decides under a set of policies: an applicable Deny wins, then an applicable Allow; otherwise the request is implicitly
    /// denied.
    ///
    /// Source: IAM User Guide, "Policy evaluation logic".
    pub fn decide<'d, D: Into<Searched<'d>>>(&self, documents: impl IntoIterator<Item = D>) -> Decision {
        self.decide_by(documents, PrincipalForms::All)
    }

    /// Evaluates if the request is in the set that the documents define.
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
            RequestSet::Granted(forms) => {
                let documents = documents.into_iter().map(Into::into);
                let statements = documents.flat_map(|document| self.action.about(document));
                let allows = statements.filter(|(_, statement)| statement.effect.value == Effect::Allow);
                Truth::any(allows.map(|(_, statement)| self.applies_by(statement, forms)))
            }
            RequestSet::Denied => Truth::any(documents.into_iter().map(|document| self.denied_by(document))),
        }
    }

    /// Does the same as [`Case::decide`], but Allow statements apply only by principals of these forms.
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

    /// Returns the statements of a document whose `Action` or `NotAction` matches or may match the action, with their indexes.
    pub fn concerned<'d>(&self, document: impl Into<Searched<'d>>) -> Vec<(usize, &'d Statement)> {
        let matches = |s: &Statement| action::matches(&s.action, &self.action).truth != Truth::False;
        self.action.about(document.into()).filter(|(_, s)| matches(s)).collect()
    }

    /// Returns the trace of one statement, given its document's index and its own.
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

/// Combines the truth of "a Deny applies" and "an Allow applies" to a decision.
pub(super) fn decision(deny: Truth, allow: Truth) -> Decision {
    match (deny, allow) {
        (Truth::True, _) => Decision::ExplicitlyDenied,
        (Truth::False, Truth::True) => Decision::Allowed,
        (Truth::False, Truth::False) => Decision::ImplicitlyDenied,
        // The request is denied in either case; only the kind of denial is open.
        (Truth::Unknown, Truth::False) => Decision::ImplicitlyDenied,
        _ => Decision::Undetermined,
    }
}
