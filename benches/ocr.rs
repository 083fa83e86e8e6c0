//! How many keys are found in screenshots, how exactly, and at what cost; and how many images
//! without a key stay silent. Prints counts, seeds and descriptions of cases, never a key.
#![expect(clippy::print_stdout, reason = "a bench is a program whose result is its output")]

#[path = "../tests/it/contexts/mod.rs"]
mod contexts;
#[path = "../tests/it/screens/mod.rs"]
mod screens;

use std::path::Path;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let count: usize = arguments.next().map_or(10, |text| text.parse().expect("a whole number"));
    let seed: u64 = arguments.next().map_or(2026, |text| text.parse().expect("a whole number"));
    let folder = arguments.next().expect("a folder");
    for index in 0..count {
        let shot = screens::positive(seed, index).expect("fonts are installed");
        let name = format!("{index:04}.{}", shot.case.format.suffix());
        std::fs::write(Path::new(&folder).join(name), &shot.bytes).expect("it can be written");
        println!("{} {:?}", shot.case, shot.size);
    }
}
