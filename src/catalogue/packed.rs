//! The packed form: a head that is opened at once, and blocks of services that are inflated one at a time.
//!
//! The file: `IAMC`, version and number of blocks (u16 each, little endian), then two u32 a block (packed length, raw length), then the
//! blocks, each a raw deflate stream. Block 0 holds the head and the index, block 1 the names of keys that are lists, the
//! others the lines of services in order. The index adds no facts: it is derived from the text form.

use super::error::CatalogueError;
use super::head::{Head, read_head};
use super::key_names::{KeyNames, prefix_of};
use super::service::{Owner, Service};
use crate::index::{broken, guaranteed};
use crate::limits::CatalogueLimits;
use std::collections::BTreeMap;

/// First bytes of the packed form.
pub(super) const MAGIC: &[u8; 4] = b"IAMC";
const VERSION: u16 = 1;
/// Bytes of services in one block, as long as no single one has more.
const BLOCK: usize = 32 << 10;
/// Best compression of the encoder. It is written once and read in every run.
const EFFORT: u8 = 10;

/// A block: deflated bytes and the length of its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'b> {
    packed: &'b [u8],
    length: usize,
}

impl Block<'_> {
    /// Inflates the block.
    pub(super) fn text(&self) -> Result<String, CatalogueError> {
        let mut text = vec![0; self.length];
        let packed = std::iter::once(self.packed);
        let length = miniz_oxide::inflate::decompress_slice_iter_to_slice(&mut text, packed, false, true)
            .map_err(|_| {
                CatalogueError::whole(
                    "a block of the packed catalogue is not a valid deflate stream of its length",
                )
            })?;
        if length != self.length {
            return Err(CatalogueError::whole(
                "a block of the packed catalogue is shorter than its head says",
            ));
        }
        String::from_utf8(text)
            .map_err(|_| CatalogueError::whole("a block of the packed catalogue is not UTF-8 text"))
    }
}

/// Reads the table of blocks.
pub(super) fn blocks<'b>(
    bytes: &'b [u8],
    limits: &CatalogueLimits,
) -> Result<Vec<Block<'b>>, CatalogueError> {
    let cut = || CatalogueError::whole("the packed catalogue is cut off");
    let mut rest = bytes.strip_prefix(MAGIC).ok_or_else(cut)?;
    let version = take_u16(&mut rest).ok_or_else(cut)?;
    if version != VERSION {
        return Err(CatalogueError::whole(format!(
            "the packed catalogue has version {version}, this program reads {VERSION}"
        )));
    }
    let count = take_u16(&mut rest).ok_or_else(cut)?;
    let mut lengths = Vec::with_capacity(count.into());
    let mut total = 0u64;
    for _ in 0..count {
        let length = |rest: &mut &[u8]| take_u32(rest).and_then(|length| usize::try_from(length).ok());
        let (packed, raw) = (length(&mut rest).ok_or_else(cut)?, length(&mut rest).ok_or_else(cut)?);
        total += raw as u64;
        lengths.push((packed, raw));
    }
    if total > limits.largest() as u64 {
        return Err(limits.too_long());
    }
    let mut blocks = Vec::with_capacity(lengths.len());
    for (packed, length) in lengths {
        let (packed, after) = rest.split_at_checked(packed).ok_or_else(cut)?;
        blocks.push(Block { packed, length });
        rest = after;
    }
    let is_whole = rest.is_empty() && blocks.len() >= 2;
    is_whole.then_some(blocks).ok_or_else(|| {
        CatalogueError::whole("the packed catalogue has bytes after its last block, or too few blocks")
    })
}

fn take_u16(rest: &mut &[u8]) -> Option<u16> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u16::from_le_bytes(*head))
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_le_bytes(*head))
}

impl CatalogueLimits {
    /// Returns the bytes of the longest text form. Places in it are `u32`, and blocks are counted by `u16`.
    pub(super) fn largest(&self) -> usize {
        self.bytes.min(256 << 20)
    }

    /// Returns the fault of a catalogue that is longer than allowed.
    pub(super) fn too_long(&self) -> CatalogueError {
        CatalogueError::whole(format!("the catalogue has more than {} bytes of text", self.largest()))
    }
}

/// Where the lines of a service are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) block: usize,
    pub(super) start: usize,
    pub(super) length: usize,
}

/// Places of services that come in this order and have these lengths, the first in block 2.
#[derive(Debug)]
pub(super) struct Layout {
    block: usize,
    used: usize,
}

impl Layout {
    pub(super) fn new() -> Layout {
        Layout { block: 2, used: 0 }
    }

    /// Returns the place of the next service: in the next block if this one would become too long.
    pub(super) fn next(&mut self, length: usize) -> Place {
        if self.used > 0 && self.used + length > BLOCK {
            self.block += 1;
            self.used = 0;
        }
        let place = Place { block: self.block, start: self.used, length };
        self.used += length;
        place
    }
}

/// The part of block 0 after the head.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Prefix and length of the lines of each service, in order.
    pub(super) services: Vec<(String, usize)>,
    /// Prefixes of keys that services with another prefix list, with these services, in order.
    pub(super) foreign: Vec<(String, Vec<String>)>,
}

/// Reads block 0.
pub(super) fn read_index(text: &str) -> Result<(Head, Index), CatalogueError> {
    let head_length = text.find("\nI ").or_else(|| text.find("\nP ")).map_or(text.len(), |end| end + 1);
    let (head, rest) = text.split_at(head_length);
    let head = read_head(head.split_terminator('\n'))?;
    let mut index = Index::default();
    index.services.reserve(head.origin.services.min(text.len()));
    for line in rest.split_terminator('\n') {
        let fault = || CatalogueError::whole(format!("`{line}` is not a line of the index"));
        match line.split_once(' ') {
            Some(("I", service)) => {
                let (prefix, length) = service.split_once(' ').ok_or_else(fault)?;
                index.services.push((prefix.to_owned(), length.parse().map_err(|_| fault())?));
            }
            Some(("P", listed)) => {
                let (prefix, services) = listed.split_once(' ').ok_or_else(fault)?;
                index.foreign.push((prefix.to_owned(), services.split(' ').map(str::to_owned).collect()));
            }
            _ => return Err(fault()),
        }
    }
    Ok((head, index))
}

/// Derives the index of services.
pub(super) fn index_of<'s>(services: impl Iterator<Item = &'s Service>) -> Index {
    let mut index = Index::default();
    let mut foreign: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for service in services {
        index.services.push((service.prefix().to_owned(), service.text.len()));
        for key in service.keys.iter().filter(|key| key.owner == Owner::Other) {
            let name = service.lower_key_name(key);
            let prefix = prefix_of(&name);
            if prefix != service.prefix() && prefix != "aws" {
                let listed = foreign.entry(prefix.to_owned()).or_default();
                if listed.last().is_none_or(|last| last != service.prefix()) {
                    listed.push(service.prefix().to_owned());
                }
            }
        }
    }
    index.foreign = foreign.into_iter().collect();
    index
}

/// Packs a catalogue: `head` is the text before the first service.
pub(super) fn pack<'s>(head: &str, services: impl Iterator<Item = &'s Service> + Clone) -> Vec<u8> {
    let index = index_of(services.clone());
    let mut first = head.to_owned();
    for (prefix, length) in &index.services {
        first.push_str(&format!("I {prefix} {length}\n"));
    }
    for (prefix, services) in &index.foreign {
        first.push_str(&format!("P {prefix} {}\n", services.join(" ")));
    }
    let mut texts = vec![first, KeyNames::of_lists(services.clone()).text()];
    let mut layout = Layout::new();
    for service in services {
        if texts.len() <= layout.next(service.text.len()).block {
            texts.push(String::new());
        }
        if let Some(text) = texts.last_mut() {
            text.push_str(&service.text);
        }
    }
    let packed: Vec<Vec<u8>> =
        texts.iter().map(|text| miniz_oxide::deflate::compress_to_vec(text.as_bytes(), EFFORT)).collect();
    let mut bytes = MAGIC.to_vec();
    let count = guaranteed(u16::try_from(texts.len()).ok(), "a catalogue has fewer than 2^16 blocks");
    let long = |length: usize| match u32::try_from(length) {
        Ok(length) => length.to_le_bytes(),
        Err(_) => broken("a catalogue is shorter than 4 GiB"),
    };
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    for (text, packed) in texts.iter().zip(&packed) {
        bytes.extend(long(packed.len()));
        bytes.extend(long(text.len()));
    }
    bytes.extend(packed.concat());
    bytes
}
