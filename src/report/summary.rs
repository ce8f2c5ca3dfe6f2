//! The last line over several inputs.

use crate::explain::display::counted;
use crate::report::issue::{Report, Status};

impl Report {
    /// Writes the last line over several inputs.
    pub fn summary(&self) -> String {
        let command = self.command;
        let distinct = |names: Vec<&str>| {
            let mut names = names;
            names.sort_unstable();
            names.dedup();
            names.len()
        };
        let judged = || self.subjects.iter().filter(|s| s.status != Status::Skipped);
        let inputs = match (distinct(judged().map(|s| s.name.as_str()).collect()), command) {
            (n, "verify") => counted(n, "certificate"),
            (1, _) => "1 policy".to_owned(),
            (n, _) => format!("{n} policies"),
        };
        let rules = match distinct(self.subjects.iter().filter_map(|s| s.rule.as_deref()).collect()) {
            0 => String::new(),
            n if command == "check" => format!(", {}", counted(n, "check")),
            n => format!(", {}", counted(n, "rule")),
        };
        let count = |status: Status, accepted: bool| {
            judged().filter(|s| s.status == status && s.accepted().is_some() == accepted).count()
        };
        let skipped = self.subjects.iter().filter(|s| s.status == Status::Skipped).count();
        let parts = [
            (count(Status::Fail, false), "FAIL"),
            (count(Status::Unknown, false), "UNKNOWN"),
            (count(Status::Error, false), "error"),
            (count(Status::Pass, false), "PASS"),
            (count(Status::Fail, true), "accepted"),
            (skipped, "skipped"),
        ];
        // What a certificate shows is a PASS or a FAIL too.
        let part = |(n, kind): (usize, &str)| match (kind, command) {
            ("error", _) => counted(n, kind),
            ("FAIL", "verify") => format!("{n} refused"),
            ("UNKNOWN", "verify") => format!("{n} not verified"),
            ("PASS", "verify") => format!("{n} verified"),
            (kind, _) => format!("{n} {kind}"),
        };
        let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(part).collect();
        format!("{command}: {inputs}{rules}: {}{}\n", parts.join(", "), self.about)
    }
}
