//! What a statement says, as bytes: equal only for statements that say the same, and equal for those that spell it alike in the same
//! order, wherever they stand, whatever their `Sid`, and however their JSON is laid out.

use crate::index::broken;
use crate::policy::{Condition, Element, Operator, PrincipalElement, Statement, Template};
use crate::span::Spanned;

impl Statement {
    /// Appends what the statement says. Patterns are what their texts mean in a version of the language, so this is to be
    /// compared between documents of one version.
    pub(crate) fn write_content(&self, out: &mut Vec<u8>) {
        let Statement { span: _, sid: _, effect, principal, action, resource, conditions } = self;
        out.push(effect.value as u8);
        write_count(out, usize::from(principal.is_some()));
        if let Some(PrincipalElement { negated, everyone, values, key_span: _, lists: _, span: _ }) =
            principal
        {
            out.extend([u8::from(*negated), u8::from(*everyone)]);
            write_values(out, values, |out, principal| {
                out.push(principal.kind as u8);
                write_text(out, &principal.text);
            });
        }
        write_element(out, action, |out, action| write_text(out, &action.text));
        write_count(out, usize::from(resource.is_some()));
        if let Some(resource) = resource {
            write_element(out, resource, |out, resource| {
                write_pattern(out, &resource.text, &resource.template)
            });
        }
        write_count(out, conditions.len());
        for Condition { operator, key, values, operator_text: _, is_list: _, span: _ } in conditions {
            let Operator { set, base, if_exists } = operator.value;
            out.extend([set.map_or(0, |set| set as u8 + 1), base as u8, u8::from(if_exists)]);
            write_text(out, &key.value.text);
            write_values(out, values, |out, value| {
                out.push(value.kind as u8);
                write_pattern(out, &value.text, &value.template);
            });
        }
    }
}

fn write_element<T>(out: &mut Vec<u8>, element: &Element<T>, value: impl Fn(&mut Vec<u8>, &T)) {
    let Element { negated, values, key_span: _, is_list: _, span: _ } = element;
    out.push(u8::from(*negated));
    write_values(out, values, value);
}

fn write_values<T>(out: &mut Vec<u8>, values: &[Spanned<T>], value: impl Fn(&mut Vec<u8>, &T)) {
    write_count(out, values.len());
    values.iter().for_each(|each| value(out, &each.value));
}

/// A text that is read as a pattern, with policy variables or without.
fn write_pattern(out: &mut Vec<u8>, text: &str, template: &Template) {
    out.push(u8::from(template.has_variables()));
    write_text(out, text);
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Counts come before what they count, so that no two contents can be read in two ways.
fn write_count(out: &mut Vec<u8>, count: usize) {
    match u32::try_from(count) {
        Ok(count) => out.extend_from_slice(&count.to_le_bytes()),
        Err(_) => broken("a document has fewer than 2^32 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::span::Source;

    fn content(statement: &str) -> Vec<u8> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let parsed = parse(&Source::new("p", text), &InputLimits::default());
        let document = parsed.document.unwrap_or_else(|| panic!("{statement} {:?}", parsed.diagnostics));
        let mut content = Vec::new();
        document.statements[0].write_content(&mut content);
        content
    }

    #[test]
    fn layout_and_names_do_not_matter() {
        let plain = r#"{"Effect":"Allow","Action":["s3:Get*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
        let other = r#"{ "Sid": "A", "Action": "s3:Get*", "Condition": {"bool": {"aws:SecureTransport": ["true"]}},
            "Resource": ["*"], "Effect": "Allow"}"#;
        assert_eq!(content(plain), content(other));
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
            for b in &statements[i + 1..] {
                assert_ne!(content(a), content(b), "{a} {b}");
            }
        }
    }
}
