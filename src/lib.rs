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
//! A [`Verdict`] is PASS with its proof, FAIL with confirmed witnesses, or UNKNOWN with its reasons. The names on this page are
//! enough for asking; the modules have the rest:
//!
//! * [`check`]: the checks, one function each; [`ask`] answers any [`Query`].
//! * [`policy`]: documents and their parts, read ([`parse`], or [`read`] for a file written by the AWS CLI) with all faults and
//!   their places, and printed in canonical form. [`container`]: plans, states, templates and dumps, which contain many policies.
//! * [`request`]: a concrete request; [`mod@evaluate`] decides it and gives the reasons. [`query`]: queries, and how documents
//!   are read.
//! * [`mod@verify`]: checks the certificate of an answer without trusting the search.
//! * [`explain`]: the blamed part of a statement, and what to do; [`report`]: answers as text, as JSON (they are `Serialize`,
//!   with the members that the command line writes) and in the formats of pipelines.
//! * [`validate`](mod@validate): AWS's ValidatePolicy, offline, with AWS's codes, messages and places.
//! * [`catalogue`]: the services, actions, resource types and condition keys of AWS on a given day.
//! * [`span`], [`diagnostic`], [`code`]: places, faults and the names of everything that an answer can contain; [`limits`]: all
//!   limits.
//! * `batch`, `serve`, `text` and `cli`, features that are on by default: many queries as lines of JSON, queries over HTTP, answers
//!   as text for people, and the program. Without them the library also builds for targets without files, threads and sockets.
//!
//! The engine is private; the feature `internals` opens it to benchmarks, fuzzing and tests, and may change without notice.
//! ARCHITECTURE.md in the repository explains how it works; `examples/` has complete programs.

#![cfg_attr(
    not(feature = "internals"),
    expect(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "some parts of the engine are public for tests alone"
    )
)]

#[cfg(feature = "batch")]
pub mod batch;
pub mod catalogue;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod code;
pub mod container;
pub mod diagnostic;
pub mod evaluate;
pub mod explain;
mod hash;
mod index;
pub mod limits;
pub mod policy;
pub mod query;
pub mod report;
pub mod request;
#[cfg(feature = "serve")]
pub mod serve;
pub mod snapshot;
pub mod span;
pub mod validate;
pub mod verify;

#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod automata;
#[cfg(not(feature = "internals"))]
mod automata;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod confirm;
#[cfg(not(feature = "internals"))]
mod confirm;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod encode;
#[cfg(not(feature = "internals"))]
mod encode;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod formula;
#[cfg(not(feature = "internals"))]
mod formula;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod sat;
#[cfg(not(feature = "internals"))]
mod sat;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod solve;
#[cfg(not(feature = "internals"))]
mod solve;
#[cfg(all(feature = "batch", feature = "internals"))]
#[doc(hidden)]
pub mod surface;
#[cfg(all(feature = "batch", not(feature = "internals")))]
mod surface;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod theory;
#[cfg(not(feature = "internals"))]
mod theory;

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
