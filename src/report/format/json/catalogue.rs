//! Answers about a catalogue.

use crate::catalogue::{Action, Catalogue, Key, Level, Levels, ResourceType};
use crate::report::answer::{CatalogueAnswer, CatalogueFacts};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The catalogue from which an answer has its facts.
#[derive(Serialize)]
struct Source<'c> {
    name: String,
    date: &'c str,
    source: &'c str,
    sha256: &'c str,
}

#[derive(Serialize)]
struct Answer<'c, T> {
    catalogue: Source<'c>,
    #[serde(flatten)]
    facts: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionView {
    action: String,
    access_levels: Vec<&'static str>,
    resource_types: Vec<RowView>,
    condition_keys: Vec<KeyView>,
}

#[derive(Serialize)]
struct RowView {
    name: String,
    required: bool,
    formats: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    multivalued: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NamedAction {
    action: String,
    access_levels: Vec<&'static str>,
}

#[derive(Serialize)]
struct ResourceView {
    name: String,
    formats: Vec<String>,
    actions: Vec<String>,
}

impl ActionView {
    fn of(action: &Action<'_>) -> ActionView {
        let row = |row: crate::catalogue::Row<'_>| RowView {
            name: row.resource().name().to_owned(),
            required: row.is_required(),
            formats: formats(&row.resource()),
        };
        ActionView {
            action: action.full_name(),
            access_levels: names(action.levels()),
            resource_types: action.rows().map(row).collect(),
            condition_keys: action.keys().iter().map(KeyView::of).collect(),
        }
    }
}

impl KeyView {
    fn of(key: &Key<'_>) -> KeyView {
        KeyView { key: key.name(), kind: key.kind().name(), multivalued: key.is_list() }
    }
}

fn names(levels: Levels) -> Vec<&'static str> {
    levels.iter().map(Level::option).collect()
}

fn formats(resource: &ResourceType<'_>) -> Vec<String> {
    resource.formats().map(|format| format.spelled()).collect()
}

fn full_names(actions: &[Action<'_>]) -> Vec<String> {
    actions.iter().map(Action::full_name).collect()
}

impl Serialize for CatalogueAnswer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Answer { catalogue: source(self.catalogue), facts: facts(self) }.serialize(serializer)
    }
}

fn facts(answer: &CatalogueAnswer<'_>) -> Value {
    match &answer.facts {
        CatalogueFacts::Overview => {
            let origin = answer.catalogue.origin();
            json!({
                "services": origin.services, "actions": origin.actions,
                "integrity": origin.integrity, "notice": origin.notice,
            })
        }
        CatalogueFacts::Action(action) => json!(ActionView::of(action)),
        CatalogueFacts::Service(service) => json!({
            "service": service.prefix(), "title": service.title(), "actions": service.action_count(),
            "resourceTypes": service.resources().map(|resource| resource.name().to_owned()).collect::<Vec<_>>(),
            "conditionKeys": service.keys().map(|key| KeyView::of(&key)).collect::<Vec<_>>(),
            "resourceControlPolicies": service.supports_rcp(),
        }),
        CatalogueFacts::Expansion { pattern, actions, stands_for } => {
            let named = |action: &Action<'_>| NamedAction {
                action: action.full_name(),
                access_levels: names(action.levels()),
            };
            json!({
                "pattern": pattern, "count": stands_for.actions,
                "actions": actions.iter().map(named).collect::<Vec<_>>(),
            })
        }
        CatalogueFacts::Keys(action) => json!({
            "action": action.full_name(),
            "conditionKeys": action.keys().iter().map(KeyView::of).collect::<Vec<_>>(),
        }),
        CatalogueFacts::Key(key, actions) => {
            let view = KeyView::of(key);
            json!({
                "key": view.key, "type": view.kind, "multivalued": view.multivalued,
                "global": key.service().is_none(), "actions": full_names(actions),
            })
        }
        CatalogueFacts::Resources(service, types) => {
            let view = |(resource, actions): &(ResourceType<'_>, Vec<Action<'_>>)| ResourceView {
                name: resource.name().to_owned(),
                formats: formats(resource),
                actions: full_names(actions),
            };
            json!({ "service": service.prefix(), "resourceTypes": types.iter().map(view).collect::<Vec<_>>() })
        }
        CatalogueFacts::Changes { older, changes } => {
            let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
            json!({ "older": older, "changes": changes })
        }
        CatalogueFacts::Unlisted { kind, name, similar } => {
            json!({ "listed": false, "kind": kind, "name": name, "similar": similar })
        }
    }
}

fn source(catalogue: &Catalogue) -> Source<'_> {
    Source {
        name: catalogue.name(),
        date: catalogue.date(),
        source: &catalogue.origin().source,
        sha256: catalogue.digest(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every answer names its catalogue.
    #[test]
    fn answers_name_their_catalogue() {
        let aws = Catalogue::embedded();
        let answers = [
            (CatalogueAnswer::overview(aws), "actions"),
            (CatalogueAnswer::show(aws, "sqs:SendMessage"), "accessLevels"),
            (CatalogueAnswer::show(aws, "sqs"), "resourceControlPolicies"),
            (CatalogueAnswer::show(aws, "sqs:SendMesage"), "similar"),
            (CatalogueAnswer::keys(aws, "sqs:SendMessage"), "conditionKeys"),
            (CatalogueAnswer::key(aws, "aws:SourceIp"), "global"),
            (CatalogueAnswer::resources(aws, "sqs", None), "resourceTypes"),
            (CatalogueAnswer::changes(aws, aws), "changes"),
        ];
        for (answer, member) in answers {
            let value = json!(answer);
            assert!(value.get(member).is_some(), "{value}");
            assert_eq!(
                (&value["catalogue"]["name"], &value["catalogue"]["sha256"]),
                (&json!(aws.name()), &json!(aws.digest()))
            );
        }
    }
}
