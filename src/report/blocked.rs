//! What Block Public Access makes of a bucket, for people and programs.

use super::names::{KeyNames, one_line};
use super::replay::{self, Replayer};
use super::{Issue, Judgement, Kind, Question, json, request};
use crate::check::{AclGrant, BlockOutcome, BlockSettings, Blocked, Options};
use crate::evaluate;
use crate::policy::{Document, PolicyType};
use crate::request::Request;
use crate::solve::Verdict;
use serde_json::{Value, json as value};

impl BlockSettings {
    /// The settings by AWS's names.
    fn named(self) -> [(&'static str, bool); 4] {
        [
            ("BlockPublicAcls", self.block_public_acls),
            ("IgnorePublicAcls", self.ignore_public_acls),
            ("BlockPublicPolicy", self.block_public_policy),
            ("RestrictPublicBuckets", self.restrict_public_buckets),
        ]
    }
}

/// The outcome with what it is about.
#[derive(Clone, Copy, Debug)]
pub struct BlockReport<'a> {
    /// What was asked.
    pub of: &'a Blocked<'a>,
    /// What came out.
    pub outcome: &'a BlockOutcome,
    /// The argument that the policy came from.
    pub argument: Option<&'a str>,
}

impl BlockReport<'_> {
    /// Whether something public remains or would be rejected; `None` if that is not known.
    pub fn is_found(&self) -> Option<bool> {
        let outcome = self.outcome;
        if outcome.acl_stays_public || outcome.rejects_acl || outcome.rejects_policy {
            return Some(true);
        }
        match outcome.policy_stays_public {
            Some(true) => Some(true),
            Some(false) if !self.may_reject_policy() => Some(false),
            _ => None,
        }
    }

    /// Whether it could not be decided whether the policy is public.
    fn is_open(&self) -> bool {
        self.outcome.public.as_ref().is_some_and(|answer| matches!(answer.verdict, Verdict::Unknown(_)))
    }

    /// Whether it could not be decided whether putting the policy would be rejected.
    fn may_reject_policy(&self) -> bool {
        self.is_open() && self.of.settings.block_public_policy
    }

    fn put_policy(&self) -> &'static str {
        match self.of.resource_type.is_access_point() {
            true => "PutAccessPointPolicy",
            false => "PutBucketPolicy",
        }
    }

    fn public_grants(&self) -> Vec<&AclGrant> {
        self.of.grants.iter().filter(|grant| grant.is_public()).collect()
    }

    /// The actions that would be rejected.
    fn rejected(&self) -> Vec<&'static str> {
        let policy = self.outcome.rejects_policy.then_some(self.put_policy());
        policy.into_iter().chain(self.outcome.rejects_acl.then_some("PutBucketAcl")).collect()
    }

    /// The answer as JSON.
    pub fn json(&self, options: &Options) -> Value {
        let (of, outcome) = (self.of, self.outcome);
        let grant = |grant: &&AclGrant| value!({"Grantee": grant.grantee, "Permission": grant.permission});
        let settings: serde_json::Map<String, Value> =
            of.settings.named().into_iter().map(|(name, on)| (name.to_owned(), value!(on))).collect();
        let check = of.policy.zip(outcome.public.as_ref()).map(|(policy, answer)| {
            let question = Question::NoPublicAccess(of.resource_type);
            json::judgement(&Judgement::new(question, policy, None, answer, options))
        });
        let is_public = outcome.public.as_ref().map(|answer| match answer.verdict {
            Verdict::Pass(_) => value!(false),
            Verdict::Fail(_) => value!(true),
            Verdict::Unknown(_) => Value::Null,
        });
        let remaining = outcome.remaining.as_ref().map(|answer| match &answer.verdict {
            Verdict::Fail(findings) => findings.first().map_or(Value::Null, |f| {
                json::request(f.witness.request(), &of.policy.into_iter().collect::<Vec<_>>())
            }),
            Verdict::Pass(_) | Verdict::Unknown(_) => Value::Null,
        });
        let is_restricted = match self.is_open() && outcome.remaining.is_some() {
            true => Value::Null,
            false => value!(outcome.remaining.is_some()),
        };
        let mut out = value!({
            "result": match self.is_found() { Some(true) => "FOUND", Some(false) => "NONE", None => "UNKNOWN" },
            "message": self.sentence(),
            "settings": settings,
            "policy": {"isPublic": is_public.unwrap_or(value!(false)), "check": check},
            "acl": {"isPublic": !self.public_grants().is_empty(), "publicGrants": self.public_grants().iter().map(grant).collect::<Vec<_>>()},
            "rejected": self.rejected(),
            "remains": {
                "publicPolicy": outcome.policy_stays_public,
                "publicAcl": outcome.acl_stays_public,
                "restrictedToOwnerAndServices": is_restricted,
                "witness": remaining,
            },
        });
        if let (true, Value::Object(members)) = (self.may_reject_policy(), &mut out) {
            members.insert("maybeRejected".to_owned(), value!([self.put_policy()]));
        }
        out
    }

    /// The answer in one sentence.
    pub fn sentence(&self) -> String {
        match self.is_found() {
            Some(true) => {
                let remains = self.outcome.policy_stays_public == Some(true) || self.outcome.acl_stays_public;
                let mut rejected = self.rejected().join(" and ");
                if self.may_reject_policy() {
                    rejected.push_str(&format!(" and maybe {}", self.put_policy()));
                }
                match (remains, self.outcome.policy_stays_public) {
                    (true, _) => "public access remains".to_owned(),
                    (false, Some(_)) => format!("no public access remains, and {rejected} would be rejected"),
                    (false, None) => {
                        format!(
                            "{rejected} would be rejected; it could not be decided whether public access remains"
                        )
                    }
                }
            }
            Some(false) => "no public access remains".to_owned(),
            None => "UNKNOWN. it could not be decided whether the policy is public".to_owned(),
        }
    }

    /// What there is to tell about the ACL: that it is public, unless that has no effect.
    pub fn of_acl(&self) -> Option<Issue> {
        if !self.outcome.acl_stays_public && !self.outcome.rejects_acl {
            return None;
        }
        let grants = one_line(&self.granted().join(", "));
        let issue = Issue::new(Kind::Finding, "public-acl", format!("the ACL is public: {grants}"));
        Some(issue.with_note("help", self.help().join("\n")))
    }

    /// The public grants in words.
    fn granted(&self) -> Vec<String> {
        let grants = self.public_grants();
        let name = |grant: &&AclGrant| grant.grantee.rsplit('/').next().unwrap_or_default().to_owned();
        grants.iter().map(|grant| format!("{} to {}", grant.permission, name(grant))).collect()
    }

    /// What to do where something public remains or would be rejected.
    fn help(&self) -> Vec<String> {
        let (of, outcome) = (self.of, self.outcome);
        let mut help = Vec::new();
        let is_public = matches!(outcome.public.as_ref().map(|a| &a.verdict), Some(Verdict::Fail(_)));
        if is_public && (outcome.policy_stays_public != Some(false) || outcome.rejects_policy) {
            let restrict = match outcome.policy_stays_public {
                Some(true) => ", or turn on RestrictPublicBuckets",
                _ => "",
            };
            help.push(format!(
                "confine the policy{restrict}; what would do is told by\niamsat check-no-public-access --policy {} \
                 --resource-type {}",
                super::shell_quoted(self.argument.unwrap_or("POLICY")),
                of.resource_type
            ));
        }
        match (outcome.acl_stays_public, outcome.rejects_acl) {
            (true, _) => {
                help.push("take these grants out of the ACL, or turn on IgnorePublicAcls".to_owned())
            }
            (false, true) => help.push("take these grants out of the ACL".to_owned()),
            (false, false) => {}
        }
        help
    }

    /// The command that replays a request that the policy allows.
    fn replay(&self, policy: &Document, request: &Request, options: &Options) -> Option<String> {
        let mut referee = evaluate::Options::for_documents(&[policy]);
        referee.policy_type = PolicyType::Resource;
        referee.strict_arn = options.strict_arn;
        // As the policy was read for the answer; `simulate` reads it otherwise, so that the replay is tried.
        referee.allows_whole_resource = true;
        let spelled = Replayer::new(&[policy], &referee, options.aws_compat).spelled(request)?;
        replay::command(&spelled, &[self.argument?], "allowed", options.strict_arn).ok()
    }

    /// What services and the owner keep of a policy, where it is restricted to them.
    fn kept(&self, of_policy: &Verdict) -> String {
        let owner = self.of.owner;
        let kept = match of_policy {
            Verdict::Fail(_) => match owner {
                Some(owner) => format!("services and users of {owner} keep what the policy gives them"),
                None => "services keep what the policy gives them".to_owned(),
            },
            Verdict::Pass(_) => match owner {
                Some(owner) => {
                    format!("nothing of the policy: it gives services and users of {owner} nothing (proved)")
                }
                None => "nothing of the policy for services: it gives them nothing (proved)".to_owned(),
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

    /// The answer for people, line by line.
    pub fn text(&self, options: &Options) -> String {
        let (of, outcome) = (self.of, self.outcome);
        let mut rows: Vec<(&str, String)> = Vec::new();
        let on: Vec<&str> =
            of.settings.named().into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect();
        rows.push(("settings", if on.is_empty() { "none is on".to_owned() } else { on.join(", ") }));
        rows.push((
            "policy",
            match (of.policy, &outcome.public) {
                (None, _) => "none".to_owned(),
                (Some(_), None) => "not public: only a VPC can use the access point".to_owned(),
                (Some(policy), Some(answer)) => match &answer.verdict {
                    Verdict::Pass(_) => "not public: proved for every request".to_owned(),
                    Verdict::Unknown(_) => "it could not be decided whether it is public".to_owned(),
                    Verdict::Fail(findings) => {
                        let statements: Vec<String> =
                            findings.iter().map(|f| f.statement.to_string()).collect();
                        let plural = if statements.len() == 1 { "" } else { "s" };
                        format!(
                            "public, by statement{plural} {} of {}",
                            statements.join(", "),
                            policy.source.name()
                        )
                    }
                },
            },
        ));
        let grants = self.granted();
        rows.push((
            "acl",
            match (of.grants.is_empty(), grants.is_empty()) {
                (true, _) => "none".to_owned(),
                (false, true) => "not public".to_owned(),
                (false, false) => format!("public: {}", grants.join(", ")),
            },
        ));
        let rejected = self.rejected();
        let mut rejected: Vec<String> = rejected.into_iter().map(str::to_owned).collect();
        if self.may_reject_policy() {
            rejected.push(format!("it could not be decided whether {} is", self.put_policy()));
        } else if rejected.is_empty() {
            rejected.push("nothing".to_owned());
        }
        rows.push(("rejected", rejected.join(", ")));
        let mut remains = Vec::new();
        match outcome.policy_stays_public {
            Some(true) => remains.push("what the policy gives to everyone".to_owned()),
            None => remains.push("it could not be decided whether the policy is public".to_owned()),
            Some(false) => {}
        }
        if outcome.acl_stays_public {
            remains.push("the public grants of the ACL".to_owned());
        } else if !grants.is_empty() {
            remains.push("the public grants of the ACL are ignored".to_owned());
        }
        let witness = match outcome.remaining.as_ref().map(|answer| &answer.verdict) {
            Some(kept) => {
                remains.push(self.kept(kept));
                match kept {
                    Verdict::Fail(findings) => findings.first().map(|f| f.witness.request()),
                    Verdict::Pass(_) | Verdict::Unknown(_) => None,
                }
            }
            None => match outcome.public.as_ref().map(|answer| &answer.verdict) {
                Some(Verdict::Fail(findings)) => findings.first().map(|f| f.witness.request()),
                _ => None,
            },
        };
        if remains.is_empty() {
            remains.push("no public access".to_owned());
        }
        rows.push(("remains", remains.join("; ")));
        let mut out = String::new();
        for (name, text) in rows {
            out.push_str(&format!("{name:<9} {}\n", one_line(&text)));
        }
        if let (Some(witness), Some(policy)) = (witness, of.policy) {
            let rows = request::rows(witness, &KeyNames::of(&[policy]), PolicyType::Resource);
            for (index, line) in request::table(&rows).lines().enumerate() {
                out.push_str(&format!("{:<9} {line}\n", if index == 0 { "request" } else { "" }));
            }
            if let Some(command) = self.replay(policy, witness, options) {
                out.push_str(&format!("{:<9} {command}\n", "replay"));
            }
        }
        for help in self.help() {
            for (index, line) in help.lines().enumerate() {
                out.push_str(&format!("{:<9} {}\n", if index == 0 { "help" } else { "" }, one_line(line)));
            }
        }
        out
    }
}
