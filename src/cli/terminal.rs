//! The abilities of an output stream: colours, characters, columns.

use super::args::Color;
use crate::report::text::{Letters, Style};
use std::ffi::OsString;
use std::io::IsTerminal;

/// Where text goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Answers,
    /// Standard error.
    Notes,
    /// A file.
    File,
}

/// Returns the style for a stream. A stream that is not a terminal gets the same bytes everywhere.
pub(super) fn style(color: Color, stream: Stream) -> Style {
    let (terminal, width) = match stream {
        Stream::Answers => {
            (std::io::stdout().is_terminal(), terminal_size::terminal_size_of(std::io::stdout()))
        }
        Stream::Notes => {
            (std::io::stderr().is_terminal(), terminal_size::terminal_size_of(std::io::stderr()))
        }
        Stream::File => (false, None),
    };
    let environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    Style {
        color: colored(color, terminal, &environment),
        letters: if terminal { letters(&environment) } else { Letters::Plain },
        width: width.filter(|_| terminal).map(|(width, _)| usize::from(width.0)),
    }
}

/// True if colours are used.
fn colored(color: Color, terminal: bool, environment: &dyn Fn(&str) -> Option<OsString>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if environment("NO_COLOR").is_some() => false,
        Color::Auto if environment("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto => terminal && environment("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Returns the characters that a terminal can show, as far as the environment tells.
fn letters(environment: &dyn Fn(&str) -> Option<OsString>) -> Letters {
    if environment("TERM").is_some_and(|term| term == "dumb") {
        return Letters::Ascii;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(environment);
    match locale.map(|locale| locale.to_string_lossy().to_ascii_lowercase()) {
        None => Letters::Plain,
        Some(locale) if locale.contains("utf-8") || locale.contains("utf8") => Letters::Lines,
        Some(_) => Letters::Ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'e>(set: &'e [(&'e str, &'e str)]) -> impl Fn(&str) -> Option<OsString> + 'e {
        move |name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value))
    }

    #[test]
    fn characters_follow_the_locale() {
        for (set, expected) in [
            (&[][..], Letters::Plain),
            (&[("LANG", "de_DE.UTF-8")], Letters::Lines),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], Letters::Ascii),
            (&[("LANG", "C.utf8"), ("TERM", "xterm")], Letters::Lines),
            (&[("LANG", "C.utf8"), ("TERM", "dumb")], Letters::Ascii),
            (&[("LC_CTYPE", "de_DE.ISO-8859-1")], Letters::Ascii),
        ] {
            assert_eq!(letters(&with(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn colours_are_for_terminals_that_have_them() {
        let auto = |terminal, set: &[(&str, &str)]| colored(Color::Auto, terminal, &with(set));
        assert!(auto(true, &[]));
        assert!(!auto(false, &[]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(colored(Color::Always, false, &with(&[("NO_COLOR", "1")])));
    }
}
