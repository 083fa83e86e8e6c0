//! The images that are measured: drawn ones, those of a folder, and those of a browser.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use baseleak::model::Region;
use rayon::prelude::*;
use serde_json::Value;

use crate::Options;
use crate::contexts::Kind;
use crate::screens::canvas::Smoothing;
use crate::screens::{Case, Crop, Format, Shot, Truth, Zoom, positive, silent as drawn};

/// The largest text file that excerpts are made of, in bytes.
const LARGEST_TEXT: usize = 400_000;

/// Screenshots with a key.
pub(crate) fn positives(options: &Options) -> Vec<Shot> {
    (0..options.count).into_par_iter().filter_map(|index| positive(options.seed, index)).collect()
}

/// Images without a key, by where they come from.
pub(crate) fn silent(options: &Options) -> Vec<(&'static str, Vec<Shot>)> {
    let drawn_ones = (0..options.silent)
        .into_par_iter()
        .filter_map(|index| drawn::negative(options.seed, index))
        .collect();
    let near =
        (0..options.near).into_par_iter().filter_map(|index| drawn::near_miss(options.seed, index)).collect();
    vec![
        ("without a key, drawn", drawn_ones),
        ("without a key, excerpts of files", excerpts(options)),
        ("without a key, from a folder", options.folder.as_deref().map(images).unwrap_or_default()),
        ("a letter away from a key", near),
    ]
}

/// Writes all drawn images, for those who want to look at them or try something else on them.
pub(crate) fn dump(folder: &Path, options: &Options) {
    let mut list = String::new();
    let mut write = |group: &str, shots: &[Shot]| {
        for shot in shots {
            let name = format!("{group}-{:04}.{}", shot.case.index, shot.case.format.suffix());
            fs::write(folder.join(&name), &shot.bytes).expect("the folder can be written to");
            let regions = shot.truth.as_ref().map(|truth| &truth.regions);
            writeln!(list, "{name}: {}, {:?}, {regions:?}", shot.case, shot.size)
                .expect("writing to a string cannot fail");
        }
    };
    fs::create_dir_all(folder).expect("the folder can be made");
    write("key", &positives(options));
    for (group, (_, shots)) in ["silent", "file", "folder", "near"].into_iter().zip(silent(options)) {
        write(group, &shots);
    }
    fs::write(folder.join("list.txt"), list).expect("the folder can be written to");
}

fn excerpts(options: &Options) -> Vec<Shot> {
    let Some(folder) = &options.sources else { return Vec::new() };
    let mut files = Vec::new();
    walk(folder, &mut files);
    let suffixes =
        ["py", "js", "ts", "rs", "go", "c", "h", "rb", "md", "yaml", "yml", "json", "sh", "txt", "toml"];
    files.retain(|file| {
        file.extension().and_then(|suffix| suffix.to_str()).is_some_and(|it| suffixes.contains(&it))
    });
    let step = (files.len() / options.files.max(1)).max(1);
    let chosen: Vec<_> = files.iter().step_by(step).take(options.files).collect();
    chosen
        .par_iter()
        .enumerate()
        .filter_map(|(index, file)| {
            let text = fs::read_to_string(file).ok().filter(|text| text.len() < LARGEST_TEXT)?;
            let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
            drawn::excerpt(&name, &text, options.seed, index)
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() && path.file_name().is_none_or(|name| name != ".git") {
            walk(&path, files);
        } else if path.is_file() {
            files.push(path);
        }
    }
}

/// All images below a folder, which hold no key.
fn images(folder: &Path) -> Vec<Shot> {
    let mut files = Vec::new();
    walk(folder, &mut files);
    let read = |(index, file): (usize, &PathBuf)| {
        let bytes = fs::read(file).ok().filter(|bytes| baseleak::ocr::Ocr::is_image(bytes))?;
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        Some(Shot { bytes, size: (0, 0), case: found_case(name, index), truth: None })
    };
    files.iter().enumerate().filter_map(read).collect()
}

/// The case of an image that was not drawn here.
fn found_case(scene: String, index: usize) -> Case {
    Case {
        scene,
        font: "-",
        theme: "-",
        points: 0,
        zoom: Zoom::One,
        format: Format::Png,
        smoothing: Smoothing::Grey,
        lines: 0,
        crop: Crop::None,
        kind: None,
        seed: 0,
        index,
    }
}

/// What a browser drew: images, and a list `truths.json` of what they show.
pub(crate) fn truths(options: &Options) -> Vec<Shot> {
    let Some(folder) = &options.truths else { return Vec::new() };
    let text = fs::read(folder.join("truths.json")).expect("the folder has a list of truths");
    let list: Vec<Value> = serde_json::from_slice(&text).expect("the list is JSON");
    list.iter().enumerate().map(|(index, entry)| drawn_by_browser(folder, index, entry)).collect()
}

fn drawn_by_browser(folder: &Path, index: usize, entry: &Value) -> Shot {
    let text = |name: &str| entry[name].as_str().expect("it is a text").to_owned();
    let number = |value: &Value| u32::try_from(value.as_u64().expect("it is a number")).expect("it is small");
    let region = |value: &Value| Region {
        x: number(&value[0]),
        y: number(&value[1]),
        width: number(&value[2]),
        height: number(&value[3]),
    };
    let regions: Vec<_> = entry["regions"].as_array().expect("it is a list").iter().map(region).collect();
    let kind = if text("kind") == "b10" { Kind::New } else { Kind::Legacy };
    let case = Case {
        // The tables want names that live as long as the program, as those of fonts here do.
        font: Box::leak(text("font").into_boxed_str()),
        theme: Box::leak(text("theme").into_boxed_str()),
        points: number(&entry["size"]),
        zoom: if entry["scale"] == 2 { Zoom::Two } else { Zoom::One },
        lines: regions.len(),
        kind: Some(kind),
        ..found_case(text("scene"), index)
    };
    let bytes = fs::read(folder.join(text("file"))).expect("the image is there");
    Shot { bytes, size: (0, 0), case, truth: Some(Truth { key: text("key"), regions }) }
}
