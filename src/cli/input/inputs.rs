//! Policies to judge, as arguments name them.

use crate::code::Code;
use crate::container::{AccessBlock, Entry};
use crate::policy::Read;
use crate::report::{Failure, Issue};

/// One policy to judge.
pub(crate) struct Input {
    /// Its name on a command line.
    pub(crate) argument: String,
    /// Its name.
    pub(crate) name: String,
    /// Its document with what was noticed, or why it could not be read.
    pub(crate) read: Result<Read, Failure>,
    /// The standing of a policy: judged, open or passed over.
    pub(crate) standing: Standing,
    /// The place in a file of several policies.
    pub(crate) entry: Option<Box<Entry>>,
    /// Settings of the file that block public access to its resource.
    pub(crate) blocks: Vec<AccessBlock>,
}

/// The standing of a policy: judged, open or passed over.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// There is.
    Judged,
    /// It is not known enough of the policy: what to tell, and why in a sentence.
    Open(Box<Issue>, String),
    /// It is passed over: why.
    Skipped(String),
    /// There was none before.
    Created,
    /// There is none any more; the document is the one before.
    Deleted,
}

impl Input {
    /// One policy that a file of its own holds.
    pub(crate) fn plain(argument: String, name: String, read: Result<Read, Failure>) -> Input {
        Input { argument, name, read, standing: Standing::Judged, entry: None, blocks: Vec::new() }
    }

    /// The file that holds it, if that is not its name.
    pub(crate) fn file(&self) -> Option<String> {
        let entry = self.entry.as_ref()?;
        Some(self.name.strip_suffix(&entry.name)?.strip_suffix('#')?.to_owned())
    }

    /// True if it was read and holds no policy at all, rather than a faulty one.
    pub(crate) fn is_no_policy(&self) -> bool {
        self.read.as_ref().is_ok_and(|read| {
            read.document.is_none() && read.diagnostics.iter().all(|fault| fault.code == Code::NoPolicy)
        })
    }
}

/// The policies that arguments name.
pub(crate) struct Inputs {
    pub(crate) list: Vec<Input>,
    /// True if one argument can stand for several policies.
    pub(crate) are_many: bool,
    /// Attached policies whose documents were not read: what they allow is not known.
    pub(crate) unread: Vec<Input>,
    /// Files of several policies, with what was found in them.
    pub(crate) files: Vec<Holding>,
}

/// The content of a file of several policies.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    /// The file.
    pub(crate) name: String,
    /// Policies found in it, those that flags leave out included.
    pub(crate) policies: usize,
    /// Those that flags do not leave out.
    pub(crate) chosen: usize,
    /// `37 resources`.
    pub(crate) parts: String,
    /// Remarks about the file.
    pub(crate) notes: Vec<Issue>,
}
