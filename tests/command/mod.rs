//! The reader of pasted commands.

mod agreement;
mod any_text;
mod carets;
mod corrected;
mod files;
mod findings;
mod fixture;
mod git_agreement;
mod loopback;
mod programs;
mod reading;
mod shells;
