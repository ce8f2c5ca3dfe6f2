//! Access from outside a zone of trust as a table.

use super::table::table;
use crate::explain::display::{counted, one_line};
use crate::explain::zone::outsider;
use crate::policy::OperatorBase;
use crate::report::answer::External;
use crate::report::answer::external::{Trust, Values, number};
use crate::report::issue::Issue;

/// The number of letters of a table cell that are shown.
const WIDEST: usize = 44;

impl External<'_> {
    /// Writes the findings as a table of at most this width, without those whose issue is accepted; empty if there are none.
    pub fn table(&self, issues: &[Issue], width: Option<usize>) -> String {
        let mut rows: Vec<[String; 8]> = vec![
            ["", "PRINCIPAL", "PUBLIC", "OUTSIDE", "ACTIONS", "RESOURCES", "CONDITION", "STATEMENT"]
                .map(str::to_owned),
        ];
        let findings = self.access.findings.iter().enumerate();
        for (place, finding) in findings.filter(|(place, _)| !self.is_accepted(issues, *place)) {
            let (kind, principal) = outsider(finding);
            let list = |(negated, values): Values<'_>| match negated {
                true => short(&format!("all but {}", values.join(", "))),
                false => short(&values.join(", ")),
            };
            let (of_trust, others): (Vec<Trust<'_>>, Vec<Trust<'_>>) =
                self.conditions(finding).into_iter().partition(|trust| trust.is_of_trust);
            let mut conditions: Vec<String> = of_trust.iter().map(|trust| short(&cell(trust))).collect();
            if !others.is_empty() {
                conditions.push(format!("{} on other keys", counted(others.len(), "condition")));
            }
            let denied: Vec<String> = finding.denied_by.iter().map(ToString::to_string).collect();
            let unless = match denied.is_empty() {
                true => String::new(),
                false => short(&format!("unless denied by {}", denied.join(","))),
            };
            let conditions = [conditions.join(" and "), unless].join(" ").trim().to_owned();
            let statements: Vec<String> = finding.statements.iter().map(ToString::to_string).collect();
            let row = [
                number(place),
                short(&if kind == "AWS" { principal } else { format!("{kind} {principal}") }),
                if finding.is_public { "yes" } else { "no" }.to_owned(),
                if finding.is_wholly_outside { "wholly" } else { "partly" }.to_owned(),
                list(External::actions(finding)),
                list(External::resources(finding)),
                conditions,
                short(&statements.join(",")),
            ];
            rows.push(row);
        }
        if rows.len() == 1 {
            return String::new();
        }
        table(&rows, 0, width)
    }
}

/// Writes a condition in a cell.
fn cell(trust: &Trust<'_>) -> String {
    let (key, values) = (&trust.key, trust.values());
    match (trust.confines(), values.as_slice()) {
        (true, values) => format!("{key} {}", values.join("|")),
        (false, [value]) if trust.condition.operator.value.base == OperatorBase::Null => {
            let is = if value.eq_ignore_ascii_case("true") { "absent" } else { "present" };
            format!("{key} is {is}")
        }
        (false, values) => format!("{key} {} {}", trust.condition.operator_text, values.join("|")),
    }
}

/// Puts a text on one line, shortened to the width of a cell.
fn short(text: &str) -> String {
    let text = one_line(text);
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST - 3).chain("...".chars()).collect()
}
