//! The program from outside: one binary, one module for each part.

mod canary;
mod command;
mod promises;
mod promises_stage;
mod redact;
mod transport;
