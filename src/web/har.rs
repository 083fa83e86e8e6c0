//! Reads a capture (HTTP Archive 1.2) instead of the network.
