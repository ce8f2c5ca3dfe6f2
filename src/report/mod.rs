//! What people and programs get to see: one model of an outcome, one file per format.
//!
//! ```
//! use iamsat::check::{Options, no_new_access};
//! use iamsat::report::{Judgement, Question, Typed, json, text};
//! # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
//! # fn policy(statement: &str) -> Document {
//! #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
//! #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
//! # }
//! let old = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
//! let new = policy(r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}"#);
//! let options = Options::default();
//! let answer = no_new_access(&new, &old, &options);
//! let judgement = Judgement::new(Question::NoNewAccess, &new, Some(&old), &answer, &options);
//! assert_eq!(json::judgement(&judgement)["result"], "FAIL");
//! let typed = Typed { policy: "new.json", existing: Some("old.json"), ..Typed::default() };
//! let issues = judgement.issues(&typed);
//! let shown = text::judgement(&judgement, &issues, false, text::Verbosity::Normal, text::Style::default());
//! assert!(shown.contains("= request: action     s3:PutObject"));
//! ```

mod advice;
pub mod baseline;
mod blocked;
mod codes;
mod difference;
mod external;
mod failure;
mod finding;
mod fingerprint;
mod found;
pub mod github;
mod issue;
pub mod json;
mod judgement;
pub mod junit;
mod lint;
mod message;
mod names;
mod outside;
mod paths;
mod public;
mod replay;
mod request;
pub mod sarif;
mod sentence;
mod simulation;
pub mod text;
mod undecided;

pub use blocked::BlockReport;
pub use codes::page;
pub use difference::{Change, Direction};
pub use external::External;
pub use failure::{Failure, Fault};
pub use found::Found;
pub use issue::{Issue, Kind, Mark, Report, Status, Subject};
pub use judgement::{Again, Explained, Judgement, Measures, Outcome, Reason, Typed};
pub use lint::lint;
pub use message::{Question, unknown_message};
pub use replay::shell_quoted;
pub use simulation::{Expected, PartReport, Remark, Simulation, StatementReport};
