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

    /// Names the values for which the check fails; `None` if there are none.
    pub fn named(&self) -> Option<String> {
        let values = self.fails_with.as_ref().filter(|values| !values.is_empty())?;
        let told: Vec<String> = values.iter().map(|(name, value)| format!("{name} = `{value}`")).collect();
        Some(told.join(", "))
    }

    /// Says how to keep a template from having the values for which the check fails; `None` for other files, and if the check fails with
    /// every value.
    pub fn advice(&self) -> Option<(&'static str, String)> {
        let is_open = self.has_patterns && !self.holds_always && self.passes_if.is_none();
        let values = self.fails_with.as_ref().filter(|_| is_open)?;
        // A template does not declare pseudo parameters, so it cannot limit them.
        let mut declared = values.iter().filter(|(name, _)| !name.starts_with("AWS::"));
        let (name, value) = declared.next()?;
        let others = if declared.next().is_some() { " (the same for the other parameters)" } else { "" };
        let advice = format!(
            "if {name} is never to be `{value}`, give the parameter {name} a list AllowedValues without `{value}`{others}; if it may be and this is not wanted, correct the marked statement, for example with a fixed value instead of {name}"
        );
        Some(("help", advice))
    }

    /// Returns the values for which the check fails, as notes of an issue.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let mut notes = Vec::new();
        if let Some(told) = self.named() {
            notes.push((
                "values",
                match self.holds_always {
                    true => format!("the check fails for every value of what is unknown; shown with {told}"),
                    false => format!("the check fails with {told}, which nothing in the file excludes"),
                },
            ));
        }
        if let Some(passes) = &self.passes_if {
            let mut text =
                format!("the check passes if {} {} (proved)", passes.names.join(" and "), passes.condition);
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
