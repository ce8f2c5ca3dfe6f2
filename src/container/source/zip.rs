//! Reads zip archives: binary plans of Terraform.
//!
//! Only what Terraform writes is read: files that are stored or deflated, without encryption, on one disk. Source: the ZIP File
//! Format Specification (APPNOTE.TXT), sections 4.3.7, 4.3.12 and 4.3.16.

use std::collections::BTreeMap;

/// Files of an archive.
const MOST_FILES: usize = 20_000;
/// Bytes of all files, unpacked.
const MOST_BYTES: usize = 16 << 20;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const FILE: [u8; 4] = *b"PK\x03\x04";
const END_LENGTH: usize = 22;

/// Returns the files of an archive with wanted names.
///
/// # Errors
/// The archive is broken, is too large unpacked, or has a name that climbs out of it.
pub(super) fn files(
    bytes: &[u8],
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let broken = || "the zip archive is broken".to_owned();
    let last = bytes.len().checked_sub(END_LENGTH).ok_or_else(broken)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(&END)));
    let end = end.ok_or_else(broken)?;
    let count = u16_at(bytes, end, 10).ok_or_else(broken)?;
    let mut at = u32_at(bytes, end, 16).ok_or_else(broken)?;
    if count > MOST_FILES {
        return Err(format!("the zip archive has more than {MOST_FILES} files"));
    }
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    for _ in 0..count {
        let entry = Entry::read(bytes, at).ok_or_else(broken)?;
        at = entry.next;
        if !is_wanted(&entry.name) || entry.name.ends_with('/') {
            continue;
        }
        if entry.name.starts_with('/') || entry.name.split(['/', '\\']).any(|part| part == "..") {
            return Err(format!("the zip archive has a file outside of itself: `{}`", entry.name));
        }
        let content = entry.content(bytes, left)?;
        left = left.checked_sub(content.len()).ok_or_else(broken)?;
        if files.insert(entry.name, content).is_some() {
            return Err("the zip archive has a file twice".to_owned());
        }
    }
    Ok(files)
}

struct Entry {
    name: String,
    is_encrypted: bool,
    method: usize,
    checksum: u32,
    packed: usize,
    unpacked: usize,
    start: usize,
    /// The place of the next entry.
    next: usize,
}

impl Entry {
    fn read(bytes: &[u8], at: usize) -> Option<Entry> {
        bytes.get(at..)?.starts_with(&ENTRY).then_some(())?;
        let lengths = [28, 30, 32].map(|offset| u16_at(bytes, at, offset));
        let [name, extra, comment] = lengths;
        let start = at.checked_add(46)?;
        let end = start.checked_add(name?)?;
        Some(Entry {
            name: std::str::from_utf8(bytes.get(start..end)?).ok()?.to_owned(),
            is_encrypted: u16_at(bytes, at, 8)? & 1 == 1,
            method: u16_at(bytes, at, 10)?,
            checksum: u32::try_from(u32_at(bytes, at, 16)?).ok()?,
            packed: u32_at(bytes, at, 20)?,
            unpacked: u32_at(bytes, at, 24)?,
            start: u32_at(bytes, at, 42)?,
            next: end.checked_add(extra?)?.checked_add(comment?)?,
        })
    }

    fn content(&self, bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
        let broken = || format!("the file `{}` of the zip archive is broken", self.name);
        if self.is_encrypted {
            return Err("the zip archive is encrypted".to_owned());
        }
        if self.unpacked > most {
            return Err(format!("the zip archive has more than {MOST_BYTES} bytes unpacked"));
        }
        let packed = || {
            bytes.get(self.start..)?.starts_with(&FILE).then_some(())?;
            let name = u16_at(bytes, self.start, 26)?;
            let extra = u16_at(bytes, self.start, 28)?;
            let start = self.start.checked_add(30)?.checked_add(name)?.checked_add(extra)?;
            bytes.get(start..start.checked_add(self.packed)?)
        };
        let packed = packed().ok_or_else(broken)?;
        let content = match self.method {
            0 => packed.to_vec(),
            8 => miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.unpacked)
                .map_err(|_| broken())?,
            method => return Err(format!("the zip archive uses the method {method}: only deflate is read")),
        };
        match content.len() == self.unpacked && checksum(&content) == self.checksum {
            true => Ok(content),
            false => Err(broken()),
        }
    }
}

fn u16_at(bytes: &[u8], start: usize, offset: usize) -> Option<usize> {
    let at = start.checked_add(offset)?;
    let pair: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(pair)))
}

fn u32_at(bytes: &[u8], start: usize, offset: usize) -> Option<usize> {
    let at = start.checked_add(offset)?;
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

/// Returns the CRC-32 of bytes (ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for byte in bytes {
        register ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = register & 1;
            register = (register >> 1) ^ (0xEDB8_8320 * carry);
        }
    }
    !register
}
