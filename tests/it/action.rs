//! The action of GitHub, the component of GitLab, and the examples for other systems, in real
//! repositories: their shell is taken out of the files that people use, and run as the system would.
//!
//! No runner and no server of these systems is here; what they hand over is written after their
//! documentation.

mod events;
mod examples;
mod expression;
mod gitlab;
mod inputs;
mod install;
mod runner;
mod upstream;
mod yaml;
