//! Answers, one file per check: the data of the answer, its sentence and its issues. Formats render them.

pub(in crate::report) mod external;

mod block_public_access;
mod catalogue;
pub(in crate::report) mod denied;
mod dependent;
mod difference;
mod explainer;
mod external_issues;
mod find;
mod finding;
mod headline;
mod issues;
mod judgement;
mod layers;
mod lint;
mod names;
mod possible;
mod public_access;
mod sentence;
mod settled;
mod simulation;
mod snapshot;
mod undecided;
mod validation;
mod what;
mod who;
pub(in crate::report) mod world;

pub use block_public_access::BlockReport;
pub use catalogue::{CatalogueAnswer, CatalogueFacts};
pub use dependent::Dependent;
pub use difference::{Change, Direction};
pub use external::External;
pub use find::Found;
pub use judgement::{Denial, Invocation, Judgement, Measures, Outcome, Reason};
pub use layers::{LayerReport, LayersReport};
pub use lint::lint;
pub use names::{unlisted_action, unlisted_key};
pub use possible::{Possible, Refused, Traced};
pub use settled::Settled;
pub use simulation::{Expected, PartReport, Remark, Simulation, StatementReport};
pub use snapshot::Inventory;
pub use validation::{Validated, ValidatedText};
pub use what::WhatCan;
pub use who::WhoCan;
pub use world::{among, every_request};
