//! The hosts that nothing is sent to: what a page would send them is only written down.

/// Where leaked keys would be used, and billed.
const BASETEN: &str = "baseten.co";

/// Those hosts, and all names below them.
#[derive(Debug, Clone)]
pub(super) struct Withheld(Vec<String>);

impl Withheld {
    /// Baseten's, and `more`.
    pub(super) fn new(more: &[String]) -> Self {
        let more = more.iter().map(|name| name.trim_matches('.').to_ascii_lowercase());
        Self(more.chain([BASETEN.to_owned()]).filter(|name| !name.is_empty()).collect())
    }

    /// Whether `host` is one of them.
    pub(super) fn holds(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let below =
            |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        self.0.iter().any(|name| below(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_are_withheld() {
        let withheld = Withheld::new(&["Other.Example.".to_owned(), String::new()]);
        for (host, expect) in [
            ("baseten.co", true),
            ("model-abc.api.BASETEN.co.", true),
            ("notbaseten.co", false),
            ("baseten.co.evil.example", false),
            ("a.other.example", true),
            ("example", false),
            ("", false),
        ] {
            assert_eq!(withheld.holds(host), expect, "{host}");
        }
    }
}
