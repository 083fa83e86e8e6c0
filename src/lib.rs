//! Finds leaked Baseten credentials: the library behind the `baseleak` program.
//!
//! Data flows from the left to the right:
//!
//! ```text
//! source -> detect (prefilter -> match -> filter) -> render
//! ```

pub mod detect;
pub mod model;
pub mod render;
pub mod rules;
