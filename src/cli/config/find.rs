//! Finds and loads the configuration.

use super::Config;
use super::effect;
use super::read::read;
use crate::cli::input::read_text;
use crate::cli::output::Output;
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

/// Returns the snapshot that a flag names, or else the one of the nearest configuration, of which a note tells.
///
/// # Errors
/// Neither names one, or the configuration is not valid.
pub(crate) fn snapshot(given: Option<&str>, output: &Output) -> Result<String, Failure> {
    snapshot_or(given, "name a snapshot: `--snapshot DIR`", output)
}

/// Does the same as [`snapshot`] for a command that takes something else too; `wanted` says what.
///
/// # Errors
/// Neither names a snapshot, or the configuration is not valid.
pub(crate) fn snapshot_or(given: Option<&str>, wanted: &str, output: &Output) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let config = nearest(Path::new("."))?.map(|path| load(Some(&path), Path::new("."), false)).transpose()?;
    let Some((config, snapshot)) = config.and_then(|config| config.snapshot.clone().map(|own| (config, own)))
    else {
        return Err(Failure::validation(format!("{wanted}, or `snapshot = \"DIR\"` in {NAME}")));
    };
    let directory = shown(&config.directory.join(&snapshot));
    output.note(&format!("the snapshot {directory} is that of {}", shown(&config.directory.join(NAME))));
    Ok(directory)
}

/// Returns the accounts and organizations of the zone of trust that flags name, and other trusted principals; or else those of the
/// nearest configuration, of which a note tells.
///
/// # Errors
/// Neither names any, or the configuration is not valid.
pub(crate) fn zone(
    given: &[String],
    trusted: &[String],
    output: &Output,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    if !given.is_empty() {
        return Ok((given.to_vec(), trusted.to_vec()));
    }
    let config = nearest(Path::new("."))?.map(|path| load(Some(&path), Path::new("."), false)).transpose()?;
    let Some(config) = config.filter(|config| !config.zone_of_trust.is_empty()) else {
        return Err(Failure::validation(format!(
            "name the zone of trust: `--zone-of-trust ACCOUNT`, or `zone-of-trust = [\"ACCOUNT\"]` in {NAME}"
        )));
    };
    let name = shown(&config.directory.join(NAME));
    output.note(&format!("the zone of trust is that of {name}: {}", config.zone_of_trust.join(", ")));
    let trusted = trusted.iter().chain(&config.trusted).cloned().collect();
    Ok((config.zone_of_trust, trusted))
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
