//! The Baseten side of the house: where the operator's own key comes from.

pub mod credential;
