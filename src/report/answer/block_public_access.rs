//! The outcome of Block Public Access for a bucket or access point.

use crate::check::{AclGrant, BlockOutcome, BlockSettings, Blocked, Options};
use crate::code::Code;
use crate::evaluate;
use crate::explain::display::one_line;
use crate::explain::replay::{self, Replayer};
use crate::explain::shell_quoted;
use crate::policy::{Document, PolicyType, RequestSet};
use crate::report::issue::{Issue, Kind};
use crate::request::Request;
use crate::solve::Verdict;

impl BlockSettings {
    /// Lists the settings by AWS's names.
    pub(in crate::report) fn named(self) -> [(&'static str, bool); 4] {
        [
            ("BlockPublicAcls", self.block_public_acls),
            ("IgnorePublicAcls", self.ignore_public_acls),
            ("BlockPublicPolicy", self.block_public_policy),
            ("RestrictPublicBuckets", self.restrict_public_buckets),
        ]
    }
}

/// An outcome with what it is about.
#[derive(Clone, Copy, Debug)]
pub struct BlockReport<'a> {
    /// The question.
    pub of: &'a Blocked<'a>,
    /// The outcome.
    pub outcome: &'a BlockOutcome,
    /// The argument that the policy came from.
    pub argument: Option<&'a str>,
    /// The way in which the question was asked.
    pub options: &'a Options,
}

impl BlockReport<'_> {
    /// Returns true if something public remains or would be rejected; `None` if that is not known.
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

    /// Returns true if it could not be decided whether the policy is public.
    pub(in crate::report) fn is_open(&self) -> bool {
        self.outcome.public.as_ref().is_some_and(|answer| matches!(answer.verdict, Verdict::Unknown(_)))
    }

    /// Returns true if it could not be decided whether putting the policy would be rejected.
    pub(in crate::report) fn may_reject_policy(&self) -> bool {
        self.is_open() && self.of.settings.block_public_policy
    }

    /// Names the action that puts the policy.
    pub(in crate::report) fn put_policy(&self) -> &'static str {
        match self.of.resource_type.is_access_point() {
            true => "PutAccessPointPolicy",
            false => "PutBucketPolicy",
        }
    }

    /// Lists the public grants of the ACL.
    pub(in crate::report) fn public_grants(&self) -> Vec<&AclGrant> {
        self.of.grants.iter().filter(|grant| grant.is_public()).collect()
    }

    /// Lists the actions that would be rejected.
    pub(in crate::report) fn rejected(&self) -> Vec<&'static str> {
        let policy = self.outcome.rejects_policy.then_some(self.put_policy());
        policy.into_iter().chain(self.outcome.rejects_acl.then_some("PutBucketAcl")).collect()
    }

    /// Says the answer in one sentence.
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

    /// Makes an issue of a public ACL, unless it has no effect.
    pub fn of_acl(&self) -> Option<Issue> {
        if !self.outcome.acl_stays_public && !self.outcome.rejects_acl {
            return None;
        }
        let grants = one_line(&self.granted().join(", "));
        let issue = Issue::new(Kind::Finding, Code::PublicAcl, format!("the ACL is public: {grants}"));
        Some(issue.with_note("help", self.help().join("\n")))
    }

    /// Says the public grants in words.
    pub(in crate::report) fn granted(&self) -> Vec<String> {
        let grants = self.public_grants();
        // The last part of the group's URI.
        let name = |grant: &'_ AclGrant| match grant.grantee.rsplit_once('/') {
            Some((_, name)) => name.to_owned(),
            None => grant.grantee.clone(),
        };
        grants.iter().map(|grant| format!("{} to {}", grant.permission, name(grant))).collect()
    }

    /// Says what to do where something public remains or would be rejected.
    pub(in crate::report) fn help(&self) -> Vec<String> {
        let (of, outcome) = (self.of, self.outcome);
        let mut help = Vec::new();
        let is_public = matches!(outcome.public.as_ref().map(|a| &a.verdict), Some(Verdict::Fail(_)));
        if is_public && (outcome.policy_stays_public != Some(false) || outcome.rejects_policy) {
            let restrict = match outcome.policy_stays_public {
                Some(true) => ", or turn on RestrictPublicBuckets",
                _ => "",
            };
            // Without an argument the command has a place to fill in.
            let argument = self.argument.unwrap_or("POLICY");
            help.push(format!(
                "confine the policy{restrict}; what would do is told by\niamsat check-no-public-access --policy {} \
                 --resource-type {}",
                shell_quoted(argument),
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

    /// Writes the command that replays a request that the policy allows.
    pub(in crate::report) fn replay(&self, policy: &Document, request: &Request) -> Option<String> {
        let mut referee = evaluate::Options::for_documents(&[policy]);
        referee.policy_type = PolicyType::Resource;
        referee.strict_arn = self.options.strict_arn;
        // As the policy was read for the answer; `simulate` reads it otherwise, so that the replay is tried.
        referee.allows_whole_resource = true;
        let spelled = Replayer::new(&[policy], &referee, self.options.aws_compat)
            .spelled(request, RequestSet::ALLOWED)?;
        replay::command(&spelled, &[self.argument?], "allowed", self.options.strict_arn).ok()
    }

    /// Says what services and the owner keep of a policy, where it is restricted to them.
    pub(in crate::report) fn kept(&self, of_policy: &Verdict) -> String {
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
}
