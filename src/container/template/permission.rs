//! Resources that are not policies: AWS makes a statement of their members.
//!
//! Source: as for `container/built.rs`.

use super::super::built::{self, Given, Target, condition};
use super::super::entry::{Content, Entry, Origin};
use super::super::hole::{Hole, UnknownText, is_sign};
use super::super::text;
use super::functions::Evaluator;
use super::resource::Reader;
use super::worlds::{Variant, Variants, variants};
use crate::policy::{Json, JsonValue, tree};

/// Types without a slot whose members AWS makes into a statement.
pub(super) const TYPES: [&str; 4] = [
    "AWS::ACMPCA::Permission",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Permission",
    "AWS::Signer::ProfilePermission",
];

impl<'t> Reader<'_, '_, 't> {
    /// Returns the policy that AWS makes of the members of a resource of one of these types, for every value of the unknown ones.
    pub(super) fn permission(&self, kind: &str, members: &Json<'t>, entry: &Entry) -> Content {
        let mut evaluator = Evaluator::new(self.names);
        evaluator.value(members, "");
        if !evaluator.holes.is_empty() && evaluator.faults.is_empty() {
            let condition = entry.condition.as_deref();
            let variants = variants(self.names, members, condition, self.options.limits.worlds);
            if let Some(content) = variants.and_then(|variants| self.made_of(kind, &variants, entry)) {
                return content;
            }
        }
        let given = |name: &str| match members.member(name).map(|member| &member.value) {
            Some(json @ Json { kind: JsonValue::Array(_), .. }) => self
                .texts(json)
                .into_iter()
                .map(|name| name.known().map_or_else(Given::Unknown, Given::Text))
                .collect(),
            _ => vec![self.given(members, name)],
        };
        self.made(&entry.name, built::permission(&made(kind, &given), entry.span), entry.span)
    }

    /// Returns the policies made of each of the members' values; `None` if a value may change the kind of statement.
    fn made_of(&self, kind: &str, variants: &Variants<'t>, entry: &Entry) -> Option<Content> {
        let mut texts = Vec::with_capacity(variants.list.len());
        for variant in &variants.list {
            let Some(value) = &variant.value else {
                texts.push(None);
                continue;
            };
            let permission = made(kind, &|name| given(value, name));
            if !is_settled(&permission, &variants.holes) {
                return None;
            }
            texts.push(Some(built::permission(&permission, entry.span).ok()?));
        }
        let mut list = Vec::with_capacity(texts.len());
        for (variant, text) in variants.list.iter().zip(&texts) {
            let value = match text {
                Some(text) => Some(tree(text, &self.options.policy_limits).ok()?.0),
                None => None,
            };
            let (choices, assumptions) = (variant.choices.clone(), variant.assumptions.clone());
            list.push(Variant { choices, value, assumptions });
        }
        let made = Variants { list, holes: variants.holes.clone() };
        if made.only().is_some() {
            let limits = &self.options.policy_limits;
            return Some(match texts.into_iter().next().flatten() {
                Some(policy) => {
                    text::content(self.source, &entry.name, &policy, entry.span, Origin::Built, limits)
                }
                None => Content::Absent,
            });
        }
        let (mut holes, worlds) = made.worlds()?;
        for hole in &mut holes {
            hole.span = entry.span;
        }
        Some(Content::Partly { holes, worlds })
    }
}

/// Returns the values of a member whose functions are evaluated: several for a list.
fn given(members: &Json<'_>, name: &str) -> Vec<Given> {
    let one = |json: &Json<'_>| match &json.kind {
        JsonValue::String(text) => Given::Text(text.to_string()),
        JsonValue::Number(text) => Given::Text((*text).to_owned()),
        JsonValue::Bool(value) => Given::Text(value.to_string()),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => Given::Nothing,
    };
    match members.member(name).map(|member| &member.value) {
        Some(Json { kind: JsonValue::Array(list), .. }) => list.iter().map(one).collect(),
        Some(json) => vec![one(json)],
        None => vec![Given::Nothing],
    }
}

/// Returns the permission that members make.
fn made(kind: &str, given: &dyn Fn(&str) -> Vec<Given>) -> built::Permission {
    let one = |name: &str| given(name).into_iter().next().map_or(Given::Nothing, |value| value);
    let of = |of: Target, target: &str| built::Permission {
        sid: Given::Nothing,
        actions: vec![one("Action")],
        principal: one("Principal"),
        of,
        target: one(target),
        qualifier: Given::Nothing,
        conditions: Vec::new(),
    };
    let account = || condition("StringEquals", "aws:SourceAccount", one("SourceAccount"));
    match kind {
        "AWS::Lambda::LayerVersionPermission" => built::Permission {
            conditions: vec![condition("StringEquals", "aws:PrincipalOrgID", one("OrganizationId"))],
            ..of(Target::Layer, "LayerVersionArn")
        },
        "AWS::Signer::ProfilePermission" => built::Permission {
            qualifier: one("ProfileVersion"),
            ..of(Target::SigningProfile, "ProfileName")
        },
        "AWS::ACMPCA::Permission" => {
            let known = |action: Given| match action {
                Given::Text(text) => built::certificate_action(&text),
                Given::Nothing | Given::Unknown(_) => action,
            };
            built::Permission {
                actions: given("Actions").into_iter().map(known).collect(),
                conditions: vec![account()],
                ..of(Target::CertificateAuthority, "CertificateAuthorityArn")
            }
        }
        _ => {
            let via_url = match one("InvokedViaFunctionUrl") {
                Given::Text(text) if text == "false" => Given::Nothing,
                other => other,
            };
            built::Permission {
                qualifier: one("Qualifier"),
                conditions: vec![
                    condition("ArnLike", "aws:SourceArn", one("SourceArn")),
                    account(),
                    condition("StringEquals", "aws:PrincipalOrgID", one("PrincipalOrgID")),
                    condition("StringEquals", "lambda:FunctionUrlAuthType", one("FunctionUrlAuthType")),
                    condition("StringEquals", "lambda:EventSourceToken", one("EventSourceToken")),
                    condition("Bool", "lambda:InvokedViaFunctionUrl", via_url),
                ],
                ..of(Target::Function, "FunctionName")
            }
        }
    }
}

/// True if every value of the unknown texts makes the same kind of statement: the principal is an account, an ARN or a service for
/// all of them, the resource a name or an ARN, and a condition is there for all of them.
fn is_settled(permission: &built::Permission, holes: &[Hole]) -> bool {
    let unknown = |text: &str| -> Vec<&UnknownText> {
        let texts = holes.iter().filter_map(|hole| hole.text.as_ref());
        texts.filter(|unknown| text.contains(unknown.sign)).collect()
    };
    let text = |given: &Given| match given {
        Given::Text(text) if text.contains(is_sign) => Some(text.clone()),
        Given::Text(_) | Given::Nothing | Given::Unknown(_) => None,
    };
    let is_list = |text: &str| unknown(text).iter().any(|unknown| unknown.is_list);
    let principal = text(&permission.principal).is_none_or(|text| {
        let start = text.split(is_sign).next().unwrap_or_default();
        let is_account = text.chars().count() == 1 && unknown(&text).iter().all(|one| one.shape.is_account());
        let is_service = start.chars().any(|letter| !letter.is_ascii_digit())
            && start != "*"
            && !"arn:".starts_with(start);
        !is_list(&text) && (start.starts_with("arn:") || is_account || is_service)
    });
    let target = text(&permission.target).is_none_or(|text| {
        let is_name = !text.contains(':') && unknown(&text).iter().all(|one| !one.shape.may_hold(':'));
        !is_list(&text) && (text.starts_with("arn:") || is_name)
    });
    // Of `false`, AWS makes no condition.
    let is_there = |(operator, _, value): &(String, String, Given)| {
        text(value).is_none_or(|text| !is_list(&text) && operator != "Bool")
    };
    let actions = permission.actions.iter().filter_map(text).all(|text| !is_list(&text));
    let qualifier = text(&permission.qualifier).is_none();
    principal && target && actions && qualifier && permission.conditions.iter().all(is_there)
}
