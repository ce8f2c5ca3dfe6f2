//! Differences as a short list: a line each, the kind of change first.

use super::style::Style;
use crate::code::Code;
use crate::explain::display::one_line;
use crate::report::issue::Issue;

/// Lists differences: `+` what is newly let through, `-` what no longer is, `~` what partly changed, then what it is and where. A few of
/// them are explained.
pub fn changes(issues: &[Issue], style: Style) -> String {
    let mut lines = String::new();
    for issue in issues {
        lines.push_str(&format!("{}\n", one_line(&line(issue))));
        // A long list is for looking over.
        if issues.len() <= EXPLAINED {
            let notes = issue.notes.iter().filter(|(name, _)| matches!(*name, "before" | "after" | "help"));
            for (name, text) in notes {
                let text = text.lines().map(str::trim).collect::<Vec<_>>().join("; ").replace(":; ", ": ");
                lines.push_str(&format!("    {:7} {}\n", format!("{name}:"), one_line(&text)));
            }
        }
    }
    if issues.len() > EXPLAINED {
        lines.push_str("-v shows the reason and an example of each, and what to do\n");
    }
    style.shown(&lines).into_owned()
}

/// The largest number of differences that are explained without `-v`.
const EXPLAINED: usize = 5;

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
