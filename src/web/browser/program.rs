//! Which browser is installed: Chromium, Chrome or Edge, by name on the path or where
//! their installers put them. None is downloaded, and no variable of the environment but
//! `PATH` is asked.

use std::env;
use std::path::{Path, PathBuf};

/// Names on the path, the plainest first.
const NAMES: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome-headless-shell",
];

/// Where installers put it without a place on the path.
const PLACES: &[&str] = if cfg!(target_os = "macos") {
    &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ]
} else {
    &["/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/usr/lib/chromium/chromium"]
};

/// The first that is there.
pub(super) fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    let on_path = |name: &&str| folders.iter().map(|folder| folder.join(name)).find(|place| place.is_file());
    let named = NAMES.iter().find_map(on_path);
    named.or_else(|| PLACES.iter().map(|place| Path::new(place).to_owned()).find(|place| place.is_file()))
}
