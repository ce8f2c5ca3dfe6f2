//! The text of a decision over layers: the layers with their policies, the requesters, and the conditions of the query.

use super::Policy;
use crate::limits::InputLimits;
use crate::policy::{Attached, Document, LayerKind, Layers, is_account_id, is_organization_id, read};
use crate::query::{Before, Callers, Layered, Query, Tree};
use crate::request::RequesterKind;
use crate::span::Source;
use crate::verify::Refusal;
use serde::{Deserialize, Serialize};

/// A decision over layers as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionText {
    /// The policies of each layer, level by level.
    pub layers: Vec<LayerText>,
    /// The layers before a change, which refuse the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BeforeText>,
    /// The account that owns the resource, if it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_account: Option<String>,
    /// The organization of the requester, if it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The requesters.
    pub callers: CallersText,
    /// The conditions of the query, for people; they follow from the rest.
    pub conditions: Vec<String>,
}

/// The layers before a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeforeText {
    /// The policies of each layer, level by level.
    pub layers: Vec<LayerText>,
    /// True if a policy that is not known is the same before and after, as far as it has the same name.
    pub same_world: bool,
}

/// The policies of one layer, or of one level of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerText {
    /// The kind of layer.
    pub layer: String,
    /// The level, counted from the root; 0 for layers without levels.
    pub level: usize,
    /// The policies.
    pub policies: Vec<AttachedText>,
}

/// A policy of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum AttachedText {
    /// Its document.
    Policy(Policy),
    /// The name of a policy that is not known.
    Unknown {
        /// The name.
        unknown: String,
    },
}

/// The requesters of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallersText {
    /// The text that names them; some users and sessions of roles without it.
    pub principal: Option<String>,
    /// True if users are not among them.
    pub without_users: bool,
}

/// Returns the text of a document alone: the whole source, or the part of it that is the document.
fn text_of(document: &Document) -> String {
    match document.base_pointer.is_empty() {
        true => document.source.text().to_owned(),
        false => document.source.slice(document.span).to_owned(),
    }
}

impl DecisionText {
    /// Returns the decision of a query.
    pub(super) fn of(layered: &Layered<'_>, query: &Query<'_>) -> DecisionText {
        let policy = |attached: &Attached<&Document>| match attached {
            Attached::Policy(document) => AttachedText::Policy(Policy {
                name: document.source.name().to_owned(),
                text: text_of(document),
                set: None,
            }),
            Attached::Missing(name) => AttachedText::Unknown { unknown: name.to_string() },
        };
        let layer = |kind: LayerKind, level: usize, policies: &[Attached<&Document>]| LayerText {
            layer: kind.name().to_owned(),
            level,
            policies: policies.iter().map(policy).collect(),
        };
        let all = |layers: &Layers<&Document>| {
            layers.attached().map(|set| layer(set.kind, set.level, set.policies)).collect()
        };
        let Layered { layers, callers, before, .. } = layered;
        DecisionText {
            layers: all(layers),
            before: before
                .as_ref()
                .map(|before| BeforeText { layers: all(&before.layers), same_world: before.is_same_world }),
            resource_account: layers.resource_account.as_deref().map(str::to_owned),
            organization: layers.organization.as_deref().map(str::to_owned),
            callers: CallersText {
                principal: callers.principal().map(str::to_owned),
                without_users: !callers.kinds().contains(&RequesterKind::User),
            },
            conditions: conditions(query),
        }
    }

    /// Returns all policies.
    pub(in crate::verify) fn policies(&self) -> impl Iterator<Item = &Policy> {
        let earlier = self.before.iter().flat_map(|before| &before.layers);
        let layers = self.layers.iter().chain(earlier);
        layers.flat_map(|layer| &layer.policies).filter_map(|policy| match policy {
            AttachedText::Policy(policy) => Some(policy),
            AttachedText::Unknown { .. } => None,
        })
    }

    /// Reads the layers.
    ///
    /// # Errors
    /// A policy has faults or does not fit its layer, or the layers are not complete.
    pub(in crate::verify) fn layers(&self, limits: &InputLimits) -> Result<Layers<Document>, Refusal> {
        self.read(&self.layers, limits)
    }

    /// Reads the layers before a change, if the decision is about one.
    ///
    /// # Errors
    /// As [`DecisionText::layers`].
    pub(in crate::verify) fn before(
        &self,
        limits: &InputLimits,
    ) -> Result<Option<Before<Document>>, Refusal> {
        let read = |before: &BeforeText| {
            Ok(Before { layers: self.read(&before.layers, limits)?, is_same_world: before.same_world })
        };
        self.before.as_ref().map(read).transpose()
    }

    fn read(&self, written: &[LayerText], limits: &InputLimits) -> Result<Layers<Document>, Refusal> {
        let is_named = |id: &Option<String>, is_id: fn(&str) -> bool| id.as_deref().is_none_or(is_id);
        if !is_named(&self.resource_account, is_account_id)
            || !is_named(&self.organization, is_organization_id)
        {
            return Err(Refusal::new("an account or organization of its layers has no valid id"));
        }
        let mut layers = Layers {
            resource_account: self.resource_account.as_deref().map(Into::into),
            organization: self.organization.as_deref().map(Into::into),
            ..Layers::default()
        };
        let (mut scp, mut rcp) = (Vec::new(), Vec::new());
        let mut before = None;
        for layer in written {
            let kind = LayerKind::parse(&layer.layer)
                .ok_or_else(|| Refusal::new(format!("`{}` is not a layer", layer.layer)))?;
            // Each layer and level stands in its order, once.
            if layer.policies.is_empty() || before.is_some_and(|before| before >= (kind, layer.level)) {
                return Err(Refusal::new("its layers are not in order"));
            }
            before = Some((kind, layer.level));
            let mut policies = Vec::with_capacity(layer.policies.len());
            for policy in &layer.policies {
                policies.push(attached(policy, kind, limits)?);
            }
            let levels = match kind {
                LayerKind::ServiceControl => Some(&mut scp),
                LayerKind::ResourceControl => Some(&mut rcp),
                _ => None,
            };
            if levels.as_ref().map_or(0, |levels| levels.len()) != layer.level
                && kind != LayerKind::ResourceControl
            {
                return Err(Refusal::new("a level of its layers is missing"));
            }
            match (kind, levels) {
                (_, Some(levels)) => {
                    levels.resize_with(layer.level, Vec::new);
                    levels.push(policies);
                }
                (LayerKind::Identity, None) => layers.identity = policies,
                (LayerKind::Session, None) => layers.session = policies,
                (_, None) => {
                    let one = match <[Attached<Document>; 1]>::try_from(policies) {
                        Ok([one]) => Some(one),
                        Err(_) => return Err(Refusal::new("one of its layers has several policies")),
                    };
                    match kind {
                        LayerKind::Boundary => layers.boundary = one,
                        LayerKind::Resource => layers.resource = one,
                        _ => layers.endpoint = one,
                    }
                }
            }
        }
        (layers.scp, layers.rcp) = (scp, rcp);
        Ok(layers)
    }

    /// Returns the requesters.
    ///
    /// # Errors
    /// The principal has no known form.
    pub(in crate::verify) fn callers(&self) -> Result<Callers, Refusal> {
        let callers = match &self.callers.principal {
            Some(principal) => Callers::parse(principal).map_err(Refusal::new)?,
            None => Callers::anyone(),
        };
        let callers = if self.callers.without_users { callers.without_users() } else { callers };
        match callers.kinds().is_empty() {
            true => Err(Refusal::new("it is about no requesters")),
            false => Ok(callers),
        }
    }
}

fn attached(
    policy: &AttachedText,
    kind: LayerKind,
    limits: &InputLimits,
) -> Result<Attached<Document>, Refusal> {
    match policy {
        AttachedText::Unknown { unknown } => Ok(Attached::Missing(unknown.as_str().into())),
        AttachedText::Policy(policy) => {
            let document = read(&Source::new(&*policy.name, &*policy.text), limits)
                .map_err(|_| Refusal::new(format!("the policy {} has errors", policy.name)))?;
            match document.misfits(kind.policy_type(), limits).is_empty() && policy.set.is_none() {
                true => Ok(Attached::Policy(document)),
                false => Err(Refusal::new(format!("{} does not fit its layer", policy.name))),
            }
        }
    }
}

/// Returns the conditions of a query as texts; sets are named by their layers' documents.
pub(in crate::verify) fn conditions(query: &Query<'_>) -> Vec<String> {
    let names: Vec<String> = query
        .layers()
        .map(|layer| {
            let names: Vec<&str> = layer.documents.iter().map(|document| document.source.name()).collect();
            format!("{}({})", layer.set.name(), names.join(", "))
        })
        .collect();
    query.conditions().iter().map(|condition| text(condition, &names)).collect()
}

fn text(tree: &Tree, names: &[String]) -> String {
    let all = |word: &str, parts: &[Tree]| {
        let parts: Vec<String> = parts.iter().map(|part| text(part, names)).collect();
        format!("{word}[{}]", parts.join("; "))
    };
    match tree {
        Tree::All(parts) => all("all", parts),
        Tree::Any(parts) => all("any", parts),
        Tree::Not(tree) => format!("not {}", text(tree, names)),
        Tree::Set(index) => match names.get(*index) {
            Some(name) => format!("{index}:{name}"),
            None => index.to_string(),
        },
        Tree::Kind(kinds) => format!("requester {kinds:?}"),
        Tree::Open(code, key) => format!("open {code} {key}"),
    }
}
