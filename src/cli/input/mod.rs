//! From arguments to what they name: policies, references, lists of access.

mod access;
mod acl;
mod argument;
mod block_settings;
mod directory;
mod gather;
mod json_argument;
mod reader;
mod references;

pub(super) use access::access_of;
pub(super) use acl::acl_grants;
pub(super) use argument::{read_bounded, read_text, text_of};
pub(super) use block_settings::block_settings;
pub(super) use gather::{Input, Inputs, gather};
pub(super) use json_argument::is_no;
pub(super) use reader::Reader;
pub(super) use references::{Reference, references};
