//! Puts the layers together that decide about one requester and one group of resources.

use super::gap::{Gap, GapKind};
use super::model::{Collected, ControlKind, DocumentId, Membership, Principal, Resource};
use super::{Level, Snapshot};
use crate::policy::{Attached, LayerKind, Layers};

/// Who asks, and what the snapshot has of it.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'s> {
    /// A user, or the sessions of a role.
    Principal(&'s Principal),
    /// The root user of an account.
    Root(&'s str),
    /// Some user or role of an account whose users and roles were not collected.
    Uncollected(&'s str),
    /// Some user or role of an account, as if its own policies allowed everything.
    Anyone(&'s str),
    /// Some user or role of an account that the snapshot says nothing about: its own policies allow everything.
    Foreign(Option<&'s str>),
    /// Somebody without an account: anonymous, a service, or the holder of a token of an identity provider.
    Nobody,
}

impl<'s> Asker<'s> {
    /// Returns the account.
    pub fn account(self) -> Option<&'s str> {
        match self {
            Asker::Principal(principal) => Some(&principal.account),
            Asker::Root(account) | Asker::Uncollected(account) | Asker::Anyone(account) => Some(account),
            Asker::Foreign(account) => account,
            Asker::Nobody => None,
        }
    }
}

/// Resources that are decided about in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A resource of the snapshot, with what is in it: a bucket with its objects.
    Resource(Box<str>),
    /// A role, with its trust policy.
    Role(Box<str>),
    /// No resource (`*`).
    OnNone,
    /// The other resources of an account, or of any account that is not the requester's.
    Others {
        /// The account that owns them; none if it may be any.
        account: Option<Box<str>>,
        /// Patterns of resources that are targets of their own.
        but_for: Vec<Box<str>>,
        /// True if these resources have no policies of their own.
        have_no_policy: bool,
    },
}

impl Target {
    /// Returns the patterns of the resources of a target that is one resource.
    pub fn patterns(&self) -> Vec<String> {
        match self {
            Target::Resource(arn) => covered(arn),
            Target::Role(arn) => vec![arn.to_string()],
            Target::OnNone | Target::Others { .. } => Vec::new(),
        }
    }

    /// Returns the statement that allows just the requests about these resources; none if all are meant.
    pub(crate) fn statement(&self) -> Option<String> {
        let list = |name: &str, values: &[String]| {
            format!(r#"{{"Effect":"Allow","Action":"*","{name}":{}}}"#, serde_json::json!(values))
        };
        match self {
            Target::Resource(_) | Target::Role(_) => Some(list("Resource", &self.patterns())),
            Target::OnNone => Some(list("NotResource", &["arn:*:*:*:*:*".to_owned()])),
            Target::Others { but_for, .. } if but_for.is_empty() => None,
            Target::Others { but_for, .. } => {
                Some(list("NotResource", &but_for.iter().map(|arn| arn.to_string()).collect::<Vec<_>>()))
            }
        }
    }

    /// Returns the name for messages.
    pub fn name(&self) -> String {
        match self {
            Target::Resource(arn) | Target::Role(arn) => arn.to_string(),
            Target::OnNone => "no resource".to_owned(),
            Target::Others { account: Some(account), .. } => format!("other resources of {account}"),
            Target::Others { account: None, .. } => "other resources".to_owned(),
        }
    }
}

/// Returns the patterns of the resources that the policy of a resource is for: of a bucket, its objects too.
pub(super) fn covered(arn: &str) -> Vec<String> {
    match is_bucket(arn) {
        true => vec![arn.to_owned(), format!("{arn}/*")],
        false => vec![arn.to_owned()],
    }
}

fn is_bucket(arn: &str) -> bool {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(*fields.as_slice(), ["arn", _, "s3", "", "", name] if !name.contains('/'))
}

/// A layer of which something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerGap {
    /// The kind of layer.
    pub kind: LayerKind,
    /// The level, counted from the root; 0 for layers without levels.
    pub level: usize,
    /// The fact that is not known.
    pub gap: Gap,
}

/// The layers for one requester and one target.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The layers.
    pub layers: Layers<DocumentId>,
    /// The gaps in them.
    pub gaps: Vec<LayerGap>,
}

/// The gaps so far, and the snapshot.
struct Assembly<'s>(Vec<LayerGap>, &'s Snapshot);

impl Assembly<'_> {
    fn attach(
        &mut self,
        kind: LayerKind,
        level: usize,
        policy: Collected<DocumentId>,
    ) -> Attached<DocumentId> {
        match policy {
            Collected::Known(document) => Attached::Policy(document),
            Collected::Missing(gap) => {
                let name = self.1.name_of_missing(gap.kind, &gap.of);
                self.0.push(LayerGap { kind, level, gap: *gap });
                Attached::Missing(name)
            }
        }
    }

    fn list(
        &mut self,
        kind: LayerKind,
        level: usize,
        policies: Vec<Collected<DocumentId>>,
    ) -> Vec<Attached<DocumentId>> {
        policies.into_iter().map(|policy| self.attach(kind, level, policy)).collect()
    }

    fn levels(&mut self, kind: LayerKind, levels: Vec<Level>) -> Vec<Vec<Attached<DocumentId>>> {
        let levels = levels.into_iter().enumerate();
        levels.map(|(place, level)| self.list(kind, place, level.policies)).collect()
    }
}

impl Snapshot {
    /// Returns the identity policies of a principal, with those of its groups.
    pub fn identity_of(&self, principal: &Principal) -> Vec<Collected<DocumentId>> {
        let mut policies = principal.inline.clone();
        policies.extend(principal.managed.iter().map(|arn| self.managed_policy(GapKind::Policy, arn)));
        for name in &principal.groups {
            let account = self.accounts.get(&principal.account);
            match account.and_then(|account| account.groups.get(name)) {
                Some(group) => {
                    policies.extend(group.inline.iter().cloned());
                    policies
                        .extend(group.managed.iter().map(|arn| self.managed_policy(GapKind::Policy, arn)));
                }
                None => policies.push(Collected::Missing(Box::new(Gap::group(&principal.account, name)))),
            }
        }
        policies
    }

    /// Returns the boundary of a principal, if it has one.
    pub fn boundary_of(&self, principal: &Principal) -> Option<Collected<DocumentId>> {
        principal.boundary.as_ref().map(|arn| self.managed_policy(GapKind::Boundary, arn))
    }

    fn managed_policy(&self, kind: GapKind, arn: &str) -> Collected<DocumentId> {
        match self.managed.get(arn) {
            Some(Collected::Known(document)) => Collected::Known(*document),
            Some(Collected::Missing(gap)) => Collected::Missing(gap.clone()),
            None => Collected::Missing(Box::new(Gap::managed(kind, arn))),
        }
    }

    /// Returns the account that owns the resources of a target, if it is one.
    pub fn owner_of<'t>(&'t self, target: &'t Target) -> Option<&'t str> {
        match target {
            Target::Resource(arn) => self.resources.get(arn).map(|resource| &*resource.account),
            Target::Role(arn) => self.principals.get(arn).map(|role| &*role.account),
            Target::OnNone => None,
            Target::Others { account, .. } => account.as_deref(),
        }
    }

    /// Puts the layers together for one requester and one target.
    pub fn assemble(&self, asker: Asker<'_>, target: &Target) -> Assembled {
        let mut all = Assembly(Vec::new(), self);
        let missing = |gap: Gap| Collected::Missing(Box::new(gap));
        let (identity, boundary) = match asker {
            Asker::Principal(principal) => (self.identity_of(principal), self.boundary_of(principal)),
            Asker::Uncollected(account) => (vec![missing(Gap::iam(account, "the users and roles"))], None),
            Asker::Anyone(_) | Asker::Foreign(_) => (vec![Collected::Known(self.full_access)], None),
            Asker::Root(_) | Asker::Nobody => (Vec::new(), None),
        };
        let owner = self.owner_of(target);
        let scp = match asker {
            // Whatever policies a foreign organization has can only take away.
            Asker::Foreign(_) | Asker::Nobody => Vec::new(),
            _ => asker.account().map_or_else(Vec::new, |own| self.levels(own, ControlKind::Service)),
        };
        let rcp = match (target, owner, asker.account()) {
            (Target::OnNone, _, Some(own)) => match asker {
                Asker::Foreign(_) => Vec::new(),
                _ => self.levels(own, ControlKind::Resource),
            },
            (_, Some(owner), _) => self.levels(owner, ControlKind::Resource),
            (Target::OnNone, _, None) => Vec::new(),
            (_, None, _) => {
                let why = "the account that owns the resource is not known, and so are its RCPs";
                let gap = Gap::new(GapKind::Owner, "the resource", why, None);
                vec![Level { node: "the owner".into(), policies: vec![missing(gap)] }]
            }
        };
        let identity = all.list(LayerKind::Identity, 0, identity);
        let boundary = boundary.map(|policy| all.attach(LayerKind::Boundary, 0, policy));
        let scp = all.levels(LayerKind::ServiceControl, scp);
        let rcp = all.levels(LayerKind::ResourceControl, rcp);
        let resource = self.policy_of(target);
        let layers = Layers {
            identity,
            boundary,
            scp,
            rcp,
            resource: resource.map(|policy| all.attach(LayerKind::Resource, 0, policy)),
            resource_account: owner.map(Into::into),
            organization: asker.account().and_then(|own| self.organization_of(own)).map(Into::into),
            ..Layers::default()
        };
        Assembled { layers, gaps: all.0 }
    }

    /// Returns the policy of the resources of a target, if they have one.
    pub(crate) fn policy_of(&self, target: &Target) -> Option<Collected<DocumentId>> {
        match target {
            Target::Resource(arn) => {
                match self.resources.get(arn).map(|resource: &Resource| &resource.policy) {
                    Some(Collected::Known(policy)) => policy.map(Collected::Known),
                    Some(Collected::Missing(gap)) => Some(Collected::Missing(gap.clone())),
                    None => Some(Collected::Missing(Box::new(Gap::resource_policy(arn)))),
                }
            }
            Target::Role(arn) => {
                let trust = self.principals.get(arn).and_then(|role| role.trust.clone());
                Some(trust.unwrap_or_else(|| Collected::Missing(Box::new(Gap::resource_policy(arn)))))
            }
            Target::OnNone | Target::Others { have_no_policy: true, .. } => None,
            Target::Others { account, .. } => {
                let of = account.as_ref().map_or_else(
                    || "resources that are not in the snapshot".to_owned(),
                    |account| format!("resources of {account} that are not in the snapshot"),
                );
                let why = format!("the policies of {of} were not collected");
                Some(Collected::Missing(Box::new(Gap::new(GapKind::ResourcePolicy, &of, why, None))))
            }
        }
    }

    /// Returns the path of an account in its organization as `aws:PrincipalOrgPaths` has it: it ends with the organizational unit
    /// and a slash.
    pub fn organization_path(&self, account: &str) -> Option<String> {
        let Membership::Of(organization) = &self.membership else { return None };
        let path = self.path(account)?;
        let (_, above) = path.split_last()?;
        Some(format!("{}/{}/", organization.id, above.join("/")))
    }
}
