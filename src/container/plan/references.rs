//! Resolves an attribute's references: to the one policy document that it would be, if it is that document unchanged, or to the
//! one policy, group, user or role that it names.

use super::super::address::{modules, within};
use super::super::raw::Fault;
use super::configuration::Configuration;

/// A kind of resource to search for, with the attributes that stand for it.
#[derive(Clone, Copy, Debug)]
struct Wanted(&'static str, &'static [&'static str]);

const DOCUMENTS: [Wanted; 1] = [Wanted("data.aws_iam_policy_document.", &["json"])];

const IDENTITIES: [Wanted; 4] = [
    Wanted("aws_iam_policy.", &["arn", "id", "name"]),
    Wanted("aws_iam_group.", &["arn", "id", "name"]),
    Wanted("aws_iam_user.", &["arn", "id", "name"]),
    Wanted("aws_iam_role.", &["arn", "id", "name"]),
];

/// Resources whose names other resources take, to say whom they are about.
const NAMED: [Wanted; 10] = [
    Wanted("aws_iam_policy.", &["arn", "id", "name"]),
    Wanted("aws_iam_group.", &["arn", "id", "name"]),
    Wanted("aws_iam_user.", &["arn", "id", "name"]),
    Wanted("aws_iam_role.", &["arn", "id", "name"]),
    Wanted("aws_s3_bucket.", &["arn", "bucket", "id"]),
    Wanted("aws_sqs_queue.", &["arn", "id", "url"]),
    Wanted("aws_sns_topic.", &["arn", "id"]),
    Wanted("aws_kms_key.", &["arn", "id", "key_id"]),
    Wanted("aws_secretsmanager_secret.", &["arn", "id"]),
    Wanted("aws_organizations_policy.", &["arn", "id"]),
];

/// An instance of a module, and the key of its resource whose expression is followed.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    module: &'a str,
    /// `["k"]` or `[0]`, or nothing.
    key: &'a str,
}

/// Returns the address of the document that these references name, if it is exactly one.
///
/// # Errors
/// A member of the configuration occurs twice.
pub(super) fn document(
    configuration: &Configuration<'_>,
    references: &[String],
    module: &str,
    key: &str,
    most: usize,
) -> Result<Option<String>, Fault> {
    follow(configuration, references, (Place { module, key }, &DOCUMENTS), most)
}

/// Returns the address of the policy, group, user or role that these references name, if it is exactly one.
///
/// # Errors
/// A member of the configuration occurs twice.
pub(super) fn identity(
    configuration: &Configuration<'_>,
    references: &[String],
    module: &str,
    key: &str,
    most: usize,
) -> Result<Option<String>, Fault> {
    follow(configuration, references, (Place { module, key }, &IDENTITIES), most)
}

/// Returns the address of the resource whose name or ARN these references are, if they are exactly one.
///
/// # Errors
/// A member of the configuration occurs twice.
pub(super) fn named(
    configuration: &Configuration<'_>,
    references: &[String],
    module: &str,
    key: &str,
    most: usize,
) -> Result<Option<String>, Fault> {
    follow(configuration, references, (Place { module, key }, &NAMED), most)
}

fn follow(
    configuration: &Configuration<'_>,
    references: &[String],
    (at, wanted): (Place<'_>, &[Wanted]),
    most: usize,
) -> Result<Option<String>, Fault> {
    let Some(most) = most.checked_sub(1) else { return Ok(None) };
    let Some((target, key)) = single(references) else { return Ok(None) };
    let key = match key {
        Key::None => String::new(),
        Key::OfResource(kind) => match (kind, at.key.starts_with("[\"")) {
            ("each.key", true) | ("count.index", false) if !at.key.is_empty() => at.key.to_owned(),
            _ => return Ok(None),
        },
        Key::Written(key) => key.to_owned(),
    };
    for Wanted(start, attributes) in wanted {
        let Some(rest) = target.strip_prefix(start) else { continue };
        let (name, attribute) = rest.split_once('.').unwrap_or((rest, ""));
        // With `each.key`, the attribute is not in the list of references.
        let is_whole = attribute.is_empty() || attributes.contains(&attribute);
        return Ok((is_whole && is_name(name)).then(|| within(at.module, &format!("{start}{name}{key}"))));
    }
    if let Some(name) = target.strip_prefix("var.") {
        let Some(steps) = modules(at.module) else { return Ok(None) };
        let Some(last) = steps.last() else { return Ok(None) };
        let call = last.name;
        let own = last.key.map_or_else(String::new, |key| format!("[{key}]"));
        let tail = format!("module.{call}{own}");
        let Some(caller) = at.module.strip_suffix(&tail) else { return Ok(None) };
        let caller = caller.trim_end_matches('.');
        return match configuration.variable(caller, call, name)? {
            Some(references) => {
                follow(configuration, &references, (Place { module: caller, key: &own }, wanted), most)
            }
            None => Ok(None),
        };
    }
    if let Some((call, name)) = target.strip_prefix("module.").and_then(|rest| rest.split_once('.')) {
        let module = within(at.module, &format!("module.{call}{key}"));
        return match configuration.output(&module, name)? {
            Some(references) => {
                follow(configuration, &references, (Place { module: &module, key: "" }, wanted), most)
            }
            None => Ok(None),
        };
    }
    Ok(None)
}

enum Key<'a> {
    None,
    /// The key of the resource itself: `each.key`, `count.index`.
    OfResource(&'a str),
    /// `["k"]` or `[0]`.
    Written(&'a str),
}

/// Returns the single value that references name, if there is one. Terraform lists `X.json` as `X.json` and `X`; with a key in
/// between, as `X["k"].json`, `X["k"]` and `X`; with `each.key`, as `X` and `each.key`.
fn single(references: &[String]) -> Option<(String, Key<'_>)> {
    let list: Vec<&str> = references.iter().map(String::as_str).collect();
    match list.as_slice() {
        [whole] => Some(((*whole).to_owned(), Key::None)),
        [whole, base] if is_part(whole, base) => Some(((*whole).to_owned(), Key::None)),
        [base, key @ ("each.key" | "count.index")] => Some(((*base).to_owned(), Key::OfResource(key))),
        [whole, middle, base] if is_part(whole, middle) => {
            let key = middle.strip_prefix(*base)?;
            let attribute = whole.strip_prefix(*middle)?;
            (key.starts_with('[') && key.ends_with(']'))
                .then(|| (format!("{base}{attribute}"), Key::Written(key)))
        }
        _ => None,
    }
}

fn is_part(whole: &str, base: &str) -> bool {
    whole.strip_prefix(base).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}
