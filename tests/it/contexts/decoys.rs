//! Text that looks like a key to a careless eye and must stay silent, with
//! Baseten's words around it as much as without.

use super::Rng;
use super::keys::dotted;
use super::rng::{ALNUM, BASE64, BASE64_URL, DIGITS, LOWER_ALNUM, LOWER_HEX, MIXED_HEX, UPPER_HEX};
use super::words::{Case, capital, identifier, word};

/// A maker of text without a key.
pub(crate) struct Decoy {
    /// Its name in reports.
    pub(crate) name: &'static str,
    /// Makes one, without a final line break.
    pub(crate) make: fn(&mut Rng) -> String,
}

/// What is put around a decoy; `«decoy»` is where it goes.
pub(crate) const FRAMES: &[(&str, &str)] = &[
    ("alone", "«decoy»\n"),
    ("quoted", "value = \"«decoy»\"\n"),
    ("word on the line", "baseten: «decoy»\n"),
    ("word nearby", "# deploy with truss\nimport baseten\n\n«decoy»\n\n# Authorization: Api-Key\n"),
    ("named as a key", "BASETEN_API_KEY=«decoy»\n"),
];

macro_rules! decoys {
    ($($name:ident),* $(,)?) => {
        /// Every maker there is.
        pub(crate) const DECOYS: &[Decoy] = &[$(Decoy { name: stringify!($name), make: $name }),*];
    };
}

decoys![
    hex_pair_lower,
    hex_pair_upper,
    hex_pair_mixed,
    hex_secret_word_id,
    webpack_asset,
    date_with_digest,
    secret_one_longer,
    secret_much_longer,
    secret_one_shorter,
    id_one_longer,
    id_much_longer,
    id_one_shorter,
    new_key_one_longer,
    new_key_one_shorter,
    new_key_short_id,
    new_key_long_id,
    new_key_glued_left,
    new_key_glued_right,
    new_key_hyphen_right,
    json_web_token,
    json_web_token_of_key_lengths,
    three_dotted_parts,
    digits_only,
    float_with_many_decimals,
    identifier_chain,
    identifier_chain_long,
    screaming_chain,
    lower_chain,
    pascal_chain,
    snake_chain,
    method_call,
    random_method_call,
    random_member_of_random,
    random_after_dot,
    left_underscore,
    left_dollar,
    right_underscore,
    base64_lines,
    uuid,
    git_sha,
    minified_script,
    mask_of_stars,
    mask_of_letters,
    mask_after_a_few,
    mask_of_new_key,
    alphabet_run,
    descending_run,
    repeated_pair,
    repeated_word,
    documented_placeholder,
    documented_short_placeholder,
    written_placeholder,
    bare_prefix,
    short_gateway_key,
    long_gateway_key,
    webhook_placeholder,
    webhook_wrong_length,
];

fn hex_pair_lower(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(LOWER_HEX, 8), rng.string(LOWER_HEX, 32))
}

fn hex_pair_upper(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(UPPER_HEX, 8), rng.string(UPPER_HEX, 32))
}

fn hex_pair_mixed(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(MIXED_HEX, 8), rng.string(MIXED_HEX, 32))
}

fn hex_secret_word_id(rng: &mut Rng) -> String {
    format!("{}.{}", identifier(rng, 8, Case::Lower), rng.string(LOWER_HEX, 32))
}

fn webpack_asset(rng: &mut Rng) -> String {
    let ending = rng.pick(&["js", "css", "svg", "map", "js.map", "woff2"]);
    format!("static/{}.{ending}", hex_secret_word_id(rng))
}

fn date_with_digest(rng: &mut Rng) -> String {
    let (month, day) = (rng.within(10..=12), rng.within(10..=28));
    format!("20{}{month}{day}.{}", rng.within(10..=26), rng.string(LOWER_HEX, 32))
}

fn secret_one_longer(rng: &mut Rng) -> String {
    dotted(rng, 8, 33)
}

fn secret_much_longer(rng: &mut Rng) -> String {
    let length = rng.within(34..=120);
    dotted(rng, 8, length)
}

fn secret_one_shorter(rng: &mut Rng) -> String {
    dotted(rng, 8, 31)
}

fn id_one_longer(rng: &mut Rng) -> String {
    dotted(rng, 9, 32)
}

fn id_much_longer(rng: &mut Rng) -> String {
    let length = rng.within(10..=64);
    dotted(rng, length, 32)
}

fn id_one_shorter(rng: &mut Rng) -> String {
    dotted(rng, 7, 32)
}

fn new_key_one_longer(rng: &mut Rng) -> String {
    format!("b10_{}", dotted(rng, 8, 33))
}

fn new_key_one_shorter(rng: &mut Rng) -> String {
    format!("b10_{}", dotted(rng, 8, 31))
}

fn new_key_short_id(rng: &mut Rng) -> String {
    format!("b10_{}", dotted(rng, 7, 32))
}

fn new_key_long_id(rng: &mut Rng) -> String {
    format!("b10_{}", dotted(rng, 9, 32))
}

fn new_key_glued_left(rng: &mut Rng) -> String {
    format!("{}_b10_{}", word(rng), dotted(rng, 8, 32))
}

fn new_key_glued_right(rng: &mut Rng) -> String {
    format!("b10_{}_{}", dotted(rng, 8, 32), word(rng))
}

fn new_key_hyphen_right(rng: &mut Rng) -> String {
    format!("b10_{}-{}", dotted(rng, 8, 32), word(rng))
}

fn json_web_token(rng: &mut Rng) -> String {
    let (body, signature) = (rng.within(40..=400), rng.pick(&["43", "86", "342"]));
    let signature = signature.parse().expect("a number by construction");
    format!("eyJ{}.eyJ{}.{}", url(rng, 33), url(rng, body), url(rng, signature))
}

fn json_web_token_of_key_lengths(rng: &mut Rng) -> String {
    let (body, signature) = (rng.string(ALNUM, 29), rng.string(ALNUM, 32));
    if rng.one_in(2) {
        // The first two parts are as long as a key's.
        format!("eyJ{}.eyJ{body}.{}", rng.string(ALNUM, 5), url(rng, 43))
    } else {
        // The last two are.
        format!("eyJ{}.{}.{signature}", url(rng, 33), rng.string(ALNUM, 8))
    }
}

fn three_dotted_parts(rng: &mut Rng) -> String {
    let last = rng.within(1..=40);
    let last = rng.string(ALNUM, last);
    format!("{}.{}{last}", dotted(rng, 8, 32), word(rng))
}

fn digits_only(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(DIGITS, 8), rng.string(DIGITS, 32))
}

fn float_with_many_decimals(rng: &mut Rng) -> String {
    let (whole, decimals) = (rng.within(1..=9), rng.within(28..=40));
    format!("-{}.{}e-{}", rng.string(DIGITS, whole), rng.string(DIGITS, decimals), rng.within(1..=300))
}

fn any_case(rng: &mut Rng) -> Case {
    if rng.one_in(2) { Case::Camel } else { Case::Pascal }
}

fn identifier_chain(rng: &mut Rng) -> String {
    let (left, right) = (any_case(rng), any_case(rng));
    format!("{}.{}", identifier(rng, 8, left), identifier(rng, 32, right))
}

fn identifier_chain_long(rng: &mut Rng) -> String {
    let chain = identifier_chain(rng);
    match rng.below(3) {
        0 => format!("com.{}.{chain}", word(rng)),
        1 => format!("{chain}.{}", word(rng)),
        _ => format!("new {chain}<{}>()", capital(word(rng))),
    }
}

fn screaming_chain(rng: &mut Rng) -> String {
    let left = any_case(rng);
    format!("{}.{}", identifier(rng, 8, left), identifier(rng, 32, Case::Upper))
}

fn lower_chain(rng: &mut Rng) -> String {
    format!("{}.{}", identifier(rng, 8, Case::Lower), identifier(rng, 32, Case::Lower))
}

fn pascal_chain(rng: &mut Rng) -> String {
    format!("{}.{}", identifier(rng, 8, Case::Pascal), identifier(rng, 32, Case::Pascal))
}

fn snake_chain(rng: &mut Rng) -> String {
    let mut name = String::from(word(rng));
    while name.len() < 32 {
        name = format!("{name}_{}", word(rng));
    }
    format!("{}.{}", identifier(rng, 8, Case::Lower), &name[..32])
}

fn method_call(rng: &mut Rng) -> String {
    format!("{}({})", identifier_chain(rng), word(rng))
}

fn random_method_call(rng: &mut Rng) -> String {
    format!("{}({})", dotted(rng, 8, 32), word(rng))
}

fn random_member_of_random(rng: &mut Rng) -> String {
    format!("{}.{}", dotted(rng, 8, 32), word(rng))
}

fn random_after_dot(rng: &mut Rng) -> String {
    format!("{}.{}", word(rng), dotted(rng, 8, 32))
}

fn left_underscore(rng: &mut Rng) -> String {
    format!("lt_{}", dotted(rng, 8, 32))
}

fn left_dollar(rng: &mut Rng) -> String {
    format!("${}", dotted(rng, 8, 32))
}

fn right_underscore(rng: &mut Rng) -> String {
    format!("{}_{}", dotted(rng, 8, 32), word(rng))
}

fn base64_lines(rng: &mut Rng) -> String {
    let lines: Vec<_> = (0..rng.within(2..=12)).map(|_| rng.string(BASE64, 76)).collect();
    lines.join("\n")
}

fn uuid(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|length| rng.string(LOWER_HEX, length)).join("-")
}

fn git_sha(rng: &mut Rng) -> String {
    format!("{}..{} v1.{}", rng.string(LOWER_HEX, 40), rng.string(LOWER_HEX, 40), rng.string(LOWER_HEX, 32))
}

fn minified_script(rng: &mut Rng) -> String {
    let mut script = String::from("!function(e,t){");
    for _ in 0..rng.within(20..=60) {
        let (object, member, short) = (word(rng), identifier_chain(rng), rng.string(LOWER_ALNUM, 2));
        let number = rng.below(9999);
        for part in [object, ".prototype.", &member, "=n(", &number.to_string(), ").", &short, ","] {
            script += part;
        }
    }
    script + "0}(this);"
}

fn mask_of_stars(rng: &mut Rng) -> String {
    let length = rng.within(4..=32);
    format!("{}.{}", rng.string(ALNUM, 8), "*".repeat(length))
}

fn mask_of_letters(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(ALNUM, 8), rng.pick(&["x", "X", "0", "a"]).repeat(32))
}

fn mask_after_a_few(rng: &mut Rng) -> String {
    format!("{}.{}{}", rng.string(ALNUM, 8), rng.string(ALNUM, 4), rng.pick(&["x", "X"]).repeat(28))
}

fn mask_of_new_key(rng: &mut Rng) -> String {
    let letter = rng.pick(&["x", "X", "*", "0"]);
    format!("b10_{}.{}", letter.repeat(8), letter.repeat(32))
}

/// 32 characters of the alphabet, wherever it begins, in the order of ASCII or the other way.
fn run(rng: &mut Rng, reverse: bool) -> String {
    let start = rng.below(ALNUM.len());
    let mut characters: Vec<u8> = ALNUM.iter().cycle().skip(start).take(32).copied().collect();
    if reverse {
        characters.reverse();
    }
    String::from_utf8(characters).expect("the alphabet is ASCII")
}

fn alphabet_run(rng: &mut Rng) -> String {
    let (prefix, id) = (rng.pick(&["", "b10_"]), rng.pick(&["abcdefgh", "12345678", "ABCDEFGH", "abcd1234"]));
    format!("{prefix}{id}.{}", run(rng, false))
}

fn descending_run(rng: &mut Rng) -> String {
    format!("{}.{}", rng.pick(&["87654321", "abcdefgh"]), run(rng, true))
}

fn repeated_pair(rng: &mut Rng) -> String {
    format!("{}.{}", rng.string(ALNUM, 8), rng.string(ALNUM, 2).repeat(16))
}

fn repeated_word(rng: &mut Rng) -> String {
    format!(
        "{}.{}",
        rng.string(ALNUM, 8),
        rng.pick(&["12345678", "abcd1234", "deadbeef", "1234"]).repeat(8)[..32].to_owned()
    )
}

fn documented_placeholder(rng: &mut Rng) -> String {
    let prefix = rng.pick(&["", "b10_"]);
    prefix.to_owned() + &["abcdefgh", "1234567890ABCDEFGHIJKL1234567890"].join(".")
}

fn documented_short_placeholder(rng: &mut Rng) -> String {
    rng.pick(&["abcd1234.Zm9vYmFy", "efgh5678.YmFyYmF6", "other999", "aBcDeFg", "abcd1234"]).to_owned()
}

fn written_placeholder(rng: &mut Rng) -> String {
    rng.pick(&[
        "YOUR_API_KEY",
        "YOUR-API-KEY",
        "YOUR_BASETEN_API_KEY",
        "BASETEN-API-KEY",
        "<YOUR_API_KEY>",
        "<Your_Api_Key>",
        "{BASETEN_API_KEY}",
        "${BASETEN_API_KEY}",
        "$(cat ~/.baseten_key)",
        "os.environ/BASETEN_API_KEY",
        "paste-your-api-key-here",
        "paste_your_api_key_here",
        "docker_dummy_key",
        "my-api-key",
        "...",
    ])
    .to_owned()
}

fn bare_prefix(rng: &mut Rng) -> String {
    let id = rng.string(ALNUM, 8);
    match rng.below(5) {
        0 => format!("b10_{id}"),
        1 => format!("b10_{id}****"),
        2 => format!("{id}****"),
        3 => {
            format!("b10_{}.{}", rng.pick(&["remote", "types", "client"]), identifier(rng, 32, Case::Camel))
        }
        _ => format!("b10_{id}.{}", word(rng)),
    }
}

fn short_gateway_key(rng: &mut Rng) -> String {
    let length = rng.within(1..=15);
    format!("sky_{}", dotted(rng, 12, length))
}

fn long_gateway_key(rng: &mut Rng) -> String {
    let length = rng.within(65..=100);
    format!("sky_{}", dotted(rng, 12, length))
}

fn webhook_placeholder(_: &mut Rng) -> String {
    ["whsec", "AbCdEf123456GhIjKlMnOpQrStUvWxYz12345678"].join("_")
}

fn webhook_wrong_length(rng: &mut Rng) -> String {
    let length = if rng.one_in(2) { rng.within(1..=30) } else { rng.within(41..=80) };
    format!("whsec_{}", rng.string(ALNUM, length))
}

fn url(rng: &mut Rng, length: usize) -> String {
    rng.string(BASE64_URL, length)
}
