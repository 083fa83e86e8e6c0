//! What Chrome's developer tools write alike in captures and on the wire, such as who asked for
//! something.

use serde_json::Value;

/// How many frames of a stack are looked at, and how many stacks that led to it.
const FRAMES: usize = 64;

/// The text at a place; empty where there is none.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An address without its fragment, which no server sees.
pub(super) fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

/// An address as it was written, where it has a fragment.
pub(super) fn with_fragment(address: &str) -> Option<String> {
    address.contains('#').then(|| address.to_owned())
}

/// The script or document that asked, by what the protocol calls an initiator.
/// <https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-Initiator>
pub(super) fn initiator(value: &Value) -> Option<String> {
    let direct = value["url"].as_str().filter(|url| !url.is_empty());
    if let Some(url) = direct {
        return Some(url.to_owned());
    }
    let mut stack = &value["stack"];
    for _ in 0..FRAMES {
        let mut frames = stack["callFrames"].as_array().into_iter().flatten().take(FRAMES);
        if let Some(url) = frames.find_map(|frame| frame["url"].as_str().filter(|url| !url.is_empty())) {
            return Some(url.to_owned());
        }
        stack = &stack["parent"];
    }
    None
}
