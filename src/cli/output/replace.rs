//! Replaces the content of a file as a whole: after an error the file has its old content.

use crate::container::decode;
use crate::report::Failure;
use crate::surface::{reason, unreadable, unwritable};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file whose content was read before as `before`.
///
/// The new content goes to a file beside it, which then takes its name, so that nobody sees half of it.
///
/// # Errors
/// The file is a link or not a file, may not be written, does not have that content any more, or there is no room for the new
/// one.
pub(crate) fn replace(path: &str, before: &str, after: &str) -> Result<(), Failure> {
    let metadata = writable(Path::new(path), path)?;
    is_still(path, before)?;
    let beside = beside(Path::new(path));
    let written = write(&beside, after, &metadata).map_err(|error| unwritable(path, reason(&error)));
    // What another program wrote meanwhile is kept.
    let replaced = written
        .and_then(|()| is_still(path, before))
        .and_then(|()| fs::rename(&beside, path).map_err(|error| unwritable(path, reason(&error))));
    if replaced.is_err() {
        // The file may not have been made.
        drop(fs::remove_file(&beside));
    }
    replaced
}

fn writable(path: &Path, name: &str) -> Result<Metadata, Failure> {
    let metadata = fs::symlink_metadata(path).map_err(|error| unwritable(name, reason(&error)))?;
    if metadata.is_symlink() {
        return Err(unwritable(name, "it is a symbolic link: name the file that it leads to"));
    }
    if !metadata.is_file() {
        return Err(unwritable(name, "it is not a regular file"));
    }
    if metadata.permissions().readonly() {
        return Err(unwritable(name, "it is read-only"));
    }
    if has_other_names(&metadata) {
        return Err(unwritable(name, "it has other names (hard links), which would keep the old content"));
    }
    // A directory that may be written can hold a file that may not.
    OpenOptions::new().write(true).open(path).map_err(|error| unwritable(name, reason(&error)))?;
    Ok(metadata)
}

/// Checks that a file still has the content that was read.
fn is_still(path: &str, before: &str) -> Result<(), Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, reason(&error)))?;
    if bytes == before.as_bytes() {
        return Ok(());
    }
    Err(unwritable(
        path,
        match decode(bytes) {
            Ok(text) if text == before => "it is not UTF-8 text, and would be after the change",
            _ => "it has changed since it was read; run the command again",
        },
    ))
}

fn write(path: &Path, text: &str, like: &Metadata) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    keep_owner(path, &file, like)?;
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Gives a new file the owner of the old one, if it is another.
#[cfg(unix)]
fn keep_owner(path: &Path, file: &File, like: &Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    chown(path, Some(like.uid()), Some(like.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &File, _: &Metadata) -> std::io::Result<()> {
    Ok(())
}

/// Returns the path of a hidden file in the same directory.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.iamsat-{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::replace;
    use std::path::{Path, PathBuf};

    /// Returns an empty directory that only one test uses.
    fn directory(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("iamsat-replace-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&directory));
        std::fs::create_dir(&directory).unwrap();
        directory
    }

    /// Returns the message of a failed replacement; afterwards the directory has to hold the same files as before.
    fn refused(directory: &Path, path: &Path, before: &str) -> String {
        let content = || -> Vec<(PathBuf, Vec<u8>)> {
            let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
            let mut files: Vec<_> =
                entries.map(|path| (path.clone(), std::fs::read(path).unwrap_or_default())).collect();
            files.sort();
            files
        };
        let files = content();
        let failure = replace(path.to_str().unwrap(), before, "new").unwrap_err();
        assert_eq!(content(), files);
        assert_eq!(failure.code, "OutputError", "{}", failure.message);
        failure.message
    }

    #[test]
    fn a_file_gets_its_new_content_and_keeps_its_permissions() {
        let directory = directory("written");
        let path = directory.join("p.json");
        std::fs::write(&path, "old").unwrap();
        let permissions = std::fs::metadata(&path).unwrap().permissions();
        replace(path.to_str().unwrap(), "old", "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions(), permissions);
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_file_that_changed_keeps_what_was_written_meanwhile() {
        let directory = directory("changed");
        let path = directory.join("p.json");
        std::fs::write(&path, "newer").unwrap();
        assert!(
            refused(&directory, &path, "old").ends_with("changed since it was read; run the command again")
        );
        std::fs::write(&path, b"\xff\xfeo\0l\0d\0").unwrap();
        assert!(refused(&directory, &path, "old").contains("it is not UTF-8 text"));
        std::fs::remove_file(&path).unwrap();
        assert!(refused(&directory, &path, "old").contains("no such file"));
        assert!(refused(&directory, &directory, "old").ends_with("it is not a regular file"));
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_file_that_may_not_be_written_keeps_its_content() {
        let directory = directory("read-only");
        let path = directory.join("p.json");
        std::fs::write(&path, "old").unwrap();
        let old = std::fs::metadata(&path).unwrap().permissions();
        let mut permissions = old.clone();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert!(refused(&directory, &path, "old").ends_with("it is read-only"));
        std::fs::set_permissions(&path, old).unwrap();
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let directory = directory("link");
        let (path, link) = (directory.join("p.json"), directory.join("link.json"));
        std::fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(refused(&directory, &link, "old").contains("it is a symbolic link"));
        let other = directory.join("other.json");
        std::fs::hard_link(&path, &other).unwrap();
        assert!(refused(&directory, &other, "old").contains("it has other names"));
        std::fs::remove_dir_all(directory).unwrap();
    }
}
