//! Reads the configuration of a plan: a directory, or a binary plan.

use crate::container::Sources;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use walkdir::WalkDir;

/// Files of a directory that are read, and bytes of all of them.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 64 << 20;
/// Bytes of one file.
const MOST_OF_ONE: u64 = 4 << 20;
/// Nesting of directories.
const MOST_DEPTH: usize = 32;

/// The ends of files with configuration, or that expressions read.
const ENDS: [&str; 9] = ["tf", "tofu", "json", "tftpl", "tpl", "tmpl", "txt", "yaml", "yml"];

/// The configuration of a plan, with the path at which it was read.
#[derive(Clone, Debug)]
pub(crate) struct PlanSources {
    pub(crate) path: String,
    pub(super) sources: Arc<Sources>,
}

/// Reads the configuration at a path.
///
/// # Errors
/// It cannot be read, is too large, or is neither a configuration nor a binary plan.
pub(super) fn sources(name: &str) -> Result<PlanSources, String> {
    let path = Path::new(name);
    let sources = if path.is_dir() {
        Sources::of_directory(files(path)?)
    } else {
        let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
        if length > MOST_BYTES {
            return Err(format!("it is longer than {MOST_BYTES} bytes"));
        }
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        if !bytes.starts_with(b"PK") {
            return Err("it is neither a directory nor a binary plan (`terraform plan -out`)".to_owned());
        }
        Sources::of_plan(&bytes)
    };
    sources.map(|sources| PlanSources { path: name.to_owned(), sources: Arc::new(sources) })
}

fn files(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let is_wanted = |entry: &walkdir::DirEntry| {
        let is_providers = entry.path().ends_with(".terraform/providers");
        entry.depth() == 0 || !(entry.file_name() == ".git" || is_providers)
    };
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    for entry in WalkDir::new(root).max_depth(MOST_DEPTH).into_iter().filter_entry(is_wanted) {
        let entry = entry.map_err(|error| error.to_string())?;
        let has_end = entry.path().extension().is_some_and(|end| ENDS.iter().any(|known| end == *known));
        if !has_end || entry.file_type().is_dir() {
            continue;
        }
        let name = entry.file_name().to_string_lossy();
        let is_configuration =
            [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end));
        if !entry.file_type().is_file() {
            // Terraform ignores hidden files, and follows links. Other files are missing where an expression reads them.
            if name.starts_with('.') || !is_configuration {
                continue;
            }
            let path = entry.path().display();
            return Err(format!(
                "`{path}` is a link or a special file, which is not read: copy the file in its place"
            ));
        }
        let length = entry.metadata().map_err(|error| error.to_string())?.len();
        if length > MOST_OF_ONE && !is_configuration {
            continue;
        }
        if files.len() >= MOST_FILES {
            return Err(format!("it has more than {MOST_FILES} files"));
        }
        let Some(rest) = left.checked_sub(length) else {
            return Err(format!("its files are longer than {MOST_BYTES} bytes together"));
        };
        left = rest;
        let relative = entry.path().strip_prefix(root).map_err(|error| error.to_string())?;
        let names: Option<Vec<&str>> = relative.iter().map(std::ffi::OsStr::to_str).collect();
        let Some(names) = names else {
            return Err(format!("the name of `{}` is not UTF-8 text", entry.path().display()));
        };
        let bytes =
            std::fs::read(entry.path()).map_err(|error| format!("{}: {error}", entry.path().display()))?;
        files.insert(names.join("/"), bytes);
    }
    Ok(files)
}
