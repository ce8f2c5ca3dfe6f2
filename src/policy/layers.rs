//! The policies that decide about one requester and one resource together, layer by layer.

use crate::policy::PolicyType;

/// A kind of layer. The order is that of traces.
///
/// Source: IAM User Guide, "Policy evaluation logic"; Organizations User Guide, "SCP evaluation" and "RCP evaluation".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// The identity policies of the requester, with those of its groups.
    Identity,
    /// Its permissions boundary.
    Boundary,
    /// The session policies that were passed when its session began.
    Session,
    /// The service control policies at one level: the root, an organizational unit, or the account of the requester.
    ServiceControl,
    /// The resource control policies at one level above the account of the resource.
    ResourceControl,
    /// The policy of the resource; for a role, its trust policy.
    Resource,
    /// The policy of the VPC endpoint through which the request comes.
    Endpoint,
}

impl LayerKind {
    /// All of them.
    pub const ALL: [LayerKind; 7] = [
        LayerKind::Identity,
        LayerKind::Boundary,
        LayerKind::Session,
        LayerKind::ServiceControl,
        LayerKind::ResourceControl,
        LayerKind::Resource,
        LayerKind::Endpoint,
    ];

    /// Returns the name used in layers files, traces and JSON.
    ///
    /// ```
    /// use iamsat::policy::LayerKind;
    /// let names = LayerKind::ALL.map(LayerKind::name);
    /// assert_eq!(names, ["identity", "boundary", "session", "scp", "rcp", "resource", "endpoint"]);
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            LayerKind::Identity => "identity",
            LayerKind::Boundary => "boundary",
            LayerKind::Session => "session",
            LayerKind::ServiceControl => "scp",
            LayerKind::ResourceControl => "rcp",
            LayerKind::Resource => "resource",
            LayerKind::Endpoint => "endpoint",
        }
    }

    /// Returns the kind with this name.
    pub fn parse(name: &str) -> Option<LayerKind> {
        LayerKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the type of its documents, which decides if they name principals.
    pub fn policy_type(self) -> PolicyType {
        match self {
            LayerKind::Identity | LayerKind::Boundary | LayerKind::Session => PolicyType::Identity,
            LayerKind::ServiceControl => PolicyType::ServiceControl,
            LayerKind::ResourceControl => PolicyType::ResourceControl,
            LayerKind::Resource | LayerKind::Endpoint => PolicyType::Resource,
        }
    }
}

/// True for the id of an account: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for the id of an organization: `o-` and letters and digits.
pub fn is_organization_id(text: &str) -> bool {
    let is_word = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.strip_prefix("o-").is_some_and(is_word)
}

/// A policy of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attached<D> {
    /// The document.
    Policy(D),
    /// A policy that exists and whose document is not known, by its name.
    Missing(Box<str>),
}

impl<D> Attached<D> {
    /// Returns the document, if it is known.
    pub fn policy(&self) -> Option<&D> {
        match self {
            Attached::Policy(document) => Some(document),
            Attached::Missing(_) => None,
        }
    }

    /// Returns the name, if the document is not known.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Attached::Policy(_) => None,
            Attached::Missing(name) => Some(name),
        }
    }
}

/// All layers for one requester and one resource. A layer without policies is not attached.
///
/// ```
/// use iamsat::policy::{Attached, Document, LayerKind, Layers};
/// let policy: Document = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#.parse()?;
/// let layers = Layers { identity: vec![Attached::Policy(policy)], ..Layers::default() };
/// let kinds: Vec<LayerKind> = layers.attached().map(|set| set.kind).collect();
/// assert_eq!(kinds, [LayerKind::Identity]);
/// # Ok::<(), iamsat::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers<D> {
    /// The identity policies of the requester; of a federated user, those of its parent user.
    pub identity: Vec<Attached<D>>,
    /// The permissions boundary.
    pub boundary: Option<Attached<D>>,
    /// The session policies; empty if none was passed.
    pub session: Vec<Attached<D>>,
    /// The service control policies, level by level from the root to the account; empty if none bind the account. No level is
    /// empty.
    pub scp: Vec<Vec<Attached<D>>>,
    /// The resource control policies, level by level. `RCPFullAWSAccess`, which every level has, need not be listed.
    pub rcp: Vec<Vec<Attached<D>>>,
    /// The policy of the resource.
    pub resource: Option<Attached<D>>,
    /// The policy of the VPC endpoint through which every request comes.
    pub endpoint: Option<Attached<D>>,
    /// The account that owns the resource, for ARNs that name none.
    pub resource_account: Option<Box<str>>,
    /// The organization of the account of the requester.
    pub organization: Option<Box<str>>,
}

impl<D> Default for Layers<D> {
    fn default() -> Layers<D> {
        Layers {
            identity: Vec::new(),
            boundary: None,
            session: Vec::new(),
            scp: Vec::new(),
            rcp: Vec::new(),
            resource: None,
            endpoint: None,
            resource_account: None,
            organization: None,
        }
    }
}

/// The policies of one layer, or of one level of it.
#[derive(Debug)]
pub struct LayerSet<'l, D> {
    /// The kind of layer.
    pub kind: LayerKind,
    /// The level, counted from the root; 0 for layers without levels.
    pub level: usize,
    /// The policies.
    pub policies: &'l [Attached<D>],
}

impl<D> Layers<D> {
    /// Returns the layers that are attached, level by level, in the order of [`LayerKind`].
    pub fn attached(&self) -> impl Iterator<Item = LayerSet<'_, D>> {
        fn levels<D>(
            kind: LayerKind,
            levels: &[Vec<Attached<D>>],
        ) -> impl Iterator<Item = (LayerKind, usize, &[Attached<D>])> {
            levels.iter().enumerate().map(move |(level, of)| (kind, level, of.as_slice()))
        }
        fn one<D>(
            kind: LayerKind,
            policies: &[Attached<D>],
        ) -> impl Iterator<Item = (LayerKind, usize, &[Attached<D>])> {
            std::iter::once((kind, 0, policies))
        }
        one(LayerKind::Identity, &self.identity)
            .chain(one(LayerKind::Boundary, self.boundary.as_slice()))
            .chain(one(LayerKind::Session, &self.session))
            .chain(levels(LayerKind::ServiceControl, &self.scp))
            .chain(levels(LayerKind::ResourceControl, &self.rcp))
            .chain(one(LayerKind::Resource, self.resource.as_slice()))
            .chain(one(LayerKind::Endpoint, self.endpoint.as_slice()))
            .filter(|(_, _, policies)| !policies.is_empty())
            .map(|(kind, level, policies)| LayerSet { kind, level, policies })
    }

    /// Returns the documents that are known, in the order of the layers.
    pub fn documents(&self) -> impl Iterator<Item = &D> {
        self.attached().flat_map(|set| set.policies).filter_map(Attached::policy)
    }

    /// Returns the same layers with each document replaced.
    pub fn map<'l, E>(&'l self, mut replace: impl FnMut(&'l D) -> E) -> Layers<E> {
        let mut one = |attached: &'l Attached<D>| match attached {
            Attached::Policy(document) => Attached::Policy(replace(document)),
            Attached::Missing(name) => Attached::Missing(name.clone()),
        };
        Layers {
            identity: self.identity.iter().map(&mut one).collect(),
            boundary: self.boundary.as_ref().map(&mut one),
            session: self.session.iter().map(&mut one).collect(),
            scp: self.scp.iter().map(|level| level.iter().map(&mut one).collect()).collect(),
            rcp: self.rcp.iter().map(|level| level.iter().map(&mut one).collect()).collect(),
            resource: self.resource.as_ref().map(&mut one),
            endpoint: self.endpoint.as_ref().map(&mut one),
            resource_account: self.resource_account.clone(),
            organization: self.organization.clone(),
        }
    }
}
