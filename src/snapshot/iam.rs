//! The answers of IAM: all users, groups, roles and managed policies of an account, and single versions of policies.

use super::gap::{Gap, GapKind};
use super::model::{Account, Collected, DocumentId, Group, Principal, PrincipalKind, Tags};
use super::reader::{At, Reader, Step};
use crate::code::Code;
use crate::container::{DETAILS, Optional, Raw, list};
use crate::diagnostic::Diagnostic;
use crate::policy::{LayerKind, is_account_id};

impl Reader<'_> {
    /// Reads `get-account-authorization-details`, whole or a page of it. A list that is absent was not collected.
    pub(super) fn account_details(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        let [users, groups, roles, policies, truncated, next, marker] = root.fields(text, DETAILS)?;
        // What is null was not collected.
        let [users, groups, roles, policies] =
            [users, groups, roles, policies].map(|list| list.filter(|list| !list.is_null()));
        let mut account = at.account.map(str::to_owned);
        for (members, name, kind) in [
            (users, "UserDetailList", Some(PrincipalKind::User)),
            (roles, "RoleDetailList", Some(PrincipalKind::Role)),
            (groups, "GroupDetailList", None),
        ] {
            for (index, entity) in list(members, name, text)?.into_iter().enumerate() {
                self.count(at, entity)?;
                let own = own_account(at, entity)?;
                if account.get_or_insert_with(|| own.clone()) != &own {
                    return Err(other_account(at, entity, &own));
                }
                let pointer = format!("/{name}/{index}");
                match kind {
                    Some(kind) => self.principal(at, entity, &own, kind, &pointer)?,
                    None => self.group(at, entity, &own, &pointer)?,
                }
            }
        }
        for (index, policy) in list(policies, "Policies", text)?.into_iter().enumerate() {
            self.count(at, policy)?;
            self.managed_policy(at, policy, &format!("/Policies/{index}"))?;
        }
        let Some(account) = account else {
            let place = root.span(text).first_character(text);
            let message = "the answer does not say of which account it is: it names no user, group or role";
            return Err(Box::new(
                Diagnostic::error(Code::SnapshotUnplaced, message, place)
                    .with_help("write it below accounts/ACCOUNT/"),
            ));
        };
        let goes_on =
            [next, marker].into_iter().flatten().find(|token| !Some(*token).text_or_empty().is_empty());
        let pages = self.pages.entry(account.as_str().into()).or_default();
        pages.extend(
            truncated.filter(|truncated| is_yes(*truncated)).or(goes_on).map(|token| at.place(token)),
        );
        let own: &mut Account = self.accounts.entry(account.into()).or_default();
        own.has_users |= users.is_some();
        own.has_groups |= groups.is_some();
        own.has_roles |= roles.is_some();
        Ok(())
    }

    fn principal(
        &mut self,
        at: At<'_>,
        entity: Raw<'_>,
        account: &str,
        kind: PrincipalKind,
        pointer: &str,
    ) -> Step {
        let text = at.text();
        let inline_list = if kind == PrincipalKind::User { "UserPolicyList" } else { "RolePolicyList" };
        let names = [
            "Arn",
            "AssumeRolePolicyDocument",
            inline_list,
            "AttachedManagedPolicies",
            "PermissionsBoundary",
            "GroupList",
            "Tags",
        ];
        let [arn, trust, inline, attached, boundary, groups, tags] = entity.fields(text, names)?;
        let is_null = inline.is_some_and(|inline| inline.is_null());
        let [inline, attached, groups, tags] =
            [inline, attached, groups, tags].map(|list| list.filter(|list| !list.is_null()));
        let arn = arn.owned();
        let place = at.place(entity);
        if let Some(known) = self.principals.get(&*arn) {
            if known.place.text() != place.text() {
                let first = known.place.clone();
                self.contradiction(&arn, &first, &place);
            }
            return Ok(());
        }
        let short = arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
        let mut policies = self.inline(at, (&short, inline_list, pointer), inline)?;
        // IAM leaves out the inline policies of a user that has none; it writes each other list, even if it is empty.
        let lists = [
            (inline.is_none() && (is_null || kind == PrincipalKind::Role), inline_list),
            (attached.is_none(), "AttachedManagedPolicies"),
            (groups.is_none() && kind == PrincipalKind::User, "GroupList"),
        ];
        policies.extend(missing_lists(&arn, lists));
        let boundary = match boundary.filter(|boundary| !boundary.is_null()) {
            None => None,
            Some(boundary) => {
                let name = boundary.member(text, "PermissionsBoundaryArn")?.owned();
                match name.is_empty() {
                    false => Some(name.into()),
                    true => {
                        return Err(incomplete(at, boundary, "the boundary has no `PermissionsBoundaryArn`"));
                    }
                }
            }
        };
        let trust = (kind == PrincipalKind::Role).then(|| {
            let pointer = format!("{pointer}/AssumeRolePolicyDocument");
            let gap = Gap::resource_policy(&arn);
            let name = format!("{short}.AssumeRolePolicyDocument");
            self.required(at, (&name, &pointer), trust, (LayerKind::Resource, gap))
        });
        let principal = Principal {
            kind,
            arn: arn.as_str().into(),
            account: account.into(),
            inline: policies,
            managed: attached_policies(at, attached)?,
            groups: list(groups, "GroupList", text)?
                .into_iter()
                .map(|name| Some(name).owned().into())
                .collect(),
            boundary,
            trust,
            tags: tags_in(at, tags)?,
            place,
        };
        self.principals.insert(arn.into(), principal);
        Ok(())
    }

    fn group(&mut self, at: At<'_>, entity: Raw<'_>, account: &str, pointer: &str) -> Step {
        let text = at.text();
        let names = ["GroupName", "GroupPolicyList", "AttachedManagedPolicies"];
        let [name, inline, attached] = entity.fields(text, names)?;
        let [inline, attached] = [inline, attached].map(|list| list.filter(|list| !list.is_null()));
        let name = name.owned();
        if name.is_empty() {
            return Err(incomplete(at, entity, "the group has no `GroupName`"));
        }
        let place = at.place(entity);
        let known = self.accounts.get(account).and_then(|account| account.groups.get(&*name));
        if let Some(known) = known {
            if known.place.text() != place.text() {
                let first = known.place.clone();
                self.contradiction(&format!("group/{name} of {account}"), &first, &place);
            }
            return Ok(());
        }
        let mut policies = self.inline(at, (&format!("group/{name}"), "GroupPolicyList", pointer), inline)?;
        let lists = [(inline.is_none(), "GroupPolicyList"), (attached.is_none(), "AttachedManagedPolicies")];
        policies.extend(missing_lists(&format!("group/{name} of {account}"), lists));
        let group = Group { inline: policies, managed: attached_policies(at, attached)?, place };
        self.accounts.entry(account.into()).or_default().groups.insert(name.into(), group);
        Ok(())
    }

    fn inline(
        &mut self,
        at: At<'_>,
        (owner, name, pointer): (&str, &str, &str),
        policies: Option<Raw<'_>>,
    ) -> Result<Vec<Collected<DocumentId>>, Box<Diagnostic>> {
        let mut read = Vec::new();
        for (index, policy) in list(policies, name, at.text())?.into_iter().enumerate() {
            let [title, body] = policy.fields(at.text(), ["PolicyName", "PolicyDocument"])?;
            let title = title.owned();
            let of = format!("{owner}.{name}[{title:?}]");
            let why = format!("the document of the inline policy `{title}` of {owner} was not collected");
            let command = "aws iam get-account-authorization-details".to_owned();
            let gap = Gap::new(GapKind::Policy, &of, why, Some(command));
            let pointer = format!("{pointer}/{name}/{index}/PolicyDocument");
            read.push(self.required(at, (&of, &pointer), body, (LayerKind::Identity, gap)));
        }
        Ok(read)
    }

    /// Reads a managed policy: only its default version is in effect.
    fn managed_policy(&mut self, at: At<'_>, policy: Raw<'_>, pointer: &str) -> Step {
        let text = at.text();
        let [arn, versions, default] =
            policy.fields(text, ["Arn", "PolicyVersionList", "DefaultVersionId"])?;
        let arn = arn.owned();
        if arn.is_empty() {
            return Err(incomplete(at, policy, "the managed policy has no `Arn`"));
        }
        let mut body = None;
        for (index, version) in list(versions, "PolicyVersionList", text)?.into_iter().enumerate() {
            let [document, is_default, id] =
                version.fields(text, ["Document", "IsDefaultVersion", "VersionId"])?;
            let is_named = id.is_some() && id.and_then(Raw::string) == default.and_then(Raw::string);
            if is_named || is_default.is_some_and(Raw::is_true) {
                body = document.map(|document| (document, index));
            }
        }
        let (body, index) = body.unzip();
        let index = index.map_or_else(String::new, |index: usize| format!("/{index}"));
        let pointer = format!("{pointer}/PolicyVersionList{index}/Document");
        self.add_managed(at, (&arn, &pointer), body, policy);
        Ok(())
    }

    fn add_managed(
        &mut self,
        at: At<'_>,
        (arn, pointer): (&str, &str),
        body: Option<Raw<'_>>,
        whole: Raw<'_>,
    ) {
        let place = at.place(body.unwrap_or(whole));
        if let Some((known, first)) = self.managed.get(arn) {
            // AWS's own policies are in the answers of all accounts that use them.
            let (is_known, first) = (known.known().is_some(), first.clone());
            if is_known && body.is_some() && !is_same_json(first.text(), place.text()) {
                self.contradiction(arn, &first, &place);
            }
            if is_known || body.is_none() {
                return;
            }
        }
        let gap = Gap::managed(GapKind::Policy, arn);
        let policy = self.required(at, (arn, pointer), body, (LayerKind::Identity, gap));
        self.managed.insert(arn.into(), (policy, place));
    }

    /// Reads `get-policy-version`, with the member `PolicyArn` that says of which policy.
    pub(super) fn policy_version(&mut self, at: At<'_>, root: Raw<'_>) -> Step {
        let text = at.text();
        let [arn, version] = root.fields(text, ["PolicyArn", "PolicyVersion"])?;
        let arn = arn.owned();
        if arn.is_empty() {
            let place = root.span(text).first_character(text);
            let message = "the answer does not say of which policy it is the version";
            return Err(Box::new(
                Diagnostic::error(Code::SnapshotUnplaced, message, place)
                    .with_help("add its ARN as the member \"PolicyArn\" beside \"PolicyVersion\""),
            ));
        }
        self.count(at, root)?;
        let Some(version) = version else { return Ok(()) };
        let [document, is_default] = version.fields(text, ["Document", "IsDefaultVersion"])?;
        if is_default.is_some_and(|is_default| !is_default.is_true()) {
            return Ok(());
        }
        self.add_managed(at, (&arn, "/PolicyVersion/Document"), document, root);
        Ok(())
    }
}

/// True for true, and for its text, which some tools write.
fn is_yes(raw: Raw<'_>) -> bool {
    raw.is_true() || raw.string().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// Returns a gap for each list of policies that an answer leaves out.
fn missing_lists<const N: usize>(
    of: &str,
    lists: [(bool, &str); N],
) -> impl Iterator<Item = Collected<DocumentId>> {
    lists.into_iter().filter(|(is_missing, _)| *is_missing).map(move |(_, name)| {
        let why = format!("the list `{name}` of {of} was not collected");
        let command = "aws iam get-account-authorization-details".to_owned();
        Collected::Missing(Box::new(Gap::new(GapKind::Policy, of, why, Some(command))))
    })
}

/// True if two texts are the same JSON, however they are laid out.
pub(super) fn is_same_json(one: &str, other: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || (value(one).is_some() && value(one) == value(other))
}

/// Returns the account in the ARN of an entity.
fn own_account(at: At<'_>, entity: Raw<'_>) -> Result<String, Box<Diagnostic>> {
    let arn = entity.member(at.text(), "Arn")?.owned();
    match *arn.splitn(6, ':').collect::<Vec<_>>() {
        [_, _, _, _, account, rest] if is_account_id(account) && !rest.is_empty() => Ok(account.to_owned()),
        _ => {
            Err(incomplete(at, entity, "the entity has no `Arn` with an account of twelve digits and a name"))
        }
    }
}

fn other_account(at: At<'_>, entity: Raw<'_>, account: &str) -> Box<Diagnostic> {
    incomplete(at, entity, &format!("the entity is in {account}, and the file is about another account"))
}

/// Returns the fault of a value that lacks something.
pub(super) fn incomplete(at: At<'_>, raw: Raw<'_>, message: &str) -> Box<Diagnostic> {
    let place = raw.span(at.text()).first_character(at.text());
    Box::new(Diagnostic::error(Code::WrongType, message, place))
}

fn attached_policies(at: At<'_>, attached: Option<Raw<'_>>) -> Result<Vec<Box<str>>, Box<Diagnostic>> {
    let mut arns = Vec::new();
    for policy in list(attached, "AttachedManagedPolicies", at.text())? {
        let arn = policy.member(at.text(), "PolicyArn")?.owned();
        if arn.is_empty() {
            return Err(incomplete(at, policy, "the attached policy has no `PolicyArn`"));
        }
        arns.push(arn.into());
    }
    Ok(arns)
}

/// The tags in a list of AWS (`[{"Key": .., "Value": ..}]`) or in an object; none if they were not collected.
fn tags_in(at: At<'_>, tags: Option<Raw<'_>>) -> Result<Option<Tags>, Box<Diagnostic>> {
    let Some(tags) = tags.filter(|tags| !tags.is_null()) else { return Ok(None) };
    let mut found = Tags::new();
    if tags.is_object() {
        for (key, value) in tags.members() {
            found.insert(key.into(), Some(value).owned().into());
        }
        return Ok(Some(found));
    }
    for tag in list(Some(tags), "Tags", at.text())? {
        let [key, value] = tag.fields(at.text(), ["Key", "Value"])?;
        found.insert(key.owned().into(), value.owned().into());
    }
    Ok(Some(found))
}
