//! Random keys of every shape, and what a finding must say of them.
//!
//! The ids of the built-in rules stand here and nowhere else in the tests of recall.

use super::Rng;
use super::rng::ALNUM;

/// A shape of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `b10_`, 8 characters, a dot, 32 characters.
    New,
    /// 8 characters, a dot, 32 characters.
    Legacy,
    /// `sky_`, 12 characters, a dot, 16 to 64 characters.
    Gateway,
    /// `whsec_` and 40 characters.
    Webhook,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::New, Self::Legacy, Self::Gateway, Self::Webhook];

    /// Its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::New => "b10",
            Self::Legacy => "legacy",
            Self::Gateway => "sky",
            Self::Webhook => "whsec",
        }
    }

    /// Id of the rule that must find it.
    pub(crate) const fn rule(self) -> &'static str {
        match self {
            Self::New => "baseten-api-key",
            Self::Legacy => "baseten-api-key-legacy",
            Self::Gateway => "baseten-gateway-key",
            Self::Webhook => "baseten-webhook-secret",
        }
    }

    /// Whether the key must be found where nothing names Baseten.
    pub(crate) const fn stands_alone(self) -> bool {
        matches!(self, Self::New | Self::Legacy)
    }

    /// A random key, every character as likely as every other.
    pub(crate) fn key(self, rng: &mut Rng) -> String {
        match self {
            Self::New => format!("b10_{}", dotted(rng, 8, 32)),
            Self::Legacy => dotted(rng, 8, 32),
            Self::Gateway => {
                let length = rng.within(16..=64);
                format!("sky_{}", dotted(rng, 12, length))
            }
            Self::Webhook => format!("whsec_{}", rng.string(ALNUM, 40)),
        }
    }

    /// Whether `name` is the public name of `key`: what stands before the dot,
    /// and for a secret without a public part `sha256:` and 12 hexadecimal digits.
    pub(crate) fn is_name(self, name: &str, key: &str) -> bool {
        match self {
            Self::New | Self::Legacy | Self::Gateway => {
                key.split_once('.').is_some_and(|(prefix, _)| name == prefix)
            }
            Self::Webhook => name.strip_prefix("sha256:").is_some_and(|digest| {
                digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
        }
    }
}

/// Two random parts with a dot between them.
pub(crate) fn dotted(rng: &mut Rng, id: usize, secret: usize) -> String {
    format!("{}.{}", rng.string(ALNUM, id), rng.string(ALNUM, secret))
}
