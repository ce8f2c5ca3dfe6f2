//! A policy of a file, to be read again with values for what is unknown.

use super::entry::{Container, Content, Entry};
use super::kind::ContainerKind;
use super::options::Options;
use super::{Contents, open};
use crate::policy::Document;
use crate::span::Source;
use std::collections::BTreeMap;

/// A policy of a file that can be read again with values.
#[derive(Clone, Debug)]
pub struct Selected {
    source: Source,
    kind: ContainerKind,
    options: Options,
    name: String,
    is_before: bool,
}

impl Selected {
    /// Selects a policy of a file that was read with these options; the one before the change of a plan, or the one after.
    ///
    /// ```
    /// use iamsat::container::{Contents, Options, Selected, State, open};
    /// use iamsat::span::Source;
    /// let text = "Parameters: {Bucket: {Type: String}}\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n\
    ///     \x20     PolicyDocument: {Statement: {Effect: Allow, Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${Bucket}'}}\n";
    /// let Contents::Container(container) = open(&Source::new("t.yaml", text), &Options::default()).unwrap() else {
    ///     panic!()
    /// };
    /// let entry = &container.entries[0];
    /// assert_eq!(entry.state(), State::PartlyKnown);
    /// let selected = Selected::of(&container, entry, &Options::default(), false);
    /// let document = selected.with(&[("Bucket".to_owned(), "logs".to_owned())].into()).unwrap();
    /// assert!(document.to_string().contains("arn:aws:s3:::logs"));
    /// ```
    pub fn of(container: &Container, entry: &Entry, options: &Options, is_before: bool) -> Selected {
        Selected {
            source: container.source.clone(),
            kind: container.kind,
            options: options.clone(),
            name: entry.name.clone(),
            is_before,
        }
    }

    /// Returns the kind of the file.
    pub fn kind(&self) -> ContainerKind {
        self.kind
    }

    /// Reads the file again with values for its unknown texts. `None` if the file admits no such values, or if the policy is then
    /// not a known one without faults.
    pub fn with(&self, values: &BTreeMap<String, String>) -> Option<Document> {
        let mut options = self.options.clone();
        options.values.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
        if self.kind == ContainerKind::Template && !options.strict {
            // What is assumed is a value too.
            for (name, value) in [("AWS::Partition", "aws"), ("AWS::URLSuffix", "amazonaws.com")] {
                options.values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        let Ok(Contents::Container(container)) = open(&self.source, &options) else { return None };
        let entry = container.entry(&self.name)?;
        let content = if self.is_before { entry.before.as_ref()? } else { &entry.content };
        match content {
            Content::Text { read, .. } => read.document.clone(),
            Content::Absent | Content::Partly { .. } | Content::Unknown { .. } => None,
        }
    }
}
