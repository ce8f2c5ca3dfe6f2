//! Compares a policy as a plan has it with the same policy as a snapshot has it.

use crate::policy::Document;
use serde_json::Value;

/// True if two documents say the same, however they are laid out: lists have no order, and a list of one is its element.
///
/// It may be false for documents that say the same in other words.
pub(super) fn say_the_same(one: &Document, other: &Document) -> bool {
    let value = |document: &Document| {
        serde_json::from_str::<Value>(document.text()).ok().map(|value| plain(value, false))
    };
    let (one, other) = (value(one), value(other));
    one.is_some() && one == other
}

/// Returns the value with lists in order, and without lists of one.
fn plain(value: Value, is_principal: bool) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(|value| plain(value, is_principal)).collect();
            list.sort_by_cached_key(Value::to_string);
            list.dedup();
            match <[Value; 1]>::try_from(list) {
                Ok([one]) => one,
                Err(list) => Value::Array(list),
            }
        }
        Value::Object(members) => {
            let inner = |name: &str| is_principal || matches!(name, "Principal" | "NotPrincipal");
            members.into_iter().map(|(name, value)| (name.clone(), plain(value, inner(&name)))).collect()
        }
        // AWS writes the id of an account as its root user.
        Value::String(text) if is_principal => {
            let account = text.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next());
            Value::String(account.map_or(text.clone(), str::to_owned))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::InputLimits;
    use crate::policy::parse;
    use crate::span::Source;

    #[test]
    fn layout_and_order_do_not_matter_and_texts_do() {
        let read = |text: &str| parse(&Source::new("p", text), &InputLimits::default()).unwrap();
        let statement = |principal: &str, actions: &str| {
            read(&format!(
                r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": {actions}, "Resource": "*"}}}}"#
            ))
        };
        let one = statement(r#"{"AWS": "111122223333"}"#, r#"["s3:GetObject", "s3:PutObject"]"#);
        let same = statement(
            r#"{"AWS": ["arn:aws:iam::111122223333:root"]}"#,
            r#"["s3:PutObject", "s3:GetObject"]"#,
        );
        let other = statement(r#"{"AWS": "111122223333"}"#, r#"["s3:GetObject"]"#);
        assert!(say_the_same(&one, &same) && !say_the_same(&one, &other));
    }
}
