//! The integration tests: one binary, one module for each feature.

mod architecture;
mod contexts;
mod decoys;
mod recall;
mod shape;
