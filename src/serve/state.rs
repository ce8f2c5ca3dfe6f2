//! Everything that operations read and change.

use super::call::Moment;
use super::made::Analyzers;
use super::metrics::Metrics;
use super::preview::store::Previews;
use super::settings::Settings;
use crate::surface::Cache;

/// The number of bytes for the cache of documents: memory has to stay small beside many clients.
const REMEMBERED: usize = 192 << 20;

/// Settings, cache and counters, and what clients made.
#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) cache: Cache,
    pub(super) metrics: Metrics,
    pub(super) analyzers: Analyzers,
    pub(super) previews: Previews,
    /// The time of the start.
    pub(super) started: String,
}

impl State {
    /// Returns the state of a server that starts at a moment.
    pub(super) fn new(settings: Settings, moment: &Moment) -> State {
        State {
            settings,
            cache: Cache::new(REMEMBERED),
            metrics: Metrics::default(),
            analyzers: Analyzers::default(),
            previews: Previews::default(),
            started: moment.timestamp(),
        }
    }
}
