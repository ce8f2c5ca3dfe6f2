//! `iam:PassRole` and `iam:CreateServiceLinkedRole` on roles of every name.

use super::glob::{Compared, is_any, matches};
use super::place::Place;
use super::scope::Scope;
use super::syntax::{Statement, Test, Text};
use crate::code::AwsCode;
use crate::policy::SetPrefix;

/// One of the two actions, with its codes.
struct Guarded {
    /// In lower case.
    action: &'static str,
    /// Keys that restrict it, in lower case.
    keys: &'static [&'static str],
    /// The roles of one account that it is about.
    roles: &'static str,
    /// By how the statement names the action (by name, by a wildcard, by `NotAction`): with `NotResource`, with wildcards in
    /// `Resource`.
    codes: [[AwsCode; 2]; 3],
}

const PASS_ROLE: Guarded = Guarded {
    action: "iam:passrole",
    keys: &["iam:passedtoservice", "iam:associatedresourcearn"],
    roles: "role/*",
    codes: [
        [AwsCode::PassRoleWithNotResource, AwsCode::PassRoleWithStarInResource],
        [AwsCode::PassRoleWithStarInActionAndNotResource, AwsCode::PassRoleWithStarInActionAndResource],
        [AwsCode::PassRoleWithNotActionAndNotResource, AwsCode::PassRoleWithStarInResourceAndNotAction],
    ],
};

const CREATE_SLR: Guarded = Guarded {
    action: "iam:createservicelinkedrole",
    keys: &["iam:awsservicename"],
    roles: "role/aws-service-role/*",
    codes: [
        [AwsCode::CreateSlrWithNotResource, AwsCode::CreateSlrWithStarInResource],
        [AwsCode::CreateSlrWithStarInActionAndNotResource, AwsCode::CreateSlrWithStarInActionAndResource],
        [AwsCode::CreateSlrWithNotActionAndNotResource, AwsCode::CreateSlrWithStarInResourceAndNotAction],
    ],
};

/// Checks a statement of an identity policy by itself; other statements and their denials do not count.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>) {
    if scope.kind.is_identity() && statement.is_allow() {
        guarded(scope, statement, &PASS_ROLE);
        guarded(scope, statement, &CREATE_SLR);
    }
}

fn guarded<'j>(scope: &mut Scope<'_, 'j>, statement: &Statement<'j>, of: &Guarded) {
    let named = named(statement, of);
    if named.iter().all(Option::is_none) {
        return;
    }
    let wild: Vec<Place<'j>> = match statement.tests().any(|test| restricts(test, of)) {
        true => Vec::new(),
        false => {
            let resources = statement.resources().iter();
            resources.filter(|value| is_wild(scope, value, of)).map(|value| value.place.clone()).collect()
        }
    };
    for (action, [with_not_resource, with_star]) in named.into_iter().zip(of.codes) {
        let Some(action) = action else { continue };
        if let Some(element) = &statement.not_resource {
            scope.add(with_not_resource, &[], [action.clone(), element.place.clone()]);
        }
        if !wild.is_empty() {
            scope.add(with_star, &[], std::iter::once(action).chain(wild.iter().cloned()));
        }
    }
}

/// Returns the places at which a statement names the action: the first value that is its name, the first one that matches it by
/// a wildcard, and a `NotAction` none of whose values matches it.
fn named<'j>(statement: &Statement<'j>, of: &Guarded) -> [Option<Place<'j>>; 3] {
    let is_match = |value: &Text<'_>| matches(&value.text.to_ascii_lowercase(), of.action);
    let is_name = |value: &Text<'_>| value.text.eq_ignore_ascii_case(of.action);
    let first = |test: &dyn Fn(&Text<'j>) -> bool| {
        statement.actions().iter().find(|value| test(value)).map(|value| value.place.clone())
    };
    let by_name = first(&is_name);
    let by_wildcard = first(&|value| !is_name(value) && is_match(value));
    let not = statement.not_action.as_ref().filter(|element| !element.values.iter().any(is_match));
    [by_name, by_wildcard, not.map(|element| element.place.clone())]
}

/// True if a condition limits the action to some services or resources.
fn restricts(test: &Test<'_>, of: &Guarded) -> bool {
    let Some(operator) = test.operator else { return false };
    of.keys.contains(&&*test.lower)
        && !operator.base.is_negated()
        && !operator.if_exists
        && operator.set != Some(SetPrefix::ForAllValues)
        && !test.values.is_empty()
        && !test.values.iter().any(|value| value.text.starts_with(['*', '?']))
}

/// True if a value of `Resource` matches roles of every name in some account.
fn is_wild(scope: &mut Scope<'_, '_>, value: &Text<'_>, of: &Guarded) -> bool {
    if is_any(value.text) {
        return true;
    }
    if !value.text.contains(['*', '?']) {
        return false;
    }
    let fields: Vec<&str> = value.text.splitn(6, ':').collect();
    let literal = |place: usize, other: &'static str| {
        let field = fields.get(place).copied().filter(|field| !field.is_empty());
        field.filter(|field| !field.contains(['*', '?'])).unwrap_or(other).to_owned()
    };
    let roles = format!("arn:{}:iam::{}:{}", literal(1, "aws"), literal(4, "111122223333"), of.roles);
    let (outer, inner) = (Compared::new(value.text), Compared::new(&roles));
    match outer.includes(&inner, &mut scope.meter) {
        Ok(includes) => includes,
        Err(exhausted) => {
            scope.exhausted = Some(exhausted);
            false
        }
    }
}
