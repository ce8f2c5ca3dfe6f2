//! Recognises the files of a snapshot by their content, whatever their names, and reads them all.

use super::model::{Documents, Place};
use super::reader::{At, Reader, Step};
use super::stores::{self, Translated};
use super::tree::{Parts, membership};
use super::{Fault, File, Recognised, Snapshot};
use crate::code::Code;
use crate::container::{Optional, Options, Raw, decode};
use crate::diagnostic::Diagnostic;
use crate::hash::sha256;
use crate::index::broken;
use crate::limits::{InputLimits, SnapshotLimits};
use crate::policy::{Document, parse, span_of, syntax_fault};
use crate::span::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of a file that no reader knows.
pub(super) const NOT_RECOGNISED: &str = "not recognised";

/// Reads all files.
pub(super) fn read(files: Vec<File>, limits: &SnapshotLimits, is_strict: bool) -> Snapshot {
    let mut reader = Reader {
        limits,
        options: Options::default(),
        documents: Documents::default(),
        principals: BTreeMap::new(),
        accounts: BTreeMap::new(),
        managed: BTreeMap::new(),
        resources: BTreeMap::new(),
        endpoints: BTreeMap::new(),
        organization: Parts::default(),
        complete: BTreeSet::new(),
        collected: BTreeMap::new(),
        pages: BTreeMap::new(),
        faults: Vec::new(),
        unread: Vec::new(),
        entities: 0,
    };
    let mut recognised = Vec::new();
    let mut digests = String::new();
    let mut bytes = 0usize;
    let Translated { files, own, taken, faults, assumes_absent } =
        stores::translated(files, limits, is_strict);
    for (path, message) in faults {
        let fault = Diagnostic::error(Code::UnreadableInput, message, Span::default());
        reader.fault(&Source::new(path, ""), fault);
    }
    for (path, content, kind) in taken {
        let digest = sha256(&String::from_utf8_lossy(&content));
        digests.push_str(&digest);
        recognised.push(Recognised { path, kind, sha256: digest.into() });
    }
    for (place, File { path, bytes: content }) in files.into_iter().enumerate() {
        bytes = bytes.saturating_add(content.len());
        if place >= limits.files || bytes > limits.bytes {
            let source = Source::new(path, "");
            let message = format!(
                "the snapshot has more than {} files or {} bytes, and the rest was not read",
                limits.files, limits.bytes
            );
            let fault = Diagnostic::error(Code::DocumentTooLong, message, Span::default());
            reader.faults.push(Fault { source, diagnostic: fault });
            break;
        }
        let text = match decode(content) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("the file is {error}");
                let fault = Diagnostic::error(Code::UnreadableInput, message, Span::default());
                reader.faults.push(Fault { source: Source::new(path, ""), diagnostic: fault });
                continue;
            }
        };
        let digest = sha256(&text);
        let source = Source::new(path, text);
        let kind = reader.file(&source);
        // The answers that stand for a store are no files of the directory.
        if place >= own {
            continue;
        }
        digests.push_str(&digest);
        recognised.push(Recognised { path: source.name().into(), kind, sha256: digest.into() });
    }
    reader.finish(recognised, sha256(&digests), assumes_absent)
}

impl Reader<'_> {
    /// Reads one file; returns what it is.
    fn file(&mut self, source: &Source) -> &'static str {
        let at = At::new(source);
        let text = source.text();
        let Some(root) = Raw::whole(text) else {
            return match self.lines(at) {
                true => "resources, a line each",
                false => {
                    self.not_json(at, text);
                    "not JSON"
                }
            };
        };
        let (kind, step) = self.value(at, root);
        if let Err(fault) = step {
            self.fault(source, *fault);
        }
        kind
    }

    /// Notes where a part of a file is not JSON.
    fn not_json(&mut self, at: At<'_>, part: &str) {
        let body = part.strip_prefix('\u{feff}').unwrap_or(part);
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(body) {
            let base = span_of(at.text(), body).start as usize;
            self.fault(at.source, syntax_fault(at.text(), base, &error));
        }
    }

    /// Reads a text with a JSON object on each line, if its first line is one and others follow. A line with a fault does not
    /// hide the others.
    fn lines(&mut self, at: At<'_>) -> bool {
        let lines: Vec<&str> = at.text().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let [first, _, ..] = lines.as_slice() else { return false };
        if !Raw::whole(first).is_some_and(Raw::is_object) {
            return false;
        }
        for line in lines {
            match Raw::whole(line) {
                Some(value) => {
                    if let Err(fault) = self.resource_row(at, value) {
                        self.fault(at.source, *fault);
                    }
                }
                None => self.not_json(at, line),
            }
        }
        true
    }

    /// Reads the value of a file by the members that it has.
    fn value(&mut self, at: At<'_>, root: Raw<'_>) -> (&'static str, Step) {
        if root.is_array() {
            return match self.rows(at, root) {
                Some(step) => ("resources", step),
                None => self.unrecognised(at, root),
            };
        }
        let members = root.members();
        let has = |name: &str| members.iter().any(|(key, _)| key == name);
        let under = |command: &str| at.source.name().split(['/', '\\']).any(|part| part == command);
        let policies = members.iter().find(|(key, _)| key == "Policies").map(|(_, value)| *value);
        let is_gaad = ["UserDetailList", "GroupDetailList", "RoleDetailList"].into_iter().any(has)
            || policies.is_some_and(|list| {
                list.elements()
                    .first()
                    .is_some_and(|one| one.members().iter().any(|(key, _)| key == "PolicyVersionList"))
            });
        if is_gaad {
            ("aws iam get-account-authorization-details", self.account_details(at, root))
        } else if has("Children") && has("Id") {
            ("the tree of IAMSpy (scps.json)", self.iamspy_tree(at, root))
        } else if has("PolicyVersion") {
            ("aws iam get-policy-version", self.policy_version(at, root))
        } else if has("Organization") {
            ("aws organizations describe-organization", self.organization_answer(at, root))
        } else if has("Roots") {
            ("aws organizations list-roots", self.roots(at, root))
        } else if has("OrganizationalUnits") {
            (
                "aws organizations list-organizational-units-for-parent",
                self.children(at, root, "OrganizationalUnits"),
            )
        } else if has("Accounts") {
            ("aws organizations list-accounts-for-parent", self.children(at, root, "Accounts"))
        } else if has("Targets") {
            ("aws organizations list-targets-for-policy", self.targets(at, root))
        } else if has("Policies") && (under("list-policies-for-target") || has_typed_policies(policies)) {
            ("aws organizations list-policies-for-target", self.attached(at, root))
        } else if has("Policy") && root_has_summary(&members) {
            ("aws organizations describe-policy", self.described(at, root))
        } else if has("VpcEndpoints") {
            ("aws ec2 describe-vpc-endpoints", self.vpc_endpoints(at, root))
        } else if has("Resource") {
            ("resources", self.resource_row(at, root))
        } else if let Some((kind, step)) = self.self_naming(at, root) {
            (kind, step)
        } else if has("services") && has("account") {
            ("what was collected (coverage.json)", self.coverage(at, root))
        } else {
            self.unrecognised(at, root)
        }
    }

    /// Notes a file that is not recognised. If it holds a policy, nothing tells to what it is attached.
    fn unrecognised(&mut self, at: At<'_>, root: Raw<'_>) -> (&'static str, Step) {
        let text = root.text();
        let is_policy = text.contains("Statement") && text.contains("Effect");
        let step = match is_policy {
            false => Ok(()),
            true => {
                let place = root.span(at.text()).first_character(at.text());
                let message = "the file holds a policy, and does not say to what it is attached";
                Err(Box::new(Diagnostic::error(Code::SnapshotUnplaced, message, place).with_help(
                    "write it into accounts/ACCOUNT/resources.json as {\"Resource\": ARN, \"Account\": ACCOUNT, \"Policy\": ...}",
                )))
            }
        };
        (NOT_RECOGNISED, step)
    }

    fn finish(mut self, files: Vec<Recognised>, sha256: String, assumes_absent: bool) -> Snapshot {
        let unfinished: Vec<Place> = self.pages.values().flat_map(|open| open.first().cloned()).collect();
        for place in unfinished {
            let message =
                "the answer is truncated, and nothing says that all pages which follow are in the snapshot";
            let fault = Diagnostic::error(Code::TruncatedAnswer, message, place.span)
                .with_help("let the AWS CLI fetch all pages: no `--no-paginate`, no `--max-items`");
            self.fault(&place.source, fault);
        }
        self.join_trust_policies();
        let parts = std::mem::take(&mut self.organization);
        let partition = parts.partition.clone();
        let mut faults = Vec::new();
        let membership = membership(parts, &mut faults);
        for (source, fault) in faults {
            self.fault(&source, fault);
        }
        let (managed, endpoints) = (self.managed, self.endpoints);
        let full_access = self.documents.add(full_access());
        let mut snapshot = Snapshot {
            documents: self.documents,
            complete: self.complete,
            collected: self.collected,
            assumes_absent,
            partition,
            altered: BTreeSet::new(),
            is_altered_below_controls: false,
            full_access,
            principals: self.principals,
            accounts: self.accounts,
            managed: managed.into_iter().map(|(arn, (policy, _))| (arn, policy)).collect(),
            membership,
            resources: self.resources,
            endpoints: endpoints.into_values().map(|(endpoint, _)| endpoint).collect(),
            files,
            passed_over: Vec::new(),
            faults: self.faults,
            unread: self.unread,
            sha256,
            gaps: BTreeSet::new(),
        };
        snapshot.gaps = super::gaps::of(&snapshot);
        snapshot
    }
}

/// Returns the policy that allows everything, which is the SCP `FullAWSAccess` too.
fn full_access() -> Document {
    let text = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
    match parse(&Source::new("FullAWSAccess", text), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("full access is a valid policy: {error}")),
    }
}

/// True if a list holds policies of an organization.
fn has_typed_policies(list: Option<Raw<'_>>) -> bool {
    list.elements().first().is_some_and(|one| one.members().iter().any(|(key, _)| key == "Type"))
}

/// True if the member `Policy` describes a policy of an organization.
fn root_has_summary(members: &[(std::borrow::Cow<'_, str>, Raw<'_>)]) -> bool {
    let policy = members.iter().find(|(key, _)| key == "Policy").map(|(_, value)| *value);
    policy.members().iter().any(|(key, _)| key == "PolicySummary")
}
