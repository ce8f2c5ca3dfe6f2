//! Answers questions about AWS IAM policies for every possible request, offline, with evidence.
//!
//! Parse, check, explain:
//!
//! ```
//! use iamsat::{Document, Options, ParseError, Verdict, no_new_access};
//!
//! let old: Document = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#.parse()?;
//! let new: Document = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}}"#.parse()?;
//! match no_new_access(&new, &old, &Options::default()).verdict {
//!     Verdict::Pass(_) => unreachable!("s3:Get* allows more than s3:GetObject"),
//!     Verdict::Fail(findings) => {
//!         let finding = &findings[0];
//!         assert_eq!((finding.statement, finding.action), (0, Some(0)));
//!         assert_ne!(finding.witness.request().action, "s3:GetObject");
//!     }
//!     Verdict::Unknown(unknown) => panic!("{:?}", unknown.reasons),
//! }
//! # Ok::<(), ParseError>(())
//! ```
//!
//! A [`Verdict`] is PASS with its proof, FAIL with confirmed witnesses, or UNKNOWN with its reasons. The names of this page are
//! enough to ask; the modules hold the rest:
//!
//! * [`check`]: the questions, one function each; [`ask`] answers any [`Query`].
//! * [`policy`]: documents and their parts, read ([`parse`], or [`read`] for a file that the AWS CLI wrote) with all faults and
//!   their places, and printed in canonical form. [`container`]: plans, states, templates and dumps that hold many.
//! * [`request`]: a concrete request; [`mod@evaluate`] decides it and says why. [`query`]: questions, and how documents are read.
//! * [`mod@verify`]: checks the certificate of an answer without trusting the search.
//! * [`explain`]: which part of a statement is to blame, and what to do; [`report`]: answers as text, as JSON (they are
//!   `Serialize`, with the members that the command line writes) and in the formats of pipelines.
//! * [`span`], [`diagnostic`], [`code`]: places, faults and the names of everything that an answer can carry; [`limits`]: every bound.
//! * `batch` and `cli`, features that are on by default: many questions as lines of JSON, and the program. Without them the
//!   library also builds for targets without files and threads.
//!
//! Other modules are the engine, public for benchmarks, fuzzing and tests: they change without notice. ARCHITECTURE.md in the
//! repository says how it works; `examples/` has whole programs.

#[doc(hidden)]
pub mod automata;
#[cfg(feature = "batch")]
pub mod batch;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod code;
#[doc(hidden)]
pub mod confirm;
pub mod container;
pub mod diagnostic;
#[doc(hidden)]
pub mod encode;
pub mod evaluate;
pub mod explain;
#[doc(hidden)]
pub mod formula;
mod hash;
mod index;
pub mod limits;
pub mod policy;
pub mod query;
pub mod report;
pub mod request;
#[doc(hidden)]
pub mod sat;
#[doc(hidden)]
pub mod solve;
pub mod span;
#[cfg(feature = "batch")]
#[doc(hidden)]
pub mod surface;
#[doc(hidden)]
pub mod theory;
pub mod verify;

pub use check::{
    Access, Answer, Options, PreparedDocument, Property, access_not_granted, ask, compare, difference,
    external_access, find, lint, no_new_access, no_public_access,
};
pub use policy::{Document, ParseError, PolicyType, ResourceType, parse, read};
pub use query::Query;
pub use request::Request;
pub use solve::{Finding, Proof, Stats, Unknown, UnknownReason, Verdict, Witness};
pub use span::Source;
pub use verify::Certificate;
