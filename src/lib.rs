//! Finds leaked Baseten credentials: the library behind the `baseleak` program.
//!
//! Data flows from the left to the right, and the modules are named for the stages:
//!
//! ```text
//! select, source -> detect (prefilter -> match -> filter) -> render
//!                   rules                                     baseten -> verify
//! ```
//!
//! [`scan::scan`] is the whole pipeline. **Invariant:** no module names one that
//! stands to its right, and none but [`scan`] names them all.

pub mod baseten;
pub mod decode;
pub mod detect;
pub mod model;
pub mod pack;
pub mod render;
pub mod rules;
pub mod scan;
pub mod select;
pub mod source;
pub mod suppress;
pub mod unpack;
pub mod verify;
