//! The JSON report: the wire structs, indented, with one line ending.

use super::wire::Report;
use super::{Record, text};

/// The whole report as text.
///
/// # Panics
/// Never: the wire structs have string keys only.
#[must_use]
pub fn write(record: Record<'_>) -> String {
    let mut text = serde_json::to_string_pretty(&Report::of(record)).expect("wire structs have string keys only");
    text.push('\n');
    text::json_without_commands(text)
}
