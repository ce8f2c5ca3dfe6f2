//! A server for clients of IAM Access Analyzer: AWS's SDKs and command line, and the validators that use them.
//!
//! [`Service`] answers a request without sockets; [`Server`] listens. One thread reads and writes connections, workers answer.
//! Nothing here opens a connection.

mod analyzers;
mod bodies;
mod body;
mod call;
mod checks;
mod connection;
mod form;
mod identity;
mod log;
mod lookups;
mod made;
#[cfg(feature = "internals")]
mod memory;
mod metrics;
mod operation;
mod patience;
mod preview;
mod protocol;
mod refusal;
mod reply;
mod server;
mod service;
mod settings;
mod state;
mod validate;

pub use call::{Call, Moment};
pub use log::LogForm;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub use memory::InMemory;
pub use operation::Operation;
pub use reply::Reply;
pub use server::Server;
pub use service::Service;
pub use settings::{Lookups, Settings};
