//! Reports: the presentation of answers to people and programs.
//!
//! `answer` makes [`Issue`]s of the answer to each query, `format` renders them. A new check is a file of `answer` with a
//! view in `format/json`; the other formats then work without changes.
//!
//! ```
//! use iamsat::check::{Options, no_new_access};
//! use iamsat::report::{AwsCheck, Invocation, Judgement, text};
//! # fn policy(statement: &str) -> iamsat::Document {
//! #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
//! # }
//! let old = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
//! let new = policy(r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#);
//! let options = Options::default();
//! let answer = no_new_access(&new, &old, &options);
//! let judgement = Judgement::new(AwsCheck::NoNewAccess, &new, Some(&old), &answer, &options);
//! assert_eq!(serde_json::to_value(&judgement).unwrap()["result"], "FAIL");
//! let invocation = Invocation { policy: "new.json", existing: Some("old.json"), ..Invocation::default() };
//! let issues = judgement.issues(&invocation);
//! let shown = text::judgement(&judgement, &issues, false, text::Verbosity::Normal, text::Style::default());
//! assert!(shown.contains("= example request: action     s3:PutObject"));
//! ```

mod answer;
mod aws_messages;
pub mod baseline;
mod day;
mod display;
mod failure;
mod fingerprint;
mod format;
mod gravity;
mod issue;
mod paths;
mod severities;
mod summary;

pub use crate::explain::{Explained, Recheck, shell_quoted};
#[cfg(feature = "cli")]
pub(crate) use answer::repeats;
pub use answer::{
    BlockReport, CatalogueAnswer, CatalogueFacts, Change, Changes, Compared, Denial, Dependent, Direction,
    EntryGroup, Expected, External, Found, GuardrailReport, Inventory, Invocation, Judgement, LayerReport,
    LayersReport, Measures, Outcome, PartReport, PlanRemarks, Possible, Reason, Refused, Remark, Settled,
    Simulation, SnapshotChange, StatementReport, Traced, Validated, ValidatedText, WhatCan, WhoCan, among,
    every_request, lint, unlisted_action, unlisted_key,
};
pub use aws_messages::{AwsCheck, Lists};
pub use day::Day;
pub use failure::{Failure, Fault};
#[cfg(feature = "text")]
pub use format::text;
pub use format::{PipelineFormat, concise, github, gitlab, json, junit, markdown, sarif};
pub use issue::{Elsewhere, Issue, Kind, Mark, Report, Status, Subject};
pub use severities::Severities;
