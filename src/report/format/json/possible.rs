//! The answer to a question over layers.

use super::judged::{Open, reasons, world};
use super::layers::LayersView;
use super::request::RequestView;
use super::snapshot::GapView;
use crate::catalogue::Edition;
use crate::check::CanVerdict;
use crate::explain::display::KeyNames;
use crate::report::answer::Possible;
use serde::{Serialize, Serializer};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PossibleView<'a> {
    result: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<RequestView<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    layers: Option<LayersView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest_miss: Option<NearView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<Open<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<RequestView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView<'a>>,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    world: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<&'a Edition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NearView<'a> {
    refused_by: &'a str,
    request: RequestView<'a>,
    #[serde(flatten)]
    layers: LayersView<'a>,
}

/// Serializes the same JSON as `--format json`.
impl Serialize for Possible<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = KeyNames::of(&self.documents);
        let unknown = match &self.answer.verdict {
            CanVerdict::Unknown(unknown) => Some(&**unknown),
            CanVerdict::Can(_) | CanVerdict::Cannot(_) => None,
        };
        let candidate = unknown.and_then(|unknown| unknown.candidate.as_ref());
        let view = PossibleView {
            result: self.result(),
            message: self.sentence(),
            witness: self.witness.as_ref().map(|traced| RequestView::of(traced.request, &names)),
            layers: self.witness.as_ref().map(|traced| LayersView::of(&traced.layers)),
            nearest_miss: self.near.as_ref().map(|near| NearView {
                refused_by: &near.by,
                request: RequestView::of(near.traced.request, &names),
                layers: LayersView::of(&near.traced.layers),
            }),
            unknown: unknown.map(|unknown| reasons(unknown, &self.documents)),
            candidate: candidate.map(|candidate| RequestView::of(candidate, &names)),
            gaps: self.gaps.iter().map(GapView::of).collect(),
            assumptions: self.answer.assumptions.iter().map(|a| a.0.as_str()).collect(),
            world: world(self.answer.world),
            catalogue: self.answer.edition.as_ref(),
        };
        view.serialize(serializer)
    }
}
