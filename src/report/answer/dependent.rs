//! The relation of a verdict to values that are unknown.

use crate::check::{Depends, PARTITION, PassesIf};
use crate::code::Code;
use std::collections::BTreeMap;

/// The relation of a verdict to values that are unknown.
#[derive(Clone, Debug, Default)]
pub struct Dependent {
    /// The values on which the verdict depends, by name; none if it holds for every value.
    pub on: Vec<String>,
    /// Values for which the check fails, by name.
    pub fails_with: Option<BTreeMap<String, String>>,
    /// A restriction with which it is proved to pass.
    pub passes_if: Option<PassesIf>,
    /// The named assumptions of a verdict for every value.
    pub assumptions: Vec<Code>,
    /// True if the verdict holds for every value.
    pub holds_always: bool,
    /// The place where patterns for parameters are written: only templates have one.
    pub has_patterns: bool,
}

impl Dependent {
    /// Describes a finding that was shown with values.
    pub fn of(depends: &Depends, has_patterns: bool) -> Dependent {
        let is_about =
            |name: &String| depends.on.contains(name) || depends.on.is_empty() && name != PARTITION;
        let values = depends.shown.values.iter().filter(|(name, _)| is_about(name));
        Dependent {
            on: depends.on.clone(),
            fails_with: Some(values.map(|(name, value)| (name.clone(), value.clone())).collect()),
            passes_if: depends.passes_if.clone(),
            assumptions: Vec::new(),
            holds_always: depends.on.is_empty(),
            has_patterns,
        }
    }

    /// Returns the values for which the check fails, as notes of an issue.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let mut notes = Vec::new();
        if let Some(values) = self.fails_with.as_ref().filter(|values| !values.is_empty()) {
            let told: Vec<String> =
                values.iter().map(|(name, value)| format!("{name} = `{value}`")).collect();
            let told = told.join(", ");
            notes.push((
                "values",
                match self.holds_always {
                    true => format!("it fails for every value of what is unknown; shown with {told}"),
                    false => format!("it fails with {told}"),
                },
            ));
        }
        if let Some(passes) = &self.passes_if {
            let mut text =
                format!("it passes if {} {} (proved)", passes.names.join(" and "), passes.condition);
            if let Some(pattern) = passes.pattern.as_ref().filter(|_| self.has_patterns) {
                text.push_str(&format!(": add `AllowedPattern: '{pattern}'`"));
            }
            notes.push(("help", text));
        }
        notes
    }

    /// Returns the flags that give the values of the finding, for a command that replays it.
    pub fn flags(&self, values: &BTreeMap<String, String>) -> String {
        let quoted = |text: String| format!("'{}'", text.replace('\'', r"'\''"));
        values.iter().map(|(name, value)| format!(" --set {}", quoted(format!("{name}={value}")))).collect()
    }
}
