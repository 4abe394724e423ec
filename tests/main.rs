//! The program from outside: one binary, one module for each part.

mod command;
mod scenarios;
mod stage;
mod worlds;
