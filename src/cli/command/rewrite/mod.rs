//! Files with new texts of their policies: checked by reading them again, shown as a patch, or written.

mod text;
mod yaml;

use crate::cli::args::ContainerArgs;
use crate::cli::output::replace;
use crate::container::{ContainerKind, Contents, Entry, Options, open};
use crate::index::broken;
use crate::policy::{Document, replaced};
use crate::report::Failure;
use crate::span::{Source, Span};
use similar::TextDiff;
use std::collections::BTreeMap;
pub(super) use text::PolicyText;

/// Lines around a change in a patch.
const CONTEXT: usize = 3;

/// A policy with its new text.
pub(super) struct Rewritten {
    pub(super) text: PolicyText,
    pub(super) document: Document,
}

/// A file with its new content.
pub(super) struct NewFile {
    before: Source,
    after: String,
}

/// A file that is to be written, with the names of its policies; or the reason why it is not.
pub(super) type Files = Vec<(Vec<String>, Result<NewFile, String>)>;

impl NewFile {
    /// Makes the content of each file with the new texts of its policies.
    pub(super) fn all(policies: Vec<Rewritten>, args: &ContainerArgs) -> Files {
        let mut files: BTreeMap<String, Vec<Rewritten>> = BTreeMap::new();
        for policy in policies {
            files.entry(policy.text.file.name().to_owned()).or_default().push(policy);
        }
        let one = |policies: Vec<Rewritten>| {
            let names = policies.iter().map(|policy| policy.text.name.clone()).collect();
            (names, NewFile::of(&policies, &args.options()))
        };
        // What is only spelled in another way in JSON may be the same in YAML.
        let is_other = |(_, file): &(Vec<String>, Result<NewFile, String>)| {
            file.as_ref().map_or(true, |file| file.before.text() != file.after)
        };
        files.into_values().map(one).filter(is_other).collect()
    }

    /// Makes the content of a file, and reads it again: all of its policies have to be there as they should be.
    fn of(policies: &[Rewritten], options: &Options) -> Result<NewFile, String> {
        let [first, ..] = policies else { broken("a file has a policy") };
        let file = &first.text.file;
        if file.text().replace("\r\n", "").contains('\r') {
            return Err("its lines end with a carriage return alone, which no patch can hold".to_owned());
        }
        let changes = policies.iter().map(|policy| policy.text.changes(&policy.document));
        let changes: Vec<Vec<(Span, String)>> = changes.collect::<Result<_, _>>()?;
        let after = replaced(file.text(), changes.concat());
        let after = after.ok_or("two policies of the file share their text")?;
        let new = policies.iter().map(|policy| (&*policy.text.name, policy.document.to_string()));
        let expected = contents(file, new.collect(), options)?;
        let found = contents(&Source::new(file.name(), after.as_str()), BTreeMap::new(), options)?;
        match expected == found {
            true => Ok(NewFile { before: file.clone(), after }),
            false => Err("with this change, the file would hold other policies".to_owned()),
        }
    }

    /// Returns the change as a patch.
    pub(super) fn patch(&self) -> String {
        let name = self.before.name();
        TextDiff::from_lines(self.before.text(), self.after.as_str())
            .unified_diff()
            .context_radius(CONTEXT)
            .header(name, name)
            .to_string()
    }

    /// Writes the file.
    ///
    /// # Errors
    /// It could not be written: it has its old content.
    pub(super) fn write(&self) -> Result<(), Failure> {
        replace(self.before.name(), self.before.text(), &self.after)
    }
}

/// Returns the policies of a file by name; those in `new` count as already replaced.
fn contents(
    file: &Source,
    new: BTreeMap<&str, String>,
    options: &Options,
) -> Result<Vec<(String, String)>, String> {
    let text = |name: &str, document: Option<&Document>| match (new.get(name), document) {
        (Some(text), _) => text.clone(),
        (None, Some(document)) => document.to_string(),
        (None, None) => String::new(),
    };
    match open(file, options) {
        Ok(Contents::Policy(read)) => Ok(vec![(String::new(), text(file.name(), read.document.as_ref()))]),
        Ok(Contents::Container(container)) => {
            may_be_written(container.kind)?;
            let one = |entry: &Entry| {
                let name = format!("{}#{}", file.name(), entry.name);
                let text = text(&name, entry.document());
                (name, text)
            };
            Ok(container.entries.iter().map(one).collect())
        }
        Err(_) => Err("with this change, the file would not be read any more".to_owned()),
    }
}

/// Refuses files that a program writes.
fn may_be_written(kind: ContainerKind) -> Result<(), String> {
    let why = match kind {
        ContainerKind::Plan => "a plan is made by Terraform: change the configuration from which it is made",
        ContainerKind::State | ContainerKind::RawState => {
            "a state is kept by Terraform: change the configuration"
        }
        ContainerKind::Template | ContainerKind::Dump | ContainerKind::List => return Ok(()),
    };
    Err(why.to_owned())
}
