//! A judgement in one sentence.

use super::judgement::Judgement;
use super::public_access::addresses;
use super::undecided::question;
use super::world::{among, every_request, latent};
use crate::check::ONLY_FOR_SCP;
use crate::code::Code;
use crate::evaluate::glob_matches;
use crate::explain::display::{counted, one_line};
use crate::policy::{Document, RequestSet};
use crate::query::World;
use crate::report::aws_messages::{AwsCheck, Lists};
use crate::report::issue::{Issue, Kind};
use crate::solve::Verdict;

/// The calls by which somebody signs in with a token or an assertion, in small letters.
const SIGN_IN: [&str; 2] = ["sts:assumerolewithsaml", "sts:assumerolewithwebidentity"];

impl Judgement<'_> {
    /// Returns the verdict in one sentence, after its name: `PASS. ...`. With `named`, the sentence names the policies.
    pub fn sentence(&self, issues: &[Issue], named: bool) -> String {
        let about = match (named, self.existing) {
            (false, _) => String::new(),
            (true, None) => format!("{}: ", self.policy.source.name()),
            (true, Some(existing)) => {
                format!("{} against {}: ", self.policy.source.name(), existing.source.name())
            }
        };
        let only = if self.answer.is_only_for_scp() { format!(", {ONLY_FOR_SCP}") } else { String::new() };
        let sentence = match &self.answer.verdict {
            Verdict::Pass(_) => {
                let (world, edition) = (self.answer.world, self.answer.edition.as_ref());
                let nothing = if issues.is_empty() { "; nothing to do" } else { "" };
                format!("PASS. {}: proved for {}{nothing}", pass(self), every_request(world, edition))
            }
            Verdict::Fail(_) => {
                let denied = self.told().filter(|f| f.finding.set == RequestSet::Denied).count();
                let found = self.told().count();
                let some = found - denied;
                let all = counted(self.policy.statements.len(), "statement");
                let what = match (self.check, some) {
                    (AwsCheck::NoNewAccess, one) => {
                        let allow = if one == 1 { "allows" } else { "allow" };
                        match self.existing {
                            Some(existing) if about.is_empty() => {
                                format!("{allow} more than {}", existing.source.name())
                            }
                            Some(_) | None => format!("{allow} more"),
                        }
                    }
                    (AwsCheck::AccessNotGranted(_), 1) => "grants listed access".to_owned(),
                    (AwsCheck::AccessNotGranted(_), _) => "grant listed access".to_owned(),
                    (AwsCheck::NoPublicAccess(_), 1) => "lets outsiders in".to_owned(),
                    (AwsCheck::NoPublicAccess(_), _) => "let outsiders in".to_owned(),
                };
                let accepted = issues.iter().filter(|i| i.accepted.is_some()).count();
                let accepted = match accepted {
                    0 => String::new(),
                    n if n == found => ", accepted".to_owned(),
                    n => format!(", {n} of them accepted"),
                };
                match issues.iter().filter(|i| i.kind == Kind::Unknown).count() {
                    0 => match self.answer.cut_short() {
                        None => {
                            let what =
                                self.failed(about.is_empty(), (some, denied), &format!("{all} {what}"));
                            format!("FAIL. {about}{what}{accepted}{only}")
                        }
                        Some(limit) => {
                            let what = self.failed(false, (some, denied), &format!("{all} {what}"));
                            format!(
                                "FAIL. {about}At least {what}{accepted}{only}; the limit `{}` ended the search for more",
                                limit.code()
                            )
                        }
                    },
                    n => {
                        let (reasons, findings) = (counted(n, "reason"), counted(found, "accepted finding"));
                        format!("UNKNOWN. {about}{reasons}, beside {findings}")
                    }
                }
            }
            Verdict::Unknown(unknown) => {
                let (what, reasons) = (question(self), counted(unknown.reasons.len(), "reason"));
                format!("UNKNOWN. {what}, for {reasons}")
            }
        };
        let end = self.end();
        one_line(&format!("{sentence}{end}"))
    }

    /// Returns the end of a sentence about a FAIL or UNKNOWN: the requests that the answer is about, or those that show it.
    fn end(&self) -> String {
        let edition = self.answer.edition.as_ref();
        match &self.answer.verdict {
            Verdict::Pass(_) => String::new(),
            Verdict::Fail(_) | Verdict::Unknown(_) => {
                latent(self.answer) + &among(self.answer.world, edition)
            }
        }
    }

    /// Counts the statements that are reasons for FAIL: those of the checked policy, and Deny statements of the existing one.
    fn failed(&self, starts: bool, (some, denied): (usize, usize), all: &str) -> String {
        let Some(existing) = self.existing.filter(|_| denied > 0) else { return format!("{some} of {all}") };
        let (name, denials) = (existing.source.name(), counted(existing.statements.len(), "statement"));
        let less = if starts && some == 0 { "Less" } else { "less" };
        let less = format!("{less} is denied than by {denied} of {denials} of {name}");
        if some == 0 { less } else { format!("{some} of {all}; {less}") }
    }

    /// Returns the assumptions that have a bearing on the answer: one about calls by which somebody signs in has none on a policy that covers
    /// no such call.
    pub fn assumptions(&self) -> impl Iterator<Item = Code> + '_ {
        let all = self.answer.assumptions.iter().map(|assumption| assumption.0);
        all.filter(|code| *code != Code::FederatedSignInIsUnsigned || self.covers_sign_in())
    }

    fn covers_sign_in(&self) -> bool {
        let mut statements = self.documents().into_iter().flat_map(|document| document.statements.iter());
        statements.any(|statement| {
            let is_sign_in = |glob: &_| SIGN_IN.iter().any(|action| glob_matches(glob, action));
            statement.action.negated
                || statement.action.values.iter().any(|value| is_sign_in(&value.value.glob))
        })
    }

    /// Describes the size of the search and how the policies were read.
    pub fn basis(&self) -> String {
        let sizes = self.answer.verdict.is_pass().then(|| proved(self));
        let beside = (self.answer.beside_others && self.check == AwsCheck::NoNewAccess)
            .then(|| "what the policies deny counts too, because they limit what others allow".to_owned());
        let inferred = self.answer.policy_type_inferred;
        let why = match self.answer.policy_type.has_principals() {
            true => "a statement has a Principal",
            false => "no statement has a Principal",
        };
        let inferred = inferred.then(|| format!("read as {}: {why}", self.answer.policy_type.reading(true)));
        // A sentence about one world names the day itself.
        let edition = self.answer.edition.as_ref().filter(|_| self.answer.world == World::Open);
        let listed = edition.map(|edition| format!("names of AWS as listed on {}", edition.date));
        sizes.into_iter().chain(beside).chain(inferred).chain(listed).collect::<Vec<_>>().join("; ")
    }
}

/// Says what a PASS means.
fn pass(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    match (judgement.check, judgement.existing) {
        (AwsCheck::NoNewAccess, Some(existing)) if judgement.answer.beside_others => {
            let existing = existing.source.name();
            format!("{name} lets nothing through that {existing} does not, beside whatever else grants")
        }
        (AwsCheck::NoNewAccess, Some(existing)) => {
            format!("{name} allows no request that {} does not", existing.source.name())
        }
        (AwsCheck::NoNewAccess, None) => format!("{name} allows nothing new"),
        (AwsCheck::AccessNotGranted(Lists { actions, resources }), _) => {
            let what = match (actions, resources) {
                (true, true) => "no listed action on any listed resource",
                (false, true) => "no access to any listed resource",
                _ => "no listed action",
            };
            format!("{name} grants {what}")
        }
        (AwsCheck::NoPublicAccess(_), _) => match &judgement.answer.addresses {
            Some(few) if !few.intervals().is_empty() => {
                format!("{name} lets outsiders in only from {}", addresses(few.sizes()))
            }
            _ => format!("{name} is not public, it lets no outsider in"),
        },
    }
}

/// Says how much was proved.
fn proved(judgement: &Judgement<'_>) -> String {
    let documents = judgement.documents();
    let statements: usize = documents.iter().map(|d| d.statements.len()).sum();
    let patterns: usize = documents.iter().map(|d| patterns(d)).sum();
    format!("{}, {}", counted(statements, "statement"), counted(patterns, "pattern"))
}

fn patterns(document: &Document) -> usize {
    document
        .statements
        .iter()
        .map(|s| {
            let conditions: usize = s.conditions.iter().map(|c| c.values.len()).sum();
            let principals = s.principal.as_ref().map_or(0, |p| p.values.len().max(1));
            let resources = s.resource.as_ref().map_or(0, |r| r.values.len());
            s.action.values.len() + principals + resources + conditions
        })
        .sum()
}
