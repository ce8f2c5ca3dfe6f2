//! The reasons why a policy is not public: whom its statements let in.

use super::external::Trust;
use super::judgement::Judgement;
use crate::explain::display::statement_name;
use crate::policy::Effect;
use crate::report::aws_messages::AwsCheck;

/// The largest number of statements that are described.
const DESCRIBED: usize = 4;

impl Judgement<'_> {
    /// For a policy that is not public: says of each Allow statement for everybody which conditions it has on callers, and of the others
    /// whom they name.
    pub(in crate::report) fn confined(&self) -> Vec<(&'static str, String)> {
        let AwsCheck::NoPublicAccess(of) = self.check else { return Vec::new() };
        if !self.answer.verdict.is_pass() {
            return Vec::new();
        }
        let allows =
            self.policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Allow);
        let described = allows.filter_map(|(index, statement)| {
            let line = self.policy.source.position(statement.span.start as usize).line;
            let name = statement_name(index, Some(statement));
            let principal = statement.principal.as_ref().filter(|principal| !principal.negated)?;
            let callers = || {
                let of_callers =
                    statement.conditions.iter().map(|condition| Trust::of(condition, &self.names, of));
                let told = of_callers.filter(|trust| trust.is_of_trust && trust.confines());
                told.map(|trust| format!("{} = {}", trust.key, trust.values().join(" or ")))
                    .collect::<Vec<_>>()
            };
            let is_everyone =
                principal.everyone || principal.values.iter().any(|v| v.value.text.contains(['*', '?']));
            let whom = match (is_everyone, callers()) {
                (false, _) => {
                    let named: Vec<&str> =
                        principal.values.iter().map(|v| &*v.value.text).take(DESCRIBED).collect();
                    let more = if principal.values.len() > DESCRIBED { ", ..." } else { "" };
                    format!("only {}{more}", named.join(", "))
                }
                (true, callers) if !callers.is_empty() => {
                    format!("only callers with {}", callers.join(" and "))
                }
                (true, _) => return None,
            };
            Some(("because", format!("{name} (line {line}) lets in {whom}")))
        });
        let mut told: Vec<(&'static str, String)> = described.take(DESCRIBED).collect();
        if told.iter().any(|(_, text)| text.contains("aws:PrincipalOrg")) {
            let note = "the accounts of an organization are not the public; `iamsat find-external-access` lists who is outside of \
                        your own account";
            told.push(("note", note.to_owned()));
        }
        told
    }
}
