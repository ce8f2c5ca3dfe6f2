//! The values of conditions: literals of the operator's type, and values of keys that have a form of their own.

use super::facts::{is_account, is_region};
use super::scope::Scope;
use super::syntax::{Test, Value};
use super::variables::without;
use crate::code::AwsCode;
use crate::policy::{AddressRange, Decimal, OperatorBase, OperatorFamily, decode_base64, read_instant};

/// Checks the values of a key.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let Some(operator) = test.operator else { return };
    for value in &test.values {
        let has_variable = value.text.contains("${");
        let family = operator.base.family();
        if let Some(code) = fault(family, &value.text).filter(|_| !has_variable) {
            scope.add(
                code,
                &[("operator", test.operator_text), ("date", &value.text)],
                [value.place.clone()],
            );
        }
        if matches!(
            operator.base,
            OperatorBase::StringEquals
                | OperatorBase::StringNotEquals
                | OperatorBase::StringEqualsIgnoreCase
                | OperatorBase::StringNotEqualsIgnoreCase
        ) && without(&value.text).contains(['*', '?'])
        {
            scope.add(AwsCode::WildcardWithoutLikeOperator, &[], [value.place.clone()]);
        }
        let is_open = has_variable || value.text.contains(['*', '?']);
        if !is_open && matches!(family, OperatorFamily::String | OperatorFamily::Arn) {
            form(scope, test, value);
        }
    }
}

/// Returns the code for a text that is not a literal of the operator's type.
fn fault(family: OperatorFamily, text: &str) -> Option<AwsCode> {
    let is_bool = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    let is_number = Decimal::read(text).is_some();
    match family {
        OperatorFamily::Bool | OperatorFamily::Null => (!is_bool).then_some(AwsCode::TypeMismatchBoolean),
        OperatorFamily::Numeric => (!is_number).then_some(AwsCode::TypeMismatchNumber),
        OperatorFamily::Date if is_number => Some(AwsCode::InvalidDateValue),
        OperatorFamily::Date => read_instant(text).is_none().then_some(AwsCode::TypeMismatchDate),
        OperatorFamily::Ip => AddressRange::read(text).is_none().then_some(AwsCode::TypeMismatchIpRange),
        OperatorFamily::Binary => decode_base64(text).is_none().then_some(AwsCode::TypeMismatchString),
        OperatorFamily::String | OperatorFamily::Arn => None,
    }
}

/// Checks a value without wildcards and variables against the form that the values of its key have.
fn form<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>, value: &Value<'j>) {
    let text = &*value.text;
    let code = match &*test.lower {
        "aws:requestedregion" | "ec2:region" if !is_region(text) => AwsCode::InvalidRegion,
        "aws:sourcevpc" if !is_id(text, "vpc-") => AwsCode::InvalidVpcFormat,
        "aws:sourcevpce" if !is_id(text, "vpce-") => AwsCode::InvalidVpceFormat,
        key if is_about_kms_key(key) && !is_kms_key(text) => AwsCode::InvalidKmsKeyValue,
        _ => return,
    };
    scope.add(code, &[("region", text), ("key", test.key)], [value.place.clone()]);
}

fn is_id(text: &str, start: &str) -> bool {
    let is_word =
        |id: &str| matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.strip_prefix(start).is_some_and(is_word)
}

/// True if the values of a key are ARNs of KMS keys.
fn is_about_kms_key(lower: &str) -> bool {
    lower == "s3:x-amz-server-side-encryption-aws-kms-key-id" || lower.ends_with(":kmskeyarn")
}

fn is_kms_key(text: &str) -> bool {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let &["arn", _, "kms", region, account, resource] = fields.as_slice() else { return false };
    is_region(region)
        && is_account(account)
        && (resource.starts_with("key/") || resource.starts_with("alias/"))
}
