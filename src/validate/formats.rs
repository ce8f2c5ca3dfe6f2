//! The ARN formats of the catalogue, by the service field of the ARN, which is not always the prefix of a service.

use super::glob::Glob;
use crate::catalogue::Catalogue;
use crate::hash::TextMap;
use crate::policy::{Part, Template};

/// A format of ARNs.
#[derive(Debug)]
pub(super) struct Format {
    /// All of it.
    pub(super) whole: Glob,
    /// The part behind the fifth colon.
    pub(super) resource: Glob,
    pub(super) has_region: bool,
    pub(super) has_account: bool,
}

/// All formats, by the service field.
#[derive(Debug)]
pub(super) struct Formats {
    by_service: TextMap<String, Vec<Format>>,
}

/// A variable for a field stands for one character at least, as AWS's own check reads it.
fn filled(field: Template) -> Template {
    match field.is_many() {
        true => Template::from_parts(vec![Part::One, Part::Many]),
        false => field,
    }
}

impl Formats {
    /// Collects the formats of a catalogue.
    pub(super) fn of(aws: &Catalogue) -> Formats {
        let mut by_service: TextMap<String, Vec<Format>> = TextMap::default();
        let resources = aws.services().flat_map(|service| service.resources());
        for format in resources.flat_map(|resource| resource.formats()) {
            let fields = format.fields().clone().map(filled);
            let [_, _, service, region, account, resource] = &fields;
            let format = Format {
                whole: Glob::joined(&fields),
                resource: Glob::joined([resource]),
                has_region: !is_empty(region),
                has_account: !is_empty(account),
            };
            by_service.entry(spelled(service)).or_default().push(format);
        }
        Formats { by_service }
    }

    /// Returns the formats of ARNs with this service field; none if there is no such service.
    pub(super) fn of_service(&self, service: &str) -> &[Format] {
        self.by_service.get(service).map_or(&[], Vec::as_slice)
    }
}

fn is_empty(template: &Template) -> bool {
    template.parts().is_empty()
}

/// Returns the texts of a template; the service field of a format has no variables.
fn spelled(template: &Template) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) => text.to_string(),
        Part::One | Part::Many | Part::Variable(_) => "*".to_owned(),
    };
    template.parts().iter().map(text).collect()
}
