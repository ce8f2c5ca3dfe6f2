//! From the bytes of a file to its text.
//!
//! PowerShell writes what it redirects as UTF-16 with a byte order mark, so plans made on Windows often are.

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodingError {
    /// A zip archive: the binary plan of `terraform plan -out`.
    Zip,
    /// Not UTF-8.
    Utf8 {
        /// The text before the first byte that is none.
        valid: String,
    },
    /// Not UTF-16, though it has its byte order mark.
    Utf16,
}

impl std::fmt::Display for EncodingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            EncodingError::Zip => "a zip archive, not a text",
            EncodingError::Utf8 { .. } => "neither UTF-8 nor UTF-16 text",
            EncodingError::Utf16 => "not UTF-16 text, though it starts as one",
        })
    }
}

impl std::error::Error for EncodingError {}

/// Decodes UTF-8 (a byte order mark may stay in front) and UTF-16 with a byte order mark. Takes the bytes, so that a large
/// file is not held twice.
///
/// # Errors
/// The bytes are in no such encoding.
///
/// ```
/// use iamsat::container::{EncodingError, decode};
/// assert_eq!(decode(b"\xff\xfe{\0}\0".to_vec()), Ok("{}".to_owned()));
/// assert_eq!(decode(b"PK\x03\x04...".to_vec()), Err(EncodingError::Zip));
/// assert_eq!(decode(b"{\xff}".to_vec()), Err(EncodingError::Utf8 { valid: "{".to_owned() }));
/// ```
pub fn decode(bytes: Vec<u8>) -> Result<String, EncodingError> {
    match bytes.as_slice() {
        [b'P', b'K', 3, 4, ..] => Err(EncodingError::Zip),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|error| {
            let valid = error.as_bytes().utf8_chunks().next().map_or("", |chunk| chunk.valid());
            EncodingError::Utf8 { valid: valid.to_owned() }
        }),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, EncodingError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(EncodingError::Utf16);
    }
    // Half of a surrogate pair becomes a mark, as a lone escape does: it may stand in an attribute that nobody asks about.
    let units = pairs.iter().copied().map(unit);
    let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(letters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_shells_write_gives_the_same_text() {
        let text = "{\"é\": \"\u{1F511}\"}";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little = [0xfeff].iter().chain(&units).flat_map(|unit: &u16| unit.to_le_bytes()).collect();
        let big = [0xfeff].iter().chain(&units).flat_map(|unit: &u16| unit.to_be_bytes()).collect();
        for bytes in [text.as_bytes().to_vec(), little, big] {
            assert_eq!(decode(bytes).unwrap(), text);
        }
        assert_eq!(decode(vec![0xff, 0xfe, 0]), Err(EncodingError::Utf16));
        assert_eq!(decode(vec![0xff, 0xfe, 0, 0xd8]).unwrap(), "\u{fffd}");
    }
}
