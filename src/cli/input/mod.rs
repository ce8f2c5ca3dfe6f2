//! Resolves arguments: policies, references, lists of access.

mod access;
mod acl;
mod argument;
mod block_settings;
mod catalogue;
mod committed;
mod directory;
mod gather;
mod git;
mod git_process;
mod inputs;
mod json_argument;
mod layers;
mod link_names;
mod links;
mod paired;
mod placed;
mod reader;
mod references;
#[cfg(feature = "serve")]
mod served;

pub(super) use access::access_of;
pub(super) use acl::acl_grants;
pub(super) use argument::{is_directory, path_of, read_bounded, read_text, text_of};
pub(super) use block_settings::block_settings;
pub(super) use catalogue::catalogue;
pub(super) use committed::{Tree, from_directory, from_here};
pub(super) use directory::{as_file, below, is_input, is_json, is_named_as_template};
pub(super) use gather::{files, gather, is_pattern};
pub(super) use git::Git;
pub(super) use inputs::{Holding, Input, Inputs, Standing};
pub(super) use json_argument::is_no;
pub(super) use layers::layers_of;
pub(super) use paired::{PairedInputs, SideFile, Sides, paired, paired_files, paired_plan};
pub(super) use placed::{as_one_set, is_chosen, matches, parts, skipped, texts};
pub(super) use reader::{Opened, Reader, presumption};
pub(super) use references::{Reference, references};
#[cfg(feature = "serve")]
pub(super) use served::{managed_policies, strings};
