//! The state that all checks of one policy share.

use super::findings::Findings;
use super::formats::Formats;
use super::kind::Kind;
use super::place::Place;
use super::syntax::Version;
use crate::catalogue::{Action, Catalogue};
use crate::code::AwsCode;
use crate::hash::TextMap;
use crate::limits::{Exhausted, Meter};
use crate::policy::ActionPattern;

/// The state that all checks of one policy share.
pub(super) struct Scope<'v, 'j> {
    pub(super) kind: Kind,
    pub(super) version: Version,
    pub(super) aws: &'v Catalogue,
    pub(super) formats: &'v Formats,
    pub(super) found: Findings<'j>,
    pub(super) meter: Meter,
    /// The limit that ended a comparison.
    pub(super) exhausted: Option<Exhausted>,
    /// Actions of patterns that were looked up, because patterns repeat.
    expanded: TextMap<String, Vec<Action<'v>>>,
}

impl<'v, 'j> Scope<'v, 'j> {
    pub(super) fn new(
        kind: Kind,
        version: Version,
        (aws, formats): (&'v Catalogue, &'v Formats),
        found: Findings<'j>,
        meter: Meter,
    ) -> Scope<'v, 'j> {
        Scope { kind, version, aws, formats, found, meter, exhausted: None, expanded: TextMap::default() }
    }

    /// Adds a finding.
    pub(super) fn add(
        &mut self,
        code: AwsCode,
        texts: &[(&str, &str)],
        places: impl IntoIterator<Item = Place<'j>>,
    ) {
        self.found.add(code, texts, places);
    }

    /// Returns the listed actions that a value of `Action` stands for; none if the meter ran out or the value is not an action.
    pub(super) fn actions(&mut self, text: &str) -> Vec<Action<'v>> {
        let lower = text.to_ascii_lowercase();
        if let Some(known) = self.expanded.get(&lower) {
            return known.clone();
        }
        let cost = match text.split_once(':') {
            Some((prefix, _)) if !prefix.contains(['*', '?']) => {
                self.aws.service(prefix).map_or(0, |service| service.action_count())
            }
            _ => self.aws.origin().actions,
        };
        let actions: Vec<Action<'v>> = match self.meter.work(cost) {
            Ok(()) if !text.contains(['*', '?']) => self.aws.action(text).into_iter().collect(),
            Ok(()) => {
                let pattern = ActionPattern::new(text);
                pattern.map_or_else(Vec::new, |pattern| self.aws.matching(&pattern).collect())
            }
            Err(exhausted) => {
                self.exhausted = Some(exhausted);
                Vec::new()
            }
        };
        self.expanded.insert(lower, actions.clone());
        actions
    }
}
