//! Comments in many languages, on and above the line of a secret, and what is none.

use super::*;

/// The secret in the texts below; where it stands twice, the second is looked at.
const KEY: &str = "KEYKEYKEY";

/// Marker, line and reason for the last secret of `text`.
fn found(text: &str) -> Option<(&'static str, u64, Option<&str>)> {
    let spans: Vec<Range<usize>> = text.match_indices(KEY).map(|(at, _)| at..at + KEY.len()).collect();
    let span = spans.last().expect("the text has a secret");
    let line = 1 + text[..span.start].matches('\n').count() as u64;
    let comment = Comments::new(text.as_bytes(), &spans).find(span, line)?;
    let reason = comment.reason.map(|reason| text.get(reason).expect("a reason is whole characters"));
    Some((comment.marker, comment.line, reason))
}

#[track_caller]
fn check(text: &str, expect: Option<(&str, u64, Option<&str>)>) {
    assert_eq!(found(text), expect, "{text}");
}

#[test]
fn on_the_line_in_many_languages() {
    for text in [
        "k = 'KEYKEYKEY'  # baseleak:allow",
        "k = 'KEYKEYKEY'  #baseleak:allow",
        "const k = \"KEYKEYKEY\"; // BaseLeak:Allow",
        "const k = \"KEYKEYKEY\"; //baseleak:allow",
        "k = \"KEYKEYKEY\" /* baseleak:allow */;",
        "k = \"KEYKEYKEY\" /*baseleak:allow*/;",
        "/* baseleak:allow */ k = \"KEYKEYKEY\";",
        "INSERT 'KEYKEYKEY'; -- baseleak:allow",
        "INSERT 'KEYKEYKEY'; --baseleak:allow",
        "k = KEYKEYKEY ; baseleak:allow",
        "k = 'KEYKEYKEY' % baseleak:allow",
        "k = \"KEYKEYKEY\" ' baseleak:allow",
        "<k>KEYKEYKEY</k> <!-- baseleak:allow -->",
        "<k>KEYKEYKEY</k> <!--baseleak:allow-->",
        "{{ 'KEYKEYKEY' }} {# baseleak:allow #}",
        "{\"k\": \"KEYKEYKEY\", \"note\": \"baseleak:allow\"}",
        "let k = \"KEYKEYKEY\" (* baseleak:allow *)",
        "| KEYKEYKEY | baseleak:allow |",
        "# baseleak:allow KEY=KEYKEYKEY",
        "   \"k = 'KEYKEYKEY'  # baseleak:allow\\n\",",
        "k = 'KEYKEYKEY'  # noqa: S105, baseleak:allow\r\nnext",
        "k = 'KEYKEYKEY'\\n#baseleak:allow",
    ] {
        check(text, Some(("baseleak:allow", 1, None)));
    }
}

#[test]
fn the_markers_of_others() {
    for (text, marker) in [
        ("gitleaks:allow", "gitleaks:allow"),
        ("ggignore", "ggignore"),
        ("trufflehog:ignore", "trufflehog:ignore"),
        ("pragma: allowlist secret", "pragma: allowlist secret"),
        ("pragma:allowlist secret", "pragma: allowlist secret"),
        ("pragma: allowlist-secret", "pragma: allowlist secret"),
        ("pragma: whitelist secret", "pragma: allowlist secret"),
        ("PRAGMA:  Allowlist  Secret", "pragma: allowlist secret"),
    ] {
        for form in ["# @", "// @", "/* @ */", "' @", "-- @", "<!-- @ -->", "<!-- # @ -->", "; @"] {
            let comment = form.replace('@', text);
            check(&format!("k = KEYKEYKEY {comment}"), Some((marker, 1, None)));
            check(&format!("{comment}\nk = KEYKEYKEY"), Some((marker, 1, None)));
        }
    }
    check(
        "# pragma: allowlist nextline secret\nKEYKEYKEY",
        Some(("pragma: allowlist nextline secret", 1, None)),
    );
    check(
        "x = 1  # pragma: allowlist-nextline-secret\nKEYKEYKEY",
        Some(("pragma: allowlist nextline secret", 1, None)),
    );
    check("KEYKEYKEY # pragma: allowlist nextline secret", None);
    check("# pragma: allowlist nextline secret\n\nKEYKEYKEY", None);
    check("KEYKEYKEY # pragma: allowlist", None);
    check("KEYKEYKEY # pragma: no cover, secret", None);
}

#[test]
fn a_word_of_its_own() {
    for text in [
        "KEYKEYKEY # notbaseleak:allow",
        "KEYKEYKEY # baseleak:allowed",
        "KEYKEYKEY # baseleak:allow-listed",
        "KEYKEYKEY # baseleak:allow_all",
        "KEYKEYKEY # my-baseleak:allow",
        "KEYKEYKEY # .ggignore",
        "KEYKEYKEY # ggignore.txt",
        "KEYKEYKEY # dir/ggignore",
        "KEYKEYKEY # ggignore/dir",
        "KEYKEYKEY # ggignored",
        "KEYKEYKEY # baseleak :allow",
        "KEYKEYKEYbaseleak:allow",
        "KEYKEYKEY # \u{e9}ggignore",
    ] {
        check(text, None);
    }
}

#[test]
fn above_on_a_line_of_its_own() {
    for comment in [
        "# ~",
        "  ## ~",
        "// ~",
        "/// ~",
        "-- ~",
        "--~",
        "; ~",
        ";; ~",
        "% ~",
        "/* ~ */",
        "/** ~",
        " * ~",
        " * ~ */",
        "<!-- ~ -->",
        "{# ~ #}",
        "{{! ~ }}",
        "{{/* ~ */}}",
        "<%-- ~ --%>",
        "(* ~ *)",
        "{- ~ -}",
        "rem ~",
        "REM ~",
        "@rem ~",
        ":: ~",
        ".. ~",
        "dnl ~",
        "' ~",
        "'~",
        "! ~",
        "\" ~",
        "\"# ~\\n\",",
        "   \"  // ~\\n\",",
        "# why: it is dead ~",
        "// see below. ~",
        "#~",
        "# ~\r",
        ";~",
        ";;;text ~",
        "--[[ ~ ]]",
        "{/* ~ */}",
        "<# ~ #>",
        "@* ~ *@",
        "#= ~ =#",
        "{{- /* ~ */ -}}",
        "   ~ */",
    ] {
        let text = format!("x = 1\n{}\nk = KEYKEYKEY", comment.replace('~', "baseleak:allow"));
        check(&text, Some(("baseleak:allow", 2, None)));
    }
}

#[test]
fn a_byte_order_mark_before_the_comment() {
    for comment in ["#", "//", "/*", ";"] {
        check(&format!("\u{feff}{comment} baseleak:allow\nk = KEYKEYKEY"), Some(("baseleak:allow", 1, None)));
    }
}

#[test]
fn what_is_above_and_no_comment() {
    for line in [
        "x = 1  # baseleak:allow",
        ";int a; // baseleak:allow",
        "rem = \"baseleak:allow\"",
        "rem (x) # baseleak:allow",
        "rem(x) # baseleak:allow",
        "baseleak:allow */ call();",
        "call(); baseleak:allow */",
        "{/* x */} <p/> // baseleak:allow",
        "'text',  # baseleak:allow",
        "--flag=x # baseleak:allow",
        "#define X \"x\" // baseleak:allow",
        "# define X \"x\" // baseleak:allow",
        "#[attribute] // baseleak:allow",
        "#include \"x\" // baseleak:allow",
        "*p = x; // baseleak:allow",
        "%w[x] # baseleak:allow",
        "/* x */ call(); // baseleak:allow",
        "\"x\",  # baseleak:allow",
        "\"baseleak:allow x\",",
        "baseleak:allow",
        "remember # baseleak:allow",
        "!x // baseleak:allow",
        "# baseleak:allow\n",
        "# old: KEYKEYKEY baseleak:allow",
    ] {
        check(&format!("{line}\nk = KEYKEYKEY"), None);
    }
    // What stands below says nothing.
    check("k = KEYKEYKEY\n# baseleak:allow", None);
}

#[test]
fn reasons() {
    let on = |comment: &str, reason: &str| {
        check(&format!("k = KEYKEYKEY {comment}"), Some(("baseleak:allow", 1, Some(reason))));
    };
    on("# baseleak:allow revoked 2026-11-01", "revoked 2026-11-01");
    on("# baseleak:allow: a test key", "a test key");
    on("# baseleak:allow:test", "test");
    on("# baseleak:allow - a test key.", "a test key.");
    on("# baseleak:allow \u{2014} d\u{e9}j\u{e0} vu", "d\u{e9}j\u{e0} vu");
    on("# baseleak:allow (dead)", "dead");
    on("# baseleak:allow(dead)", "dead");
    on("# baseleak:allow ( dead (since May) )", "dead (since May)");
    on("# baseleak:allow (dead) since May", "(dead) since May");
    on("# baseleak:allow don't \"use\" it", "don't \"use\" it");
    on("# it's old: baseleak:allow don't", "don't");
    on("' baseleak:allow don't", "don't");
    on("--[[ baseleak:allow dead ]]", "dead");
    check(
        "{\"k\":\"KEYKEYKEY\",\"note\":\"baseleak:allow revoked\", \"b\":1}",
        Some(("baseleak:allow", 1, Some("revoked"))),
    );
    check("{\"k\":\"KEYKEYKEY\",\"note\":\"baseleak:allow\", \"b\":3}", Some(("baseleak:allow", 1, None)));
    check("[\"KEYKEYKEY\", \"baseleak:allow\", 3]", Some(("baseleak:allow", 1, None)));
    check(
        "\"k = 'KEYKEYKEY' # baseleak:allow was \\\"x\\\" once\\n\",",
        Some(("baseleak:allow", 1, Some("was \\\"x\\\" once"))),
    );
    check("KEYKEYKEY # baseleak:allow \u{200b}", Some(("baseleak:allow", 1, None)));
    check("KEYKEYKEY # baseleak:allow ()", Some(("baseleak:allow", 1, None)));
    on("# baseleak:allow # dead", "dead");
    on("/* baseleak:allow dead */ + 'x'", "dead");
    on("<!-- baseleak:allow: dead -->", "dead");
    on("{# baseleak:allow dead #} x", "dead");
    on("# baseleak:allow dead\\n\",", "dead");
    on("# baseleak:allow dead\r\nx", "dead");
    check("/* baseleak:allow dead */ k = KEYKEYKEY", Some(("baseleak:allow", 1, Some("dead"))));
    // What stands before the secret is code, unless the comment is closed.
    check("# baseleak:allow k = KEYKEYKEY", Some(("baseleak:allow", 1, None)));
    check("# baseleak:allow dead\nk = KEYKEYKEY", Some(("baseleak:allow", 1, Some("dead"))));
    check("KEYKEYKEY # gitleaks:allow ggignore dead", Some(("ggignore", 1, Some("dead"))));
    check("KEYKEYKEY # gitleaks:allow ggignore", Some(("gitleaks:allow", 1, None)));
    check("KEYKEYKEY # baseleak:allow -- !", Some(("baseleak:allow", 1, None)));
}

#[test]
fn a_long_reason_is_cut_at_a_blank() {
    let text = format!("KEYKEYKEY # baseleak:allow {}", "word ".repeat(100));
    let reason = found(&text).and_then(|(_, _, reason)| reason).expect("there is a reason");
    assert!(reason.len() < LONG && reason.ends_with("word"), "{reason}");
    // A word that is cut anywhere may be a part of a secret.
    let text = format!("KEYKEYKEY # baseleak:allow {}", "x".repeat(2000));
    check(&text, Some(("baseleak:allow", 1, None)));
}

/// More than any reason is long.
const LONG: usize = 250;

#[test]
fn the_first_and_the_last_line_of_a_secret_count() {
    let text = "# gitleaks:allow dead\nk = [[KEY\nKEY]]  # x\nend";
    let start = text.find("KEY").expect("it is there");
    let span = start..start + "KEY\nKEY".len();
    let at = |text: &str| {
        Comments::new(text.as_bytes(), std::slice::from_ref(&span)).find(&span, 2).map(|found| found.line)
    };
    assert_eq!(at(text), Some(1));
    assert_eq!(at(&text.replace("# x", "# ggignore")), Some(3));
    assert_eq!(at(&text.replace("gitleaks", "another!")), None);
}

#[test]
fn only_what_is_near_counts() {
    let near = " ".repeat(REACH - "baseleak:allow".len());
    check(&format!("KEYKEYKEY{near}baseleak:allow"), Some(("baseleak:allow", 1, None)));
    check(&format!("KEYKEYKEY{near} baseleak:allow"), None);
    check(&format!("baseleak:allow{near}KEYKEYKEY"), Some(("baseleak:allow", 1, None)));
    check(&format!("baseleak:allow{near} KEYKEYKEY"), None);
    // The line above is found only where its end is seen.
    check(
        &format!("# baseleak:allow\n{}KEYKEYKEY", " ".repeat(REACH - 1)),
        Some(("baseleak:allow", 1, None)),
    );
    check(&format!("# baseleak:allow\n{}KEYKEYKEY", " ".repeat(REACH)), None);
    check(&format!("# {}baseleak:allow\nKEYKEYKEY", " ".repeat(REACH)), None);
}
