//! Answers of `iamsat catalogue`.

use crate::catalogue::{Action, Catalogue, Change, Key, Level, ResourceType, Service, StandsFor};
use crate::policy::{ActionPattern, ResourcePattern, Template};

/// An answer about a catalogue.
#[derive(Debug)]
pub struct CatalogueAnswer<'c> {
    /// The catalogue that has the facts.
    pub catalogue: &'c Catalogue,
    /// The facts.
    pub facts: CatalogueFacts<'c>,
}

/// CatalogueFacts of a catalogue.
#[derive(Debug)]
pub enum CatalogueFacts<'c> {
    /// Where the catalogue comes from, and how much it lists.
    Overview,
    /// One action.
    Action(Action<'c>),
    /// One service.
    Service(&'c Service),
    /// The actions that a pattern stands for, at the levels that were asked for.
    Expansion {
        /// The pattern as it was written.
        pattern: String,
        /// The actions, in order.
        actions: Vec<Action<'c>>,
        /// How many there are, in all and by level.
        stands_for: StandsFor,
    },
    /// The condition keys of an action.
    Keys(Action<'c>),
    /// One condition key, and the actions whose requests carry it; none are named for a global key.
    Key(Key<'c>, Vec<Action<'c>>),
    /// The resource types of a service, and the actions about each.
    Resources(&'c Service, Vec<(ResourceType<'c>, Vec<Action<'c>>)>),
    /// The differences from an older catalogue.
    Changes {
        /// Name of the older one.
        older: String,
        /// The changes, service by service.
        changes: Vec<Change>,
    },
    /// A name that is not listed, with those that were probably meant.
    Unlisted {
        /// The kind of name that was expected: `action`, `service`, `condition key`.
        kind: &'static str,
        /// The name.
        name: String,
        /// CatalogueAnswer names like it.
        similar: Vec<String>,
    },
}

impl<'c> CatalogueAnswer<'c> {
    fn new(catalogue: &'c Catalogue, facts: CatalogueFacts<'c>) -> CatalogueAnswer<'c> {
        CatalogueAnswer { catalogue, facts }
    }

    /// Tells where a catalogue comes from.
    pub fn overview(catalogue: &'c Catalogue) -> CatalogueAnswer<'c> {
        CatalogueAnswer::new(catalogue, CatalogueFacts::Overview)
    }

    /// Shows an action, a service (a name without colon) or, if there is no such action, a condition key.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// use iamsat::report::{CatalogueAnswer, text};
    /// let aws = Catalogue::embedded();
    /// let show = |name| text::catalogue(&CatalogueAnswer::show(aws, name), text::Style::default());
    /// assert!(show("sqs:sendmessage").starts_with("sqs:SendMessage: Write\n"));
    /// assert!(show("sqs").starts_with("sqs: Amazon SQS\n"));
    /// assert!(show("s3:prefix").starts_with("s3:prefix: String\n"));
    /// assert_eq!(show("sqs:SendMesage"), "`sqs:SendMesage` is not a listed action or condition key; did you mean sqs:SendMessage?\n");
    /// ```
    pub fn show(catalogue: &'c Catalogue, name: &str) -> CatalogueAnswer<'c> {
        if !name.contains(':') {
            let service = catalogue.service(name);
            let similar = || catalogue.similar_services(name);
            return CatalogueAnswer::new(
                catalogue,
                service.map_or_else(|| unlisted("service", name, similar()), CatalogueFacts::Service),
            );
        }
        if let Some(action) = catalogue.action(name) {
            return CatalogueAnswer::new(catalogue, CatalogueFacts::Action(action));
        }
        match catalogue.key(name) {
            Some(_) => CatalogueAnswer::key(catalogue, name),
            None => {
                let similar = [catalogue.similar_actions(name), catalogue.similar_keys(name)].concat();
                CatalogueAnswer::new(catalogue, unlisted("action or condition key", name, similar))
            }
        }
    }

    /// Lists the actions that a pattern stands for; with levels, only those at one of them.
    pub fn expand(
        catalogue: &'c Catalogue,
        pattern: &ActionPattern,
        levels: &[Level],
    ) -> CatalogueAnswer<'c> {
        let is_asked = |action: &Action<'_>| {
            levels.is_empty() || levels.iter().any(|level| action.levels().contains(*level))
        };
        let actions: Vec<Action<'c>> = catalogue.matching(pattern).filter(is_asked).collect();
        let stands_for = actions.iter().copied().collect();
        CatalogueAnswer::new(
            catalogue,
            CatalogueFacts::Expansion { pattern: pattern.text.to_string(), actions, stands_for },
        )
    }

    /// Lists the condition keys of an action.
    pub fn keys(catalogue: &'c Catalogue, action: &str) -> CatalogueAnswer<'c> {
        let facts = catalogue.action(action);
        let similar = || catalogue.similar_actions(action);
        CatalogueAnswer::new(
            catalogue,
            facts.map_or_else(|| unlisted("action", action, similar()), CatalogueFacts::Keys),
        )
    }

    /// Shows a condition key and the actions that carry it.
    pub fn key(catalogue: &'c Catalogue, name: &str) -> CatalogueAnswer<'c> {
        let Some(key) = catalogue.key(name) else {
            return CatalogueAnswer::new(
                catalogue,
                unlisted("condition key", name, catalogue.similar_keys(name)),
            );
        };
        let carries = |action: &Action<'_>| action.keys().iter().any(|other| other.name() == key.name());
        let services = key.service().map(|_| catalogue.services().filter(|service| service.lists_key(&key)));
        let actions = services.into_iter().flatten().flat_map(|service| catalogue.actions_of(service));
        CatalogueAnswer::new(catalogue, CatalogueFacts::Key(key, actions.filter(carries).collect()))
    }

    /// Lists the resource types of a service, or those of which an ARN matches a pattern, with the actions about each.
    pub fn resources(catalogue: &'c Catalogue, prefix: &str, pattern: Option<&str>) -> CatalogueAnswer<'c> {
        let Some(service) = catalogue.service(prefix) else {
            return CatalogueAnswer::new(
                catalogue,
                unlisted("service", prefix, catalogue.similar_services(prefix)),
            );
        };
        let literal = |text| match Template::parse(text, false) {
            Ok(parsed) => parsed,
            Err(_) => Template::literal(text),
        };
        let pattern = pattern.map(|text| ResourcePattern::new(text, literal(text)));
        let is_asked = |resource: &ResourceType<'_>| {
            let meets = |pattern| resource.formats().any(|format| format.meets(pattern));
            pattern.as_ref().is_none_or(meets)
        };
        let about = |resource: ResourceType<'c>| {
            let is_about =
                |action: &Action<'_>| action.rows().any(|row| row.resource().name() == resource.name());
            (resource, catalogue.actions_of(service).filter(is_about).collect())
        };
        let types = service.resources().filter(is_asked).map(about).collect();
        CatalogueAnswer::new(catalogue, CatalogueFacts::Resources(service, types))
    }

    /// Lists what a catalogue changes about an older one.
    pub fn changes(catalogue: &'c Catalogue, older: &Catalogue) -> CatalogueAnswer<'c> {
        let facts = CatalogueFacts::Changes { older: older.name(), changes: catalogue.changes_since(older) };
        CatalogueAnswer::new(catalogue, facts)
    }

    /// True if the catalogue lists something of the kind that was asked for.
    pub fn is_found(&self) -> bool {
        match &self.facts {
            CatalogueFacts::Unlisted { .. } => false,
            CatalogueFacts::Expansion { actions, .. } => !actions.is_empty(),
            CatalogueFacts::Resources(_, types) => !types.is_empty(),
            _ => true,
        }
    }
}

fn unlisted<'c>(kind: &'static str, name: &str, similar: Vec<String>) -> CatalogueFacts<'c> {
    CatalogueFacts::Unlisted { kind, name: name.to_owned(), similar }
}
