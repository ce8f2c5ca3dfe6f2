//! Information about iamsat: pages about codes, shell completions, man pages.

use crate::cli::Exit;
use crate::cli::args::{Cli, CompletionsArgs, ExplainArgs, ManArgs};
use crate::cli::output::{Answers, make_directory};
use crate::code::Code;
use crate::report::Failure;
use clap::CommandFactory;
use clap_complete::Shell;

/// Returns the page about a code, or the list of all codes.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let text = match &args.code {
        Some(code) => {
            let known = Code::parse(code.trim());
            known.map(|code| code.page().to_owned()).ok_or_else(|| {
                Failure::validation(format!("there is no code `{code}`; `iamsat explain` lists them all"))
            })?
        }
        None => {
            let width = Code::ALL.iter().map(|code| code.as_str().len()).fold(0, usize::max);
            Code::ALL.iter().map(|code| format!("{code:width$}  {}\n", code.summary())).collect()
        }
    };
    Answers::open(None)?.write(&text)?;
    Ok(Exit::Success)
}

/// Returns a script that completes the command line in a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "iamsat", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = if args.shell == Shell::Bash { with_actions(&script) } else { script.into_owned() };
    Answers::open(None)?.write(&script)?;
    Ok(Exit::Success)
}

/// Returns the script for Bash with the completion of actions from the catalogue.
fn with_actions(script: &str) -> String {
    const STARTED: &str = "    prev=\"$3\"\n";
    const ACTIONS: &str = r#"    if [[ "${COMP_LINE:0:COMP_POINT}" =~ [[:space:]]--actions?[=[:space:]]+([^[:space:]]*)$ ]]; then
        _iamsat_actions "${BASH_REMATCH[1]}"
        return 0
    fi
"#;
    let script = script.replacen(STARTED, &format!("{STARTED}{ACTIONS}"), 1);
    format!("{}{script}", include_str!("completions.bash"))
}

/// Writes a man page to standard output, or all of them to a directory.
pub(crate) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(directory) = &args.directory {
        make_directory(directory)?;
        for command in std::iter::once(&root).chain(root.get_subcommands()) {
            let name = file_name(command);
            let mut answers = Answers::open(Some(&directory.join(format!("{name}.1"))))?;
            answers.write(&manual(command)?)?;
        }
        return Ok(Exit::Success);
    }
    let command = match &args.command {
        None => &root,
        Some(name) => root.find_subcommand(name).ok_or_else(|| {
            Failure::validation(format!("there is no command `{name}`; see `iamsat --help`"))
        })?,
    };
    let text = manual(command)?;
    Answers::open(None)?.write(&text)?;
    Ok(Exit::Success)
}

/// Returns `iamsat` or `iamsat-COMMAND`.
fn file_name(command: &clap::Command) -> String {
    // The root command is displayed under its own name.
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}

fn manual(command: &clap::Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .source(concat!("iamsat ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Failure::internal(format!("a man page could not be made: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_for_bash_completes_actions() {
        let mut script = Vec::new();
        clap_complete::generate(Shell::Bash, &mut Cli::command(), "iamsat", &mut script);
        let script = with_actions(&String::from_utf8(script).unwrap());
        assert_eq!(script.matches("_iamsat_actions \"${BASH_REMATCH[1]}\"").count(), 1);
    }
}
