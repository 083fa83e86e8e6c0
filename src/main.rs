//! The `baseleak` program. All it does is in `cli`, all it knows in the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
