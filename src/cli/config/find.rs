//! Finds and loads the configuration.

use super::Config;
use super::effect;
use super::read::read;
use crate::cli::input::read_text;
use crate::report::Failure;
use crate::span::Source;
use crate::surface::{reason, unreadable};
use std::path::{Path, PathBuf};

/// The name of the file.
pub(crate) const NAME: &str = "iamsat.toml";

/// Loads the configuration at a path, or the nearest one above `start`: in its directory, or in one that contains it, up to the
/// root of the repository.
///
/// # Errors
/// The file does not exist or cannot be read, or something in it is not valid. Nothing is judged without it then. The list of accepted
/// findings has to be valid if it is used.
pub(crate) fn load(path: Option<&Path>, start: &Path, uses_baseline: bool) -> Result<Config, Failure> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => match nearest(start)? {
            Some(path) => path,
            None => {
                let message = format!(
                    "no {NAME} in {} or above it, up to the root of the repository: `iamsat init` writes one",
                    start.display()
                );
                return Err(Failure::validation(message));
            }
        },
    };
    let name = path.display().to_string();
    let source = Source::new(shown(&path), read_text(&name)?);
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let config = Config { directory, ..read(&source)? };
    effect::exists(&config, &source, uses_baseline)?;
    Ok(config)
}

/// Returns the path for people: relative, if it is below the current directory.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let inner = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    inner.unwrap_or(path).display().to_string()
}

/// Returns the nearest configuration, if there is one.
fn nearest(start: &Path) -> Result<Option<PathBuf>, Failure> {
    // A pattern, or a file that does not exist, stands in the directory that exists.
    let existing = start.ancestors().find(|path| path.exists()).filter(|path| *path != Path::new(""));
    let start = existing.unwrap_or(Path::new("."));
    let start =
        start.canonicalize().map_err(|error| unreadable(&start.display().to_string(), reason(&error)))?;
    for directory in start.ancestors().skip_while(|path| !path.is_dir()) {
        let path = directory.join(NAME);
        // A link that leads nowhere is a configuration that cannot be read, not none.
        if path.symlink_metadata().is_ok() {
            return Ok(Some(path));
        }
        if directory.join(".git").exists() {
            return Ok(None);
        }
    }
    Ok(None)
}
