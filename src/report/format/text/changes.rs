//! Differences as a short list: a line each, the kind of change first.

use super::style::Style;
use crate::code::Code;
use crate::explain::display::one_line;
use crate::report::issue::Issue;

/// Lists differences: `+` what is newly let through, `-` what no longer is, `~` what partly changed, then what it is and where.
pub fn changes(issues: &[Issue], style: Style) -> String {
    let lines: String = issues.iter().map(|issue| format!("{}\n", one_line(&line(issue)))).collect();
    style.shown(&lines).into_owned()
}

fn line(issue: &Issue) -> String {
    let sign = match issue.code {
        _ if issue.title.starts_with("partly") => '~',
        Code::AccessLost | Code::NewlyDenied => '-',
        _ => '+',
    };
    let place = match issue.place() {
        Some((source, at)) => format!("  ({}:{}:{})", source.place_name(), at.line, at.column),
        None => String::new(),
    };
    format!("{sign} {}{place}", issue.title)
}
