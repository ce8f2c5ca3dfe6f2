//! Issues for access from outside a zone of trust: who gets in, the place in the policy, a request, and how to keep them out.

use super::external::{External, Values};
use super::places::label;
use super::{names, undecided};
use crate::check::ExternalFinding;
use crate::code::Code;
use crate::evaluate;
use crate::explain::display::{KeyNames, counted, one_line, plain, statement_name};
use crate::explain::replay::{self, Replayer};
use crate::explain::zone::{ZoneAdvisor, own_finding, who};
use crate::explain::{Leak, Part, Place, blame, leaks};
use crate::policy::{ActionPattern, Document, PolicyType, RequestSet, Statement};
use crate::report::display;
use crate::report::fingerprint::statement_text;
use crate::report::issue::{Issue, Kind, Mark};
use crate::request::{Request, Requester};
use crate::solve::{Finding, Verdict};
use crate::span::Spanned;

/// The largest number of findings whose advice is checked.
const MOST_CHECKED: usize = 8;

impl External<'_> {
    /// Makes issues of the findings, in the order of the table: place, principal, request, replay command and advice. Then adds
    /// the reasons why there may be more.
    pub fn issues(&self) -> Vec<Issue> {
        let documents = [self.policy];
        let mut referee = evaluate::Options::for_documents(&documents);
        referee.policy_type = PolicyType::Resource;
        referee.strict_arn = self.options.strict_arn;
        let teller = Teller {
            external: self,
            replayer: Replayer::new(&documents, &referee, self.options.aws_compat),
            referee,
            names: KeyNames::of(&documents),
            advisor: ZoneAdvisor {
                policy: self.policy,
                resource_type: self.resource_type,
                zone: self.zone,
                options: self.options,
            },
        };
        let findings = self.access.findings.iter().enumerate();
        let mut issues: Vec<Issue> =
            findings.filter_map(|(place, found)| teller.issue(place, found)).collect();
        if issues.len() != self.access.findings.len() {
            issues.push(Issue::new(Kind::Error, Code::InternalError, "a finding could not be explained"));
        }
        if let Verdict::Unknown(unknown) = &self.access.rest.verdict {
            let message = match issues.is_empty() {
                true => "could not decide whether anyone from outside is let in",
                false => "could not decide whether these are all who are let in from outside",
            };
            issues.extend(undecided::among(&documents, unknown, PolicyType::Resource, message));
        }
        issues
    }
}

/// The data for the issues of one policy.
struct Teller<'e> {
    external: &'e External<'e>,
    replayer: Replayer<'e>,
    referee: evaluate::Options,
    names: KeyNames<'e>,
    advisor: ZoneAdvisor<'e>,
}

impl Teller<'_> {
    /// Turns a finding into an issue, by its place among the findings.
    fn issue(&self, place: usize, found: &ExternalFinding) -> Option<Issue> {
        let external = self.external;
        let policy = external.policy;
        let own = own_finding(policy, found);
        let source = policy.statements.get(found.statement)?;
        let leaks = leaks(policy, &own, external.resource_type);
        let checks = place < MOST_CHECKED && !external.options.limits.is_over();
        let name = statement_name(found.statement, Some(source));
        let request = own.witness.request();
        let action = request.action.to_ascii_lowercase();
        let lets_in = |value: &&Spanned<ActionPattern>| evaluate::glob_matches(&value.value.glob, &action);
        let wildcards = source.action.values.iter().filter(lets_in);
        let mut notes = vec![
            ("request", display::table(&display::rows(request, &self.names, PolicyType::Resource))),
            ("allowed", plain(&(allowed(found, policy) + also_needed(request)))),
        ];
        notes.extend(names::wildcards(external.options.catalogue(), wildcards));
        notes.extend([
            ("help", plain(&self.advisor.help(found, &leaks, &name, checks))),
            self.replay(request),
        ]);
        let title = format!(
            "{} lets {} from outside {} use {} on {}",
            policy.source.name(),
            who(found),
            external.zone,
            named(External::actions(found), "action"),
            named(External::resources(found), "resource"),
        );
        let code = Code::ExternalAccess;
        let text = statement_text(policy, source);
        let named = [code.as_str(), &text, &who(found), &external.zone.to_string()];
        Some(Issue {
            source: Some(policy.source.clone()),
            marks: self.marks(found, &own, source, &leaks)?,
            pointer: Some(external.pointer(found)),
            notes,
            ..Issue::new(Kind::Finding, code, one_line(&title)).with_fingerprint(&named)
        })
    }

    /// Marks the parts that let the request through: first the principals, then the other parts and the conditions.
    fn marks(
        &self,
        found: &ExternalFinding,
        own: &Finding,
        source: &Statement,
        leaks: &[(usize, Leak)],
    ) -> Option<Vec<Mark>> {
        let blamed = blame(self.external.policy, own, None, &self.referee)?;
        let (of_principal, others): (Vec<Place>, Vec<Place>) =
            std::iter::once(blamed.primary).chain(blamed.others).partition(|p| p.part == Part::Principal);
        let mut marks: Vec<Mark> = Vec::new();
        marks.extend(of_principal.iter().map(|place| Mark {
            span: place.span,
            label: match (place.negated, found.is_wholly_outside) {
                (true, _) => "anyone except these, including callers outside".to_owned(),
                (false, true) => "all of this is from outside".to_owned(),
                (false, false) => "some of these callers are outside".to_owned(),
            },
        }));
        marks.extend(others.iter().map(|p| Mark { span: p.span, label: label(p).to_owned() }));
        marks.extend(leaks.iter().filter_map(|(place, leak)| {
            let condition = source.conditions.get(*place)?;
            let label = one_line(&self.advisor.why(condition, *leak, own));
            Some(Mark { span: condition.operator.span, label })
        }));
        Some(marks)
    }

    /// Writes the command that replays the request, or the reason why there is none.
    fn replay(&self, request: &Request) -> (&'static str, String) {
        let external = self.external;
        let command = match self.replayer.spelled(request, RequestSet::ALLOWED) {
            Some(spelled) => {
                replay::command(&spelled, &[external.argument], "allowed", external.options.strict_arn)
            }
            None => Err("flags cannot express everything that matters about the request"),
        };
        match command {
            Ok(command) => ("replay", command),
            Err(why) => ("no replay", why.to_owned()),
        }
    }
}

/// Names the values of an element in a few words.
fn named((negated, values): Values<'_>, noun: &str) -> String {
    let listed = match values.as_slice() {
        [] | ["*"] if !negated => return format!("any {noun}"),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [first, ..] => format!("{first} and {} more", values.len() - 1),
        [] => "nothing".to_owned(),
    };
    if negated { format!("any {noun} but {listed}") } else { listed }
}

/// Says what else the caller of another account needs.
fn also_needed(request: &Request) -> &'static str {
    match request.requester {
        Some(Requester::User { .. } | Requester::RoleSession { .. }) => {
            "; across accounts, an identity policy of the caller has to allow it too"
        }
        _ => "",
    }
}

/// Names the statements that allow the request.
fn allowed(found: &ExternalFinding, policy: &Document) -> String {
    let name = |index: usize| statement_name(index, policy.statements.get(index));
    let others = found.statements.iter().filter(|index| **index != found.statement).count();
    match others {
        0 => format!("by {}", name(found.statement)),
        n => format!("by {}, and by {}", name(found.statement), counted(n, "other statement")),
    }
}
