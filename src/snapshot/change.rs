//! Changes of a snapshot: policies attached, detached, replaced and removed, and accounts moved in the tree.

use super::gap::GapKind;
use super::model::{Collected, ControlKind, DocumentId, Membership, Organization, Principal, PrincipalKind};
use super::tree::FULL_ACCESS;
use super::{Fault, Snapshot, gaps};
use crate::container::fits_layer;
use crate::limits::InputLimits;
use crate::policy::{Document, LayerKind, PrincipalMeaning, is_account_id};

/// One step of a change.
#[derive(Clone, Debug)]
pub enum Change {
    /// Attaches an SCP or RCP to a root, an organizational unit or an account: one of the snapshot, or a new one.
    Attach {
        /// The id of the policy.
        policy: Box<str>,
        /// Its document, if it is new.
        document: Option<Document>,
        /// The root, organizational unit or account.
        target: Box<str>,
    },
    /// Detaches an SCP or RCP.
    Detach {
        /// The id of the policy.
        policy: Box<str>,
        /// The root, organizational unit or account.
        target: Box<str>,
    },
    /// Replaces the document of a policy.
    Replace {
        /// The id of an SCP or RCP, the ARN of a managed policy or of a resource, or `role/NAME:` and `trust`, `boundary` or the name
        /// of an inline policy.
        what: Box<str>,
        /// The new document.
        document: Document,
    },
    /// Removes a policy, or a user or role.
    Remove {
        /// The same as in a replacement, or `role/NAME`, `user/NAME`.
        what: Box<str>,
    },
    /// Moves an account to another place in the tree.
    Move {
        /// The account.
        account: Box<str>,
        /// The root or organizational unit that is to be above it.
        parent: Box<str>,
    },
}

impl Change {
    /// Returns the change in the words of a sentence.
    pub fn in_words(&self) -> String {
        match self {
            Change::Attach { policy, target, .. } => format!("{policy} attached to {target}"),
            Change::Detach { policy, target } => format!("{policy} detached from {target}"),
            Change::Replace { what, document } => format!("{what} replaced by {}", document.source.name()),
            Change::Remove { what } => format!("{what} removed"),
            Change::Move { account, parent } => format!("{account} moved to {parent}"),
        }
    }
}

/// The reason why a change cannot be applied.
#[derive(Clone, Debug)]
pub struct ChangeError {
    /// The sentence about it.
    pub message: String,
    /// The faults of a document that does not fit.
    pub faults: Vec<Fault>,
}

type Applied = Result<(), ChangeError>;

pub(super) fn refused(message: impl Into<String>) -> ChangeError {
    ChangeError { message: message.into(), faults: Vec::new() }
}

impl Snapshot {
    /// Returns the snapshot after a change. What was not collected is the same before and after, as far as the change does not say
    /// it.
    ///
    /// # Errors
    /// The snapshot does not hold what the change names, a step has no effect or contradicts another one, a document does not fit its
    /// place, or a node of the tree would be left without SCPs.
    ///
    /// ```
    /// use iamsat::limits::SnapshotLimits;
    /// use iamsat::snapshot::{Change, File, Snapshot};
    /// let text = r#"[{"Resource": "arn:aws:s3:::b", "Account": "111122223333", "Policy": null}]"#;
    /// let files = vec![File { path: "resources.json".to_owned(), bytes: text.into() }];
    /// let snapshot = Snapshot::read(files, &SnapshotLimits::default());
    /// let remove = |what: &str| snapshot.changed(&[Change::Remove { what: what.into() }]);
    /// assert!(remove("arn:aws:s3:::b").unwrap_err().message.contains("no effect"));
    /// assert!(remove("arn:aws:s3:::c").is_err());
    /// ```
    pub fn changed(&self, changes: &[Change]) -> Result<Snapshot, ChangeError> {
        self.are_apart(changes)?;
        let mut changed = self.clone();
        // A managed policy that is a boundary is removed once it has stopped being one.
        let is_last =
            |change: &&Change| matches!(change, Change::Remove { what } if self.managed.contains_key(what));
        let (last, first): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(is_last);
        for change in first.into_iter().chain(last) {
            let altered = changed.alters(change);
            changed.altered.extend(altered);
            changed.is_altered_below_controls |= !changed.is_about_controls(change);
            match change {
                Change::Remove { what } if self.was_boundary(&changed, what) => {
                    changed.managed.remove(what);
                }
                _ => changed.apply(change)?,
            }
        }
        changed.are_in_use(changes)?;
        changed.has_levels()?;
        changed.gaps = gaps::of(&changed);
        Ok(changed)
    }

    /// True for a step about an SCP or RCP, or where it is attached.
    fn is_about_controls(&self, change: &Change) -> bool {
        match change {
            Change::Attach { .. } | Change::Detach { .. } => true,
            Change::Replace { what, .. } | Change::Remove { what } => self.control(what).is_some(),
            Change::Move { .. } => false,
        }
    }

    /// True if a managed policy was a boundary, and other steps took it from all whose policy it was.
    fn was_boundary(&self, changed: &Snapshot, arn: &str) -> bool {
        let is_boundary = |own: &Principal| own.boundary.as_deref() == Some(arn);
        self.principals.values().any(is_boundary) && !changed.is_attached_or_boundary(arn)
    }

    /// Returns the kinds of facts that a change may alter where they were not collected: a policy that is replaced may be in any list
    /// that is not known, and an account whose place is not known may be below any node.
    fn alters(&self, change: &Change) -> Vec<GapKind> {
        use GapKind::{
            Boundary, Group, Iam, Organization, Owner, Policy, ResourceControl, ResourcePolicy,
            ServiceControl,
        };
        match change {
            // RCPs bind resources of which it is not known whose they are.
            Change::Attach { policy, document, .. } => match self.kind_of(policy, document.as_ref()) {
                ControlKind::Service => vec![Organization],
                ControlKind::Resource => vec![Organization, Owner],
            },
            Change::Detach { policy, .. } => match self.kind_of(policy, None) {
                ControlKind::Service => vec![Organization],
                ControlKind::Resource => vec![Organization, Owner],
            },
            Change::Move { .. } => match self.has_rcps() {
                false => vec![Organization],
                true => vec![Organization, Owner],
            },
            Change::Replace { what, .. } | Change::Remove { what } => {
                match self.control(what) {
                    Some((ControlKind::Service, _)) => return vec![Organization, ServiceControl],
                    Some((ControlKind::Resource, _)) => return vec![Organization, ResourceControl, Owner],
                    None => {}
                }
                if self.resources.contains_key(what) {
                    // Other resources may be parts of this one, and then its policy is theirs.
                    let is_whole = super::targets::has_no_other_parts(what);
                    return if is_whole { Vec::new() } else { vec![ResourcePolicy] };
                }
                vec![Boundary, Group, Iam, Policy]
            }
        }
    }

    /// Returns the kind of an SCP or RCP that the snapshot holds, or of a new one: each statement of an RCP has a Principal, and none of an SCP.
    fn kind_of(&self, policy: &str, document: Option<&Document>) -> ControlKind {
        let built_in = FULL_ACCESS.iter().find(|(id, _)| *id == policy).map(|(_, kind)| *kind);
        let known = built_in.or_else(|| self.control(policy).map(|(kind, _)| kind));
        let has_principal =
            || document.is_some_and(|new| new.statements.iter().any(|one| one.principal.is_some()));
        known.unwrap_or_else(|| if has_principal() { ControlKind::Resource } else { ControlKind::Service })
    }

    /// True unless the organization certainly has no RCPs of its own.
    fn has_rcps(&self) -> bool {
        match &self.membership {
            Membership::Alone => false,
            Membership::Missing => true,
            Membership::Of(organization) => {
                let is_enabled = organization
                    .enabled
                    .as_ref()
                    .is_none_or(|enabled| enabled.contains(&ControlKind::Resource));
                let kinds = organization.policies.values().map(|(kind, _)| *kind);
                let lists_all = organization
                    .nodes
                    .keys()
                    .all(|node| organization.attached.contains_key(&(node.clone(), ControlKind::Resource)));
                is_enabled && (!lists_all || kinds.into_iter().any(|kind| kind == ControlKind::Resource))
            }
        }
    }

    pub(super) fn apply(&mut self, change: &Change) -> Applied {
        match change {
            Change::Attach { policy, document, target } => self.attach(policy, document.as_ref(), target),
            Change::Detach { policy, target } => self.detach(policy, target),
            Change::Replace { what, document } => self.replace(what, document),
            Change::Remove { what } => self.remove(what),
            Change::Move { account, parent } => self.move_account(account, parent),
        }
    }

    fn organization(&mut self) -> Result<&mut Organization, ChangeError> {
        match &mut self.membership {
            Membership::Of(organization) => Ok(organization),
            Membership::Missing => {
                Err(refused("the snapshot does not hold the organization that the change is about"))
            }
            Membership::Alone => Err(refused("the accounts of the snapshot are in no organization")),
        }
    }

    /// Adds a document that takes the place of another one.
    pub(super) fn add(&mut self, document: &Document, kind: LayerKind) -> Result<DocumentId, ChangeError> {
        let name = document.source.name();
        if let Err(error) = fits_layer(document, kind, &InputLimits::default()) {
            let source = error.source;
            let fault = |diagnostic| Fault { source: source.clone(), diagnostic };
            let faults = error.diagnostics.into_iter().map(fault).collect();
            return Err(ChangeError { message: format!("{name} does not fit its place"), faults });
        }
        let values = document.statements.iter().flat_map(|s| &s.principal).flat_map(|p| &p.values);
        let by_id = values.map(|value| &value.value.meaning).any(|m| matches!(m, PrincipalMeaning::UniqueId));
        if by_id || document.mentioned_keys().any(|key| key == "aws:userid") {
            return Err(refused(format!(
                "{name} names users or roles by their unique ids, which are not looked up in a snapshot: name them by their ARNs"
            )));
        }
        Ok(self.documents.add(document.clone()))
    }

    fn is_same(&self, known: &Collected<DocumentId>, document: &Document) -> bool {
        known.known().is_some_and(|id| is_same_text(self.document(*id), document))
    }

    fn attach(&mut self, policy: &str, document: Option<&Document>, target: &str) -> Applied {
        let new_kind = self.kind_of(policy, document);
        let organization = self.organization()?;
        let built_in = FULL_ACCESS.iter().find(|(id, _)| *id == policy).map(|(_, kind)| *kind);
        let known = built_in.or_else(|| organization.policies.get(policy).map(|(kind, _)| *kind));
        let kind = match (known, document) {
            (Some(_), Some(_)) => {
                return Err(refused(format!(
                    "the snapshot holds {policy}: `--replace` gives it another document, and `--attach {policy}@{target}` attaches it"
                )));
            }
            (None, None) => {
                return Err(refused(format!(
                    "the snapshot does not hold {policy}: write `--attach {policy}=FILE@{target}`"
                )));
            }
            (Some(kind), None) => kind,
            (None, Some(_)) => new_kind,
        };
        organization.is_node(target)?;
        organization.is_enabled(kind)?;
        if let Some(document) = document {
            let id = self.add(document, layer_of(kind))?;
            self.organization()?.policies.insert(policy.into(), (kind, Collected::Known(id)));
        }
        let organization = self.organization()?;
        if organization.is_attached(policy, target, kind) {
            return Err(refused(format!(
                "{policy} is attached to {target} already: the change has no effect"
            )));
        }
        match organization.attached.get_mut(&(target.into(), kind)) {
            Some(list) => {
                list.push(policy.into());
                list.sort_unstable();
            }
            None => organization.targets.entry(target.into()).or_default().push(policy.into()),
        }
        Ok(())
    }

    fn detach(&mut self, policy: &str, target: &str) -> Applied {
        let organization = self.organization()?;
        organization.is_node(target)?;
        let kind = FULL_ACCESS.iter().find(|(id, _)| *id == policy).map(|(_, kind)| *kind);
        let kind = kind.or_else(|| organization.policies.get(policy).map(|(kind, _)| *kind));
        let Some(kind) = kind else {
            return Err(refused(format!("the snapshot does not hold {policy}")));
        };
        if policy == "p-RCPFullAWSAccess" {
            return Err(refused("p-RCPFullAWSAccess cannot be detached"));
        }
        if !organization.is_attached(policy, target, kind) {
            return Err(refused(format!("the snapshot does not say that {policy} is attached to {target}")));
        }
        organization.take_off(policy, Some(target), kind);
        Ok(())
    }

    fn replace(&mut self, what: &str, document: &Document) -> Applied {
        let no_effect = || refused(format!("{what} is the same document already: the change has no effect"));
        if let Some((kind, known)) = self.control(what) {
            if self.is_same(&known, document) {
                return Err(no_effect());
            }
            let id = self.add(document, layer_of(kind))?;
            self.organization()?.policies.insert(what.into(), (kind, Collected::Known(id)));
            return Ok(());
        }
        if self.is_managed(what) {
            if self.managed.get(what).is_some_and(|known| self.is_same(known, document)) {
                return Err(no_effect());
            }
            let id = self.add(document, LayerKind::Identity)?;
            self.managed.insert(what.into(), Collected::Known(id));
            return Ok(());
        }
        if let Some(resource) = self.resources.get(what) {
            let known = resource.policy.known().copied().flatten();
            if known.is_some_and(|id| is_same_text(self.document(id), document)) {
                return Err(no_effect());
            }
            let id = self.add(document, LayerKind::Resource)?;
            if let Some(resource) = self.resources.get_mut(what) {
                resource.policy = Collected::Known(Some(id));
            }
            return Ok(());
        }
        let (arn, part) = self.part(what)?;
        match part {
            "trust" => {
                let trust = self.principals.get(&arn).and_then(|own| own.trust.clone());
                let Some(trust) = trust else {
                    return Err(refused(format!("`{what}`: a user has no trust policy")));
                };
                if self.is_same(&trust, document) {
                    return Err(no_effect());
                }
                let id = self.add(document, LayerKind::Resource)?;
                self.principal(&arn, |own| own.trust = Some(Collected::Known(id)));
            }
            "boundary" => {
                let boundary = self.principals.get(&arn).and_then(|own| self.boundary_of(own));
                if boundary.is_some_and(|known| self.is_same(&known, document)) {
                    return Err(no_effect());
                }
                let id = self.add(document, LayerKind::Identity)?;
                let name = format!("the boundary of {arn}");
                self.managed.insert(name.as_str().into(), Collected::Known(id));
                self.principal(&arn, |own| own.boundary = Some(name.as_str().into()));
            }
            name => {
                let place = self.inline(&arn, name);
                if place.is_none() {
                    self.is_spelled_so(&arn, name)?;
                }
                if place.as_ref().is_some_and(|(_, known)| self.is_same(known, document)) {
                    return Err(no_effect());
                }
                let id = self.add(document, LayerKind::Identity)?;
                self.principal(&arn, |own| match place {
                    Some((place, _)) => {
                        if let Some(known) = own.inline.get_mut(place) {
                            *known = Collected::Known(id);
                        }
                    }
                    None => own.inline.push(Collected::Known(id)),
                });
            }
        }
        Ok(())
    }

    fn remove(&mut self, what: &str) -> Applied {
        if let Some((kind, _)) = self.control(what) {
            let organization = self.organization()?;
            if !organization.take_off(what, None, kind) {
                return Err(refused(format!("{what} is attached to nothing: removing it has no effect")));
            }
            organization.policies.remove(what);
            return Ok(());
        }
        if self.is_managed(what) {
            let is_boundary = |own: &Principal| own.boundary.as_deref() == Some(what);
            if let Some(own) = self.principals.values().find(|own| is_boundary(own)) {
                return Err(refused(format!(
                    "{what} is the boundary of {}, and IAM does not delete a policy in use: add `--remove {}:boundary`, or replace it",
                    own.arn, own.arn
                )));
            }
            let mut is_attached = false;
            let groups = self.accounts.values_mut().flat_map(|account| account.groups.values_mut());
            let lists = groups.map(|group| &mut group.managed);
            for list in lists.chain(self.principals.values_mut().map(|own| &mut own.managed)) {
                let before = list.len();
                list.retain(|arn| **arn != *what);
                is_attached |= list.len() != before;
            }
            self.managed.remove(what);
            return match is_attached {
                true => Ok(()),
                false => Err(refused(format!("{what} is attached to nothing: removing it has no effect"))),
            };
        }
        if let Some(resource) = self.resources.get_mut(what) {
            if matches!(resource.policy, Collected::Known(None)) {
                return Err(refused(format!("{what} has no policy: removing it has no effect")));
            }
            resource.policy = Collected::Known(None);
            return Ok(());
        }
        if let Some(arn) = self.named(what)? {
            self.principals.remove(&arn);
            return Ok(());
        }
        let (arn, part) = self.part(what)?;
        match part {
            "trust" => Err(refused(format!(
                "`{what}`: a role always has a trust policy: replace it, or remove the role"
            ))),
            "boundary" => {
                if self.principals.get(&arn).is_some_and(|own| own.boundary.is_none()) {
                    return Err(refused(format!("{arn} has no boundary: removing it has no effect")));
                }
                self.principal(&arn, |own| own.boundary = None);
                Ok(())
            }
            name => match self.inline(&arn, name) {
                None => Err(refused(format!("the snapshot has no inline policy `{name}` of {arn}"))),
                Some((place, _)) => {
                    self.principal(&arn, |own| {
                        own.inline.remove(place);
                    });
                    Ok(())
                }
            },
        }
    }

    fn move_account(&mut self, account: &str, parent: &str) -> Applied {
        let organization = self.organization()?;
        organization.is_node(parent)?;
        if is_account_id(parent) {
            return Err(refused(format!(
                "{parent} is an account: an account is moved to a root or organizational unit"
            )));
        }
        match organization.nodes.get_mut(account).filter(|_| is_account_id(account)) {
            None => Err(refused(format!(
                "the snapshot does not say where the account `{account}` is in the tree"
            ))),
            Some(node) if node.parent.as_deref() == Some(parent) => Err(refused(format!(
                "{account} is directly below {parent} already: the change has no effect"
            ))),
            Some(node) => {
                node.parent = Some(parent.into());
                Ok(())
            }
        }
    }

    /// Returns an SCP or RCP that the snapshot holds.
    pub(super) fn control(&self, id: &str) -> Option<(ControlKind, Collected<DocumentId>)> {
        match &self.membership {
            Membership::Of(organization) => organization.policies.get(id).cloned(),
            Membership::Missing | Membership::Alone => None,
        }
    }

    /// True for the ARN of a managed policy that the snapshot holds, or that a principal or group of it has.
    pub(super) fn is_managed(&self, arn: &str) -> bool {
        self.managed.contains_key(arn) || self.is_attached_or_boundary(arn)
    }

    /// True if a user, role or group of the snapshot has a managed policy, or it is a boundary.
    pub(super) fn is_attached_or_boundary(&self, arn: &str) -> bool {
        let has = |list: &[Box<str>]| list.iter().any(|own| **own == *arn);
        self.principals.values().any(|own| has(&own.managed) || own.boundary.as_deref() == Some(arn))
            || self.accounts.values().flat_map(|own| own.groups.values()).any(|group| has(&group.managed))
    }

    /// Returns the ARN of the principal that a text names, if it names one: an ARN, `role/NAME` or `user/NAME`.
    pub(super) fn named(&self, text: &str) -> Result<Option<Box<str>>, ChangeError> {
        let is_it = |own: &&Principal| {
            let kind = if own.kind == PrincipalKind::User { "user/" } else { "role/" };
            let name = text.strip_prefix(kind);
            *own.arn == *text
                || own.short() == text
                || name.is_some_and(|name| own.short().rsplit('/').next() == Some(name))
        };
        let found: Vec<&Principal> = self.principals.values().filter(is_it).collect();
        match *found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.arn.clone())),
            [first, ..] => Err(refused(format!(
                "`{text}` stands for {} principals: name one by its ARN, such as {}",
                found.len(),
                first.arn
            ))),
        }
    }

    /// Splits `role/NAME:PART` into the principal and the part.
    pub(super) fn part<'t>(&self, text: &'t str) -> Result<(Box<str>, &'t str), ChangeError> {
        let unknown = || {
            refused(format!(
                "the snapshot does not hold `{text}`: write the id of an SCP or RCP, the ARN of a managed policy or resource, or \
                 role/NAME:trust, role/NAME:boundary or role/NAME:POLICY for an inline policy"
            ))
        };
        let (name, part) = text.rsplit_once(':').filter(|(_, part)| !part.is_empty()).ok_or_else(unknown)?;
        Ok((self.named(name)?.ok_or_else(unknown)?, part))
    }

    fn principal(&mut self, arn: &str, change: impl FnOnce(&mut Principal)) {
        if let Some(own) = self.principals.get_mut(arn) {
            change(own);
        }
    }

    /// Returns an inline policy of a principal with its place in the list.
    fn inline(&self, arn: &str, name: &str) -> Option<(usize, Collected<DocumentId>)> {
        let own = self.principals.get(arn)?;
        let place = named_place(self, &own.inline, name)?;
        own.inline.get(place).map(|policy| (place, policy.clone()))
    }

    /// Refuses a new inline policy whose name differs only by case from one that is there: AWS does not say if they are two.
    fn is_spelled_so(&self, arn: &str, name: &str) -> Applied {
        let list = self.principals.get(arn).map_or(&[][..], |own| &own.inline);
        let mut names = list.iter().filter_map(|policy| inline_name(self, policy));
        match names.find(|known| known.eq_ignore_ascii_case(name)) {
            None => Ok(()),
            Some(known) => Err(refused(format!(
                "{arn} has the inline policy `{known}`, and AWS may take `{name}` for the same name: write `{known}`, or remove it first"
            ))),
        }
    }

    /// Refuses a change that leaves a node of the tree without SCPs.
    pub(super) fn has_levels(&self) -> Applied {
        let Membership::Of(organization) = &self.membership else { return Ok(()) };
        let empty = organization.attached.iter().find(|((_, kind), list)| {
            *kind == ControlKind::Service && list.is_empty() && organization.is_enabled(*kind).is_ok()
        });
        match empty {
            None => Ok(()),
            Some(((node, _), _)) => Err(refused(format!(
                "the change leaves {node} without an SCP, which AWS does not allow: attach another one, such as p-FullAWSAccess"
            ))),
        }
    }
}

impl Organization {
    fn is_node(&self, id: &str) -> Applied {
        match self.nodes.contains_key(id) {
            true => Ok(()),
            false => Err(refused(format!(
                "the snapshot has no root, organizational unit or account `{id}` in its tree"
            ))),
        }
    }

    fn is_enabled(&self, kind: ControlKind) -> Applied {
        match &self.enabled {
            Some(enabled) if !enabled.contains(&kind) => Err(refused(format!(
                "{}s are not enabled in {}: the change has no effect",
                kind.short(),
                self.id
            ))),
            _ => Ok(()),
        }
    }

    fn is_attached(&self, policy: &str, target: &str, kind: ControlKind) -> bool {
        let has = |list: &Vec<Box<str>>| list.iter().any(|own| **own == *policy);
        self.attached.get(&(target.into(), kind)).is_some_and(has)
            || self.targets.get(target).is_some_and(has)
    }

    /// Takes a policy off a node, or off all; returns false if it was at none.
    fn take_off(&mut self, policy: &str, target: Option<&str>, kind: ControlKind) -> bool {
        let mut was = false;
        let mut strip = |list: &mut Vec<Box<str>>| {
            let before = list.len();
            list.retain(|own| **own != *policy);
            was |= list.len() != before;
        };
        let is_meant = |node: &str| target.is_none_or(|target| target == node);
        let lists = self.attached.iter_mut().filter(|((node, own), _)| *own == kind && is_meant(node));
        lists.for_each(|(_, list)| strip(list));
        self.targets.iter_mut().filter(|(node, _)| is_meant(node)).for_each(|(_, list)| strip(list));
        was
    }
}

/// Returns the place of an inline policy in a list of a snapshot.
pub(super) fn named_place(snapshot: &Snapshot, list: &[Collected<DocumentId>], name: &str) -> Option<usize> {
    let end = format!("[{name:?}]");
    list.iter().position(|policy| match policy {
        Collected::Known(id) => snapshot.document(*id).source.name().ends_with(&end),
        Collected::Missing(gap) => gap.of.ends_with(&end),
    })
}

/// Returns the name of an inline policy of a snapshot.
pub(super) fn inline_name<'p>(snapshot: &'p Snapshot, policy: &'p Collected<DocumentId>) -> Option<&'p str> {
    let place: &str = match policy {
        Collected::Known(id) => snapshot.document(*id).source.name(),
        Collected::Missing(gap) => &gap.of,
    };
    place.rsplit_once("[\"")?.1.strip_suffix("\"]")
}

pub(super) fn layer_of(kind: ControlKind) -> LayerKind {
    match kind {
        ControlKind::Service => LayerKind::ServiceControl,
        ControlKind::Resource => LayerKind::ResourceControl,
    }
}

/// True if two documents are the same JSON.
fn is_same_text(one: &Document, other: &Document) -> bool {
    super::iam::is_same_json(one.text(), other.text())
}
