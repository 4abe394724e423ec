//! The faults in the text of a command: each is noted, at its place.
