//! Whether a word before an address is code that loads it, rather than prose, a comment or the
//! method of something else.
//!
//! A script is not parsed: what stands shortly before the word decides, and in doubt it is no
//! such code.

use memchr::memmem;

/// Most bytes before a word that are looked at.
const BEFORE: usize = 2 << 10;

/// Words of the language that an expression may stand behind.
const AHEAD: [&[u8]; 9] =
    [b"return", b"await", b"yield", b"default", b"case", b"else", b"void", b"typeof", b"of"];

/// Whether the word at `at` loads what it names.
pub(super) fn is_load(text: &[u8], at: usize, word: &str, has_bracket: bool) -> bool {
    let before = &text[at.saturating_sub(BEFORE)..at];
    let is_code = match word {
        "import" if has_bracket => is_expression(before),
        "import" => is_statement(before),
        "from" => is_clause(before),
        "Worker" => is_new(before),
        "register" => before.ends_with(b"serviceWorker."),
        // `new Worker(new URL("w.js", import.meta.url))`
        "URL" => worker(before).is_some_and(is_new),
        _ => false,
    };
    is_code && !is_comment(before)
}

/// Whether a byte may be part of a name.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// The text without the word that it ends with, where it stands alone.
fn without<'a>(before: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = before.strip_suffix(word)?;
    (!rest.last().is_some_and(|&byte| is_letter(byte) || byte == b'.')).then_some(rest)
}

/// Whether an expression may begin behind `before`.
fn is_expression(before: &[u8]) -> bool {
    let near = before.trim_ascii_end();
    let is_apart = near.len() < before.len();
    match near.last() {
        None => true,
        Some(&byte) if is_letter(byte) => {
            is_apart && AHEAD.iter().any(|word| without(near, word).is_some()) || is_line(before)
        }
        Some(b'/') => near.ends_with(b"*/"),
        Some(byte) => !matches!(byte, b'"' | b'\'' | b'`' | b'.' | b'\\' | b'#' | b'@'),
    }
}

/// Whether a line begins behind `before`.
fn is_line(before: &[u8]) -> bool {
    before[before.trim_ascii_end().len()..].contains(&b'\n')
}

/// Whether a statement may begin behind `before`.
fn is_statement(before: &[u8]) -> bool {
    let near = before.trim_ascii_end();
    let is_end = near.last().is_none_or(|byte| matches!(byte, b';' | b'}' | b')' | b'{'));
    is_end || near.ends_with(b"*/") || is_line(before)
}

/// Whether `before` ends with `import a, {b as c}` or `export *`.
fn is_clause(before: &[u8]) -> bool {
    let is_inner = |byte: &u8| {
        is_letter(*byte) || byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}' | b',' | b'*')
    };
    let start = before.iter().rposition(|byte| !is_inner(byte)).map_or(0, |at| at + 1);
    let inner = &before[start..];
    let words: [&[u8]; 2] = [b"import", b"export"];
    let last = words.iter().filter_map(|word| memmem::rfind(inner, word)).max();
    last.is_some_and(|at| {
        let is_whole = inner.get(at + 6).is_none_or(|&byte| !is_letter(byte));
        is_whole && is_statement(&before[..start + at])
    })
}

/// Whether `before` ends with `new`, and what may stand between that and the name.
fn is_new(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"Shared").unwrap_or(before);
    let wholes: [&[u8]; 3] = [b"window.", b"self.", b"globalThis."];
    let before = wholes.iter().find_map(|whole| before.strip_suffix(*whole)).unwrap_or(before);
    let near = before.trim_ascii_end();
    near.len() < before.len() && without(near, b"new").is_some()
}

/// What stands before `Worker(new `.
fn worker(before: &[u8]) -> Option<&[u8]> {
    let before = without(before.trim_ascii_end(), b"new")?.trim_ascii_end().strip_suffix(b"(")?;
    before.trim_ascii_end().strip_suffix(b"Worker")
}

/// Whether a comment is open at the end of `before`.
fn is_comment(before: &[u8]) -> bool {
    let open = memmem::rfind(before, b"/*");
    if open.is_some() && open > memmem::rfind(before, b"*/") {
        return true;
    }
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    // Behind a colon or a quote it is part of an address.
    memmem::find_iter(line, b"//")
        .any(|at| line[..at].last().is_none_or(|byte| byte.is_ascii_whitespace() || b";{}),".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `word` in a text, the last of it, loads what stands behind it.
    fn check(text: &str, word: &str, expect: bool) {
        let at = text.rfind(word).expect("it stands there");
        let has_bracket = text[at + word.len()..].contains('(');
        assert_eq!(is_load(text.as_bytes(), at, word, has_bracket), expect, "{text}");
    }

    #[test]
    fn code_that_loads_is_told_from_prose_and_comments() {
        for text in ["import'./a'", "a();import './a'", "/*! x */import'./a'", "a\nimport './a'"] {
            check(text, "import", true);
        }
        for text in ["()=>import('./a')", "await import('./a')", "importScripts('a.js')", "x?import('a'):b"] {
            check(text, "import", true);
        }
        for text in ["'import './a'", "x.import('./a')", "use import('./a')", "// import('./a')"] {
            check(text, "import", false);
        }
        for text in
            ["/* import './a' */", "// x = await import('./a')", "please import './a'", " * import './a'"]
        {
            check(text, "import", false);
        }
        for text in ["import{a as b}from'./a'", "import x, * as y from './a'", "export*from'./a'"] {
            check(text, "from", true);
        }
        for text in ["copied from './a'", "'import from './a'", "x = from './a'"] {
            check(text, "from", false);
        }
        for (text, expect) in [
            ("new Worker('a.js')", true),
            ("new SharedWorker('a.js')", true),
            ("new self.Worker('a.js')", true),
            ("renew Worker('a.js')", false),
            ("x.Worker('a.js')", false),
        ] {
            check(text, "Worker", expect);
        }
        check("navigator.serviceWorker.register('/sw.js')", "register", true);
        check("plugins.register('/sw.js')", "register", false);
        check("new Worker(new URL('w.js', import.meta.x))", "URL", true);
        check("new URL('w.js', import.meta.x)", "URL", false);
    }
}
