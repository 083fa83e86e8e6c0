//! Text of strangers made fit to be shown: one line, short, with nothing that looks
//! like a key. It knows no format; who asks takes the text out of the body.

use crate::model::Secret;

/// Characters that a message may have.
const LONGEST: usize = 200;

/// Length from which a run of letters and digits is taken for a secret.
const SECRET: usize = 24;

/// Length from which a run behind a dot is taken for the secret of a key.
pub(super) const TAIL: usize = 16;

/// What stands for a secret.
pub(super) const MASK: &str = "****";

/// `text` as one line of at most [`LONGEST`] characters, with `key` and all that is
/// shaped like a secret masked, and what is invisible left out.
pub(super) fn plain(text: &str, key: Option<&Secret>) -> String {
    let mut text = text.to_owned();
    for known in key.into_iter().flat_map(pieces) {
        text = text.replace(known, MASK);
    }
    let visible: String = text.chars().map(|c| if is_visible(c) { c } else { ' ' }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let masked = mask(&line);
    if masked.chars().count() <= LONGEST {
        return masked;
    }
    masked.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Whether `text` holds something in the shape of a key: a long run behind a dot. Ids
/// without dots may be long and are not secret.
pub(super) fn looks_like_key(text: &str) -> bool {
    let run = |part: &str| part.bytes().take_while(u8::is_ascii_alphanumeric).count();
    text.split('.').skip(1).any(|part| run(part) >= TAIL)
}

/// The key and its part behind the dot, where they are text and long enough to be masked.
pub(super) fn pieces(key: &Secret) -> Vec<&str> {
    let Ok(whole) = str::from_utf8(key.expose()) else { return Vec::new() };
    let tail = whole.split_once('.').map(|(_, tail)| tail);
    [Some(whole), tail].into_iter().flatten().filter(|piece| piece.len() >= 8).collect()
}

/// Everything shaped like a secret replaced: long runs, and shorter ones behind a dot.
fn mask(text: &str) -> String {
    let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !in_run(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length.max(first.len_utf8()));
        let most = if out.ends_with('.') { TAIL } else { SECRET };
        out.push_str(if length >= most { MASK } else { run });
        rest = after;
    }
    out
}

/// Whether `c` shows where it stands and changes nothing around it.
fn is_visible(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_short_line_without_secrets() {
        let key = format!("b10_{}.{}", "aB3dE6gH", "k7".repeat(16));
        let own = Secret::new(b"short-own-key");
        let table = [
            ("no such key".to_owned(), "no such key"),
            ("  a\r\n\tb \u{1b}[31mc\u{202e}d".to_owned(), "a b [31mc d"),
            (format!("key {key} is gone"), "key b10_aB3dE6gH.**** is gone"),
            (format!("key={key}"), "key=b10_aB3dE6gH.****"),
            ("short-own-key unknown".to_owned(), "**** unknown"),
            ("x".repeat(40), "****"),
            ("GET /v1/api_keys/b10_aB3dE6gH".to_owned(), "GET /v1/api_keys/b10_aB3dE6gH"),
        ];
        for (text, expect) in table {
            assert_eq!(plain(&text, Some(&own)), expect);
        }
        let long = plain(&"word ".repeat(100), None);
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
    }
}
