//! Condition keys: name, type, multiplicity.

use super::Catalogue;
use super::head::GlobalKey;
use super::key_names::{key_pattern, prefix_of};
use super::level::KeyType;
use super::pattern::matches;
use super::service::{KeyEntry, Owner, Service, word};

/// A condition key that AWS lists.
#[derive(Clone, Copy, Debug)]
pub struct Key<'c> {
    kind: KeyType,
    is_list: bool,
    place: Listed<'c>,
}

/// Where a key is listed.
#[derive(Clone, Copy, Debug)]
enum Listed<'c> {
    Globally(&'c GlobalKey),
    ByService(&'c Service, &'c KeyEntry),
}

impl<'c> Key<'c> {
    pub(super) fn of_service(service: &'c Service, entry: &'c KeyEntry) -> Key<'c> {
        Key { kind: entry.kind, is_list: entry.is_list, place: Listed::ByService(service, entry) }
    }

    fn global(key: &'c GlobalKey) -> Key<'c> {
        Key { kind: key.kind, is_list: key.is_list, place: Listed::Globally(key) }
    }

    /// Returns the name as AWS spells it; `*` stands for a part that the caller chooses: `aws:ResourceTag/*`.
    pub fn name(&self) -> String {
        match self.place {
            Listed::Globally(key) => key.name.clone(),
            Listed::ByService(service, entry) => service.key_name(entry),
        }
    }

    fn lower_name(&self) -> String {
        match self.place {
            Listed::Globally(key) => key.lower.clone(),
            Listed::ByService(service, entry) => service.lower_key_name(entry),
        }
    }

    /// Returns the type of its values.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// True if one request can carry several values.
    pub fn is_list(&self) -> bool {
        self.is_list
    }

    /// Returns type and multiplicity in words: `String`, `list of ARN`.
    pub fn described(&self) -> String {
        if self.is_list { format!("list of {}", self.kind.name()) } else { self.kind.name().to_owned() }
    }

    /// Returns the service that lists it; `None` for a global key.
    pub fn service(&self) -> Option<&'c Service> {
        match self.place {
            Listed::Globally(_) => None,
            Listed::ByService(service, _) => Some(service),
        }
    }

    /// Returns true if a name in lower case is the key's, parts that the caller chooses included.
    pub(super) fn is_named(&self, wanted: &str) -> bool {
        match self.place {
            Listed::Globally(key) => is_name(&key.lower, wanted),
            Listed::ByService(service, entry) => {
                let listed = word(&service.lower, entry.name);
                let start = match entry.owner {
                    Owner::Service => service.prefix(),
                    Owner::Aws => "aws",
                    Owner::Other => return is_name(listed, wanted),
                };
                let name = wanted.strip_prefix(start).and_then(|rest| rest.strip_prefix(':'));
                name.is_some_and(|name| is_name(listed, name))
            }
        }
    }
}

/// A relation of a condition key to the requests for an action, as AWS lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carried {
    /// The action, one of its rows or their resource types list the key.
    Listed,
    /// Requests for every action can carry the key.
    Global,
    /// Nothing is listed about the key, or only under a prefix that no service has: it may be in any request.
    Unknown,
    /// The key is listed, but not for this action.
    Never,
}

impl Service {
    /// True if the service lists a key of this name, in lower case, for some of its actions.
    pub(crate) fn knows_key(&self, wanted: &str) -> bool {
        self.keys().any(|key| key.is_named(wanted))
    }

    /// True if the service lists a key of this name.
    pub fn lists_key(&self, key: &Key<'_>) -> bool {
        let name = key.lower_name();
        self.keys.iter().any(|entry| self.lower_key_name(entry) == name)
    }
}

impl Catalogue {
    /// Returns the key with this name, in any case.
    ///
    /// ```
    /// use iamsat::catalogue::{Catalogue, KeyType};
    /// let key = |name| Catalogue::embedded().key(name);
    /// assert_eq!(key("kms:viaservice").unwrap().name(), "kms:ViaService");
    /// assert_eq!(key("s3:ExistingObjectTag/team").unwrap().name(), "s3:ExistingObjectTag/*");
    /// assert_eq!(key("aws:SourceIp").unwrap().kind(), KeyType::IpAddress);
    /// assert!(key("dynamodb:LeadingKeys").unwrap().is_list());
    /// assert!(key("s3:nothing").is_none());
    /// ```
    pub fn key(&self, name: &str) -> Option<Key<'_>> {
        let wanted = name.to_ascii_lowercase();
        let global = self.head.globals.iter().map(Key::global).find(|key| key.is_named(&wanted));
        global.or_else(|| self.services_with_keys(&wanted).find_map(|service| find(service, &wanted)))
    }

    /// True if some service lists the key, whose name may be in any case, as one that can have several values. Global keys are
    /// not looked at.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let aws = Catalogue::embedded();
    /// assert!(aws.is_list_key("dynamodb:Attributes") && !aws.is_list_key("s3:prefix"));
    /// ```
    pub fn is_list_key(&self, name: &str) -> bool {
        // Almost all names come in lower case.
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            return self.list_keys().contains(&name.to_ascii_lowercase());
        }
        self.list_keys().contains(name)
    }

    /// True if AWS lists the key, whose name may be in any case, and no service lists it as one that can have several values.
    /// Global keys are not looked at.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let aws = Catalogue::embedded();
    /// assert!(aws.is_single_key("s3:prefix") && !aws.is_single_key("dynamodb:Attributes") && !aws.is_single_key("s3:nothing"));
    /// ```
    pub fn is_single_key(&self, name: &str) -> bool {
        !self.is_list_key(name) && self.key(name).is_some_and(|key| key.service().is_some() && !key.is_list())
    }

    /// True if a service, or a foreign prefix that is not a host, lists keys that start with this prefix, in any case.
    pub(crate) fn knows_key_prefix(&self, prefix: &str) -> bool {
        let is_foreign = |listed: &str| listed.eq_ignore_ascii_case(prefix) && !listed.contains(['.', '*']);
        self.service(prefix).is_some() || self.foreign.iter().any(|(listed, _)| is_foreign(listed))
    }

    /// Returns the global keys, by name.
    pub fn global_keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.head.globals.iter().map(Key::global)
    }

    /// Returns the services that may list a key: the one with its prefix, then those that list keys with that prefix.
    pub(super) fn services_with_keys(&self, wanted: &str) -> impl Iterator<Item = &Service> {
        let prefix = prefix_of(wanted).to_owned();
        let own = self.service(&prefix);
        let foreign = self.foreign.iter().filter(move |(listed, _)| {
            **listed == prefix || (listed.contains('*') && matches(&key_pattern(listed), &prefix))
        });
        own.into_iter()
            .chain(foreign.flat_map(|(_, services)| services).filter_map(|service| self.service(service)))
    }

    /// True if AWS lists the key, whose name may be in any case, for some action.
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let aws = Catalogue::embedded();
    /// assert!(aws.is_carried("s3:prefix") && !aws.is_carried("s3:nothing"));
    /// ```
    pub fn is_carried(&self, name: &str) -> bool {
        let wanted = name.to_ascii_lowercase();
        let actions = self.services_with_keys(&wanted).flat_map(|service| self.actions_of(service));
        actions.into_iter().any(|action| action.lists(&wanted))
    }

    /// True if a global key has this name, in lower case.
    fn is_global(&self, wanted: &str) -> bool {
        let globals = &self.head.globals;
        globals.binary_search_by(|key| key.lower.as_str().cmp(wanted)).is_ok()
            || globals.iter().any(|key| key.lower.ends_with('*') && is_name(&key.lower, wanted))
    }

    /// True if requests for every action can carry the key, whose name is in lower case.
    pub(super) fn is_of_all_requests(&self, wanted: &str) -> bool {
        !is_of_tags(wanted) && self.is_global(wanted)
    }

    /// Says which requests can carry a key, whose name is in lower case, if their action does not list it:
    /// [`Carried::Global`] for all of them, [`Carried::Unknown`] where nothing is listed about the key, [`Carried::Never`] where
    /// AWS lists the actions that carry it.
    pub fn carriers_of(&self, wanted: &str) -> Carried {
        if self.is_of_all_requests(wanted) {
            return Carried::Global;
        }
        let prefix = prefix_of(wanted);
        let is_listed =
            is_of_tags(wanted) || self.service(prefix).is_some_and(|own| find(own, wanted).is_some());
        if is_listed { Carried::Never } else { Carried::Unknown }
    }
}

/// True for keys about the tags of a request or resource: they are global in name only, as services say which actions carry them.
fn is_of_tags(wanted: &str) -> bool {
    wanted == "aws:tagkeys"
        || ["aws:requesttag/", "aws:resourcetag/"].iter().any(|start| wanted.starts_with(start))
}

/// True if a name is this one, in which `*` stands for parts that the caller chooses.
fn is_name(listed: &str, wanted: &str) -> bool {
    match memchr::memchr(b'*', listed.as_bytes()) {
        None => listed == wanted,
        Some(star) => {
            listed.get(..star).is_some_and(|start| wanted.starts_with(start))
                && matches(&key_pattern(listed), wanted)
        }
    }
}

/// Returns the key of a service with this name in lower case: the one that fixes most of it.
fn find<'c>(service: &'c Service, wanted: &str) -> Option<Key<'c>> {
    let exact =
        service.keys.binary_search_by(|entry| service.lower_key_bytes(entry).cmp(wanted.bytes())).ok();
    let exact =
        exact.and_then(|number| service.keys.get(number)).map(|entry| Key::of_service(service, entry));
    exact.or_else(|| service.keys().filter(|key| key.is_named(wanted)).max_by_key(|key| key.name().len()))
}
