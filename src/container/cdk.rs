//! Determines which files of the directory written by `cdk synth` are templates.

use super::raw::{Fault, Raw};

/// A file that the manifest of a cloud assembly names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssemblyFile {
    /// A template, by its path within the directory.
    Template(String),
    /// Another assembly, by the path of its directory.
    Directory(String),
}

/// Returns the templates and assemblies that a `manifest.json` names, in order; `None` if the text is not such a manifest.
///
/// ```
/// use iamsat::container::{AssemblyFile, assembly};
/// let manifest = r#"{"version":"36.0.0","artifacts":{"App":{"type":"aws:cloudformation:stack",
///     "properties":{"templateFile":"App.template.json"}}}}"#;
/// assert_eq!(assembly(manifest).unwrap(), [AssemblyFile::Template("App.template.json".to_owned())]);
/// ```
pub fn assembly(manifest: &str) -> Option<Vec<AssemblyFile>> {
    let root = Raw::whole(manifest)?;
    files(manifest, root).ok().flatten()
}

fn files(text: &str, root: Raw<'_>) -> Result<Option<Vec<AssemblyFile>>, Fault> {
    let [version, artifacts] = root.fields(text, ["version", "artifacts"])?;
    let (Some(_), Some(artifacts)) = (version, artifacts) else { return Ok(None) };
    let mut files = Vec::new();
    for (_, artifact) in artifacts.members() {
        let [kind, properties] = artifact.fields(text, ["type", "properties"])?;
        let (Some(kind), Some(properties)) = (kind.and_then(Raw::string), properties) else { continue };
        let [template, directory] = properties.fields(text, ["templateFile", "directoryName"])?;
        let path = |raw: Option<Raw<'_>>| raw.and_then(Raw::string).map(|path| path.into_owned());
        match &*kind {
            "aws:cloudformation:stack" => files.extend(path(template).map(AssemblyFile::Template)),
            "cdk:cloud-assembly" => files.extend(path(directory).map(AssemblyFile::Directory)),
            _ => {}
        }
    }
    Ok(Some(files))
}
