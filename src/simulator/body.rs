//! The body of a request: the beginning is kept, the rest is taken and dropped.
//!
//! Nothing here needs more than the beginning: of a push the commands before the pack, of a form its fields. A program that
//! uploads something large must get its answer all the same, or it takes the stand-in's limit for a fault of its own.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::server::PATIENCE;

/// What is kept.
const KEPT: usize = 1 << 20;
/// What is taken.
const TAKEN: u64 = 4 << 30;

/// The beginning of a body; `None` where it is not to be had: it broke off, stood still, or never ends.
pub(super) async fn read(mut body: Incoming, packed: bool) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut taken = 0_u64;
    // Whoever says nothing must not keep a place; whoever has much to say may take its time.
    while let Some(frame) = tokio::time::timeout(PATIENCE, body.frame()).await.ok()? {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        taken = taken.saturating_add(data.len() as u64);
        if taken > TAKEN {
            return None;
        }
        kept.extend_from_slice(&data[..data.len().min(KEPT - kept.len())]);
    }
    Some(if packed { unpacked(&kept).unwrap_or(kept) } else { kept })
}

/// What gzip packed (RFC 1952), as git does with a long question: no more than is kept, whatever it would become.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    // No name, comment or other field of the head is ever sent over HTTP.
    let data = bytes.strip_prefix(&[0x1f, 0x8b, 8, 0])?.get(6..)?;
    // What does not fit, or was cut, leaves what was unpacked by then.
    Some(decompress_to_vec_with_limit(data, KEPT).unwrap_or_else(|error| error.output))
}
