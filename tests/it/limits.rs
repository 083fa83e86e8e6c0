//! Parts of a history: ranges, branches, dates and depths, and clones that hold a
//! part only. What is expected is what git lists.

mod clones;
mod made;
mod random;
mod range;
mod refusals;
mod rest;
