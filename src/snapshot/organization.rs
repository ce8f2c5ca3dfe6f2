//! The answers of Organizations: the tree, and the policies attached to it.

use super::gap::{Gap, GapKind};
use super::iam::incomplete;
use super::model::{Collected, ControlKind, DocumentId, Place};
use super::reader::{At, Reader, Step};
use crate::code::Code;
use crate::container::{Optional, Raw, list};
use crate::diagnostic::Diagnostic;
use crate::policy::{LayerKind, is_account_id, is_organization_id};

/// True for the id of a root or an organizational unit.
fn is_branch(id: &str) -> bool {
    let is_word =
        |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    id.strip_prefix("r-").or_else(|| id.strip_prefix("ou-")).is_some_and(is_word)
}

/// Returns the parent in a path of an organization (`o-a/r-b/ou-c/ou-d/`), whose last part is the node itself.
fn parent_in(path: &str, own: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    match *parts.as_slice() {
        [.., parent, last] if last == own && is_branch(parent) => Some(parent.to_owned()),
        [.., parent] if parent != own && is_branch(parent) => Some(parent.to_owned()),
        _ => None,
    }
}

impl Reader<'_> {
    /// Reads `describe-organization`; null says that the accounts are in none.
    pub(super) fn organization_answer(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        let Some(body) = root.member(text, "Organization")?.filter(|body| !body.is_null()) else {
            self.organization.alone.get_or_insert_with(|| at.place(root));
            return Ok(());
        };
        let [id, management, features, arn] =
            body.fields(text, ["Id", "MasterAccountId", "FeatureSet", "Arn"])?;
        self.partition_in(&arn.owned());
        let id = id.owned();
        if !is_organization_id(&id) {
            return Err(incomplete(at, body, "the organization has no `Id` (o-...)"));
        }
        let management = Some(management.owned()).filter(|id| is_account_id(id)).map(String::into_boxed_str);
        let is_only_billing = &*features.text_or_empty() == "CONSOLIDATED_BILLING";
        let place = at.place(body);
        match &self.organization.organization {
            Some((known, other, is_billing, first))
                if **known != *id || *other != management || *is_billing != is_only_billing =>
            {
                let first = first.clone();
                self.contradiction("the organization", &first, &place);
            }
            Some(_) => {}
            None => self.organization.organization = Some((id.into(), management, is_only_billing, place)),
        }
        Ok(())
    }

    /// Reads `list-roots`.
    pub(super) fn roots(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        self.whole_list(at, root)?;
        let text = at.text();
        for node in list(root.member(text, "Roots")?, "Roots", text)? {
            let [id, types, arn] = node.fields(text, ["Id", "PolicyTypes", "Arn"])?;
            self.partition_in(&arn.owned());
            let id = id.owned();
            if !is_branch(&id) {
                return Err(incomplete(at, node, "the root has no `Id` (r-...)"));
            }
            self.policy_types(at, node, types)?;
            self.organization.has_roots = true;
            self.node(at, (&id, None), node)?;
        }
        Ok(())
    }

    /// Reads which types of policies are enabled in a root.
    fn policy_types(&mut self, at: At<'_>, root: Raw<'_>, types: Option<Raw<'_>>) -> Step {
        let text = at.text();
        if !types.is_some_and(Raw::is_array) {
            return Err(incomplete(at, root, "the root does not say which types of policies are enabled"));
        }
        for policy_type in list(types, "PolicyTypes", text)? {
            let [name, status] = policy_type.fields(text, ["Type", "Status"])?;
            match (&*name.text_or_empty(), &*status.text_or_empty()) {
                ("", _) => return Err(incomplete(at, policy_type, "the type of policies has no `Type`")),
                (name, "ENABLED") => self.organization.enabled.extend(ControlKind::parse(name)),
                (name, _) if ControlKind::parse(name).is_none() => {}
                _ => {
                    let why = "the type of policies is neither enabled nor absent: collect again when it is";
                    return Err(incomplete(at, policy_type, why));
                }
            }
        }
        Ok(())
    }

    /// Reads the organizational units or accounts below a node. The answer does not name the node: the file does, or a path.
    pub(super) fn children(&mut self, at: At<'_>, root: Raw<'_>, name: &str) -> Step {
        self.whole_list(at, root)?;
        let text = at.text();
        if is_branch(at.stem) {
            let is_of_accounts = name == "Accounts";
            self.organization.listed.insert((at.stem.into(), is_of_accounts));
        }
        for node in list(root.member(text, name)?, name, text)? {
            let [id, path, paths, arn] = node.fields(text, ["Id", "Path", "Paths", "Arn"])?;
            self.partition_in(&arn.owned());
            let id = id.owned();
            let path = match path {
                Some(path) => Some(path).owned(),
                None => paths.elements().first().copied().owned(),
            };
            let is_valid = if name == "Accounts" { is_account_id(&id) } else { is_branch(&id) };
            if !is_valid {
                return Err(incomplete(at, node, "the entry has no valid `Id`"));
            }
            let from_file = Some(at.stem).filter(|stem| is_branch(stem)).map(str::to_owned);
            let Some(parent) = from_file.or_else(|| parent_in(&path, &id)) else {
                // Another file may say it: `list-accounts` lists accounts without their place.
                self.organization.unplaced.push((id.into(), at.place(node)));
                continue;
            };
            self.node(at, (&id, Some(&parent)), node)?;
        }
        Ok(())
    }

    fn node(&mut self, at: At<'_>, (id, parent): (&str, Option<&str>), raw: Raw<'_>) -> Step {
        self.count(at, raw)?;
        let place = at.place(raw);
        match self.organization.nodes.get(id) {
            Some((known, first)) if known.as_deref() != parent => {
                let first = first.clone();
                self.contradiction(&format!("the place of {id} in the tree"), &first, &place);
            }
            Some(_) => {}
            None => {
                self.organization.nodes.insert(id.into(), (parent.map(Into::into), place));
            }
        }
        Ok(())
    }

    /// Refuses a page of a list that others follow.
    pub(super) fn whole_list(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let Some(token) = root.member(at.text(), "NextToken")?.filter(|token| !token.is_null()) else {
            return Ok(());
        };
        let place = token.span(at.text());
        let fault = Diagnostic::error(Code::TruncatedAnswer, "the answer is truncated", place);
        Err(Box::new(
            fault.with_help("let the AWS CLI fetch all pages: no `--no-paginate`, no `--max-items`"),
        ))
    }

    /// Reads `list-policies-for-target`. The answer does not name the target: the file does.
    pub(super) fn attached(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        self.whole_list(at, root)?;
        let text = at.text();
        let target = at.stem;
        if !is_branch(target) && !is_account_id(target) {
            let place = root.span(text).first_character(text);
            let fault = Diagnostic::error(
                Code::SnapshotUnplaced,
                "the answer does not say to which root, organizational unit or account the policies are attached",
                place,
            );
            let help = "name the file after the target: list-policies-for-target/TARGET.SCP.json";
            return Err(Box::new(fault.with_help(help)));
        }
        let mut kind = at.control;
        let mut ids: Vec<Box<str>> = Vec::new();
        for policy in list(root.member(text, "Policies")?, "Policies", text)? {
            let [id, name] = policy.fields(text, ["Id", "Type"])?;
            let own = ControlKind::parse(&name.text_or_empty());
            // Tag policies and their like grant and deny nothing.
            let Some(own) = own else { continue };
            if *kind.get_or_insert(own) != own {
                return Err(incomplete(at, policy, "the policies of one answer are of one type"));
            }
            ids.push(id.owned().into());
        }
        let Some(kind) = kind else {
            let fault = incomplete(at, root, "nothing says of which type the policies are");
            return Err(Box::new(
                fault.with_help("name the file after the type: TARGET.SCP.json or TARGET.RCP.json"),
            ));
        };
        ids.sort_unstable();
        ids.dedup();
        self.attach(at, (target, kind), ids, root);
        Ok(())
    }

    fn attach(&mut self, at: At<'_>, (target, kind): (&str, ControlKind), ids: Vec<Box<str>>, raw: Raw<'_>) {
        let place = at.place(raw);
        match self.organization.attached.get(&(target.into(), kind)) {
            Some((known, first)) if *known != ids => {
                let first = first.clone();
                self.contradiction(&format!("what is attached to {target}"), &first, &place);
            }
            Some(_) => {}
            None => {
                self.organization.attached.insert((target.into(), kind), (ids, place));
            }
        }
    }

    /// Reads `list-targets-for-policy`. The answer does not name the policy: the file does.
    pub(super) fn targets(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        self.whole_list(at, root)?;
        let text = at.text();
        if !at.stem.starts_with("p-") {
            let fault = incomplete(at, root, "the answer does not say whose targets these are");
            let help = "name the file after the policy: list-targets-for-policy/POLICY.json";
            return Err(Box::new(Diagnostic { code: Code::SnapshotUnplaced, ..fault.with_help(help) }));
        }
        self.organization.aimed.entry(at.stem.into()).or_insert_with(|| at.place(root));
        for target in list(root.member(text, "Targets")?, "Targets", text)? {
            let id = target.member(text, "TargetId")?.owned();
            self.organization.targets.push((at.stem.into(), id.into(), at.place(target)));
        }
        Ok(())
    }

    /// Reads `describe-policy`.
    pub(super) fn described(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        let Some(policy) = root.member(text, "Policy")? else { return Ok(()) };
        let [summary, content] = policy.fields(text, ["PolicySummary", "Content"])?;
        let Some(summary) = summary else { return Ok(()) };
        let [id, name] = summary.fields(text, ["Id", "Type"])?;
        let Some(kind) = ControlKind::parse(&name.text_or_empty()) else {
            self.organization.others.insert(id.owned().into());
            return Ok(());
        };
        self.control(at, (&id.owned(), kind), content, policy)
    }

    fn control(
        &mut self,
        at: At<'_>,
        (id, kind): (&str, ControlKind),
        content: Option<Raw<'_>>,
        whole: Raw<'_>,
    ) -> Step {
        self.count(at, whole)?;
        let layer = match kind {
            ControlKind::Service => LayerKind::ServiceControl,
            ControlKind::Resource => LayerKind::ResourceControl,
        };
        let place = at.place(content.unwrap_or(whole));
        if let Some((.., first)) = self.organization.policies.get(id) {
            if !super::iam::is_same_json(first.text(), place.text()) {
                let first = first.clone();
                self.contradiction(&format!("the policy {id}"), &first, &place);
            }
            return Ok(());
        }
        let document: Collected<DocumentId> =
            self.required(at, (id, "/Policy/Content"), content, (layer, control_gap(kind, id)));
        self.organization.policies.insert(id.into(), (kind, document, place));
        Ok(())
    }

    /// Reads the tree of IAMSpy: nodes with their policies and children.
    pub(super) fn iamspy_tree(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        self.organization.has_roots = true;
        let mut open: Vec<(Raw<'_>, Option<String>)> = vec![(root, None)];
        while let Some((node, parent)) = open.pop() {
            let [id, arn, types, policies, children] =
                node.fields(text, ["Id", "Arn", "PolicyTypes", "Policies", "Children"])?;
            let id = id.owned();
            if !is_branch(&id) && !is_account_id(&id) {
                return Err(incomplete(at, node, "the node has no valid `Id`"));
            }
            if parent.is_none() {
                self.iamspy_root(at, node, &arn.owned());
                self.policy_types(at, node, types)?;
            }
            let mut ids: Vec<Box<str>> = Vec::new();
            for policy in list(policies, "Policies", text)? {
                let [own, name, content] = policy.fields(text, ["Id", "Type", "Content"])?;
                match (&*name.text_or_empty(), ControlKind::parse(&name.text_or_empty())) {
                    ("", _) => return Err(incomplete(at, policy, "the policy has no `Type`")),
                    (_, Some(ControlKind::Service)) => {}
                    _ => continue,
                }
                let own = own.owned();
                self.control(at, (&own, ControlKind::Service), content, policy)?;
                ids.push(own.into());
            }
            ids.sort_unstable();
            ids.dedup();
            self.node(at, (&id, parent.as_deref()), node)?;
            if is_branch(&id) {
                self.organization.listed.extend([(id.as_str().into(), true), (id.as_str().into(), false)]);
            }
            self.attach(at, (&id, ControlKind::Service), ids, node);
            for child in list(children, "Children", text)? {
                open.push((child, Some(id.clone())));
            }
        }
        Ok(())
    }

    /// Notes the partition of an ARN.
    fn partition_in(&mut self, arn: &str) {
        let partition = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next());
        if let (Some(partition), None) =
            (partition.filter(|name| !name.is_empty()), &self.organization.partition)
        {
            self.organization.partition = Some(partition.into());
        }
    }

    /// Notes the organization that the ARN of its root names: `arn:aws:organizations::MANAGEMENT:root/o-.../r-...`.
    fn iamspy_root(&mut self, at: At<'_>, node: Raw<'_>, arn: &str) {
        self.partition_in(arn);
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, _, _, management, rest] = *fields.as_slice() else { return };
        let id = rest.split('/').nth(1).filter(|id| is_organization_id(id));
        if let (Some(id), None) = (id, &self.organization.organization) {
            let management = Some(management).filter(|id| is_account_id(id)).map(Into::into);
            let place: Place = at.place(node);
            self.organization.organization = Some((id.into(), management, false, place));
        }
    }
}

/// The gap of an SCP or RCP without a document.
pub(super) fn control_gap(kind: ControlKind, id: &str) -> Gap {
    let gap = match kind {
        ControlKind::Service => GapKind::ServiceControl,
        ControlKind::Resource => GapKind::ResourceControl,
    };
    let why = format!("the {} {id} was not collected", kind.short());
    let command = format!("aws organizations describe-policy --policy-id {}", super::gap::word(id));
    Gap::new(gap, id, why, Some(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_parent() {
        for (path, own, parent) in [
            ("o-a/r-b/ou-c/", "ou-c", Some("r-b")),
            ("o-a/r-b/ou-c/111122223333/", "111122223333", Some("ou-c")),
            ("o-a/r-b/ou-c/", "111122223333", Some("ou-c")),
            ("o-a/", "r-b", None),
            ("", "ou-c", None),
        ] {
            assert_eq!(parent_in(path, own).as_deref(), parent, "{path}");
        }
    }
}
