//! Answers questions about AWS IAM policies for every possible request, offline, with evidence.
//!
//! Parse, check, explain:
//!
//! ```
//! use iamsat::check::{Options, no_new_access};
//! use iamsat::{limits::InputLimits, policy::parse, solve::Verdict, span::Source};
//!
//! let read = |name: &str, text: &str| parse(&Source::new(name, text), &InputLimits::default()).document.unwrap();
//! let old = read("old", r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#);
//! let new = read("new", r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}}"#);
//! match no_new_access(&new, &old, &Options::default()).verdict {
//!     Verdict::Pass(_) => unreachable!("s3:Get* allows more than s3:GetObject"),
//!     Verdict::Fail(findings) => {
//!         let finding = &findings[0];
//!         assert_eq!((finding.statement, finding.action), (0, Some(0)));
//!         assert_ne!(finding.witness.request().action, "s3:GetObject");
//!     }
//!     Verdict::Unknown(unknown) => panic!("{:?}", unknown.reasons),
//! }
//! ```
//!
//! * [`policy`] reads documents: [`policy::parse`] for one, [`policy::read`] for what the AWS CLI printed around it. All faults
//!   are reported with their places. A [`policy::Document`] is printed in canonical form.
//! * [`check`] asks the questions; a [`solve::Verdict`] is PASS with its proof, FAIL with confirmed witnesses, or UNKNOWN with
//!   its reasons.
//! * [`mod@evaluate`] decides one concrete [`request`] and says why.
//! * [`mod@verify`] checks the certificate of an answer without trusting the search.
//! * [`explain`] says which part of a statement is to blame; [`report`] renders outcomes as text and JSON.
//!
//! The other modules are the engine. ARCHITECTURE.md in the repository says how it works; every bound is in [`limits`].

pub mod automata;
pub mod batch;
pub mod check;
pub mod cli;
pub mod code;
pub mod confirm;
pub mod container;
pub mod diagnostic;
pub mod encode;
pub mod evaluate;
pub mod explain;
pub mod formula;
mod hash;
mod index;
pub mod limits;
pub mod policy;
pub mod query;
pub mod report;
pub mod request;
pub mod sat;
pub mod solve;
pub mod span;
pub mod surface;
pub mod theory;
pub mod verify;
