//! The reader of pasted commands.

mod fixture;
mod reading;
