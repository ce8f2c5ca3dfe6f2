//! The settings of Block Public Access.

use super::json_argument::{is_json, is_no, json, member_or_self};
use crate::check::BlockSettings;
use crate::report::Failure;

const SETTINGS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// Reads the answer of get-public-access-block, its configuration alone, `Name=true,...`, `all` or `none`.
pub(crate) fn block_settings(argument: &str) -> Result<BlockSettings, Failure> {
    let mut settings = BlockSettings::default();
    let mut set = |name: &str, on: Option<bool>| {
        let place = match name {
            "BlockPublicAcls" => &mut settings.block_public_acls,
            "IgnorePublicAcls" => &mut settings.ignore_public_acls,
            "BlockPublicPolicy" => &mut settings.block_public_policy,
            "RestrictPublicBuckets" => &mut settings.restrict_public_buckets,
            _ => return Err(is_no(name, &format!("not a setting{}: {}", meant(name), SETTINGS.join(", ")))),
        };
        *place = on.ok_or_else(|| Failure::validation(format!("`{name}` has to be true or false")))?;
        Ok(())
    };
    match argument {
        "none" => {}
        "all" => SETTINGS.iter().try_for_each(|name| set(name, Some(true)))?,
        _ if is_json(argument) => {
            let value = json(argument, "settings")?;
            let inner = member_or_self(&value, "PublicAccessBlockConfiguration");
            let members =
                inner.as_object().ok_or_else(|| is_no(argument, "not a JSON object with settings"))?;
            members.iter().try_for_each(|(name, on)| set(name, on.as_bool()))?;
        }
        _ => {
            for part in argument.split(',') {
                let Some((name, on)) = part.split_once('=') else {
                    return Err(is_no(part.trim(), &not_settings(part.trim())));
                };
                set(name.trim(), on.trim().to_ascii_lowercase().parse().ok())?;
            }
        }
    }
    Ok(settings)
}

/// Describes a word without a value that is not a setting.
fn not_settings(word: &str) -> String {
    let name = SETTINGS.iter().find(|name| name.eq_ignore_ascii_case(word));
    match name {
        Some(name) => format!("a setting without a value: write {name}=true"),
        None => {
            format!("neither a file nor settings: write all, none, or {}=true", SETTINGS.join("=true,"))
        }
    }
}

/// Returns a remark with the setting that is closest to a misspelled one.
fn meant(name: &str) -> String {
    let letters = |text: &str| text.to_ascii_lowercase();
    let start = |known: &&&str| {
        let (known, name) = (letters(known), letters(name));
        known.chars().zip(name.chars()).take_while(|(a, b)| a == b).count()
    };
    match SETTINGS.iter().max_by_key(start).filter(|known| start(known) > 5) {
        Some(known) => format!(" (did you mean {known}?)"),
        None => String::new(),
    }
}
