//! Terraform's addresses: `module.a["k"].module.b[0].aws_iam_role.r["a.b"]`.
//!
//! Keys of `for_each` may contain dots, brackets and quotes, so an address is never split at a character: it is read step by
//! step.

use super::raw::Raw;

/// A module of the configuration on the path to a resource: its name, and the key of the instance as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step<'a> {
    pub(super) name: &'a str,
    /// `"k"` with its quotes, or `0`.
    pub(super) key: Option<&'a str>,
}

/// Returns the steps of a module's address; `None` if it is not one.
pub(super) fn modules(address: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        rest = rest.strip_prefix("module.")?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        let (key, after) = match after.strip_prefix('[') {
            Some(inner) => {
                let length = key_length(inner)?;
                let (key, after) = inner.split_at_checked(length)?;
                (Some(key), after.strip_prefix(']')?)
            }
            None => (None, after),
        };
        steps.push(Step { name, key });
        rest = match after.strip_prefix('.') {
            Some(next) if !next.is_empty() => next,
            None if after.is_empty() => after,
            _ => return None,
        };
    }
    Some(steps)
}

/// Returns the number of bytes of the key at the start of a text, up to the bracket after it.
fn key_length(text: &str) -> Option<usize> {
    if !text.starts_with('"') {
        return text.find(']');
    }
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at.checked_add(1),
            _ => {}
        }
    }
    None
}

/// Returns the path of a module in the configuration, where instances have no keys.
pub(super) fn configuration_path(module: &str) -> Option<String> {
    let names: Vec<&str> = modules(module)?.into_iter().map(|step| step.name).collect();
    Some(names.join("."))
}

/// Returns a key as in an address: a number as it is, a text in quotes.
fn key(text: &str, is_text: bool) -> String {
    if is_text { format!("[{}]", quoted(text)) } else { format!("[{text}]") }
}

/// Returns the key of an instance as Terraform writes it in JSON: a number or a text.
pub(super) fn instance_key(index: Raw<'_>) -> String {
    match index.scalar() {
        Some(text) => key(&text, index.string().is_some()),
        None => String::new(),
    }
}

/// Returns a text in quotes, with the escapes that Terraform writes in addresses.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Returns an address with the module in front, if there is one.
pub(super) fn within(module: &str, address: &str) -> String {
    if module.is_empty() { address.to_owned() } else { format!("{module}.{address}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_whatever_they_hold() {
        let path = |address| configuration_path(address);
        assert_eq!(path("").as_deref(), Some(""));
        assert_eq!(path(r#"module.a["k.l"].module.b[0]"#).as_deref(), Some("a.b"));
        assert_eq!(path(r#"module.a["]\".module.x[\""].module.b"#).as_deref(), Some("a.b"));
        assert_eq!(modules("module.a[12]").unwrap()[0].key, Some("12"));
        for wrong in ["module", "module.a.", "modul.a", "module.a[", r#"module.a["k].module.b"#] {
            assert_eq!(path(wrong), None, "{wrong}");
        }
        assert_eq!(quoted("a\"b\\"), r#""a\"b\\""#);
    }
}
