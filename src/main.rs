//! placeholder
#[expect(dead_code, reason = "the command line that calls it is not there yet")]
mod cli {
    mod output;
}

fn main() {}
