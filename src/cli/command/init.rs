//! `init`: a first configuration for the policies below a directory.

use crate::cli::Exit;
use crate::cli::args::{ContainerArgs, InitArgs};
use crate::cli::config::NAME;
use crate::cli::input::{Opened, Reader};
use crate::cli::output::{Answers, note};
use crate::index::broken;
use crate::policy::{Document, PolicyType};
use crate::report::Failure;
use crate::surface::{reason, unreadable, unwritable};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The number of files and directories that are looked at.
const MOST_ENTRIES: usize = 50_000;
/// The depth to which directories are looked at.
const DEEPEST: usize = 12;
/// Directories of tools, which hold copies and packages.
const PASSED_OVER: [&str; 4] = ["node_modules", "target", "vendor", "venv"];

pub(crate) fn run(args: &InitArgs) -> Result<Exit, Failure> {
    let found = found(&args.directory)?;
    let text = written(&found);
    if args.print {
        Answers::open(None)?.write(&text)?;
        return Ok(Exit::Success);
    }
    let path = match args.directory.to_str() {
        Some(".") => PathBuf::from(NAME),
        _ => args.directory.join(NAME),
    };
    let name = path.display().to_string();
    // An existing file stays, also one that appears at this moment.
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| match error
            .kind()
        {
            std::io::ErrorKind::AlreadyExists => {
                unwritable(&name, "it exists already; `--print` shows what a new one would be")
            }
            _ => unwritable(&name, reason(&error)),
        })?;
    file.write_all(text.as_bytes()).map_err(|error| unwritable(&name, reason(&error)))?;
    let what = match found.policies {
        1 => "1 file".to_owned(),
        n => format!("{n} files"),
    };
    note(&format!("wrote {name} for {what} with policies; `iamsat check` checks them\n"));
    Ok(Exit::Success)
}

/// The policies below a directory.
#[derive(Default)]
struct Found {
    /// The number of files with policies.
    policies: usize,
    /// Directories with policies, and files that stand alone.
    inputs: BTreeSet<String>,
    /// The types of resources, by file; `None` if the policy does not tell.
    kinds: BTreeMap<String, Option<&'static str>>,
}

fn found(root: &Path) -> Result<Found, Failure> {
    let mut found = Found::default();
    let mut reader = Reader::new(&ContainerArgs::default());
    let is_looked_at = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_hidden = name.starts_with('.') && entry.depth() > 0;
        !(is_hidden || entry.file_type().is_dir() && PASSED_OVER.contains(&&*name))
    };
    let walk = walkdir::WalkDir::new(root).max_depth(DEEPEST).sort_by_file_name().into_iter();
    for (number, entry) in walk.filter_entry(is_looked_at).enumerate() {
        if number == MOST_ENTRIES {
            return Err(Failure::validation(format!(
                "{} holds more than {MOST_ENTRIES} files: run `iamsat init` in the directory with policies",
                root.display()
            )));
        }
        let entry = entry.map_err(|error| unreadable(&root.display().to_string(), error))?;
        let is_named =
            |ending: &str| entry.path().extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
        if !entry.file_type().is_file() || !["json", "yaml", "yml", "template"].into_iter().any(is_named) {
            continue;
        }
        let Some(path) = entry.path().strip_prefix(root).ok().and_then(Path::to_str) else { continue };
        let Some(argument) = entry.path().to_str() else { continue };
        // A file that cannot be read, or holds no policy, is none of a first configuration.
        let kind = match reader.open(argument, "policy") {
            Ok(Opened::Several(container)) if !container.entries.is_empty() => None,
            Ok(Opened::One(read)) => match &read.document {
                Some(document) if PolicyType::infer([document]).has_principals() => Some(kind_of(document)),
                Some(_) => None,
                None => continue,
            },
            Ok(Opened::Several(_)) | Err(_) => continue,
        };
        found.policies += 1;
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        if let Some(kind) = kind {
            found.kinds.insert(path.clone(), kind);
        }
        found.inputs.insert(match path.rsplit_once('/') {
            Some((directory, _)) => directory.to_owned(),
            None => path,
        });
    }
    if found.inputs.is_empty() {
        return Err(Failure::validation(format!("no file below {} holds a policy", root.display())));
    }
    // A directory stands for all that is below it.
    let all = found.inputs.clone();
    let is_inside = |input: &String| {
        all.iter().any(|other| input.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    found.inputs.retain(|input| !is_inside(input));
    Ok(found)
}

/// Returns the type of the resource that a policy seems to be attached to, by its actions.
fn kind_of(document: &Document) -> Option<&'static str> {
    const SERVICES: [(&str, &str); 8] = [
        ("s3", "AWS::S3::Bucket"),
        ("sqs", "AWS::SQS::Queue"),
        ("sns", "AWS::SNS::Topic"),
        ("kms", "AWS::KMS::Key"),
        ("lambda", "AWS::Lambda::Function"),
        ("secretsmanager", "AWS::SecretsManager::Secret"),
        ("dynamodb", "AWS::DynamoDB::Table"),
        ("sts", "trust"),
    ];
    let mut services: BTreeSet<String> = BTreeSet::new();
    for action in document.statements.iter().flat_map(|statement| &statement.action.values) {
        let service = action.value.text.split(':').next().unwrap_or_default();
        services.insert(service.to_ascii_lowercase());
    }
    let mut services = services.into_iter();
    let (Some(only), None) = (services.next(), services.next()) else { return None };
    SERVICES.into_iter().find(|(service, _)| *service == only).map(|(_, kind)| kind)
}

/// Writes the configuration.
fn written(found: &Found) -> String {
    let mut out = String::from("# What `iamsat check` checks; `iamsat guide daily` lists all members.\n");
    let inputs: Vec<String> = found.inputs.iter().map(|input| quoted(input)).collect();
    out.push_str(&format!("inputs = [{}]\n", inputs.join(", ")));
    out.push_str("# baseline = \"iamsat-known.json\"    # accepted findings; `iamsat check --write-baseline FILE` writes it\n");
    if !found.kinds.is_empty() {
        out.push_str("\n# What each policy of a resource is attached to, by the actions in it: please check.\n[kinds]\n");
    }
    for (path, kind) in &found.kinds {
        let path = quoted(&glob::Pattern::escape(path));
        out.push_str(&match kind {
            Some(kind) => format!("{path} = {}\n", quoted(kind)),
            None => format!("# {path} = \"AWS::S3::Bucket\"    # its actions do not tell\n"),
        });
    }
    out.push_str("\n# [severity]\n# redundant-action = \"allow\"    # or \"warn\", or \"deny\"\n");
    out
}

/// Writes a text as TOML does; every text of JSON is one of TOML, but for the delete character.
fn quoted(text: &str) -> String {
    match serde_json::to_string(text) {
        Ok(text) => text.replace('\u{7f}', "\\u007f"),
        Err(_) => broken("a text can be written as JSON"),
    }
}
