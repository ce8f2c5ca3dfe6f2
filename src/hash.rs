//! Comparison of texts many bytes at a time, tables of texts that stay fast when texts have equal hashes, and a cryptographic
//! hash of a text.

use hashbrown::{HashMap, HashSet};
use hmac_sha256::Hash;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// SipHash with a fixed key, for texts that someone may have chosen so that their fast hashes are equal: for this hash such texts
/// cannot be computed, only found by trying.
///
/// The key is the same in every run, so that equal inputs take equal steps. Because it is public, texts for one bucket of a table
/// can be found by about as many tries for each as the table has buckets.
pub(crate) type TextHash = BuildHasherDefault<DefaultHasher>;

/// A table by texts.
pub(crate) type TextMap<K, V> = HashMap<K, V, TextHash>;

/// A set of texts.
pub(crate) type TextSet<K> = HashSet<K, TextHash>;

/// True if two texts are the same. Compares many bytes at a time, because the C library of static builds compares them one by
/// one.
pub(crate) fn are_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((wide_a, rest_a), (wide_b, rest_b)) = (a.as_chunks::<32>(), b.as_chunks::<32>());
    let ((words_a, _), (words_b, _)) = (rest_a.as_chunks::<8>(), rest_b.as_chunks::<8>());
    // The last eight bytes; some of them may have been compared before.
    let ends = match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a), Some(b)) => a == b,
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    };
    ends && words_a.iter().zip(words_b).all(|(a, b)| a == b) && wide_a.iter().zip(wide_b).all(|(a, b)| a == b)
}

/// Returns the SHA-256 of a text, in hexadecimal digits.
pub(crate) fn sha256(text: &str) -> String {
    Hash::hash(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_sha256() {
        // FIPS 180-4, example "abc".
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn texts_are_equal_if_all_their_bytes_are() {
        let text: Vec<u8> = (0..100).collect();
        for length in 0..100 {
            let a = &text[..length];
            assert!(are_equal(a, &text[..length]) && !are_equal(a, &text[..length + 1]));
            for other in 0..length {
                let mut b = a.to_vec();
                b[other] ^= 1;
                assert!(!are_equal(a, &b), "{length} {other}");
            }
        }
    }
}
