//! Base64 as it stands in addresses, in captures and in messages of browsers.
//!
//! Only what is nothing else is decoded; where base64 may stand in a text is not asked here.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// As lax as those that write it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What base64 stands for, in either alphabet, with or without padding and blanks.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    if let Ok(bytes) = BASE64.decode(text) {
        return Some(bytes);
    }
    let letter = |letter| match letter {
        '-' => '+',
        '_' => '/',
        letter => letter,
    };
    let dense: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).map(letter).collect();
    BASE64.decode(dense).ok()
}
