//! The lists of check-access-not-granted, in the spellings of the AWS CLI.

use super::argument::text_of;
use crate::catalogue::Catalogue;
use crate::check::Access;
use crate::cli::args::AccessNotGrantedArgs;
use crate::report::Failure;
use crate::surface::access_entries;

/// Returns the entries that the flags list, with the actions that the catalogue lists at the levels that they name.
pub(crate) fn access_of(args: &AccessNotGrantedArgs, catalogue: &Catalogue) -> Result<Vec<Access>, Failure> {
    if args.access.is_empty() {
        let at_levels = catalogue.at_levels(&args.access_level).map(|action| action.full_name());
        let access = Access::new(args.actions.iter().cloned().chain(at_levels), &args.resources);
        return Ok(vec![access.map_err(|error| Failure::validation(error.to_string()))?]);
    }
    let mut entries = Vec::new();
    for argument in &args.access {
        let text = text_of(argument)?;
        let text = text.trim();
        if text.starts_with('[') {
            entries.extend(access_entries(text)?);
        } else if text.starts_with('{') {
            entries.extend(access_entries(&format!("[{text}]"))?);
        } else {
            entries.push(shorthand(text)?);
        }
    }
    Ok(entries)
}

/// Reads `actions=a,b,resources=c`, with or without brackets around the values.
fn shorthand(text: &str) -> Result<Access, Failure> {
    let wrong = || {
        Failure::validation(format!(
            "`{text}` is not an access entry: write actions=A,B,resources=R or [{{\"actions\":[..],\"resources\":[..]}}]"
        ))
    };
    let (mut actions, mut resources) = (Vec::new(), Vec::new());
    let mut list: Option<&mut Vec<String>> = None;
    for piece in text.split(',') {
        let value = if let Some(value) = piece.strip_prefix("actions=") {
            list = Some(&mut actions);
            value
        } else if let Some(value) = piece.strip_prefix("resources=") {
            list = Some(&mut resources);
            value
        } else {
            piece
        };
        let value = value.trim_start_matches('[').trim_end_matches(']').trim();
        match &mut list {
            Some(list) if !value.is_empty() => list.push(value.to_owned()),
            _ => return Err(wrong()),
        }
    }
    Access::new(actions, resources).map_err(|error| Failure::validation(error.to_string()))
}
