//! Notes about names on the command line that AWS does not list.

use crate::catalogue::{Catalogue, Level};
use crate::cli::output::Output;
use crate::policy::ActionPattern;
use crate::report::{unlisted_action, unlisted_key};

/// Notes the patterns that match no listed action.
pub(super) fn of_actions(texts: &[String], catalogue: &Catalogue, output: &Output) {
    let patterns = texts.iter().filter_map(|text| ActionPattern::new(text));
    patterns.filter_map(|pattern| unlisted_action(catalogue, &pattern)).for_each(|text| output.doubt(&text));
}

/// Notes the condition keys that AWS does not list.
pub(super) fn of_keys<'k>(names: impl Iterator<Item = &'k str>, catalogue: &Catalogue, output: &Output) {
    names.filter_map(|name| unlisted_key(catalogue, name)).for_each(|text| output.doubt(&text));
}

/// Says how many actions AWS lists at these levels.
pub(super) fn of_levels(levels: &[Level], catalogue: &Catalogue) -> String {
    let names: Vec<&str> = levels.iter().map(|level| level.name()).collect();
    format!(
        "the check is about the {} actions that AWS lists as {}, as of {}; it does not cover actions that AWS adds",
        catalogue.at_levels(levels).count(),
        names.join(" or "),
        catalogue.date()
    )
}
