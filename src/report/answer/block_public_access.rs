//! The outcome of Block Public Access for a bucket or access point.

use crate::check::{AclGrant, BlockOutcome, BlockSettings, Blocked, Options};
use crate::code::Code;
use crate::explain::display::one_line;
use crate::explain::shell_quoted;
use crate::report::issue::{Issue, Kind};
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

/// The outcome of Block Public Access, with its subject.
#[derive(Clone, Copy, Debug)]
pub struct BlockReport<'a> {
    /// The query.
    pub of: &'a Blocked<'a>,
    /// The outcome.
    pub outcome: &'a BlockOutcome,
    /// The argument that named the policy.
    pub argument: Option<&'a str>,
    /// The options of the check.
    pub options: &'a Options,
}

impl BlockReport<'_> {
    /// True if something public remains or would be rejected; `None` if this is not known.
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

    /// True if it could not be decided whether the policy is public.
    pub(in crate::report) fn is_open(&self) -> bool {
        self.outcome.public.as_ref().is_some_and(|answer| matches!(answer.verdict, Verdict::Unknown(_)))
    }

    /// True if it could not be decided whether putting the policy would be rejected.
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

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        match self.is_found() {
            Some(true) => {
                let remains = self.outcome.policy_stays_public == Some(true) || self.outcome.acl_stays_public;
                let mut rejected = self.rejected().join(" and ");
                if self.may_reject_policy() {
                    rejected.push_str(&format!(" and maybe {}", self.put_policy()));
                }
                let stays = self.outcome.policy_stays_public == Some(true) && self.outcome.rejects_policy;
                match (remains, self.outcome.policy_stays_public) {
                    (true, _) if stays && !self.outcome.acl_stays_public => {
                        let name = self.of.policy.map_or("the policy", |policy| policy.source.name());
                        one_line(&format!(
                            "{name} is public: AWS rejects a new {} with it, but it stays in force if it is already attached",
                            self.put_policy()
                        ))
                    }
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

    /// Makes an issue of a public ACL, unless the ACL has no effect.
    pub fn of_acl(&self) -> Option<Issue> {
        if !self.outcome.acl_stays_public && !self.outcome.rejects_acl {
            return None;
        }
        let grants = one_line(&self.granted().join(", "));
        let issue = Issue::new(Kind::Finding, Code::PublicAcl, format!("the ACL is public: {grants}"));
        Some(issue.with_note("help", self.help().join("\n")))
    }

    /// Describes the public grants.
    pub(in crate::report) fn granted(&self) -> Vec<String> {
        let grants = self.public_grants();
        // The group is named by the last part of its URI.
        let name = |grant: &'_ AclGrant| match grant.grantee.rsplit_once('/') {
            Some((_, name)) => name.to_owned(),
            None => grant.grantee.clone(),
        };
        grants.iter().map(|grant| format!("{} to {}", grant.permission, name(grant))).collect()
    }

    /// Says what to do about public access that remains or would be rejected.
    pub(in crate::report) fn help(&self) -> Vec<String> {
        let (of, outcome) = (self.of, self.outcome);
        let mut help = Vec::new();
        let is_public = matches!(outcome.public.as_ref().map(|a| &a.verdict), Some(Verdict::Fail(_)));
        if is_public && (outcome.policy_stays_public != Some(false) || outcome.rejects_policy) {
            let restrict = match (outcome.policy_stays_public, outcome.rejects_policy) {
                (Some(true), false) => ", or turn on RestrictPublicBuckets",
                (Some(true), true) => " (RestrictPublicBuckets limits a policy that is already attached)",
                _ => "",
            };
            let meant = match outcome.rejects_policy {
                true => {
                    "\nif everybody is to have this access: turn off BlockPublicPolicy wherever it is on: for the bucket, for its account"
                }
                false => "",
            };
            // Without an argument, the command has a placeholder.
            let argument = self.argument.unwrap_or("POLICY");
            help.push(format!(
                "if the public is not meant: name accounts, users or roles in Principal{restrict}; for conditions that suffice, run\niamsat check-no-public-access --policy {} \
                 --resource-type {}{meant}",
                shell_quoted(argument),
                of.resource_type
            ));
        }
        match (outcome.acl_stays_public, outcome.rejects_acl) {
            (true, _) => {
                help.push("remove these grants from the ACL, or turn on IgnorePublicAcls".to_owned())
            }
            (false, true) => help.push("remove these grants from the ACL".to_owned()),
            (false, false) => {}
        }
        help
    }
}
