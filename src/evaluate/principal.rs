//! `Principal` and `NotPrincipal`.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "... NotPrincipal".

use super::glob::{fields_match, glob_matches};
use super::{PartTrace, Truth};
use crate::policy::{Effect, Principal, PrincipalElement, PrincipalForms, PrincipalMeaning, Statement};
use crate::request::{Request, Requester};
use std::cell::OnceCell;

/// Evaluates if the statement applies to the requester. The values of an Allow statement's `Principal` count if they match by one
/// of these forms.
pub(super) fn matches(statement: &Statement, request: &Request, forms: PrincipalForms) -> PartTrace {
    let Some(element) = &statement.principal else { return PartTrace { truth: Truth::True, value: None } };
    let Some(requester) = &request.requester else {
        // The request names no requester, so it is unknown if the statement applies.
        return PartTrace { truth: Truth::Unknown, value: None };
    };
    if element.negated && statement.effect.value == Effect::Deny {
        return PartTrace { truth: denied_unless_listed(element, requester, request), value: None };
    }
    if element.everyone {
        return PartTrace { truth: Truth::True.negate_if(element.negated), value: None };
    }
    let is_allow = statement.effect.value == Effect::Allow && !element.negated;
    let named = Named::of(requester);
    let counts = |value: &Principal| {
        !is_allow || forms == PrincipalForms::All || named.form(value).is_some_and(|form| form <= forms)
    };
    let (mut any, mut place) = (Truth::False, None);
    for (at, value) in element.values.iter().enumerate().filter(|(_, value)| counts(&value.value)) {
        let truth = named.one(&value.value, request);
        if truth > any {
            (any, place) = (truth, Some(at));
        }
        if any == Truth::True {
            break;
        }
    }
    PartTrace { truth: any.negate_if(element.negated), value: place }
}

/// A requester, and the ARNs by which policies name it: made for the first ARN that is compared, because lists of principals may be long.
struct Named<'r> {
    requester: &'r Requester,
    own: OnceCell<Option<String>>,
    names: OnceCell<Vec<String>>,
}

impl<'r> Named<'r> {
    fn of(requester: &'r Requester) -> Named<'r> {
        Named { requester, own: OnceCell::new(), names: OnceCell::new() }
    }

    /// Returns the ARN by which the requester itself is named.
    fn own(&self) -> Option<&str> {
        self.own.get_or_init(|| self.requester.arn()).as_deref()
    }

    /// Returns all ARNs by which a policy may name the requester.
    fn names(&self) -> &[String] {
        self.names.get_or_init(|| {
            let own = self.own().map(str::to_owned);
            let mut names: Vec<String> = self.requester.principal_arn().into_iter().chain(own).collect();
            if let Requester::FederatedUser { partition, account, parent, .. } = self.requester {
                names.push(format!("arn:{partition}:iam::{account}:user/{parent}"));
            }
            names
        })
    }

    /// Decides whether a value is about the requester.
    fn one(&self, principal: &Principal, request: &Request) -> Truth {
        let requester = self.requester;
        let truth = match &principal.meaning {
            PrincipalMeaning::AwsAny => match requester {
                Requester::Service { .. } | Requester::WebIdentity { .. } | Requester::Saml { .. } => {
                    return Truth::Unknown;
                }
                _ => true,
            },
            PrincipalMeaning::Account(account) => {
                requester.account().is_some_and(|a| glob_matches(account, a))
            }
            PrincipalMeaning::Arn(fields) => self.names().iter().any(|name| fields_match(fields, name)),
            PrincipalMeaning::UniqueId => {
                matches!(requester, Requester::User { .. } | Requester::RoleSession { .. })
                    && request.hidden.unique_ids.contains(&*principal.text)
            }
            PrincipalMeaning::CanonicalUser => {
                requester.account().is_some() && request.hidden.canonical_users.contains(&*principal.text)
            }
            PrincipalMeaning::Federated(name) => match requester {
                Requester::WebIdentity { provider } | Requester::Saml { provider } => {
                    glob_matches(name, provider)
                }
                _ => false,
            },
            PrincipalMeaning::Service(name) => match requester {
                Requester::Service { name: service } => glob_matches(name, service),
                _ => false,
            },
            PrincipalMeaning::Pattern if requester.account().is_some() => return Truth::Unknown,
            PrincipalMeaning::Pattern | PrincipalMeaning::Unrecognised => false,
        };
        truth.into()
    }

    /// Returns the first of the forms by which a value may name the requester; `None` if an ARN does not name it.
    ///
    /// Source: IAM User Guide, "Policy evaluation for requests within a single account". The root user's own ARN, which is also the
    /// account's, counts as the form of an account.
    fn form(&self, principal: &Principal) -> Option<PrincipalForms> {
        let PrincipalMeaning::Arn(fields) = &principal.meaning else {
            return Some(match principal.meaning {
                PrincipalMeaning::Account(_) | PrincipalMeaning::CanonicalUser => PrincipalForms::All,
                // The id stands for the ARN of the role.
                PrincipalMeaning::UniqueId if matches!(self.requester, Requester::RoleSession { .. }) => {
                    PrincipalForms::WithRoles
                }
                _ => PrincipalForms::Direct,
            });
        };
        if self.own().is_some_and(|arn| fields_match(fields, arn)) {
            return Some(match self.requester {
                Requester::Root { .. } => PrincipalForms::All,
                _ => PrincipalForms::Direct,
            });
        }
        // The ARN of the role, or of the user that the session belongs to.
        self.names().iter().any(|name| fields_match(fields, name)).then_some(PrincipalForms::WithRoles)
    }
}

/// Evaluates if a Deny with this NotPrincipal list applies to the requester.
fn denied_unless_listed(element: &PrincipalElement, requester: &Requester, request: &Request) -> Truth {
    if request.hidden.boundary && matches!(requester, Requester::User { .. } | Requester::RoleSession { .. })
    {
        return Truth::True;
    }
    if element.everyone {
        return Truth::False;
    }
    let (mut account_listed, mut finer_listed, mut by_role, mut by_session) = (false, false, false, false);
    let mut plainly = Truth::False;
    let named = Named::of(requester);
    for principal in element.values.iter().map(|v| &v.value) {
        let listed = named.one(principal, request);
        match &principal.meaning {
            PrincipalMeaning::Account(_) | PrincipalMeaning::CanonicalUser => {
                account_listed |= listed == Truth::True;
            }
            PrincipalMeaning::Arn(fields) => {
                let [_, _, service, _, account, _] = &**fields;
                finer_listed |= requester.account().is_some_and(|a| glob_matches(account, a));
                if service.as_literal() == Some("sts") {
                    by_session |= listed == Truth::True;
                } else {
                    by_role |= listed == Truth::True;
                }
            }
            PrincipalMeaning::UniqueId => {
                // It may be of any account.
                finer_listed = true;
                by_role |= listed == Truth::True;
            }
            _ => plainly = plainly.or(listed),
        }
    }
    let is_session = matches!(requester, Requester::RoleSession { .. });
    let exempt = account_listed && (!finer_listed || by_role || (by_session && !is_session));
    let open = (account_listed && finer_listed) || by_role || by_session;
    let exempt = if exempt {
        Truth::True
    } else if open {
        Truth::Unknown
    } else {
        Truth::False
    };
    exempt.or(plainly).negate_if(true)
}
