//! Reads `Principal` and `NotPrincipal`.

use super::{Reader, Strings};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::closest::closest;
use crate::policy::json::{JsonValue, Member};
use crate::policy::{Principal, PrincipalElement, PrincipalKind};
use crate::span::Spanned;

impl Reader<'_> {
    pub(super) fn principal(&mut self, member: &Member<'_>, negated: bool) -> Option<PrincipalElement> {
        let json = &member.value;
        let element = |everyone, values, lists| PrincipalElement {
            negated,
            key_span: member.key_span,
            everyone,
            values,
            lists,
            span: json.span,
        };
        match &json.kind {
            JsonValue::String(text) if text == "*" => Some(element(true, Vec::new(), Vec::new())),
            JsonValue::String(text) => {
                self.report(
                    Diagnostic::error(
                        Code::InvalidPrincipal,
                        format!("`{text}` is not a valid principal"),
                        json.span,
                    )
                    .with_help("only `*` can stand alone; write another principal as {\"AWS\": \"...\"}"),
                );
                None
            }
            JsonValue::Object(members) => {
                let (mut values, mut lists, mut complete) = (Vec::new(), Vec::new(), true);
                for inner in members {
                    match self.principals_of(inner) {
                        Some((kind, texts, is_list)) => {
                            if is_list {
                                lists.push(kind);
                            }
                            values.extend(
                                texts
                                    .into_iter()
                                    .map(|(text, span)| Spanned { value: Principal::new(kind, text), span }),
                            );
                        }
                        None => complete = false,
                    }
                }
                complete.then(|| element(false, values, lists))
            }
            _ => {
                self.wrong_type("a principal", "`*` or an object", json);
                None
            }
        }
    }

    fn principals_of<'j>(&mut self, member: &'j Member<'_>) -> Option<(PrincipalKind, Strings<'j>, bool)> {
        let kinds = [
            PrincipalKind::Aws,
            PrincipalKind::CanonicalUser,
            PrincipalKind::Federated,
            PrincipalKind::Service,
        ];
        let Some(kind) = kinds.into_iter().find(|k| k.name() == member.key) else {
            let fault = Diagnostic::error(
                Code::InvalidPrincipalKey,
                format!("`{}` is not a kind of principal", member.key),
                member.key_span,
            );
            let known: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
            self.report(match closest(&member.key, &known) {
                Some(name) => fault.with_help(format!("did you mean `{name}`?")),
                None => fault.with_help("the kinds are `AWS`, `CanonicalUser`, `Federated` and `Service`"),
            });
            return None;
        };
        let (texts, is_list) = self.strings("a principal", &member.value)?;
        let mut complete = true;
        for (text, span) in &texts {
            complete &= self.without_variables("a principal", text, *span);
            if text.is_empty() {
                self.error(Code::InvalidPrincipal, "the principal is empty", *span);
                complete = false;
            }
            if text.contains(['*', '?']) && *text != "*" {
                self.report(Diagnostic::warning(
                    Code::PrincipalWildcard,
                    format!("AWS rejects wildcards inside a principal; `{text}` is read as a pattern"),
                    *span,
                ));
            }
        }
        complete.then_some((kind, texts, is_list))
    }
}
