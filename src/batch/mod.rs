//! Many questions in one stream: a line of JSON each, a line of JSON back, in order.
//!
//! Memory is bounded by the longest line allowed. A bad line gets an error of its own and the run goes on; so does a
//! line on which this program fails.

mod access;
mod line;
mod members;
mod public;
mod stream;

pub use access::access_entries;
pub use line::isolated;
pub use members::{JsonMembers, json_members};
pub use public::{as_resource_policy, resource_type};
pub use stream::{Batch, Flush};
