//! Decodes bytes as text: UTF-8, or UTF-16 as PowerShell's `>` writes it. Byte order marks are removed.

use crate::diagnostic::Encoding;

/// The text of a file, or the reason why its bytes are no text.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), String> {
    let utf16 = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => Some((rest, Endian::Little)),
        [0xfe, 0xff, rest @ ..] => Some((rest, Endian::Big)),
        // Without a mark: no text begins with NUL or has it after its first character.
        [first, 0, ..] if *first != 0 => Some((bytes.as_slice(), Endian::Little)),
        [0, second, ..] if *second != 0 => Some((bytes.as_slice(), Endian::Big)),
        _ => None,
    };
    match utf16 {
        Some((bytes, endian)) => Ok((from_utf16(bytes, endian)?, Encoding::Utf16)),
        None => Ok((from_utf8(bytes)?, Encoding::Utf8)),
    }
}

#[derive(Debug, Clone, Copy)]
enum Endian {
    Little,
    Big,
}

fn from_utf8(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(after_mark) => after_mark.to_owned(),
        None => text,
    })
}

fn from_utf16(bytes: &[u8], endian: Endian) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("it is in UTF-16 and ends inside a character".to_owned());
    }
    let units = pairs.iter().map(|pair| match endian {
        Endian::Little => u16::from_le_bytes(*pair),
        Endian::Big => u16::from_be_bytes(*pair),
    });
    let mut text = String::with_capacity(pairs.len());
    for (index, character) in char::decode_utf16(units).enumerate() {
        let character = character.map_err(|_| format!("character {} is not UTF-16", index + 1))?;
        text.push(character);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_decoded_by_their_mark_or_their_first_characters() {
        type Decoded = Result<(&'static str, Encoding), &'static str>;
        let cases: [(&[u8], Decoded); 11] = [
            (b"", Ok(("", Encoding::Utf8))),
            (b"a", Ok(("a", Encoding::Utf8))),
            (b"\xef\xbb\xbfa", Ok(("a", Encoding::Utf8))),
            (b"\xff\xfea\0\xe9\0", Ok(("a\u{e9}", Encoding::Utf16))),
            (b"\xfe\xff\0a\0\xe9", Ok(("a\u{e9}", Encoding::Utf16))),
            (
                b"\xff\xfe\x3d\xd8\0\xde",
                Ok(("\u{1f600}", Encoding::Utf16)),
            ),
            (b"{\0}\0", Ok(("{}", Encoding::Utf16))),
            (b"\0{\0}", Ok(("{}", Encoding::Utf16))),
            (
                b"\xff\xfea\0b",
                Err("it is in UTF-16 and ends inside a character"),
            ),
            (b"\xff\xfea\0\x3d\xd8", Err("character 2 is not UTF-16")),
            (b"ab\xff", Err("byte 3 is not UTF-8")),
        ];
        for (bytes, expected) in cases {
            let found = decode(bytes.to_vec());
            let found = match &found {
                Ok((text, encoding)) => Ok((text.as_str(), *encoding)),
                Err(reason) => Err(reason.as_str()),
            };
            assert_eq!(found, expected, "{bytes:?}");
        }
    }
}
