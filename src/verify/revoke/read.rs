//! Which key of the plan something is that was read in an image only.
//!
//! **Invariant:** it becomes a part of the plan only under a name that the inventory lists, as
//! the only one of its readings, or under the name of a key that is to be revoked anyway.

use std::collections::HashSet;

use super::super::Leak;
use super::super::reading::{Listed, and, listed};
use super::plan::Wish;
use super::{PrefixShape, Survey};

/// The wishes, what was read in images only under the name that it has; and those of which
/// nobody knows it, each with the reason.
pub(super) fn settled(wishes: Vec<Wish>, survey: &Survey) -> (Vec<Wish>, Vec<(Wish, String)>) {
    let is_certain = |wish: &&Wish| wish.read.is_none() && !wish.is_foreign();
    let certain: HashSet<String> = wishes.iter().filter(is_certain).map(|wish| wish.key.clone()).collect();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for mut wish in wishes {
        let Some(leak) = wish.read.as_ref().filter(|_| !wish.is_foreign()) else {
            known.push(wish);
            continue;
        };
        match name_of(leak, &certain, survey) {
            Ok(name) => {
                wish.key = name;
                known.push(wish);
            }
            Err(why) => unknown.push((wish, why)),
        }
    }
    (known, unknown)
}

/// The name that it has, or why nobody knows it.
fn name_of(leak: &Leak, certain: &HashSet<String>, survey: &Survey) -> Result<String, String> {
    let gateway = survey.gateway.iter().flat_map(|(_, keys)| keys);
    let of_group = |name: &str| gateway.clone().map(|key| &*key.prefix).find(|prefix| *prefix == name);
    let is_gateway = |name: &str| PrefixShape::of(name) == Some(PrefixShape::Gateway);
    let found = match leak.listed(&survey.keys) {
        Listed::None => listed(leak.prefixes().filter(|name| is_gateway(name)), of_group),
        found => found,
    };
    if let Listed::One(name) = found {
        return Ok(name.to_owned());
    }
    let mut planned = leak.prefixes().filter(|name| certain.contains(*name));
    if let (Some(name), None) = (planned.next(), planned.next()) {
        return Ok(name.to_owned());
    }
    Err(match found {
        Listed::Several(names) => format!(
            "it was read in an image, and may be {}, which are all listed: look at the image, and revoke with --prefix",
            and(&names)
        ),
        _ if is_gateway(&leak.key) && survey.gateway.is_none() => {
            "it was read in an image, and only the keys of its gateway's group tell which it is: name the group with --gateway-group".to_owned()
        }
        _ => format!(
            "it was read in an image, and no reading of it ({}) is in this operator's inventory",
            leak.prefixes().count()
        ),
    })
}
