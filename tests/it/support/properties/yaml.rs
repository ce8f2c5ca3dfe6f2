//! A template in any style of YAML equals the same template in JSON.

use super::{plan::reads, template::template};
use arbitrary::{Result, Unstructured};
use iamsat::container::{Container, Entry};
use serde_json::Value;

/// Reads the bytes as YAML below `Resources`, and a template that the bytes make in styles that they choose.
pub(crate) fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    reads(&format!("Resources:\n  A: {text}\n"));
    reads(&format!("Resources:\n{text}\n"));
    let mut u = Unstructured::new(data);
    if let Ok((template, _)) = template(&mut u)
        && let Ok(yaml) = written(&mut u, &template)
    {
        let [yaml_policies, json_policies] = [&yaml, &template.to_string()].map(|text| {
            let container: Container = reads(text).unwrap_or_else(|| panic!("{text}"));
            let one = |entry: &Entry| {
                (entry.name.clone(), entry.document().map(ToString::to_string), entry.state())
            };
            container.entries.iter().map(one).collect::<Vec<_>>()
        });
        assert_eq!(yaml_policies, json_policies, "{yaml}");
    }
}

fn written(u: &mut Unstructured<'_>, template: &Value) -> Result<String> {
    let mut out = String::new();
    value(u, template, 0, &mut out)?;
    Ok(out.trim_start_matches('\n').to_owned())
}

/// Writes a value after its key or dash.
fn value(u: &mut Unstructured<'_>, value: &Value, depth: usize, out: &mut String) -> Result<()> {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() && (depth == 0 || !u.ratio(1, 6)?) => {
            if let (Some((name, argument)), true) = (short(value), u.arbitrary()?) {
                out.push_str(&format!(" !{name} "));
                // What follows a tag is written as JSON, which YAML contains.
                out.push_str(&argument.to_string());
                out.push('\n');
                return Ok(());
            }
            out.push('\n');
            for (key, member) in members {
                out.push_str(&format!("{indent}{}:", scalar(u, key)?));
                self::value(u, member, depth + 1, out)?;
            }
        }
        Value::Array(list) if !list.is_empty() && !u.ratio(1, 6)? => {
            out.push('\n');
            for element in list {
                out.push_str(&format!("{indent}-"));
                self::value(u, element, depth + 1, out)?;
            }
        }
        Value::String(text) => out.push_str(&format!(" {}\n", scalar(u, text)?)),
        other => out.push_str(&format!(" {other}\n")),
    }
    Ok(())
}

/// The short form of a function.
fn short(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.iter().next()?;
    let name = if name == "Ref" { name } else { name.strip_prefix("Fn::")? };
    Some((name, argument))
}

fn scalar(u: &mut Unstructured<'_>, text: &str) -> Result<String> {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/.-".contains(letter))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    let is_printable = text.chars().all(|letter| !letter.is_control());
    Ok(match u.int_in_range(0..=2u8)? {
        1 if is_plain => text.to_owned(),
        2 if is_printable && !text.is_empty() => format!("'{}'", text.replace('\'', "''")),
        _ => Value::String(text.to_owned()).to_string(),
    })
}
