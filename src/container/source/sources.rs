//! The sources of a plan: the files of the root module and of the modules that it calls.

use super::module::Module;
use super::zip;
use std::collections::BTreeMap;

/// The configuration from which a plan was made.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The modules by their path in the configuration: `a.b`; the root module has none.
    modules: BTreeMap<String, Module>,
    /// Texts of other files, by their path below the root module.
    files: BTreeMap<String, String>,
    empty: Module,
}

/// The place of the list of modules in a directory.
const MANIFEST: &str = ".terraform/modules/modules.json";
/// The place of the configuration in a binary plan.
const IN_PLAN: &str = "tfconfig/";
/// Modules of a configuration.
const MOST_MODULES: usize = 2_000;

impl Sources {
    /// Reads the files of a directory, by their paths below it with `/` between names: `.tf` files of modules, the list of modules
    /// that `terraform init` writes, and files that expressions read.
    ///
    /// # Errors
    /// The directory has no configuration, or its list of modules cannot be read. A file that cannot be read makes the policies
    /// of its module not known, with its place.
    ///
    /// ```
    /// use iamsat::container::Sources;
    /// let files = [("main.tf".to_owned(), b"locals {}".to_vec())];
    /// assert!(Sources::of_directory(files.into()).is_ok());
    /// assert!(Sources::of_directory(Default::default()).is_err());
    /// ```
    pub fn of_directory(files: BTreeMap<String, Vec<u8>>) -> Result<Sources, String> {
        let mut directories: BTreeMap<String, String> = [(String::new(), String::new())].into();
        if let Some(manifest) = files.get(MANIFEST) {
            for (key, directory) in listed(manifest)? {
                directories.insert(key, directory);
            }
        }
        let mut sources = Sources::default();
        let mut left: Vec<(String, String)> = directories.clone().into_iter().collect();
        while let Some((key, directory)) = left.pop() {
            if sources.modules.len() >= MOST_MODULES {
                return Err(format!("the configuration has more than {MOST_MODULES} modules"));
            }
            let of_module: Vec<(String, &[u8])> = files
                .iter()
                .filter(|(path, _)| directory_of(path) == directory && is_configuration(path))
                .map(|(path, bytes)| (path.clone(), bytes.as_slice()))
                .collect();
            if of_module.is_empty() {
                continue;
            }
            let module = Module::read(&directory, &of_module);
            // Modules in the same directory tree are found without the list too.
            for (name, call) in &module.calls {
                let source = call.inner.get_attribute("source").and_then(|source| source.value.as_str());
                let inner = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                let local = source.filter(|source| source.starts_with("./") || source.starts_with("../"));
                if let Some(path) = local.and_then(|source| joined(&directory, source))
                    && !directories.contains_key(&inner)
                    && inner.split('.').count() <= 64
                {
                    directories.insert(inner.clone(), path.clone());
                    left.push((inner, path));
                }
            }
            sources.modules.insert(key, module);
        }
        if !sources.modules.contains_key("") {
            return Err("it has no Terraform configuration (`.tf` files)".to_owned());
        }
        let texts =
            files.into_iter().filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)));
        sources.files = texts.collect();
        Ok(sources)
    }

    /// Reads the configuration in a binary plan (`terraform plan -out`), which is a zip archive.
    ///
    /// # Errors
    /// The archive is broken or too large, or has no configuration.
    ///
    /// ```
    /// use iamsat::container::Sources;
    /// assert!(Sources::of_plan(b"PK").is_err());
    /// ```
    pub fn of_plan(bytes: &[u8]) -> Result<Sources, String> {
        let files = zip::files(bytes, |name| name.starts_with(IN_PLAN))?;
        let manifest = files.get(&format!("{IN_PLAN}modules.json"));
        let manifest = manifest.ok_or("the archive is not a binary plan: it has no configuration")?;
        let mut sources = Sources::default();
        for (key, directory) in listed(manifest)? {
            let start = format!("{IN_PLAN}m-{key}/");
            let of_module: Vec<(String, &[u8])> = files
                .iter()
                .filter_map(|(path, bytes)| {
                    let name = path.strip_prefix(&start).filter(|name| !name.contains('/'))?;
                    let path =
                        if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
                    is_configuration(&path).then_some((path, bytes.as_slice()))
                })
                .collect();
            sources.modules.insert(key, Module::read(&directory, &of_module));
        }
        match sources.modules.contains_key("") {
            true => Ok(sources),
            false => Err("the binary plan has no root module".to_owned()),
        }
    }

    pub(super) fn module(&self, path: &str) -> Option<&Module> {
        self.modules.get(path)
    }

    /// Returns a module without names.
    pub(super) fn empty(&self) -> &Module {
        &self.empty
    }

    /// Returns the text of a file.
    pub(super) fn file(&self, path: &str) -> Option<&str> {
        self.files.get(&joined("", path)?).map(String::as_str)
    }
}

/// Reads a list of modules: in a directory an object with `Modules`, in a plan the list itself.
fn listed(manifest: &[u8]) -> Result<Vec<(String, String)>, String> {
    let broken = || "its list of modules (`modules.json`) cannot be read".to_owned();
    let value = serde_json::from_slice::<serde_json::Value>(manifest).map_err(|_| broken())?;
    let list = value.get("Modules").unwrap_or(&value).as_array().ok_or_else(broken)?;
    if list.len() > MOST_MODULES {
        return Err(format!("the configuration has more than {MOST_MODULES} modules"));
    }
    let mut modules = Vec::new();
    for module in list {
        let text = |name: &str| module.get(name).and_then(serde_json::Value::as_str);
        let (Some(key), Some(directory)) = (text("Key"), text("Dir")) else { return Err(broken()) };
        let directory = directory.replace('\\', "/");
        // A module outside of the directory is one whose files were not read.
        if let Some(directory) = joined("", &directory) {
            modules.push((key.to_owned(), directory));
        }
    }
    Ok(modules)
}

fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn is_configuration(path: &str) -> bool {
    let name = path.rsplit('/').next().map_or(path, |name| name);
    // Terraform ignores hidden files.
    !name.starts_with('.') && [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end))
}

/// Returns a path without `.` and `..`; `None` if it climbs out of the root.
fn joined(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    if path.starts_with('/') {
        return None;
    }
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        assert_eq!(joined("modules/a", "../b/./c").as_deref(), Some("modules/b/c"));
        assert_eq!((joined("", "../x"), joined("", "/etc/passwd")), (None, None));
    }
}
