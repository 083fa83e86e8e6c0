//! The fonts that screenshots are drawn in: those of free families that are installed.
//!
//! It looks where Debian's packages put them and downloads nothing.

use std::path::Path;
use std::sync::LazyLock;

use ab_glyph::FontVec;

/// A family that is installed.
pub(crate) struct Family {
    /// Its name in reports.
    pub(crate) name: &'static str,
    /// Whether all its characters have one width.
    pub(crate) mono: bool,
    /// Its regular cut.
    pub(crate) font: FontVec,
}

/// Where Debian's packages for fonts put what they hold.
const FOLDER: &str = "/usr/share/fonts/truetype";

/// Name, whether its characters have one width, and the file below [`FOLDER`]. The packages are
/// fonts-dejavu-core, -liberation, -hack, -jetbrains-mono, -firacode, -inconsolata, -noto-mono,
/// -mononoki, -anonymous-pro, -roboto-unhinted and -open-sans.
const FILES: [(&str, bool, &str); 14] = [
    ("DejaVu Sans Mono", true, "dejavu/DejaVuSansMono.ttf"),
    ("Liberation Mono", true, "liberation/LiberationMono-Regular.ttf"),
    ("Hack", true, "hack/Hack-Regular.ttf"),
    ("JetBrains Mono", true, "jetbrains-mono/JetBrainsMono-Regular.ttf"),
    ("Fira Code", true, "firacode/FiraCode-Regular.ttf"),
    ("Inconsolata", true, "inconsolata/Inconsolata.otf"),
    ("Noto Mono", true, "noto/NotoMono-Regular.ttf"),
    ("Noto Sans Mono", true, "noto/NotoSansMono-Regular.ttf"),
    ("mononoki", true, "mononoki/mononoki-Regular.ttf"),
    ("Anonymous Pro", true, "anonymous-pro/Anonymous Pro.ttf"),
    ("Liberation Sans", false, "liberation/LiberationSans-Regular.ttf"),
    ("Roboto", false, "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf"),
    ("Open Sans", false, "open-sans/OpenSans-Regular.ttf"),
    ("DejaVu Sans", false, "dejavu/DejaVuSans.ttf"),
];

static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let read = |&(name, mono, file): &(&'static str, bool, &str)| {
        let bytes = std::fs::read(Path::new(FOLDER).join(file)).ok()?;
        Some(Family { name, mono, font: FontVec::try_from_vec(bytes).ok()? })
    };
    FILES.iter().filter_map(read).collect()
});

/// The installed families of one kind.
pub(crate) fn families(mono: bool) -> Vec<&'static Family> {
    FAMILIES.iter().filter(|family| family.mono == mono).collect()
}

/// The names of those that are not installed.
pub(crate) fn missing() -> Vec<&'static str> {
    let is_there = |name: &str| FAMILIES.iter().any(|family| family.name == name);
    FILES.iter().map(|&(name, ..)| name).filter(|name| !is_there(name)).collect()
}
