//! What JSON says of a finding that was read in an image or stands in a front end: the same in
//! every form that has fields for it.

use serde::Serialize;

use super::{Each, Shown};
use crate::model::{Deployed, ExchangePart, Original, PathName, Region, Sight};
use crate::render::deployed::header;

/// Where in an image a secret was read, and how surely.
#[derive(Serialize)]
pub(in crate::render) struct WireImage<'a> {
    regions: Each<'a, Region, WireRegion>,
    width: u32,
    height: u32,
    certainty: u8,
    variants: Each<'a, String, Shown<&'a String>>,
}

#[derive(Serialize)]
struct WireRegion {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Where in a front end a secret stands.
#[derive(Serialize)]
pub(in crate::render) struct WireWeb<'a> {
    via: Each<'a, PathName, Shown<&'a PathName>>,
    part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<&'a str>,
    original: Option<WireOriginal<'a>>,
    sent_to_baseten: bool,
}

#[derive(Serialize)]
struct WireOriginal<'a> {
    file: &'a str,
    line: u64,
    column: u64,
}

impl<'a> WireImage<'a> {
    pub(in crate::render) fn of(sight: &'a Sight) -> Self {
        let (width, height) = sight.size;
        Self {
            regions: Each(&sight.regions, WireRegion::of),
            width,
            height,
            certainty: sight.certainty,
            variants: Each(&sight.variants, Shown),
        }
    }
}

impl WireRegion {
    fn of(&Region { x, y, width, height }: &Region) -> Self {
        Self { x, y, width, height }
    }
}

impl<'a> WireWeb<'a> {
    pub(in crate::render) fn of(deployed: &'a Deployed) -> Self {
        let storage = match &deployed.part {
            ExchangePart::Storage(what) => Some(what.as_str()),
            _ => None,
        };
        Self {
            via: Each(&deployed.via, Shown),
            part: crate::render::deployed::word(&deployed.part),
            header: header(&deployed.part),
            storage,
            original: deployed.original.as_ref().map(WireOriginal::of),
            sent_to_baseten: deployed.is_sent_to_baseten,
        }
    }
}

impl<'a> WireOriginal<'a> {
    fn of(Original { file, line, column }: &'a Original) -> Self {
        Self { file: file.as_str(), line: *line, column: *column }
    }
}
