//! The content of a statement: everything that it says, without names and layout.

use crate::index::broken;
use crate::policy::{Condition, Element, Operator, PrincipalElement, Statement, Template};
use crate::span::Spanned;
use std::hash::Hasher;

/// A piece of the content of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece<'s> {
    /// A choice, or the number of values that follow.
    Number(u32),
    /// A name or a value.
    Text(&'s str),
}

impl Piece<'_> {
    /// Adds the piece to a hash.
    pub(crate) fn add_to(self, hasher: &mut impl Hasher) {
        match self {
            Piece::Number(number) => hasher.write_u32(number),
            Piece::Text(text) => hasher.write(text.as_bytes()),
        }
    }
}

impl Statement {
    /// Lists all that the statement says, piece by piece. Two statements of one version of the language have equal pieces only if they say
    /// the same.
    pub(crate) fn content(&self) -> impl Iterator<Item = Piece<'_>> {
        let Statement { span: _, sid: _, effect, principal, action, resource, conditions } = self;
        let start = [Piece::Number(effect.value as u32), Piece::Number(u32::from(principal.is_some()))];
        let resource_start = Piece::Number(u32::from(resource.is_some()));
        let actions = element(action, |action| [Piece::Text(&action.text)]);
        let resource = resource
            .iter()
            .flat_map(|resource| element(resource, |resource| pattern(&resource.text, &resource.template)));
        start
            .into_iter()
            .chain(principal.iter().flat_map(principals))
            .chain(actions)
            .chain(std::iter::once(resource_start))
            .chain(resource)
            .chain(conditions.iter().flat_map(condition))
    }
}

impl Statement {
    /// Lists some of what the statement says, fast: statements of equal content have equal pieces, and most others differ in them.
    pub(crate) fn sample(&self) -> impl Iterator<Item = Piece<'_>> {
        let Statement { effect, principal, action, resource, conditions, .. } = self;
        let (principal, resource) = (principal.as_ref(), resource.as_ref());
        let condition = conditions.first();
        let texts = [
            action.values.first().map(|action| &*action.value.text),
            action.values.last().map(|action| &*action.value.text),
            resource.and_then(|resource| resource.values.first()).map(|resource| &*resource.value.text),
            resource.and_then(|resource| resource.values.last()).map(|resource| &*resource.value.text),
            principal.and_then(|principal| principal.values.first()).map(|principal| &*principal.value.text),
            condition.map(|condition| &*condition.key.value.text),
            condition.and_then(|condition| condition.values.first()).map(|value| &*value.value.text),
        ];
        [Piece::Number(effect.value as u32), count(action.values.len()), count(conditions.len())]
            .into_iter()
            .chain(resource.map(|resource| count(resource.values.len())))
            .chain(texts.into_iter().flatten().map(Piece::Text))
    }

    /// True if both have the same content: as comparing the pieces, but fast.
    pub(crate) fn says_the_same(&self, other: &Statement) -> bool {
        let Statement { span: _, sid: _, effect, principal, action, resource, conditions } = self;
        let is_same_principal = match (principal, &other.principal) {
            (Some(one), Some(other)) => {
                (one.negated, one.everyone) == (other.negated, other.everyone)
                    && are_same(&one.values, &other.values, |a, b| a.kind == b.kind && a.text == b.text)
            }
            (None, None) => true,
            _ => false,
        };
        let is_same_resource = match (resource, &other.resource) {
            (Some(one), Some(other)) => {
                one.negated == other.negated
                    && are_same(&one.values, &other.values, |a, b| {
                        pattern(&a.text, &a.template) == pattern(&b.text, &b.template)
                    })
            }
            (None, None) => true,
            _ => false,
        };
        let is_same_condition = |(one, other): (&Condition, &Condition)| {
            one.operator.value == other.operator.value
                && one.key.value.text == other.key.value.text
                && are_same(&one.values, &other.values, |a, b| {
                    a.kind == b.kind && pattern(&a.text, &a.template) == pattern(&b.text, &b.template)
                })
        };
        effect.value == other.effect.value
            && action.negated == other.action.negated
            && are_same(&action.values, &other.action.values, |a, b| a.text == b.text)
            && conditions.len() == other.conditions.len()
            && is_same_principal
            && is_same_resource
            && conditions.iter().zip(&other.conditions).all(is_same_condition)
    }
}

fn are_same<T>(one: &[Spanned<T>], other: &[Spanned<T>], is_same: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_same(&a.value, &b.value))
}

fn principals(element: &PrincipalElement) -> impl Iterator<Item = Piece<'_>> {
    let PrincipalElement { negated, everyone, values, key_span: _, lists: _, span: _ } = element;
    let start = [Piece::Number(u32::from(*negated)), Piece::Number(u32::from(*everyone))];
    let values =
        list(values, |principal| [Piece::Number(principal.kind as u32), Piece::Text(&principal.text)]);
    start.into_iter().chain(values)
}

fn condition(condition: &Condition) -> impl Iterator<Item = Piece<'_>> {
    let Condition { operator, key, values, operator_text: _, is_list: _, span: _ } = condition;
    let Operator { set, base, if_exists } = operator.value;
    let set = set.map_or(0, |set| set as u32 + 1);
    let operator = [Piece::Number(set), Piece::Number(base as u32), Piece::Number(u32::from(if_exists))];
    let values = list(values, |value| {
        let [has_variables, text] = pattern(&value.text, &value.template);
        [Piece::Number(value.kind as u32), has_variables, text]
    });
    operator.into_iter().chain([Piece::Text(&key.value.text)]).chain(values)
}

fn element<'s, T, const N: usize>(
    element: &'s Element<T>,
    value: impl Fn(&'s T) -> [Piece<'s>; N],
) -> impl Iterator<Item = Piece<'s>> {
    let Element { negated, values, key_span: _, is_list: _, span: _ } = element;
    std::iter::once(Piece::Number(u32::from(*negated))).chain(list(values, value))
}

/// Values after their number, so that no two contents can be read in two ways.
fn list<'s, T, const N: usize>(
    values: &'s [Spanned<T>],
    value: impl Fn(&'s T) -> [Piece<'s>; N],
) -> impl Iterator<Item = Piece<'s>> {
    std::iter::once(count(values.len())).chain(values.iter().flat_map(move |each| value(&each.value)))
}

fn count<'s>(values: usize) -> Piece<'s> {
    match u32::try_from(values) {
        Ok(count) => Piece::Number(count),
        Err(_) => broken("a document has fewer than 2^32 bytes"),
    }
}

/// A text that is read as a pattern, with policy variables or without.
fn pattern<'s>(text: &'s str, template: &Template) -> [Piece<'s>; 2] {
    [Piece::Number(u32::from(template.has_variables())), Piece::Text(text)]
}

#[cfg(test)]
mod tests {
    use crate::limits::InputLimits;
    use crate::policy::{Statement, parse};
    use crate::span::Source;

    fn statement(statement: &str) -> Statement {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let parsed = parse(&Source::new("p", text), &InputLimits::default());
        let document = parsed.unwrap_or_else(|error| panic!("{error}"));
        document.statements[0].clone()
    }

    #[test]
    fn layout_and_names_do_not_matter() {
        let plain = r#"{"Effect":"Allow","Action":["s3:Get*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
        let other = r#"{ "Sid": "A", "Action": "s3:Get*", "Condition": {"bool": {"aws:SecureTransport": ["true"]}},
            "Resource": ["*"], "Effect": "Allow"}"#;
        let (plain, other) = (statement(plain), statement(other));
        assert!(plain.content().eq(other.content()) && plain.says_the_same(&other));
        assert!(plain.sample().eq(other.sample()));
    }

    #[test]
    fn whatever_a_statement_says_matters() {
        let statements = [
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*"}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","NotResource":"*"}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::a"}"#,
            r#"{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":["*","*"]}"#,
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Principal":{"Service":"*"},"Action":"s3:Get*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"a:b":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"a:b":true}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"BoolIfExists":{"a:b":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"ForAnyValue:Bool":{"a:b":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"ForAllValues:Bool":{"a:b":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{"a:b":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"a:c":"true"}}}"#,
            r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"a:b":["true","false"]}}}"#,
        ];
        for (i, a) in statements.iter().enumerate() {
            for (j, b) in statements.iter().enumerate() {
                let (one, other) = (statement(a), statement(b));
                assert_eq!(one.content().eq(other.content()), i == j, "{a} {b}");
                assert_eq!(one.says_the_same(&other), i == j, "{a} {b}");
            }
        }
    }
}
