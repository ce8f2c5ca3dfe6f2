//! The outcome of Block Public Access, line by line.

use crate::evaluate;
use crate::explain::blame_for_outsider;
use crate::explain::display::{KeyNames, one_line, statement_name};
use crate::explain::replay::{self, Replayer};
use crate::policy::{Document, PolicyType, RequestSet};
use crate::report::answer::BlockReport;
use crate::report::display;
use crate::request::Request;
use crate::solve::Verdict;

impl BlockReport<'_> {
    /// Writes the answer for people, line by line.
    pub fn text(&self) -> String {
        let settings = self.of.settings.named().into_iter().filter(|(_, on)| *on);
        let on: Vec<&str> = settings.map(|(name, _)| name).collect();
        let rows = [
            ("settings", if on.is_empty() { "none is on".to_owned() } else { on.join(", ") }),
            ("policy", self.policy_row()),
            ("why", self.why_row()),
            ("acl", self.acl_row()),
            ("rejected", self.rejected_row()),
            ("remains", self.remains_row()),
        ];
        let mut out = String::new();
        for (name, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
            out.push_str(&row(name, &one_line(&text)));
        }
        if let (Some(witness), Some(policy)) = (self.witness(), self.of.policy) {
            out.push_str(&self.request_rows(policy, witness));
        }
        for help in self.help() {
            for (index, line) in help.lines().enumerate() {
                out.push_str(&row(if index == 0 { "help" } else { "" }, &one_line(line)));
            }
        }
        out
    }

    fn policy_row(&self) -> String {
        match (self.of.policy, &self.outcome.public) {
            (None, _) => "none".to_owned(),
            (Some(_), None) => "not public: only a VPC can use the access point".to_owned(),
            (Some(policy), Some(answer)) => match &answer.verdict {
                Verdict::Pass(_) => "not public: proved for every request".to_owned(),
                Verdict::Unknown(_) => "it could not be decided whether it is public".to_owned(),
                Verdict::Fail(findings) => {
                    let name = |index: usize| {
                        let statement = policy.statements.get(index);
                        let span = statement.map_or(policy.span, |statement| statement.span);
                        let line = policy.source.position(span.start as usize).line;
                        format!(
                            "{} ({}:{line})",
                            statement_name(index, statement),
                            policy.source.place_name()
                        )
                    };
                    let statements: Vec<String> = findings.iter().map(|f| name(f.statement)).collect();
                    format!("public, by {}", statements.join(" and "))
                }
            },
        }
    }

    /// Says why the policy is public: what its first public statement says of callers.
    fn why_row(&self) -> String {
        let public = self.outcome.public.as_ref().map(|answer| &answer.verdict);
        let (Some(policy), Some(Verdict::Fail(findings))) = (self.of.policy, public) else {
            return String::new();
        };
        let mut options = evaluate::Options::for_documents(&[policy]);
        options.policy_type = PolicyType::Resource;
        options.strict_arn = self.options.strict_arn;
        options.allows_whole_resource = true;
        let first = findings.first();
        let blame =
            first.and_then(|found| blame_for_outsider(policy, found, self.of.resource_type, &options));
        let Some(blame) = blame else { return String::new() };
        let principal = policy.source.slice(blame.primary.span);
        let statement = policy.statements.get(blame.statement);
        let loose = blame.conditions.iter().filter_map(|loose| {
            let condition = statement?.conditions.get(loose.condition)?;
            Some(format!("the condition on {} {}", condition.key.value.text, loose.why))
        });
        let whom = format!("{principal} can be an outsider");
        std::iter::once(whom).chain(loose).collect::<Vec<_>>().join("; ")
    }

    fn acl_row(&self) -> String {
        let grants = self.granted();
        match (self.of.grants.is_empty(), grants.is_empty()) {
            (true, _) => "not given (--acl)".to_owned(),
            (false, true) => "not public".to_owned(),
            (false, false) => format!("public: {}", grants.join(", ")),
        }
    }

    fn rejected_row(&self) -> String {
        let (policy, acl) = (self.outcome.rejects_policy, self.outcome.rejects_acl);
        let policy = policy.then(|| format!("a new {} with this policy", self.put_policy()));
        let acl = acl.then(|| "a new PutBucketAcl with this ACL".to_owned());
        let mut rejected: Vec<String> = policy.into_iter().chain(acl).collect();
        if self.may_reject_policy() {
            rejected.push(format!("it could not be decided whether {} is", self.put_policy()));
        } else if rejected.is_empty() {
            rejected.push("nothing".to_owned());
        }
        rejected.join(", ")
    }

    fn remains_row(&self) -> String {
        let mut remains = Vec::new();
        match self.outcome.policy_stays_public {
            Some(true) if self.outcome.rejects_policy => remains.push(
                "if the policy is already attached, it stays in force: BlockPublicPolicy does not change existing policies"
                    .to_owned(),
            ),
            Some(true) => remains.push("the access that the policy gives to everyone".to_owned()),
            None => remains.push("it could not be decided whether the policy is public".to_owned()),
            Some(false) => {}
        }
        if self.outcome.acl_stays_public {
            remains.push("the public grants of the ACL".to_owned());
        } else if !self.public_grants().is_empty() {
            remains.push("the public grants of the ACL are ignored".to_owned());
        }
        remains.extend(self.outcome.remaining.as_ref().map(|answer| self.kept(&answer.verdict)));
        if remains.is_empty() {
            remains.push("no public access".to_owned());
        }
        remains.join("; ")
    }

    /// Returns a request for which access remains; if nothing is restricted, one that makes the policy public.
    fn witness(&self) -> Option<&Request> {
        match &self.outcome.remaining.as_ref().or(self.outcome.public.as_ref())?.verdict {
            Verdict::Fail(findings) => findings.first().map(|f| f.witness.request()),
            Verdict::Pass(_) | Verdict::Unknown(_) => None,
        }
    }

    fn request_rows(&self, policy: &Document, witness: &Request) -> String {
        let mut out = String::new();
        let rows = display::rows(witness, &KeyNames::of(&[policy]), PolicyType::Resource);
        for (index, line) in display::table(&rows).lines().enumerate() {
            out.push_str(&row(if index == 0 { "example" } else { "" }, line));
        }
        if let Some(command) = self.replay(policy, witness) {
            out.push_str(&row("replay", &command));
        }
        out
    }

    /// Writes the command that replays a request that the policy allows.
    fn replay(&self, policy: &Document, request: &Request) -> Option<String> {
        let mut referee = evaluate::Options::for_documents(&[policy]);
        referee.policy_type = PolicyType::Resource;
        referee.strict_arn = self.options.strict_arn;
        // `simulate` reads the policy under other options, so the replay is tried under those of the answer.
        referee.allows_whole_resource = true;
        let spelled = Replayer::new(&[policy], &referee, self.options.aws_compat)
            .spelled(request, RequestSet::ALLOWED)?;
        replay::command(&spelled, &[self.argument?], "allowed", self.options.strict_arn).ok()
    }

    /// Says what access services and the owner keep if the policy is restricted to them.
    fn kept(&self, of_policy: &Verdict) -> String {
        let owner = self.of.owner;
        let kept = match of_policy {
            Verdict::Fail(_) => match owner {
                Some(owner) => {
                    format!("services and users of {owner} keep the access that the policy gives them")
                }
                None => "services keep the access that the policy gives them".to_owned(),
            },
            Verdict::Pass(_) => match owner {
                Some(owner) => {
                    format!(
                        "no access by the policy: it allows nothing to services and users of {owner} (proved)"
                    )
                }
                None => "no access by the policy: it allows nothing to services (proved)".to_owned(),
            },
            Verdict::Unknown(_) => match owner {
                Some(owner) => format!("it could not be decided what services and users of {owner} keep"),
                None => "it could not be decided what services keep".to_owned(),
            },
        };
        let unnamed =
            if owner.is_none() { "; name the owner with --owner to see what its users keep" } else { "" };
        let condition = if self.is_open() { "if the policy is public, " } else { "" };
        format!("{condition}{kept}{unnamed}")
    }
}

fn row(name: &str, text: &str) -> String {
    format!("{name:<9} {text}\n")
}
