//! `catalogue`: facts that AWS lists about its services.

use crate::catalogue::Catalogue;
use crate::cli::Exit;
use crate::cli::args::{CatalogueArgs, CatalogueCommand, Format};
use crate::cli::input::catalogue;
use crate::cli::output::{Output, write_file};
use crate::report::{CatalogueAnswer, Failure, text};
use serde_json::json;

pub(crate) fn run(args: &CatalogueArgs, output: &mut Output) -> Result<Exit, Failure> {
    if matches!(output.format, Format::Pipeline(_)) {
        return Err(Failure::validation("`catalogue` answers in text or JSON"));
    }
    let given = match (&args.about, &args.shared().catalogue) {
        (Some(CatalogueCommand::Diff(args)), _) => Some(&args.newer),
        (Some(CatalogueCommand::Pack(args)), _) => Some(&args.text),
        (_, given) => given.as_ref(),
    };
    let own = given.map(|path| catalogue(path)).transpose()?;
    let used = match &own {
        Some(catalogue) => catalogue,
        None => Catalogue::embedded(),
    };
    let answer = match &args.about {
        None => CatalogueAnswer::overview(used),
        Some(CatalogueCommand::Show(args)) => CatalogueAnswer::show(used, &args.name),
        Some(CatalogueCommand::Expand(args)) => {
            CatalogueAnswer::expand(used, &args.pattern, &args.access_level)
        }
        Some(CatalogueCommand::Keys(args)) => match (&args.action, &args.key) {
            (Some(action), _) => CatalogueAnswer::keys(used, action),
            (None, Some(key)) => CatalogueAnswer::key(used, key),
            (None, None) => CatalogueAnswer::key(used, ""),
        },
        Some(CatalogueCommand::Resources(args)) => {
            CatalogueAnswer::resources(used, &args.service, args.pattern.as_deref())
        }
        Some(CatalogueCommand::Diff(args)) => match &args.older {
            Some(path) => CatalogueAnswer::changes(used, &catalogue(path)?),
            None => CatalogueAnswer::changes(used, Catalogue::embedded()),
        },
        Some(CatalogueCommand::Pack(args)) => {
            write_file(&args.packed, used.packed())?;
            CatalogueAnswer::overview(used)
        }
    };
    if output.format == Format::Json {
        output.json(json!(answer))?;
    } else if matches!(&args.about, Some(CatalogueCommand::Expand(args)) if args.count) {
        output.text(&text::counted(&answer))?;
    } else {
        output.text(&text::catalogue(&answer, output.style))?;
    }
    Ok(if answer.is_found() { Exit::Success } else { Exit::Finding })
}
