//! The rules that are always in force, as text.

/// `rules/baseten.toml`, as it was when the program was built.
pub const BUILTIN: &str = include_str!("../../rules/baseten.toml");

/// What messages call it.
pub(super) const NAME: &str = "rules/baseten.toml";

/// The examples of the rule `id`, positive and negative, as they stand in `fixtures/rules`.
pub(super) fn examples(id: &str) -> Option<(&'static str, &'static str)> {
    macro_rules! fixtures {
        ($($id:literal),*) => {
            match id {
                $($id => Some((
                    include_str!(concat!("../../fixtures/rules/", $id, "/positive.txt")),
                    include_str!(concat!("../../fixtures/rules/", $id, "/negative.txt")),
                )),)*
                _ => None,
            }
        };
    }
    fixtures!(
        "baseten-api-key",
        "baseten-api-key-legacy",
        "baseten-gateway-key",
        "baseten-webhook-secret",
        "baseten-oauth-token",
        "truss-config-secret"
    )
}
