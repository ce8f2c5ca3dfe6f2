//! The policies to check, as named by arguments.

use crate::code::Code;
use crate::container::{AccessBlock, Entry, Selected};
use crate::policy::Read;
use crate::report::{Failure, Issue};

/// One policy to judge.
pub(crate) struct Input {
    /// Its name on a command line.
    pub(crate) argument: String,
    /// Its name.
    pub(crate) name: String,
    /// The document with its diagnostics, or the reason why it could not be read.
    pub(crate) read: Result<Read, Failure>,
    /// The standing of the policy: checked, undecided or skipped.
    pub(crate) standing: Standing,
    /// The place in a file with several policies.
    pub(crate) entry: Option<Box<Entry>>,
    /// The settings in the file that block public access to its resource.
    pub(crate) blocks: Vec<AccessBlock>,
    /// The policy in the file, to be read again with values for what is unknown.
    pub(crate) selected: Option<Box<Selected>>,
}

/// The standing of a policy: checked, undecided or skipped.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// There is.
    Judged,
    /// Not enough is known of the policy: the issue to report, and the reason in a sentence.
    Open(Box<Issue>, String),
    /// It is passed over: why.
    Skipped(String),
    /// There was none before.
    Created,
    /// The policy does not exist any more; the document is the one before.
    Deleted,
}

impl Input {
    /// Returns a policy that is the only one of its file.
    pub(crate) fn plain(argument: String, name: String, read: Result<Read, Failure>) -> Input {
        Input {
            argument,
            name,
            read,
            standing: Standing::Judged,
            entry: None,
            blocks: Vec::new(),
            selected: None,
        }
    }

    /// Returns the file that contains it, if it is not its name.
    pub(crate) fn file(&self) -> Option<String> {
        let entry = self.entry.as_ref()?;
        Some(self.name.strip_suffix(&entry.name)?.strip_suffix('#')?.to_owned())
    }

    /// True if the text was read and contains no policy at all, not even a faulty one.
    pub(crate) fn is_no_policy(&self) -> bool {
        self.read.as_ref().is_ok_and(|read| {
            read.document.is_none() && read.diagnostics.iter().all(|fault| fault.code == Code::NoPolicy)
        })
    }
}

/// The policies named by arguments.
pub(crate) struct Inputs {
    pub(crate) list: Vec<Input>,
    /// True if one argument may stand for several policies.
    pub(crate) are_many: bool,
    /// Attached policies whose documents were not read, so that what they allow is not known.
    pub(crate) unread: Vec<Input>,
    /// Files with several policies, with their contents.
    pub(crate) files: Vec<Holding>,
}

/// The content of a file with several policies.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    /// The file.
    pub(crate) name: String,
    /// The number of its policies, including those that flags exclude.
    pub(crate) policies: usize,
    /// The number of policies that flags do not exclude.
    pub(crate) chosen: usize,
    /// `37 resources`.
    pub(crate) parts: String,
    /// Remarks about the file.
    pub(crate) notes: Vec<Issue>,
}
