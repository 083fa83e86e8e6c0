//! The integration tests, in one binary.

mod architecture;
//! The integration tests: one binary, one module per feature.

mod contexts;
mod decoys;
mod recall;
mod shape;
