//! The end of a run that could not start.

use super::answers::Answers;
use super::notes::{note, unless_written};
use super::{render, version};
use crate::cli::Exit;
use crate::cli::args::{Color, Format};
use crate::cli::terminal::{Stream, style};
use crate::report::{Failure, text};
use crate::surface::{reason, unwritable};
use clap::ValueEnum;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::io::Write;

/// Returns the format requested by a command line that may be invalid otherwise.
fn wanted(arguments: &[OsString]) -> Format {
    let mut names = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix("--format="));
    let apart = || {
        arguments.windows(2).find_map(|pair| match pair {
            [flag, name] if flag == "--format" => name.to_str(),
            _ => None,
        })
    };
    let name = names.next().or_else(apart);
    // Without a valid format, the answer is for people.
    name.and_then(|name| Format::from_str(name, false).ok()).unwrap_or(Format::Text)
}

/// Ends a run that could not start.
pub(crate) fn failed(failure: &Failure, arguments: &[OsString]) -> Exit {
    let notes = style(Color::Auto, Stream::Notes);
    match render::failure(wanted(arguments), failure, "iamsat") {
        None => note(&text::failure(failure, notes)),
        Some(text) => {
            let written = Answers::open(None).and_then(|mut answers| answers.write(&text));
            unless_written(written, failure, notes);
        }
    }
    Exit::Error
}

/// True if a command line that asks for the version has `-v`, alone or together with `-V`.
fn wants_details(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| ["-v", "--verbose", "-vV", "-Vv"].iter().any(|flag| argument == flag))
}

/// Ends a run whose command line asks for help or the version, or is invalid.
pub(crate) fn usage(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if error.use_stderr() && wanted(arguments) != Format::Text {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        return failed(&Failure::validation(lines.join(" ").trim_start_matches("error: ")), arguments);
    }
    let printed = error.print().and_then(|()| match error.kind() {
        ErrorKind::DisplayVersion if wants_details(arguments) => {
            std::io::stdout().write_all(version::details().as_bytes())
        }
        _ => Ok(()),
    });
    match printed {
        _ if error.use_stderr() => Exit::Error,
        Err(unwritten) if unwritten.kind() != std::io::ErrorKind::BrokenPipe => {
            failed(&unwritable("standard output", reason(&unwritten)), arguments)
        }
        _ => Exit::Success,
    }
}

#[cfg(test)]
mod tests {
    use super::wants_details;
    use std::ffi::OsString;

    #[test]
    fn details_of_the_version() {
        let cases: [(&[&str], bool); 6] = [
            (&["iamsat", "--version"], false),
            (&["iamsat", "--version", "-v"], true),
            (&["iamsat", "-V", "--verbose"], true),
            (&["iamsat", "-vV"], true),
            (&["iamsat", "-v", "--version"], true),
            (&["iamsat", "-V"], false),
        ];
        for (arguments, expected) in cases {
            let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            assert_eq!(wants_details(&words), expected, "{arguments:?}");
        }
    }
}
