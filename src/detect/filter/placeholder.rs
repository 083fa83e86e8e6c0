//! Tells values that stand for a secret from secrets: documented examples,
//! runs along the alphabet, repetitions, masks and words that say so.

/// Words that random secrets do not spell: with six letters and more, whatever
/// their case, one in 30 million does.
const WORDS: [&[u8]; 13] = [
    b"example",
    b"placeholder",
    b"redacted",
    b"sample",
    b"changeme",
    b"change_me",
    b"change-me",
    b"yourapi",
    b"your-",
    b"your_",
    b"insert",
    b"replace",
    b"secret-key",
];

/// Neighbours of 32 random characters that are at most one step apart when the case is
/// folded: 2.7 on average, 14 less than once in a million.
const STEPS_IN_32: usize = 14;

/// Whether `secret` only stands for one. Judged by what follows its last dot,
/// the part that is random in a real key.
pub(in crate::detect) fn is_placeholder(secret: &[u8]) -> bool {
    let tail: Vec<u8> = secret
        .rsplit(|&byte| byte == b'.')
        .next()
        .unwrap_or(secret)
        .iter()
        .map(u8::to_ascii_lowercase)
        .collect();
    tail.len() < 2
        || runs_along(&tail)
        || has_few_characters(&tail)
        || repeats(&tail)
        || is_template(secret)
        || WORDS.iter().any(|word| contains(&tail, word))
}

/// `abcdef…`, `987654…`, `aaaa…`: neighbours that are equal or one step apart.
fn runs_along(tail: &[u8]) -> bool {
    let steps = tail.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    steps * 32 >= STEPS_IN_32 * tail.len()
}

/// Masks and the like: 32 random characters have 20 different ones when the case is folded.
fn has_few_characters(tail: &[u8]) -> bool {
    let mut seen = [false; 256];
    let different =
        tail.iter().filter(|&&byte| !std::mem::replace(&mut seen[usize::from(byte)], true)).count();
    different < 8.min(tail.len() / 2)
}

/// `test1234test1234…`: a piece of up to half the length, over and over.
fn repeats(tail: &[u8]) -> bool {
    (1..=tail.len() / 2).any(|period| tail[period..].iter().zip(tail).all(|(late, early)| late == early))
}

/// `${VAR}`, `{{ var }}`, `<key>`, `$VAR`, `%VAR%`.
fn is_template(secret: &[u8]) -> bool {
    match secret {
        [b'$', ..] => true,
        [first, .., last] => {
            matches!((first, last), (b'<', b'>') | (b'{', b'}') | (b'%', b'%') | (b'[', b']'))
                || contains(secret, b"${")
                || contains(secret, b"{{")
        }
        _ => false,
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secret: &str, expect: bool) {
        assert_eq!(is_placeholder(secret.as_bytes()), expect, "{secret}");
    }

    #[test]
    fn placeholders_are_recognised() {
        for secret in [
            "1234567890ABCDEFGHIJKL1234567890",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
            "zyxwvutsrqponmlkjihgfedcba987654",
            "AbCdEf123456GhIjKlMnOpQrStUvWxYz12345678",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "********************************",
            "abc123abc123abc123abc123abc123ab",
            "Test9RunTest9RunTest9RunTest9Run",
            "YourApiKeyGoesInHereAfterTheDot1",
            "thisIsAnExampleKeyPleaseReplace1",
            "${HF_TOKEN_FROM_THE_ENVIRONMENT}",
            "{{hf-token-from-the-vault-93ab1}}",
            "<paste-7-your-8-token-9-in-here>",
        ] {
            check(secret, true);
        }
    }

    #[test]
    fn random_secrets_are_none() {
        check("q7ZkR0vXw3JbT9mLc5HdY1sNf8GpQ2aE", false);
        check("HqTzKvWxRjBnPdLcYgFmSkVwXzQpNbTr", false);
    }
}
