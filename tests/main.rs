//! The program from outside: one binary, one module for each part.

mod command;
mod formats;
mod preflight;
mod redact;
mod transport;
