//! From a place in a bundle to the place in a source file, through a source map.
