//! Tells of an expression over paths whether the name of a file decides it.
//!
//! Who knows under which names something stood, and not in which folders, can then
//! say that the expression does not match it. It looks at the parsed expression and
//! matches nothing itself. **Invariant:** where it says yes, the expression matches
//! a path only if it matches the path's last component, too; where it cannot tell,
//! it says no.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Whether an expression in Rust's syntax that matches a path also matches its last
/// component alone: it ends where the path does, and only what it begins with may
/// be a `/`, as in `(^|/)config[^/]*$`.
pub(super) fn is_decided(source: &str) -> bool {
    let parsed = ParserBuilder::new().utf8(false).build().parse(source);
    let Ok(HirKind::Concat(parts)) = parsed.map(Hir::into_kind) else { return false };
    let Some((last, parts)) = parts.split_last() else { return false };
    let rest = match parts.split_first() {
        Some((first, rest)) if is_border(first) => rest,
        _ => parts,
    };
    *last.kind() == HirKind::Look(Look::End) && rest.iter().all(stays_in_name)
}

/// Whether it is `^` or `(^|/)`, which hold where a name begins, and nowhere in it.
fn is_border(part: &Hir) -> bool {
    let is_start = |part: &Hir| *part.kind() == HirKind::Look(Look::Start);
    let is_slash = |part: &Hir| matches!(part.kind(), HirKind::Literal(text) if &*text.0 == b"/");
    match part.kind() {
        HirKind::Capture(group) => is_border(&group.sub),
        HirKind::Alternation(either) => {
            either.iter().all(|one| is_start(one) || is_slash(one)) && either.iter().any(is_start)
        }
        _ => is_start(part),
    }
}

/// Whether what it matches has no `/` and does not depend on what stands around.
fn stays_in_name(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Empty => true,
        // What a match depends on may be the `/` before the name.
        HirKind::Look(_) => false,
        HirKind::Literal(text) => !text.0.contains(&b'/'),
        HirKind::Class(Class::Unicode(class)) => {
            !class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&'/'))
        }
        HirKind::Class(Class::Bytes(class)) => {
            !class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&b'/'))
        }
        HirKind::Repetition(repeated) => stays_in_name(&repeated.sub),
        HirKind::Capture(group) => stays_in_name(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(stays_in_name),
    }
}

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::is_decided;

    /// Paths of which each one's last component is another.
    const PATHS: &[&str] = &[
        "",
        "/",
        "a",
        "config.yaml",
        "a/config.yaml",
        "/config.yml",
        "config.yaml/",
        "config/a.yaml",
        "config/config.yml",
        "config-x.yaml/b",
        "a/b/my.config.yaml",
        "x\nconfig.yaml",
        "a/config\n.yaml",
        "a b/c.tfstate",
        "c.tfstate.1",
        "c.tfstate/1",
        "a/b.py",
        "b.py/a",
    ];

    fn check(source: &str, expect: bool) {
        assert_eq!(is_decided(source), expect, "{source}");
        let regex = Regex::new(source).expect("it compiles");
        for path in PATHS {
            let name = path.rsplit('/').next().expect("there is always one");
            let is_kept = !regex.is_match(path.as_bytes()) || regex.is_match(name.as_bytes());
            assert!(is_kept || !expect, "{source} at {path}");
        }
    }

    #[test]
    fn a_name_decides_where_no_folder_matters() {
        check(r"(^|/)config[^/]*\.ya?ml$", true);
        check(r"(?:^|/)config[^/]*\.ya?ml$", true);
        check(r"(/|^)(config|[^/]+\.py)$", true);
        check(r"^config\.yaml$", true);
        check(r"\.tfstate(\.[^/]*)?$", true);
        check(r"[^/]*rc$", true);
        check(r"\.py$", true);
        check(r"(?i)(^|/)CONFIG\.yaml$", true);
        check(r"(^|/)$", true);
        check(r"(^|/)(?-u:[\x80-\xFF]|a)*$", true);
        check(r"a{0}\.py$", true);
    }

    #[test]
    fn where_that_is_not_plain_nothing_is_known() {
        check(r"(^|/)config.*\.ya?ml$", false);
        check(r"(^|/)config[^a]*$", false);
        check(r"(^|/)(?-u:[!-A])*$", false);
        check(r"(^|/)a/config$", false);
        check(r"(^|/)(a|b/c)$", false);
        check(r"(^|/|x/)config$", false);
        check(r"(^|/)*config$", false);
        check(r"/config$", false);
        check(r"(^|/)config", false);
        check(r"(^|/)config(\.yaml$)?", false);
        check(r"(^|/)config$|a", false);
        check(r"(?m)(^|/)config$", false);
        check(r"(?m:^)config$", false);
        check(r"(^|/)\bconfig$", false);
        check(r"(^|/)^config$", false);
        check(r"[/c]onfig$", false);
        check(r"config", false);
        check(r"$", false);
        check("", false);
    }
}
