//! Snapshots: whole accounts and organizations, from the files that the AWS CLI writes.
//!
//! [`Snapshot::read`] takes the files of a directory in any subset and recognises each by its content. What was not collected is a
//! [`Gap`] with the read-only call that collects it; it is never read as empty.

mod change;
mod change_steps;
mod endpoints;
mod facts;
mod gap;
mod gaps;
mod iam;
mod layers;
mod model;
mod not_read;
mod organization;
mod overlap;
mod planned;
mod reader;
mod recognise;
mod resources;
mod stores;
mod targets;
mod tree;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::SnapshotLimits;
use crate::policy::Document;
use crate::span::Source;
use model::Documents;
use std::collections::{BTreeMap, BTreeSet};

pub use change::{Change, ChangeError};
pub use endpoints::Through;
use facts::ENDPOINT_KEYS;
pub use facts::{Facts, Restriction, UnknownKeys};
pub use gap::{Gap, GapKind};
pub use gaps::Level;
pub use layers::{Asker, Assembled, LayerGap, Target};
pub use model::{
    Account, Collected, ControlKind, DocumentId, Endpoint, Group, Membership, Node, Organization, Place,
    Principal, PrincipalKind, Resource, Tags,
};
pub(crate) use overlap::may_overlap;
pub use planned::{Planned, StackToday};

/// A file of a snapshot.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path, as messages name it.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Its path.
    pub path: Box<str>,
    /// The kind of its content.
    pub kind: &'static str,
    /// The hash of its content.
    pub sha256: Box<str>,
}

impl Recognised {
    /// True unless no reader knows the content of the file.
    pub fn is_known(&self) -> bool {
        self.kind != recognise::NOT_RECOGNISED
    }
}

/// A fault of a file.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The file.
    pub source: Source,
    /// The fault.
    pub diagnostic: Diagnostic,
}

/// The facts that were collected of accounts and their organization.
///
/// ```
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::snapshot::{File, Snapshot};
/// let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": [],
///     "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}]}"#;
/// let files = vec![File { path: "gaad.json".to_owned(), bytes: text.into() }];
/// let snapshot = Snapshot::read(files, &SnapshotLimits::default());
/// assert!(snapshot.faults.is_empty() && snapshot.principals.len() == 1);
/// // The document of the managed policy is not in the file.
/// assert!(snapshot.gaps.iter().any(|gap| &*gap.of == "arn:aws:iam::aws:policy/ReadOnlyAccess"));
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    documents: Documents,
    /// The users and roles by ARN.
    pub principals: BTreeMap<Box<str>, Principal>,
    /// The accounts whose users, groups or roles were collected.
    pub accounts: BTreeMap<Box<str>, Account>,
    /// The managed policies by ARN.
    pub managed: BTreeMap<Box<str>, Collected<DocumentId>>,
    /// The organization.
    pub membership: Membership,
    /// The resources by ARN.
    pub resources: BTreeMap<Box<str>, Resource>,
    /// The VPC endpoints, by id.
    pub endpoints: Vec<Endpoint>,
    /// The services of accounts whose policies of resources were all collected.
    pub complete: BTreeSet<(Box<str>, Box<str>)>,
    /// The accounts by the seconds since 1970 at which they were collected, with the time as it is written.
    collected: BTreeMap<i128, (Box<str>, Box<str>)>,
    /// True if a fact is taken to be none since a collector that leaves out what it was refused has no file for it.
    assumes_absent: bool,
    /// The partition of the ARNs of the organization, if it was collected.
    partition: Option<Box<str>>,
    /// The kinds of facts that were not collected, and that a change may have altered all the same.
    altered: BTreeSet<GapKind>,
    /// True if a change altered more than SCPs and RCPs, and where they are attached.
    is_altered_below_controls: bool,
    /// The policy that allows everything.
    full_access: DocumentId,
    /// The files, in the order given.
    pub files: Vec<Recognised>,
    /// The files that were not read, since their names do not end as those of answers do.
    pub passed_over: Vec<Box<str>>,
    /// Faults because of which nothing can be answered: the files contradict each other, or are not whole.
    pub faults: Vec<Fault>,
    /// Faults of policies; each such policy is a gap.
    pub unread: Vec<Fault>,
    /// The hash of the files.
    pub sha256: String,
    /// The gaps.
    pub gaps: BTreeSet<Gap>,
}

impl Snapshot {
    /// Reads files. Nothing is an error of the whole: faults and gaps are members of the result.
    pub fn read(files: Vec<File>, limits: &SnapshotLimits) -> Snapshot {
        recognise::read(files, limits, false)
    }

    /// Reads files as [`Snapshot::read`] does, but takes nothing for none because a store has no file for it: a collector that leaves
    /// out what it was refused has none either.
    ///
    /// ```
    /// use iamsat::limits::SnapshotLimits;
    /// use iamsat::snapshot::{File, GapKind, Snapshot};
    /// let path = "aws/aws/accounts/111122223333/s3/b/metadata.json".to_owned();
    /// let files = vec![File { path, bytes: br#"{"name": "b"}"#.to_vec() }];
    /// let limits = SnapshotLimits::default();
    /// let lacks = |snapshot: Snapshot| snapshot.gaps.iter().any(|gap| gap.kind == GapKind::ResourcePolicy);
    /// assert!(!lacks(Snapshot::read(files.clone(), &limits)) && lacks(Snapshot::read_strictly(files, &limits)));
    /// ```
    pub fn read_strictly(files: Vec<File>, limits: &SnapshotLimits) -> Snapshot {
        recognise::read(files, limits, true)
    }

    /// States that the accounts are in no organization, if the snapshot says nothing of one.
    ///
    /// # Errors
    /// The snapshot has an organization; as one sentence.
    pub fn without_organization(&mut self) -> Result<(), String> {
        match &self.membership {
            Membership::Of(organization) => {
                Err(format!("the snapshot has the organization {}", organization.id))
            }
            Membership::Missing | Membership::Alone => {
                self.membership = Membership::Alone;
                self.gaps = gaps::of(self);
                Ok(())
            }
        }
    }

    /// Returns the assumptions on which each answer from the snapshot rests.
    pub fn assumptions(&self) -> &'static [Code] {
        match self.assumes_absent {
            true => &[Code::SnapshotCurrent, Code::IamCollectAbsentIsNone],
            false => &[Code::SnapshotCurrent],
        }
    }

    /// Returns the partition of the ARNs of the snapshot, if it has some.
    pub(crate) fn partition(&self) -> Option<&str> {
        let first = self.principals.keys().next().or_else(|| self.resources.keys().next());
        first.and_then(|arn| arn.split(':').nth(1)).or(self.partition.as_deref())
    }

    /// Returns the gap of files that were collected more than a day apart. It is a remark about every answer: no single fact is missing.
    pub fn skew(&self) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.kind == GapKind::Skew)
    }

    /// Returns a document.
    pub fn document(&self, id: DocumentId) -> &Document {
        &self.documents.0[id]
    }

    /// Returns the number of documents.
    pub fn document_count(&self) -> usize {
        self.documents.0.len()
    }

    /// Returns the name of a fact that was not collected. It is the same before and after a change only if the change cannot have
    /// altered the fact: a policy that is replaced may be in a list that was not collected.
    pub(crate) fn name_of_missing(&self, kind: GapKind, of: &str) -> Box<str> {
        // A fact that is one policy is altered only if the change gives it.
        let is_one = of.starts_with("p-")
            || of.ends_with("\"]")
            || of.splitn(6, ':').nth(5).is_some_and(|rest| rest.starts_with("policy/"));
        match self.altered.contains(&kind) && !is_one {
            true => format!("{of} (altered)").into(),
            false => of.into(),
        }
    }

    /// True if these are the facts of the same files, and differ at most in SCPs and RCPs and where they are attached: principals,
    /// resources and the places of accounts are the same.
    pub(crate) fn differs_in_controls_only(&self, other: &Snapshot) -> bool {
        !self.is_altered_below_controls && !other.is_altered_below_controls && self.sha256 == other.sha256
    }

    /// Returns the id of the organization of an account, if its place in the tree is known.
    pub fn organization_of(&self, account: &str) -> Option<&str> {
        match &self.membership {
            Membership::Of(organization)
                if self.path(account).is_some() || organization.management.as_deref() == Some(account) =>
            {
                Some(&organization.id)
            }
            _ => None,
        }
    }
}
