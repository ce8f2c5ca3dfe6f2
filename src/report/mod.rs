//! What people and programs get to see: one model of an outcome, one file per format.
//!
//! ```
//! use iamsat::check::{Options, no_new_access};
//! use iamsat::report::{Judgement, Question, json, text};
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
//! let input = |document, argument| text::Input { document, argument };
//! let shown = text::judgement(
//!     &judgement,
//!     input(&new, "new.json"),
//!     Some(input(&old, "old.json")),
//!     text::Verbosity::Normal,
//!     text::Style::default(),
//! );
//! assert!(shown.contains("= request: action     s3:PutObject"));
//! ```

mod failure;
pub mod json;
mod judgement;
mod message;
mod names;
mod replay;
mod simulation;
pub mod text;

pub use failure::{Failure, Fault};
pub use judgement::{Explained, Judgement, Measures, Outcome, Reason};
pub use message::{Question, unknown_message};
pub use replay::shell_quoted;
pub use simulation::{Expected, PartReport, Remark, Simulation, StatementReport};
