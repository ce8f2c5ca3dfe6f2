//! Policy variables.

use super::Options;
use super::glob::Piece;
use crate::policy::{Part, Template};
use crate::request::Request;

/// Returns the template with its variables replaced by their values, taken literally; `None` if one has no value.
///
/// A default replaces an absent key only. An empty value is a value. A multivalued key never resolves.
pub(super) fn resolve<'v>(
    template: &'v Template,
    request: &'v Request,
    options: &Options,
) -> Option<Vec<Piece<'v>>> {
    let piece = |part: &'v Part| match part {
        Part::Text(text) => Some(Piece::Text(text)),
        Part::One => Some(Piece::One),
        Part::Many => Some(Piece::Many),
        Part::Variable(variable) => match request.values(&variable.key) {
            None => variable.default.as_deref().map(Piece::Text),
            Some(_) if options.is_multivalued(&variable.key) => None,
            Some([value]) => Some(Piece::Text(value)),
            Some(_) => None,
        },
    };
    template.parts().iter().map(piece).collect()
}

/// Returns the text that a template without wildcards spells; `None` if a variable has no value.
pub(super) fn spell(template: &Template, request: &Request, options: &Options) -> Option<String> {
    let pieces = resolve(template, request, options)?;
    let text = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        // For an operator without wildcards these are plain text.
        Piece::One => "?".to_owned(),
        Piece::Many => "*".to_owned(),
    };
    Some(pieces.into_iter().map(text).collect())
}
