//! Resource patterns: `*`, ARNs that are matched field by field, and abbreviations that some services expand.

use crate::policy::Template;

/// A pattern of `Resource` or `NotResource`.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Resource"; the reading of `:` is the named assumption
/// `resource-fields-do-not-cross-colons`, the completion of short ARNs is `short-arns-are-completed`.
///
/// ```
/// use iamsat::policy::{ResourcePattern, ResourceShape, Template};
/// let shape = |text: &str| ResourcePattern::new(text, Template::parse(text, false).unwrap()).shape;
/// assert_eq!(shape("*"), ResourceShape::Any);
/// assert!(matches!(shape("arn:aws:s3:::b/*"), ResourceShape::Arn { completed: false, .. }));
/// assert!(matches!(shape("arn:aws:s3*"), ResourceShape::Arn { completed: true, .. }));
/// assert_eq!(shape("execute-api:/*"), ResourceShape::Abbreviation);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePattern {
    /// As spelled in the document.
    pub text: Box<str>,
    /// The whole text as one pattern.
    pub template: Template,
    /// Its meaning.
    pub shape: ResourceShape,
}

/// The three kinds of resource pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceShape {
    /// `*` (or a run of stars): every resource, the literal `*` of a request included.
    Any,
    /// Starts with `arn:`. Six fields, of which the last may contain colons; the first five match without crossing `:`.
    Arn {
        /// Exactly six fields, completed with `*` if fewer were written.
        fields: Box<[Template; 6]>,
        /// True if fields were completed.
        completed: bool,
    },
    /// Anything else: text that the service expands in its own way.
    Abbreviation,
}

impl ResourcePattern {
    /// Reads the pattern `text`, given as a template according to the version of the document.
    pub fn new(text: &str, template: Template) -> ResourcePattern {
        let shape = if template.is_many() {
            ResourceShape::Any
        } else if text.starts_with("arn:") {
            let mut fields = template.split_fields(5);
            let completed = fields.len() < 6;
            fields.resize_with(6, || Template::from_parts([crate::policy::Part::Many]));
            <[Template; 6]>::try_from(fields).map_or(ResourceShape::Abbreviation, |fields| {
                ResourceShape::Arn { fields: Box::new(fields), completed }
            })
        } else {
            ResourceShape::Abbreviation
        };
        ResourcePattern { text: text.into(), template, shape }
    }
}
