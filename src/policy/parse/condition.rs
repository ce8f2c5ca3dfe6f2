//! Reads `Condition`.

use super::Reader;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::hash::TextMap;
use crate::policy::closest::closest;
use crate::policy::json::{Json, JsonValue, Member};
use crate::policy::{
    Condition, ConditionKey, ConditionValue, JsonKind, Operator, OperatorBase, OperatorFamily, Template,
    Version,
};
use crate::span::{Span, Spanned};

impl Reader<'_> {
    pub(super) fn conditions(&mut self, json: &Json<'_>) -> Option<Vec<Condition>> {
        let JsonValue::Object(operators) = &json.kind else {
            self.wrong_type("`Condition`", "an object", json);
            return None;
        };
        let mut conditions = Vec::new();
        let mut complete = true;
        let mut spelled = TextMap::default();
        for operator in operators {
            let lower = operator.key.to_ascii_lowercase();
            complete &= self.differs_in_case("operator", &lower, operator, &mut spelled);
            let Some(parsed) = Operator::parse(&operator.key) else {
                self.unknown_operator(operator);
                complete = false;
                continue;
            };
            let JsonValue::Object(keys) = &operator.value.kind else {
                self.wrong_type("a condition operator", "an object of keys and values", &operator.value);
                complete = false;
                continue;
            };
            let mut keys_spelled = TextMap::default();
            for key in keys {
                let lower = key.key.to_ascii_lowercase();
                complete &= self.differs_in_case("condition key", &lower, key, &mut keys_spelled);
                match self.condition(operator, parsed, key) {
                    Some(condition) => conditions.push(condition),
                    None => complete = false,
                }
            }
        }
        complete.then_some(conditions)
    }

    /// Reports a name that differs only in case from an earlier one. Returns false in that case.
    fn differs_in_case(
        &mut self,
        what: &str,
        lower: &str,
        member: &Member<'_>,
        seen: &mut TextMap<String, Span>,
    ) -> bool {
        if let Some(first) = seen.get(lower) {
            self.report(
                Diagnostic::error(
                    Code::DuplicateKeyCase,
                    format!("the {what} `{}` occurs twice, spelled differently", member.key),
                    member.key_span,
                )
                .with_related(*first, "first occurrence")
                .with_help("case does not distinguish them; merge the two"),
            );
            return false;
        }
        seen.insert(lower.to_owned(), member.key_span);
        true
    }

    fn unknown_operator(&mut self, member: &Member<'_>) {
        let (prefix, base) = match member.key.rsplit_once(':') {
            Some(parts) => parts,
            None => ("", &*member.key),
        };
        let (base, suffix) = match base.strip_suffix("IfExists") {
            Some(base) => (base, "IfExists"),
            None => (base, ""),
        };
        let fault = Diagnostic::error(
            Code::UnknownOperator,
            format!("`{}` is not a condition operator", member.key),
            member.key_span,
        );
        let names: Vec<&str> = OperatorBase::ALL.iter().map(|b| b.name()).collect();
        self.report(match closest(base, &names) {
            Some("Null") if !suffix.is_empty() => fault.with_help("`Null` has no `IfExists` form"),
            Some(name) if prefix.is_empty() => fault.with_help(format!("did you mean `{name}{suffix}`?")),
            Some(name) => fault.with_help(format!("did you mean `{prefix}:{name}{suffix}`?")),
            None => fault,
        });
    }

    fn condition(&mut self, operator: &Member<'_>, parsed: Operator, key: &Member<'_>) -> Option<Condition> {
        let name = key.key.to_ascii_lowercase();
        let needs_tag = ["aws:requesttag", "aws:resourcetag", "aws:principaltag"];
        if name.is_empty() || name.trim() != name {
            self.error(
                Code::InvalidConditionKey,
                format!("`{}` is not a valid condition key", key.key),
                key.key_span,
            );
            return None;
        }
        if name.ends_with('/') || needs_tag.contains(&name.as_str()) {
            self.report(
                Diagnostic::error(
                    Code::MissingTagKey,
                    format!("`{}` does not name a tag", key.key),
                    key.key_span,
                )
                .with_help(format!("write `{}/KEY`", key.key.trim_end_matches('/'))),
            );
            return None;
        }
        let (list, is_list) = match &key.value.kind {
            JsonValue::Array(list) => (list.as_slice(), true),
            _ => (std::slice::from_ref(&key.value), false),
        };
        let values: Vec<Option<Spanned<ConditionValue>>> =
            list.iter().map(|value| self.condition_value(parsed.base, value)).collect();
        Some(Condition {
            operator: Spanned { value: parsed, span: operator.key_span },
            operator_text: (&*operator.key).into(),
            key: Spanned {
                value: ConditionKey { name: name.into(), text: (&*key.key).into() },
                span: key.key_span,
            },
            values: values.into_iter().collect::<Option<Vec<_>>>()?,
            is_list,
            span: Span { start: key.key_span.start, end: key.value.span.end },
        })
    }

    fn condition_value(&mut self, base: OperatorBase, json: &Json<'_>) -> Option<Spanned<ConditionValue>> {
        let (text, kind): (&str, JsonKind) = match &json.kind {
            JsonValue::String(text) => (text, JsonKind::String),
            JsonValue::Number(text) => (text, JsonKind::Number),
            JsonValue::Bool(true) => ("true", JsonKind::Boolean),
            JsonValue::Bool(false) => ("false", JsonKind::Boolean),
            _ => {
                self.wrong_type("a condition value", "a string, a number or a Boolean", json);
                return None;
            }
        };
        if base == OperatorBase::Null
            && !text.eq_ignore_ascii_case("true")
            && !text.eq_ignore_ascii_case("false")
        {
            self.report(
                Diagnostic::error(
                    Code::InvalidNullValue,
                    format!("`{text}` is neither true nor false"),
                    json.span,
                )
                .with_help("write `true` if the key must be absent, `false` if it must be present"),
            );
            return None;
        }
        let template = match base.family() {
            OperatorFamily::Arn => self.template(text, json.span, true)?,
            OperatorFamily::String => {
                let like = matches!(base, OperatorBase::StringLike | OperatorBase::StringNotLike);
                if !like && text.contains('*') && self.version == Version::V2012 && !text.contains("${*}") {
                    self.report(
                        Diagnostic::warning(
                            Code::WildcardWithoutLike,
                            format!("`{}` compares `*` literally", base.name()),
                            json.span,
                        )
                        .with_help("use the Like operator if a wildcard is meant"),
                    );
                }
                self.template(text, json.span, like)?
            }
            OperatorFamily::Bool if self.version == Version::V2012 && text.contains("${") => {
                self.template(text, json.span, false)?
            }
            OperatorFamily::Numeric | OperatorFamily::Date | OperatorFamily::Ip | OperatorFamily::Binary
                if self.version == Version::V2012 && text.contains("${") =>
            {
                self.without_variables(&format!("`{}`", base.name()), text, json.span);
                return None;
            }
            family => {
                if let Some(what) = crate::policy::literal::fault(family, text) {
                    self.report(
                        Diagnostic::warning(what.0, format!("`{text}` is not a valid {}", what.1), json.span)
                            .with_help("AWS does not document the effect of such a value, so the result is left open"),
                    );
                }
                Template::literal(text)
            }
        };
        Some(Spanned { value: ConditionValue { text: text.into(), kind, template }, span: json.span })
    }
}
