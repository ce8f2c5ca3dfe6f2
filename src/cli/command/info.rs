//! Information about iamsat: pages about codes, shell completions, man pages.

use crate::cli::Exit;
use crate::cli::args::{Cli, CompletionsArgs, ExplainArgs, ManArgs};
use crate::cli::output::{Answers, make_directory};
use crate::code::{AwsCode, Code};
use crate::policy::closest;
use crate::report::Failure;
use clap::CommandFactory;
use clap_complete::Shell;

/// Returns the page about a code, or the list of all codes.
pub(crate) fn explain(args: &ExplainArgs) -> Result<Exit, Failure> {
    let text = match &args.code {
        Some(code) => {
            let known = Code::parse(code.trim());
            known.map(|code| code.page().to_owned()).ok_or_else(|| {
                let meant = meant(code.trim());
                Failure::validation(format!("`{code}` is not a code; {meant}"))
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

/// The number of codes that are suggested for a word that several have.
const SUGGESTED: usize = 6;

/// Says what a text may mean that is not a code: a misspelled one, those with a word in common, or a command.
fn meant(text: &str) -> String {
    let text = text.to_ascii_lowercase().replace(['_', ' '], "-");
    let own = Code::ALL.iter().map(|code| code.as_str());
    let names: Vec<&str> = own.chain(AwsCode::ALL.iter().map(|code| code.as_str())).collect();
    if Cli::command().get_subcommands().any(|command| command.get_name() == text) {
        return format!("it is a command: `iamsat help {text}`");
    }
    if let Some(name) = closest(&text.replace('-', "_"), &names).or_else(|| closest(&text, &names)) {
        return format!("did you mean `{name}`?");
    }
    // Short words are in many codes that have nothing to do with each other.
    let words: Vec<&str> = text.split('-').filter(|word| word.len() > 3).collect();
    let common = |name: &str| {
        let name = name.to_ascii_lowercase();
        words.iter().filter(|word| name.contains(**word)).count()
    };
    let most = names.iter().map(|name| common(name)).fold(0, usize::max);
    let near: Vec<String> = names
        .iter()
        .filter(|name| most > 0 && common(name) == most)
        .take(SUGGESTED)
        .map(|name| format!("`{name}`"))
        .collect();
    match near.is_empty() {
        true => "`iamsat explain` lists them all".to_owned(),
        false => format!("did you mean one of {}? `iamsat explain` lists them all", near.join(", ")),
    }
}

/// Returns a script that completes the command line in a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "iamsat", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match args.shell {
        Shell::Bash => with_actions(&script),
        Shell::Zsh => with_actions_in_zsh(&script),
        Shell::Fish => with_actions_in_fish(&script),
        _ => script.into_owned(),
    };
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

/// True if a line is about a flag whose values are actions.
fn takes_actions(line: &str, before: &str, after: &str) -> bool {
    ["action", "actions"].iter().any(|flag| line.contains(&format!("{before}{flag}{after}")))
}

/// Does the same as [`with_actions`] for Zsh.
fn with_actions_in_zsh(script: &str) -> String {
    let line = |line: &str| match line.strip_suffix(":_default' \\\n") {
        Some(start) if takes_actions(line, "--", "=[") => format!("{start}:_iamsat_actions' \\\n"),
        _ => line.to_owned(),
    };
    let (first, rest) = match script.split_once('\n') {
        Some(parts) => parts,
        None => (script, ""),
    };
    let rest: String = rest.split_inclusive('\n').map(line).collect();
    // The first line says which command the script completes.
    format!("{first}\n{}{rest}", include_str!("completions.zsh"))
}

/// Does the same as [`with_actions`] for fish.
fn with_actions_in_fish(script: &str) -> String {
    let line = |line: &str| match line.strip_suffix(" -r\n") {
        Some(start) if takes_actions(line, " -l ", " ") => format!("{start} -r -f -a '(__iamsat_actions)'\n"),
        _ => line.to_owned(),
    };
    let script: String = script.split_inclusive('\n').map(line).collect();
    format!("{}{script}", include_str!("completions.fish"))
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

    #[test]
    fn the_scripts_for_zsh_and_fish_complete_actions() {
        for (shell, of_shell, call) in [
            (Shell::Zsh, with_actions_in_zsh as fn(&str) -> String, ":_iamsat_actions' \\"),
            (Shell::Fish, with_actions_in_fish, "-a '(__iamsat_actions)'"),
        ] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "iamsat", &mut script);
            let script = of_shell(&String::from_utf8(script).unwrap());
            // Those of check-access-not-granted, check-no-new-access, diff, find, can, who-can and simulate.
            assert_eq!(script.matches(call).count(), 7, "{script}");
        }
    }
}
