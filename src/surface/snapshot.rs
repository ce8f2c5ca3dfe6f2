//! Reads a snapshot from a directory, and finds the principal that an argument names.

use super::failure::{reason, unreadable};
use super::isolation::answered;
use super::jobs::run_jobs;
use crate::check::{Options, PreparedSnapshot, PropertyError, Wants, WhoAnswer, WhoKind, who_can_by};
use crate::index::{broken, guaranteed};
use crate::limits::SnapshotLimits;
use crate::policy::{Read, is_account_id};
use crate::query::Callers;
use crate::report::{Failure, Fault};
use crate::snapshot::{Asker, File, Principal, PrincipalKind, Snapshot};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Statements of a caller about a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// The accounts are in no organization.
    pub without_organization: bool,
    /// A fact for which a store has no file was not collected; otherwise it may be taken for none (`iam-collect-absent-is-none`).
    pub strict_collect: bool,
}

impl Stated {
    /// Returns both statements together.
    pub fn new(without_organization: bool, strict_collect: bool) -> Stated {
        Stated { without_organization, strict_collect }
    }
}

/// Reads the files of a directory: `*.json` and `*.ndjson`.
///
/// # Errors
/// A file cannot be read, files contradict each other, or they are not whole.
pub fn snapshot_of(directory: &str, stated: Stated) -> Result<Snapshot, Failure> {
    let limits = SnapshotLimits::default();
    let Listing { found, passed_over } = listing(directory, &limits)?;
    let files = files(found, &limits)?;
    let mut snapshot = match stated.strict_collect {
        true => Snapshot::read_strictly(files, &limits),
        false => Snapshot::read(files, &limits),
    };
    snapshot.passed_over = passed_over;
    if stated.without_organization {
        snapshot.without_organization().map_err(Failure::validation)?;
    }
    if snapshot.faults.is_empty() {
        return Ok(snapshot);
    }
    let count = match snapshot.faults.len() {
        1 => "1 error".to_owned(),
        several => format!("{several} errors"),
    };
    let faults = snapshot.faults.into_iter();
    let faults = faults.map(|fault| Fault { source: fault.source, diagnostic: fault.diagnostic }).collect();
    Err(Failure { faults, ..Failure::validation(format!("could not use the snapshot {directory}: {count}")) })
}

/// The files below a directory.
#[derive(Default)]
struct Listing {
    /// Those with the ending of an answer, in alphabetical order.
    found: Vec<PathBuf>,
    /// The names of the others, in alphabetical order.
    passed_over: Vec<Box<str>>,
}

/// Lists the files below a directory. A link to a file counts as the file. A link to a directory is an error, since what it leads
/// to may be above or below the link itself.
fn listing(directory: &str, limits: &SnapshotLimits) -> Result<Listing, Failure> {
    if !Path::new(directory).is_dir() {
        return Err(unreadable(directory, "it is not a directory"));
    }
    let mut listing = Listing::default();
    let mut open = vec![PathBuf::from(directory)];
    while let Some(directory) = open.pop() {
        let failed = |error: std::io::Error| unreadable(&directory.display().to_string(), reason(&error));
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_dir() {
                open.push(path);
                continue;
            }
            let refused = |why: &str| Err(unreadable(&path.display().to_string(), why));
            if kind.is_symlink() && path.is_dir() {
                return refused("it is a symbolic link to a directory: write what it leads to in its place");
            }
            if !is_answer(&path) {
                listing.passed_over.push(path.display().to_string().into());
                continue;
            }
            match std::fs::metadata(&path) {
                Err(error) => return refused(&reason(&error)),
                // Reading a pipe or a device may never end.
                Ok(about) if !about.is_file() => return refused("it is neither a file nor a directory"),
                Ok(_) => listing.found.push(path),
            }
        }
        // The room that reads them refuses what is too much.
        if listing.found.len() > limits.files {
            break;
        }
        if listing.passed_over.len() > limits.files {
            let message = format!("more than {} files in it do not end in .json or .ndjson", limits.files);
            return Err(unreadable(&directory.display().to_string(), message));
        }
    }
    if listing.found.is_empty() {
        let ends = |ending: &str| listing.passed_over.iter().any(|path| path.ends_with(ending));
        let why = match (ends(".smt2"), ends(".sqlite") || ends(".db")) {
            (true, _) => {
                "it holds a model of IAMSpy, which says what was concluded and not what was collected: give the directory with its gaad.json, resources.json and scps.json"
            }
            (_, true) => {
                "it holds a database, which is not read: let iam-collect write its store into files, or collect with the AWS CLI"
            }
            _ => "it holds no *.json file at any depth",
        };
        return Err(unreadable(directory, why));
    }
    listing.found.sort();
    listing.passed_over.sort();
    Ok(listing)
}

/// Reads files, as far as the limit on bytes goes.
fn files(found: Vec<PathBuf>, limits: &SnapshotLimits) -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    let mut left = limits.bytes as u64 + 1;
    for path in found {
        let Some(name) = path.to_str() else {
            return Err(unreadable(&path.display().to_string(), "its name is not UTF-8 text"));
        };
        let mut bytes = Vec::new();
        let read = std::fs::File::open(&path).and_then(|file| file.take(left).read_to_end(&mut bytes));
        read.map_err(|error| unreadable(name, reason(&error)))?;
        left = left.saturating_sub(bytes.len() as u64);
        files.push(File { path: name.to_owned(), bytes });
        if left == 0 {
            break;
        }
    }
    Ok(files)
}

/// True for a file with the ending of an answer.
fn is_answer(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["json", "ndjson"].into_iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Asks who can.
///
/// # Errors
/// A part of the question is not valid, or an internal error.
pub fn asked_who<'p>(
    prepared: &'p PreparedSnapshot,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<WhoAnswer<'p>, Failure> {
    wants.documents().map_err(of_property)?;
    answered(|| match who_can_by(&run_jobs, prepared, wants, kinds, options) {
        Ok(answer) => answer,
        Err(error) => broken(&format!("the question was checked: {error}")),
    })
}

/// The snapshots that were read last.
#[derive(Debug, Default)]
pub struct Snapshots(Mutex<Vec<(PathBuf, Stated, Arc<PreparedSnapshot>)>>);

/// The number of snapshots that are kept.
const KEPT: usize = 2;

impl Snapshots {
    /// Returns the snapshot of a directory, which is read unless it is kept.
    ///
    /// # Errors
    /// As [`snapshot_of`].
    pub fn read(&self, directory: &Path, stated: Stated) -> Result<Arc<PreparedSnapshot>, Failure> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = |path: &Path, own: Stated| path == directory && own == stated;
        if let Some((.., snapshot)) = kept.iter().find(|(path, own, _)| is_asked(path, *own)) {
            return Ok(Arc::clone(snapshot));
        }
        let Some(name) = directory.to_str() else {
            return Err(unreadable(&directory.display().to_string(), "its name is not UTF-8 text"));
        };
        let snapshot = Arc::new(PreparedSnapshot::new(snapshot_of(name, stated)?));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((directory.to_owned(), stated, Arc::clone(&snapshot)));
        Ok(snapshot)
    }
}

/// Returns the failure of a property that is not valid.
pub fn of_property(error: PropertyError) -> Failure {
    match error {
        PropertyError::NotJson(message) | PropertyError::Impossible(message) => Failure::validation(message),
        PropertyError::Invalid(error) => {
            let read = Read::from(Err(error));
            guaranteed(Failure::of_documents([&read]), "a text without a document is a failure")
        }
    }
}

/// A principal that an argument names.
#[derive(Debug)]
pub struct Named<'s> {
    /// The requester as the snapshot has it.
    pub asker: Asker<'s>,
    /// The requesters.
    pub callers: Callers,
}

/// Finds the principal that an argument names: an ARN, `role/NAME` or `user/NAME` if one principal has this name, or somebody
/// without an account.
///
/// # Errors
/// The snapshot has no such principal, or several.
pub fn asker<'s>(snapshot: &'s Snapshot, directory: &str, text: &'s str) -> Result<Named<'s>, Failure> {
    if text.starts_with("role/") || text.starts_with("user/") {
        let found: Vec<&Principal> =
            snapshot.principals.values().filter(|principal| is_called(principal, text)).collect();
        return match *found.as_slice() {
            [principal] => of_principal(principal, &principal.arn),
            [] => Err(Failure::validation(format!("{directory} has no principal `{text}`"))),
            [first, ..] => Err(Failure::validation(format!(
                "`{text}` stands for {} principals of {directory}: name one by its ARN, such as {}",
                found.len(),
                first.arn
            ))),
        };
    }
    if let Some(principal) = snapshot.principals.get(text) {
        return of_principal(principal, text);
    }
    let callers = Callers::parse(text).map_err(Failure::validation)?;
    let Some(account) = text.split(':').nth(4).filter(|account| is_account_id(account)) else {
        return match is_account_id(text) || text.starts_with("assumed-root:") {
            false => Ok(Named { asker: Asker::Nobody, callers }),
            true => Err(Failure::validation(format!(
                "`{text}` has no policies of one principal: name a user, a role or a root user"
            ))),
        };
    };
    let rest = text.splitn(6, ':').nth(5).unwrap_or_default();
    if rest == "root" {
        return Ok(Named { asker: Asker::Root(account), callers });
    }
    if rest.starts_with("federated-user/") {
        return Err(Failure::validation(format!(
            "a snapshot does not say which session policies `{text}` has: name the user that it belongs to"
        )));
    }
    if let Some(session) = rest.strip_prefix("assumed-role/") {
        let name = session.split('/').next().unwrap_or(session);
        let role = snapshot.principals.values().find(|principal| {
            principal.kind == PrincipalKind::Role
                && *principal.account == *account
                && principal.short().rsplit('/').next() == Some(name)
        });
        if let Some(role) = role {
            return Ok(Named { asker: Asker::Principal(role), callers });
        }
    }
    let own = snapshot.accounts.get(account);
    let is_collected = match rest.starts_with("user/") {
        true => own.is_some_and(|own| own.has_users),
        false => own.is_some_and(|own| own.has_roles),
    };
    match is_collected {
        true => Err(Failure::validation(format!("{directory} has no principal `{text}`"))),
        false => Ok(Named { asker: Asker::Uncollected(account), callers }),
    }
}

fn of_principal<'s>(principal: &'s Principal, text: &str) -> Result<Named<'s>, Failure> {
    let callers = Callers::parse(text).map_err(Failure::validation)?;
    Ok(Named { asker: Asker::Principal(principal), callers })
}

/// True if a principal has this name, with or without its path.
fn is_called(principal: &Principal, text: &str) -> bool {
    let short = principal.short();
    short == text || {
        let (kind, name) = text.split_once('/').unwrap_or_default();
        kind == principal.kind.name() && short.rsplit('/').next() == Some(name)
    }
}
