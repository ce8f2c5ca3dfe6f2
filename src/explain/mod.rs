//! Explains answers in terms of the documents: which pattern at which place lets a request through (`blame`), why the other
//! policy does not (`refusal`), why conditions do not keep outsiders out (`leak`), what to do (`advice`, `repair`, `zone`), and
//! which command reproduces the request (`replay`).
//!
//! Advice that is a definite change is checked by one more query before it is given.
//!
//! ```
//! use iamsat::check::no_new_access;
//! use iamsat::evaluate::Options;
//! use iamsat::explain::{Refusal, blame, refusal};
//! use iamsat::Verdict;
//! # fn policy(statement: &str) -> iamsat::Document {
//! #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
//! # }
//! let old = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
//! let new = policy(r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}"#);
//! let Verdict::Fail(findings) = no_new_access(&new, &old, &Default::default()).verdict else { panic!() };
//! let options = Options::for_documents(&[&new, &old]);
//! let why = refusal(&old, findings[0].witness.request(), findings[0].set, &options).unwrap();
//! assert_eq!(why, Refusal::NoAction);
//! let blame = blame(&new, &findings[0], Some((&old, &why)), &options).unwrap();
//! assert_eq!(blame.primary.pointer, "/Statement/Action/1");
//! ```

pub(crate) mod advice;
mod blame;
pub(crate) mod display;
mod explained;
mod leak;
mod lost_denial;
mod refusal;
pub(crate) mod removal;
pub(crate) mod repair;
pub(crate) mod replay;
pub(crate) mod zone;

pub use advice::Recheck;
pub use blame::{Blame, Loose, Part, Place, blame};
pub use explained::Explained;
pub use leak::{Leak, blame_for_outsider, leaks};
pub(crate) use lost_denial::lost_denial;
pub use lost_denial::{LostDenial, WeakerDenial};
pub use refusal::{Missing, Refusal, refusal};
pub use replay::shell_quoted;
