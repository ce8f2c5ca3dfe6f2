//! Finds the resources that two templates of a stack declare differently.

use super::{Deploying, differs};
use crate::container::Declared;
use std::collections::{BTreeMap, BTreeSet};

/// Properties that say nothing of access, and whose change leaves the resource with its name and id.
///
/// Source: AWS CloudFormation Template Reference, by type, "Update requires: No interruption" (November 2026).
const ASIDE: [(&str, &[&str]); 5] = [
    ("AWS::IAM::Role", &["Description", "MaxSessionDuration"]),
    ("AWS::KMS::Key", &["Description", "EnableKeyRotation", "PendingWindowInDays"]),
    (
        "AWS::Lambda::Function",
        &["Code", "Description", "Environment", "Handler", "Layers", "MemorySize", "Runtime", "Timeout"],
    ),
    (
        "AWS::S3::Bucket",
        &[
            "BucketEncryption",
            "CorsConfiguration",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "NotificationConfiguration",
            "VersioningConfiguration",
        ],
    ),
    (
        "AWS::SQS::Queue",
        &["DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "VisibilityTimeout"],
    ),
];

/// Types whose own templates are updated with the stack, though nothing in its template differs; modules (`...::MODULE`) are too.
///
/// Source: AWS CloudFormation User Guide, "Working with nested stacks".
const NESTED: [&str; 3] =
    ["AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Serverless::Application"];

/// Types with all properties whose change replaces the resource, which then may have another name.
///
/// Source: AWS CloudFormation Template Reference, by type, "Update requires: Replacement" (November 2026).
const REPLACING: [(&str, &[&str]); 3] = [
    ("AWS::IAM::Group", &["GroupName", "Path"]),
    ("AWS::IAM::Role", &["Path", "RoleName"]),
    ("AWS::IAM::User", &["Path", "UserName"]),
];

/// True if a resource that changes certainly has the name that it had.
pub(super) fn keeps_its_name(old: &Declared, new: &Declared, changed: &BTreeSet<String>) -> bool {
    let row = REPLACING.iter().find(|(kind, _)| old.kind == *kind && new.kind == *kind);
    row.is_some_and(|(_, names)| !differs((old, new), |name| names.contains(&name), changed))
}

impl Deploying<'_> {
    /// Returns the names of the resources that are not certainly the same in both templates.
    ///
    /// A name that CloudFormation makes is the same as before unless its resource changes, so a change reaches all that depend on it.
    pub(super) fn changed(&self) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let none = BTreeMap::new();
        let old = self.old.map_or(&none, |old| &old.by_name);
        for (name, of) in &self.new.by_name {
            let mut resources = BTreeSet::new();
            let is_same = old.get(name).is_some_and(|old| are_same(old, of, &mut resources));
            if !is_same || resources.iter().any(|other| !self.new.by_name.contains_key(other)) {
                changed.insert(name.clone());
            }
            for other in resources {
                users.entry(other).or_default().push(name);
            }
        }
        changed.extend(old.keys().filter(|name| !self.new.by_name.contains_key(*name)).cloned());
        let mut open: Vec<String> = changed.iter().cloned().collect();
        while let Some(name) = open.pop() {
            for user in users.remove(&name).into_iter().flatten() {
                if changed.insert(user.to_owned()) {
                    open.push(user.to_owned());
                }
            }
        }
        changed
    }
}

/// True if two templates certainly say the same of a resource. Adds the resources on whose names that depends.
fn are_same(old: &Declared, new: &Declared, resources: &mut BTreeSet<String>) -> bool {
    if old.kind != new.kind || old.is_more || new.is_more {
        return false;
    }
    match (&old.presence, &new.presence) {
        (Ok(false), Ok(false)) => return true,
        (Ok(true), Ok(true)) => {}
        _ => return false,
    }
    if NESTED.contains(&new.kind.as_str()) || new.kind.ends_with("::MODULE") {
        return false;
    }
    let aside = ASIDE.iter().find(|(kind, _)| *kind == new.kind).map_or(&[][..], |(_, names)| names);
    let mut told = |of: &Declared| {
        let properties = of.properties.iter().filter(|(name, _)| !aside.contains(&name.as_str()));
        properties
            .map(|(name, value)| Some((name.clone(), value.told(resources)?)))
            .collect::<Option<Vec<_>>>()
    };
    let (old, new) = (told(old), told(new));
    old.is_some() && old == new
}
