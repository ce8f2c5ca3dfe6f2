//! Splits the resources of a question by the policies that decide about them.

use super::Snapshot;
use super::layers::{Target, covered};
use super::overlap::{is_pattern, may_overlap};
use crate::policy::is_account_id;

/// Services whose resources have no policies of their own, beside those that RAM writes for its shares, which are outside of every
/// answer about a snapshot.
///
/// Sources: "Resource-based policies: No" on the page "How ... works with IAM" of Amazon EC2 Auto Scaling, CloudWatch and ECS, and
/// in IAM User Guide, "AWS services that work with IAM", of Athena, CloudFormation and EC2. That table lags behind for other
/// services, so one is listed here only if its actions agree: AWS lists none that writes such a policy, but for
/// `ec2:PutResourcePolicy`, with which RAM shares placement groups, pools of IPAM and groups of Verified Access. A service that is
/// not on this list may have such policies: then what was not collected is a gap.
const WITHOUT_POLICIES: [&str; 6] = ["autoscaling", "athena", "cloudformation", "cloudwatch", "ec2", "ecs"];

/// Services whose resources with policies have no parts with ARNs of their own. Of others, a resource that is not listed may be a
/// part of one that is, and then its policy decides.
const WITHOUT_PARTS: [&str; 4] = ["kms", "secretsmanager", "sns", "sqs"];

/// True if all parts of a resource have ARNs that its policy is certainly for: a bucket with its objects, or a resource without parts.
pub(super) fn has_no_other_parts(arn: &str) -> bool {
    let service = arn.split(':').nth(2);
    let is_whole = |known: &&str| service.is_some_and(|service| service.eq_ignore_ascii_case(known));
    WITHOUT_PARTS.iter().any(is_whole) || covered(arn).len() > 1
}

/// True if each text that matches the pattern is a resource that the policy of `arn` is for.
fn is_within(pattern: &str, arn: &str) -> bool {
    covered(arn).iter().any(|covered| match covered.strip_suffix('*') {
        Some(start) => pattern.starts_with(start),
        None => pattern == arn,
    })
}

impl Snapshot {
    /// Returns the services whose resources have no policies of their own.
    pub(crate) fn services_without_policies() -> [&'static str; 6] {
        WITHOUT_POLICIES
    }

    /// Returns the services of which all policies of resources of an account were collected.
    pub(crate) fn services_collected(&self, account: &str) -> impl Iterator<Item = &'static str> {
        WITHOUT_PARTS
            .into_iter()
            .filter(move |service| self.complete.contains(&(account.into(), (*service).into())))
    }

    /// Splits the resources of a question. `own` is the account of the requester, if it has one.
    ///
    /// The targets cover all resources in question: what is not one of the snapshot is in one of the last, and its policy is a gap
    /// unless the service has none, or the snapshot says that all policies of the service in the account were collected.
    pub fn targets(&self, own: Option<&str>, actions: &[String], resources: &[String]) -> Vec<Target> {
        let any = ["*".to_owned()];
        let resources = if resources.is_empty() { &any[..] } else { resources };
        let mut targets = Vec::new();
        let wanted = |arn: &str| {
            covered(arn).iter().any(|part| resources.iter().any(|wanted| may_overlap(part, wanted)))
        };
        targets
            .extend(self.resources.keys().filter(|arn| wanted(arn)).map(|arn| Target::Resource(arn.clone())));
        let assumes = actions.is_empty() || actions.iter().any(|action| may_overlap(action, "sts:*"));
        if assumes {
            let roles = self.principals.values().filter(|principal| principal.trust.is_some());
            let roles = roles.filter(|role| !self.resources.contains_key(&role.arn) && wanted(&role.arn));
            targets.extend(roles.map(|role| Target::Role(role.arn.clone())));
        }
        let is_inside = |pattern: &String| {
            targets.iter().any(|target| match target {
                Target::Resource(arn) => is_within(pattern, arn),
                Target::Role(arn) => **pattern == **arn,
                Target::OnNone | Target::Others { .. } => false,
            })
        };
        let rest: Vec<&String> = resources.iter().filter(|pattern| !is_inside(pattern)).collect();
        if rest.is_empty() {
            return targets;
        }
        let but_for: Vec<Box<str>> =
            targets.iter().flat_map(Target::patterns).map(String::into_boxed_str).collect();
        if rest.iter().any(|pattern| !pattern.starts_with("arn:")) {
            targets.push(Target::OnNone);
        }
        let others = |account: Option<&str>| Target::Others {
            account: account.map(Into::into),
            but_for: but_for.clone(),
            have_no_policy: self.have_no_policy(account, actions, &rest),
        };
        let mut owners: Vec<Option<&str>> = rest.iter().map(|pattern| account_in(pattern)).collect();
        owners.sort_unstable();
        owners.dedup();
        match *owners.as_slice() {
            [Some(owner)] => targets.push(others(Some(owner))),
            _ => {
                targets.extend(own.map(|own| others(Some(own))));
                targets.push(others(None));
            }
        }
        targets
    }

    /// True if none of these resources of an account has a policy that is not in the snapshot.
    fn have_no_policy(&self, account: Option<&str>, actions: &[String], resources: &[&String]) -> bool {
        let has_none = |service: &str| {
            let is_complete = account.is_some_and(|account| {
                self.complete.contains(&(account.into(), service.to_ascii_lowercase().into()))
            });
            let is_whole = WITHOUT_PARTS.iter().any(|known| known.eq_ignore_ascii_case(service));
            (is_complete && is_whole)
                || WITHOUT_POLICIES.iter().any(|known| known.eq_ignore_ascii_case(service))
        };
        let of_actions =
            actions.iter().map(|action| action.split(':').next().filter(|name| !is_pattern(name)));
        let of_resources = resources.iter().map(|pattern| match *pattern.split(':').collect::<Vec<_>>() {
            ["arn", _, service, ..] if !is_pattern(service) => Some(service),
            _ => None,
        });
        let all = |mut services: Box<dyn Iterator<Item = Option<&str>> + '_>| {
            services.all(|service| service.is_some_and(has_none))
        };
        (!actions.is_empty() && all(Box::new(of_actions))) || all(Box::new(of_resources))
    }
}

/// Returns the account that a pattern of resources names.
fn account_in(pattern: &str) -> Option<&str> {
    match *pattern.splitn(6, ':').collect::<Vec<_>>() {
        ["arn", _, _, _, account, _] if is_account_id(account) => Some(account),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_within_their_bucket() {
        for (pattern, expected) in [
            ("arn:aws:s3:::b/*", true),
            ("arn:aws:s3:::b/x", true),
            ("arn:aws:s3:::b", true),
            ("arn:aws:s3:::b*", false),
            ("arn:aws:s3:::bc/x", false),
            ("arn:*:s3:::b/x", false),
        ] {
            assert_eq!(is_within(pattern, "arn:aws:s3:::b"), expected, "{pattern}");
        }
    }
}
