//! Actions and the resource types they can be about.

use super::format::{ArnFormat, fields_of};
use super::key::{Carried, Key};
use super::level::Levels;
use super::service::{ActionEntry, ResourceEntry, RowEntry, Service, at, word};
use super::{Catalogue, in_lower_case};
use crate::policy::{ResourcePattern, ResourceShape};
use std::collections::BTreeSet;

/// An action that AWS lists.
#[derive(Clone, Copy, Debug)]
pub struct Action<'c> {
    catalogue: &'c Catalogue,
    service: &'c Service,
    entry: &'c ActionEntry,
}

impl<'c> Action<'c> {
    pub(super) fn new(catalogue: &'c Catalogue, service: &'c Service, number: usize) -> Action<'c> {
        Action { catalogue, service, entry: at(&service.actions, number) }
    }

    /// Returns the name without its service, as AWS spells it: `GetObject`.
    pub fn name(&self) -> &'c str {
        word(&self.service.text, self.entry.name)
    }

    /// Returns the service that offers it.
    pub fn service(&self) -> &'c Service {
        self.service
    }

    /// Returns the full name: `s3:GetObject`.
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.name())
    }

    /// Returns the name without its service in lower case: `getobject`.
    pub(crate) fn name_in_lower_case(&self) -> &'c str {
        word(&self.service.lower, self.entry.name)
    }

    /// Returns its access levels.
    pub fn levels(&self) -> Levels {
        self.entry.levels
    }

    /// Returns the resource types it can be about.
    pub fn rows(&self) -> impl Iterator<Item = Row<'c>> + use<'c> {
        let service = self.service;
        service.rows.get(self.entry.rows).iter().map(move |entry| Row { service, entry })
    }

    /// True if a request for it can be about nothing in particular, the resource `*`: no listed resource type is required, or
    /// its name starts with `List` or `Describe`, for which AWS sends `*` where the reference lists a type as required.
    ///
    /// An action of S3 that can be about an access point is about the bucket or object otherwise: the reference lists both as not
    /// required, and each request names one of them. Source: Service Authorization Reference, "Actions, resources, and condition
    /// keys for Amazon S3".
    ///
    /// ```
    /// use iamsat::catalogue::Catalogue;
    /// let can = |action| Catalogue::embedded().action(action).unwrap().can_be_about_nothing();
    /// assert!(can("s3:ListAllMyBuckets") && can("ec2:DescribeInstances"));
    /// assert!(!can("s3:GetObject") && !can("s3:ListBucket") && !can("sqs:SendMessage"));
    /// ```
    pub fn can_be_about_nothing(&self) -> bool {
        let is_access_point = |row: Row<'_>| row.resource().name().starts_with("accesspoint");
        if self.service.prefix() == "s3" && self.rows().any(is_access_point) {
            return false;
        }
        let name = self.name_in_lower_case();
        ["list", "describe"].iter().any(|start| name.starts_with(start))
            || self.rows().all(|row| !row.is_required())
    }

    /// True if a request for it can be about a resource that the pattern matches.
    ///
    /// ```
    /// use iamsat::{catalogue::Catalogue, policy::{ResourcePattern, Template}};
    /// let pattern = |text: &str| ResourcePattern::new(text, Template::parse(text, false).unwrap());
    /// let aws = Catalogue::embedded();
    /// let can = |action, text| aws.action(action).unwrap().can_be_about(&pattern(text));
    /// assert!(can("s3:GetObject", "arn:aws:s3:::b/*") && !can("s3:GetObject", "arn:aws:s3:::b"));
    /// assert!(can("s3:ListAllMyBuckets", "*") && !can("s3:ListAllMyBuckets", "arn:aws:s3:::b"));
    /// ```
    pub fn can_be_about(&self, pattern: &ResourcePattern) -> bool {
        let is_nothing = pattern.shape == ResourceShape::Any && self.can_be_about_nothing();
        is_nothing || self.rows().any(|row| row.resource().formats().any(|format| format.meets(pattern)))
    }

    /// True if a request for it can be about this resource: an ARN, or `*`.
    pub fn is_about(&self, resource: &str) -> bool {
        let is_of_type = |fields: [&str; 6]| {
            self.rows().any(|row| row.resource().formats().any(|format| format.matches_fields(&fields)))
        };
        (resource == "*" && self.can_be_about_nothing()) || fields_of(resource).is_some_and(is_of_type)
    }

    /// Returns the condition keys that AWS lists for it, for its rows and for their resource types, by name.
    pub fn keys(&self) -> Vec<Key<'c>> {
        let service = self.service;
        let numbers: BTreeSet<u16> = self.key_sets().flatten().copied().collect();
        numbers.into_iter().map(|number| Key::of_service(service, at(&service.keys, number.into()))).collect()
    }

    fn key_sets(&self) -> impl Iterator<Item = &'c [u16]> + use<'c> {
        let service = self.service;
        let rows = service.rows.get(self.entry.rows).iter();
        let of_rows = rows.flat_map(move |row| [row.keys, at(&service.resources, row.resource.into()).keys]);
        std::iter::once(self.entry.keys).chain(of_rows).map(move |set| service.sets.get(set))
    }

    /// Says if a request for it can carry the key, whose name may be in any case.
    ///
    /// ```
    /// use iamsat::catalogue::{Carried, Catalogue};
    /// let put = Catalogue::embedded().action("s3:PutObject").unwrap();
    /// let carries = |key| put.carries(key);
    /// assert_eq!(carries("s3:x-amz-acl"), Carried::Listed);
    /// assert_eq!(carries("aws:SourceIp"), Carried::Global);
    /// assert_eq!(carries("s3:prefix"), Carried::Never);
    /// assert_eq!(carries("id.example.com:sub"), Carried::Unknown);
    /// ```
    pub fn carries(&self, key: &str) -> Carried {
        let wanted = in_lower_case(key);
        // Which actions carry a key of all requests need not be looked up. The keys of an action are fewer than those of its service.
        if self.catalogue.is_of_all_requests(&wanted) {
            Carried::Global
        } else if self.lists(&wanted) {
            Carried::Listed
        } else {
            self.catalogue.carriers_of(&wanted)
        }
    }

    /// True if AWS lists a key of this name, in lower case, for the action, its rows or their resource types.
    pub(super) fn lists(&self, wanted: &str) -> bool {
        let service = self.service;
        let is_named =
            |number: &u16| Key::of_service(service, at(&service.keys, (*number).into())).is_named(wanted);
        self.key_sets().flatten().any(is_named)
    }
}

/// A resource type of an action.
#[derive(Clone, Copy, Debug)]
pub struct Row<'c> {
    service: &'c Service,
    entry: &'c RowEntry,
}

impl<'c> Row<'c> {
    /// Returns the resource type.
    pub fn resource(&self) -> ResourceType<'c> {
        ResourceType { service: self.service, entry: at(&self.service.resources, self.entry.resource.into()) }
    }

    /// True if AWS lists it as required.
    pub fn is_required(&self) -> bool {
        self.entry.is_required
    }
}

/// A resource type of a service.
#[derive(Clone, Copy, Debug)]
pub struct ResourceType<'c> {
    service: &'c Service,
    entry: &'c ResourceEntry,
}

impl<'c> ResourceType<'c> {
    /// Returns the name: `bucket`.
    pub fn name(&self) -> &'c str {
        word(&self.service.text, self.entry.name)
    }

    /// Returns the formats of its ARNs.
    pub fn formats(&self) -> impl Iterator<Item = ArnFormat<'c>> + use<'c> {
        let service = self.service;
        let range = self.entry.formats.start as usize..self.entry.formats.end as usize;
        range.map(move |number| ArnFormat::new(service, number))
    }

    /// Returns the condition keys that AWS lists for it, by name.
    pub fn keys(&self) -> impl Iterator<Item = Key<'c>> + use<'c> {
        let service = self.service;
        let numbers = service.sets.get(self.entry.keys).iter();
        numbers.map(move |number| Key::of_service(service, at(&service.keys, (*number).into())))
    }
}

impl Service {
    /// Returns its resource types, by name.
    pub fn resources(&self) -> impl Iterator<Item = ResourceType<'_>> {
        self.resources.iter().map(|entry| ResourceType { service: self, entry })
    }

    /// Returns its condition keys, by name; the global keys that it lists are among them.
    pub fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.keys.iter().map(|entry| Key::of_service(self, entry))
    }
}
