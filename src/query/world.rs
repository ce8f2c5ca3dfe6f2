//! The facts of AWS that a query uses: which requests it is about, and how many values a key can have.

use crate::catalogue::Catalogue;
use crate::request::Multiplicity;

/// The requests that a query is about.
///
/// ```
/// use iamsat::query::World;
/// assert_eq!(World::parse("catalogue"), Some(World::Catalogue));
/// assert_eq!(World::default().name(), "open");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum World {
    /// All requests, for any action, about any resource, with any keys.
    #[default]
    Open,
    /// Requests for an action that AWS lists.
    ListedActions,
    /// Requests that AWS lists: the action, the resource, the keys and the number of their values
    /// ([`Request::is_in_catalogue`](crate::request::Request::is_in_catalogue)).
    Catalogue,
}

impl World {
    /// Returns the name that the command line and certificates use.
    pub fn name(self) -> &'static str {
        match self {
            World::Open => "open",
            World::ListedActions => "listed-actions",
            World::Catalogue => "catalogue",
        }
    }

    /// Returns the world with this name.
    pub fn parse(name: &str) -> Option<World> {
        [World::Open, World::ListedActions, World::Catalogue].into_iter().find(|world| world.name() == name)
    }
}

/// A world, and the catalogue that describes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The requests in question.
    pub world: World,
    /// The catalogue; the embedded one if absent, which is opened only if it is needed.
    pub catalogue: Option<&'a Catalogue>,
    /// True if keys of requests stand for unknown texts of the policies.
    pub has_unknown_texts: bool,
}

impl<'a> Known<'a> {
    /// Returns the catalogue.
    pub fn catalogue(self) -> &'a Catalogue {
        match self.catalogue {
            Some(catalogue) => catalogue,
            None => Catalogue::embedded(),
        }
    }

    /// Returns the number of values that a key (lower-cased name) can have as the catalogue lists it; `None` where the catalogue
    /// decides nothing.
    ///
    /// Where a policy variable inserts the key, nothing is decided: a variable of a key with several values has no value, so the
    /// number of values would change which requests match, and not only which there are.
    ///
    /// A key that some service lists as a list may have several values in every world: that adds requests. Only the world of the
    /// catalogue rests on the fact that a listed key has one value: that excludes requests.
    ///
    /// ```
    /// use iamsat::query::{Known, World};
    /// use iamsat::request::Multiplicity;
    /// let of = |world, key| Known { world, ..Known::default() }.multiplicity(key);
    /// assert_eq!(of(World::Open, "dynamodb:leadingkeys"), Some(Multiplicity::Multi));
    /// assert_eq!(of(World::Open, "s3:prefix"), None);
    /// assert_eq!(of(World::Catalogue, "s3:prefix"), Some(Multiplicity::Single));
    /// ```
    pub fn multiplicity(self, key: &str) -> Option<Multiplicity> {
        let catalogue = self.catalogue();
        if catalogue.is_list_key(key) {
            return Some(Multiplicity::Multi);
        }
        (self.world == World::Catalogue && catalogue.is_single_key(key)).then_some(Multiplicity::Single)
    }
}
