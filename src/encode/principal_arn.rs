//! `aws:PrincipalArn` compared with values that spell parts of it by policy variables:
//! `arn:aws:iam::111122223333:user/${aws:username}`, `arn:aws:iam::${aws:PrincipalAccount}:role/a`. Account and user name are
//! parts of the ARN itself (facts S2 to S4 of docs/semantics.md), so such a value is a test of the ARN alone.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::code::Code;
use crate::encode::context::Context;
use crate::encode::presence::matches;
use crate::encode::principal::is_kind;
use crate::formula::requester::{OF_ACCOUNT, USER, glob};
use crate::formula::{Formula, Lit, PatternKey, RequesterKey, Site};
use crate::policy::{OperatorFamily, Part, Template};

const ARN: &str = "aws:principalarn";

/// Returns "the requester's ARN matches the template", if the form of the template makes it a test of the ARN alone.
///
/// * `${aws:username}` at the end, after a `/`, is a last part without `/`: a user's name is the last part of its ARN, and only
///   users have one.
/// * `${aws:PrincipalAccount}` as the whole fifth field matches whatever account the ARN has.
pub(crate) fn principal_arn<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    key: &'a str,
    (template, family): (&Template, OperatorFamily),
    element: u32,
    site: Site,
) -> Option<Lit> {
    if key != ARN || formula.requester_key(key).is_none() {
        return None;
    }
    let (start, has_name) = match template.parts() {
        [start @ .., Part::Variable(last)] if &*last.key == "aws:username" && last.default.is_none() => {
            let after_slash = matches!(start.last(), Some(Part::Text(text)) if text.ends_with('/'));
            (after_slash.then_some(start)?, true)
        }
        parts => (parts, false),
    };
    let start = Template::from_parts(start.iter().cloned());
    let mut pattern = match (start.has_variables(), family) {
        (false, OperatorFamily::String) => glob(Builder::default(), &start, Class::ANY),
        _ => by_account(&start, family)?,
    };
    if has_name {
        pattern = pattern.one(Set::Class(Class::NOT_SLASH)).many(Class::NOT_SLASH);
    }
    let like = matches(formula, context, key, element, PatternKey::built(pattern.finish()));
    if has_name {
        let user = is_kind(formula, context, USER);
        return Some(formula.graph.and([user, like]));
    }
    // Principals of an account belong to the account in their ARN, and unsigned requests have no ARN; for services nothing is
    // documented.
    let own = is_kind(formula, context, OF_ACCOUNT);
    let known = is_kind(formula, context, RequesterKey::PrincipalArn.fixed());
    let text = format!("{family:?} {key}\0{element}\0{template}");
    let undecided = formula.opaque(Code::PolicyVariable, text, site);
    let own = formula.graph.and([own, like]);
    let others = formula.graph.and([!known, undecided]);
    Some(formula.graph.or([own, others]))
}

/// Returns the pattern of six fields whose fifth may be the account as a variable. If wildcards match `:` too, this is the fifth
/// field of every ARN only if the fields before it are spelled without wildcards.
fn by_account(template: &Template, family: OperatorFamily) -> Option<Builder> {
    let fields = template.split_fields(5);
    let [before @ .., account, resource] = fields.as_slice() else { return None };
    let is_account = matches!(account.parts(), [Part::Variable(variable)]
        if &*variable.key == "aws:principalaccount" && variable.default.is_none());
    let is_fit = |field: &Template| match family {
        OperatorFamily::String => field.as_literal().is_some(),
        _ => !field.has_variables(),
    };
    let are_fit = before.len() == 4 && before.iter().all(is_fit);
    if !are_fit || resource.has_variables() || (account.has_variables() && !is_account) {
        return None;
    }
    let mut pattern = Pattern::builder();
    for field in before {
        pattern = glob(pattern, field, Class::NOT_COLON).text(":");
    }
    pattern =
        if is_account { pattern.many(Class::NOT_COLON) } else { glob(pattern, account, Class::NOT_COLON) };
    Some(glob(pattern.text(":"), resource, Class::ANY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::truth::{Values, context, policy, role, user};
    use crate::formula::SiteElement;
    use crate::request::Requester;

    const SITE: Site = Site { document: 0, statement: 0, element: SiteElement::Condition(0) };

    /// Evaluates a value for the ARN of each requester; the outer `None` stands for a value of another form.
    fn says(value: &str, family: OperatorFamily, requesters: &[Requester]) -> Option<Vec<Option<bool>>> {
        let policy = policy(&format!(r#""StringLike":{{"aws:PrincipalArn":"{value}"}}"#));
        let template = Template::parse(value, true).unwrap();
        let mut formula = Formula::default();
        let lit = principal_arn(&mut formula, &context(&policy), ARN, (&template, family), 0, SITE)?;
        let says =
            |requester: &Requester| Values { requester: requester.clone(), keys: &[] }.truth(&formula, lit);
        Some(requesters.iter().map(says).collect())
    }

    #[test]
    fn values_that_spell_the_arn_by_parts_of_it_are_patterns_on_it() {
        use OperatorFamily::{Arn, String};
        let service = Requester::Service { name: "ec2.amazonaws.com".into() };
        let requesters = [user("alice"), user("team/alice"), role("alice"), Requester::Anonymous, service];
        const YES: Option<bool> = Some(true);
        const NO: Option<bool> = Some(false);
        let (own, name) = ("${aws:PrincipalAccount}", "${aws:username}");
        let cases = [
            // The name is the last part of the ARN of a user, and nobody else has one.
            (format!("arn:aws:iam::111122223333:user/{name}"), String, [YES, NO, NO, NO, NO]),
            (format!("arn:aws:iam::111122223333:user/team/{name}"), Arn, [NO, YES, NO, NO, NO]),
            (format!("arn:aws:iam::*/{name}"), String, [YES, YES, NO, NO, NO]),
            (format!("arn:aws:iam::999999999999:user/{name}"), String, [NO, NO, NO, NO, NO]),
            // The account is that of the ARN. About the ARN of a service nothing is documented.
            (format!("arn:aws:iam::{own}:role/alice"), String, [NO, NO, YES, NO, None]),
            (format!("arn:*:iam::{own}:role/*"), Arn, [NO, NO, YES, NO, None]),
            (format!("arn:aws:iam::{own}:user/{name}"), String, [YES, NO, NO, NO, NO]),
        ];
        for (value, family, expected) in cases {
            assert_eq!(says(&value, family, &requesters), Some(expected.to_vec()), "{value} {family:?}");
        }
    }

    #[test]
    fn other_values_with_variables_are_of_no_such_form() {
        use OperatorFamily::{Arn, String};
        for (value, family) in [
            // A name that does not start after a slash may be a part of one.
            ("arn:aws:iam::111122223333:user/x${aws:username}", String),
            ("arn:aws:iam::111122223333:user/${aws:username}/x", String),
            ("arn:aws:iam::111122223333:user/${aws:username, 'a'}", String),
            // Where a wildcard matches `:` too, the fifth field of the value may be another field of the ARN.
            ("arn:*:iam::${aws:PrincipalAccount}:role/*", String),
            ("arn:aws:iam::1${aws:PrincipalAccount}:role/a", Arn),
            ("arn:aws:iam::${aws:PrincipalAccount, '1'}:role/a", Arn),
            ("arn:aws:iam::111122223333:role/${ex:key}", Arn),
        ] {
            assert_eq!(says(value, family, &[]), None, "{value} {family:?}");
        }
    }
}
