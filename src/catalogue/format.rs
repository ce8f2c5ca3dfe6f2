//! ARN formats of resource types.

use super::key_names::key_pattern;
use super::pattern::{matches, overlap};
use super::service::{FormatPattern, Service, at, word};
use crate::index::guaranteed;
use crate::policy::{Part, ResourcePattern, ResourceShape, Template};

/// A format of ARNs, such as `arn:${Partition}:s3:::${BucketName}`.
#[derive(Clone, Copy, Debug)]
pub struct ArnFormat<'c> {
    service: &'c Service,
    number: usize,
}

/// Writes out the abbreviation of the text form.
fn long(text: &str, prefix: &str) -> String {
    match text.strip_prefix('~') {
        Some(rest) => format!("arn:{{Partition}}:{prefix}:{{Region}}:{{Account}}:{rest}"),
        None => text.to_owned(),
    }
}

/// How a format ends that ends with the name of a bucket.
const BUCKET: &str = "{BucketName}";

/// Counts the slashes in the texts of a pattern.
fn slashes(template: &Template) -> usize {
    let count = |part: &Part| match part {
        Part::Text(text) => text.matches('/').count(),
        _ => 0,
    };
    template.parts().iter().map(count).sum()
}

impl FormatPattern {
    /// Makes the pattern of a format as the text form spells it. The name of a bucket has no slash: what has one is an object
    /// (S3 User Guide, "Bucket naming rules").
    pub(super) fn new(text: &str, prefix: &str) -> FormatPattern {
        let long = long(text, prefix);
        let except =
            long.strip_suffix(BUCKET).map(|start| Box::new(FormatPattern::plain(&format!("{start}*/*"))));
        FormatPattern { except, ..FormatPattern::plain(&long) }
    }

    fn plain(long: &str) -> FormatPattern {
        let mut texts = long.splitn(6, ':');
        let next = |place| field(guaranteed(texts.next(), "an ARN format has six fields"), place);
        let fields: [Template; 6] = std::array::from_fn(next);
        let slashes = fields.last().map_or(0, slashes);
        FormatPattern { fields, except: None, slashes }
    }

    /// Returns true if the six fields of an ARN match. The last one tells the resource types of a service apart, so it comes first.
    fn matches(&self, arn: &[&str; 6]) -> bool {
        let mut fields = self.fields.iter().zip(arn).rev();
        fields.all(|(field, part)| matches(field, part))
            && !self.except.as_ref().is_some_and(|except| except.matches(arn))
    }

    fn meets(&self, pattern: &ResourcePattern) -> bool {
        match &pattern.shape {
            ResourceShape::Any | ResourceShape::Abbreviation => true,
            ResourceShape::Arn { fields, .. } => {
                // A slash that the pattern spells beyond those of the format would be one of the name.
                let has_slash = || fields.last().is_some_and(|last| slashes(last) > self.slashes);
                self.fields.iter().zip(fields.iter()).all(|(own, other)| overlap(own, other))
                    && !(self.except.is_some() && has_slash())
            }
        }
    }
}

impl<'c> ArnFormat<'c> {
    pub(super) fn new(service: &'c Service, number: usize) -> ArnFormat<'c> {
        ArnFormat { service, number }
    }

    fn pattern(self) -> &'c FormatPattern {
        at(self.service.format_patterns(), self.number)
    }

    /// Returns the number that tells it from others of its service.
    pub(crate) fn number(self) -> usize {
        self.number
    }

    /// Returns the patterns of its six fields, and of those of ARNs that match them and are not of the format.
    pub(crate) fn fields_and_exceptions(self) -> (&'c [Template; 6], Option<&'c [Template; 6]>) {
        let pattern = self.pattern();
        (self.fields(), pattern.except.as_deref().map(|except| &except.fields))
    }

    /// Returns the format as AWS spells it.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let role = Catalogue::embedded().action("iam:PassRole").unwrap().rows().next().unwrap().resource();
    /// let formats: Vec<String> = role.formats().map(|format| format.spelled()).collect();
    /// assert_eq!(formats, ["arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"]);
    /// ```
    pub fn spelled(self) -> String {
        let text = word(&self.service.text, *at(&self.service.formats, self.number));
        long(text, self.service.prefix()).replace('{', "${")
    }

    /// Returns an ARN of this format, with texts of AWS's documentation for partition, region and account.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let queue = Catalogue::embedded().service("sqs").unwrap().resources().next().unwrap();
    /// assert_eq!(queue.formats().next().unwrap().example(), "arn:aws:sqs:us-east-1:111122223333:a");
    /// ```
    pub fn example(self) -> String {
        let text = word(&self.service.text, *at(&self.service.formats, self.number));
        let long = long(text, self.service.prefix());
        let mut example = String::with_capacity(long.len());
        for piece in long.split_inclusive('}') {
            let (literal, variable) = match piece.strip_suffix('}').and_then(|piece| piece.split_once('{')) {
                Some((literal, variable)) => (literal, Some(variable)),
                None => (piece, None),
            };
            example.push_str(&literal.replace('*', "a"));
            example.push_str(match variable {
                Some("Partition") => "aws",
                Some("Region") => "us-east-1",
                Some("Account") => "111122223333",
                Some(_) => "a",
                None => "",
            });
        }
        example
    }

    /// Returns the patterns of its six fields.
    pub(crate) fn fields(self) -> &'c [Template; 6] {
        &self.pattern().fields
    }

    /// Returns true if an ARN has this format.
    pub fn matches(self, arn: &str) -> bool {
        fields_of(arn).is_some_and(|fields| self.pattern().matches(&fields))
    }

    /// Does the same as [`ArnFormat::matches`] for an ARN that is split.
    pub(super) fn matches_fields(self, fields: &[&str; 6]) -> bool {
        self.pattern().matches(fields)
    }

    /// Returns true if an ARN of this format matches the pattern; variables of the pattern may stand for any text.
    ///
    /// Which text an abbreviation stands for is not known, so it matches every format.
    pub fn meets(self, pattern: &ResourcePattern) -> bool {
        self.pattern().meets(pattern)
    }
}

/// Splits an ARN into its fields; `None` if it has fewer than six.
pub(super) fn fields_of(arn: &str) -> Option<[&str; 6]> {
    let mut parts = arn.splitn(6, ':');
    let mut fields = [""; 6];
    fields.iter_mut().all(|field| parts.next().map(|part| *field = part).is_some()).then_some(fields)
}

/// The fields of partition, region and account.
const MAY_BE_EMPTY: [usize; 3] = [1, 3, 4];

/// Returns the pattern of one field. Region and account may be empty where a format has variables for them: the ARN of a public
/// parameter is `arn:aws:ssm:us-east-1::parameter/aws/service/a` (AWS Systems Manager User Guide, "Discovering public parameters"). An empty
/// partition does not occur, but to leave it in only adds ARNs.
fn field(text: &str, place: usize) -> Template {
    let mut parts = Vec::new();
    for piece in text.split_inclusive('}') {
        let literal = match piece.strip_suffix('}').and_then(|piece| piece.split_once('{')) {
            Some((literal, _)) => literal,
            None => piece,
        };
        for (place, text) in literal.split('*').enumerate() {
            if place > 0 {
                parts.push(Part::Many);
            }
            if !text.is_empty() {
                parts.push(Part::Text(text.into()));
            }
        }
        if piece.ends_with('}') {
            match MAY_BE_EMPTY.contains(&place) {
                true => parts.push(Part::Many),
                false => parts.extend(key_pattern("*").parts().iter().cloned()),
            }
        }
    }
    Template::from_parts(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str) -> FormatPattern {
        FormatPattern::new(text, "sqs")
    }

    #[test]
    fn formats_match_arns() {
        let cases = [
            ("~{Queue}", "arn:aws:sqs:us-east-1:111122223333:q", true),
            ("~{Queue}", "arn:aws:sqs:us-east-1:111122223333:", false),
            ("~{Queue}", "arn:aws:sqs::111122223333:q", true),
            ("~parameter/{P}", "arn:aws:sqs:us-east-1::parameter/a", true),
            ("~{Queue}", "arn:aws:sns:us-east-1:111122223333:q", false),
            ("~{Queue}", "arn:aws:sqs:us-east-1:111122223333", false),
            ("arn:{Partition}:s3:::{B}/{O}", "arn:aws:s3:::b/o/p:q", true),
            ("arn:{Partition}:s3:::{B}/{O}", "arn:aws:s3:::b/", false),
            ("arn:{Partition}:x:*:*:d/*", "arn:aws:x:::d/", true),
            ("arn:{Partition}:x:*:*:d/*", "*", false),
            ("arn:{Partition}:s3:::{BucketName}", "arn:aws:s3:::b", true),
            ("arn:{Partition}:s3:::{BucketName}", "arn:aws:s3:::b/k", false),
            ("~bucket/{BucketName}", "arn:aws:sqs:r:1:bucket/b", true),
            ("~bucket/{BucketName}", "arn:aws:sqs:r:1:bucket/b/k", false),
        ];
        for (text, arn, expected) in cases {
            let is_match = fields_of(arn).is_some_and(|fields| format(text).matches(&fields));
            assert_eq!(is_match, expected, "{text} {arn}");
        }
    }

    #[test]
    fn formats_meet_patterns_field_by_field() {
        let cases = [
            ("*", true),
            ("arn:aws:sqs:*:*:team-*", true),
            ("arn:aws:sqs:us-east-1:111122223333:q", true),
            ("arn:aws:sqs:::q", true),
            ("arn:aws:s3:::b", false),
            ("arn:aws:sqs*", true),
            ("arn:aws:sns*", false),
            ("arn:*:s?s:*", true),
            ("queue/q", true),
        ];
        for (text, expected) in cases {
            let pattern = ResourcePattern::new(text, Template::parse(text, false).unwrap());
            assert_eq!(format("~{Queue}").meets(&pattern), expected, "{text}");
        }
        for (text, expected) in [
            ("arn:aws:s3:::b", true),
            ("arn:aws:s3:::b/*", false),
            ("arn:aws:s3:::b*", true),
            ("arn:aws:s3:::*/k", false),
        ] {
            let pattern = ResourcePattern::new(text, Template::parse(text, false).unwrap());
            assert_eq!(format("arn:{Partition}:s3:::{BucketName}").meets(&pattern), expected, "{text}");
        }
    }
}
