//! The guides, as text in the program: a machine without this repository has them too.

use crate::cli::Exit;
use crate::cli::args::GuideArgs;
use crate::cli::output::Answers;
use crate::report::Failure;

/// The guides by name.
const GUIDES: [(&str, &str); 32] = [
    ("access-not-granted", include_str!("../../../docs/guides/access-not-granted.md")),
    ("account", include_str!("../../../docs/guides/account.md")),
    ("batch", include_str!("../../../docs/guides/batch.md")),
    ("certificates", include_str!("../../../docs/guides/certificates.md")),
    ("cloudformation", include_str!("../../../docs/guides/cloudformation.md")),
    ("compare", include_str!("../../../docs/guides/compare.md")),
    ("continuous-integration", include_str!("../../../docs/guides/continuous-integration.md")),
    ("daily", include_str!("../../../docs/guides/daily.md")),
    ("diff", include_str!("../../../docs/guides/diff.md")),
    ("external-access", include_str!("../../../docs/guides/external-access.md")),
    ("find", include_str!("../../../docs/guides/find.md")),
    ("guardrails", include_str!("../../../docs/guides/guardrails.md")),
    ("install", include_str!("../../../docs/guides/install.md")),
    ("known-findings", include_str!("../../../docs/guides/known-findings.md")),
    ("layers", include_str!("../../../docs/guides/layers.md")),
    ("lint", include_str!("../../../docs/guides/lint.md")),
    ("many-policies", include_str!("../../../docs/guides/many-policies.md")),
    ("minimise", include_str!("../../../docs/guides/minimise.md")),
    ("no-new-access", include_str!("../../../docs/guides/no-new-access.md")),
    ("pipelines", include_str!("../../../docs/guides/pipelines.md")),
    ("policy-tests", include_str!("../../../docs/guides/policy-tests.md")),
    ("public-access", include_str!("../../../docs/guides/public-access.md")),
    ("semantics", include_str!("../../../docs/semantics.md")),
    ("server", include_str!("../../../docs/guides/server.md")),
    ("simulate", include_str!("../../../docs/guides/simulate.md")),
    ("snapshot", include_str!("../../../docs/guides/snapshot.md")),
    ("snapshot-change", include_str!("../../../docs/guides/snapshot-change.md")),
    ("terraform", include_str!("../../../docs/guides/terraform.md")),
    ("trust", include_str!("../../../docs/trust.md")),
    ("validate", include_str!("../../../docs/guides/validate.md")),
    ("what-can", include_str!("../../../docs/guides/what-can.md")),
    ("who-can", include_str!("../../../docs/guides/who-can.md")),
];

/// Returns a guide, or the list of all guides.
pub(crate) fn run(args: &GuideArgs) -> Result<Exit, Failure> {
    let text = match &args.name {
        Some(name) => {
            let name = name.trim().trim_end_matches(".md");
            let known = GUIDES.iter().find(|(known, _)| *known == name);
            known.map(|(_, text)| (*text).to_owned()).ok_or_else(|| {
                Failure::validation(format!(
                    "`{name}` is not the name of a guide; `iamsat guide` lists all names"
                ))
            })?
        }
        None => {
            let width = GUIDES.iter().map(|(name, _)| name.len()).fold(0, usize::max);
            GUIDES.iter().map(|(name, text)| format!("{name:width$}  {}\n", title(text))).collect()
        }
    };
    Answers::open(None)?.write(&text)?;
    Ok(Exit::Success)
}

/// Returns the heading of a guide.
fn title(text: &str) -> &str {
    text.lines().next().map_or("", |heading| heading.trim_start_matches("# "))
}

#[cfg(test)]
mod tests {
    use super::GUIDES;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_is_a_guide() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides");
        let pages = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let mut names: BTreeSet<String> =
            pages.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.remove("README");
        names.extend(["semantics", "trust"].map(str::to_owned));
        assert_eq!(GUIDES.map(|(name, _)| name.to_owned()).to_vec(), Vec::from_iter(names));
        assert!(GUIDES.iter().all(|(_, text)| text.starts_with("# ")));
    }
}
