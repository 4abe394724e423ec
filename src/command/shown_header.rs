//! An Authorization header that stands in a log, a trace or program code beside a request.

use super::draft::Draft;
use super::secrets::Secrets;
use super::spelled::Spelled;
use super::{Front, settings};

/// An Authorization header that is shown with a request.
pub(super) fn read(text: &str, offset: usize, draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) {
    let lower = text.to_ascii_lowercase();
    for (at, name) in lower.match_indices("authorization").take(20) {
        if header_at(text, at + name.len(), offset, draft, front, secrets) {
            return;
        }
    }
}

/// The header whose name ends at `at`; whether there is one.
fn header_at(text: &str, at: usize, offset: usize, draft: &mut Draft, front: &Front<'_>, secrets: &mut Secrets) -> bool {
    let rest = &text[at..];
    let value = rest.trim_start_matches(['"', '\'', ' ', ']']);
    let Some(separator) = ["=>", ":", "=", ","].iter().find(|s| value.starts_with(**s)) else { return false };
    let value = &value[separator.len()..];
    let value = value.trim_start_matches([' ', 'f', '[']);
    let quote = value.chars().next().filter(|c| "\"'`".contains(*c));
    let inner = quote.map_or(value, |q| &value[q.len_utf8()..]);
    let end = match quote {
        Some(quote) => inner.find(quote),
        None => inner.find(['\n', ')', ']', '"', '\'', '}', '|']),
    };
    let inner = inner[..end.unwrap_or(inner.len())].trim_end();
    let first = inner.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let alone = inner.split_whitespace().count() == 1;
    // A scheme's word alone, in a remark or in running text, is no header.
    let known = matches!(first.as_str(), "bearer" | "basic" | "token" | "jwt") && (!alone || quote.is_some())
        || alone && inner.len() > 20;
    if inner.is_empty() || !known {
        return false;
    }
    let start = offset + (inner.as_ptr() as usize - text.as_ptr() as usize);
    let after = &text[start - offset + inner.len()..];
    if alone && known && after.trim_start_matches([' ', '"', '\'']).starts_with(['+', '.', '&', '%', ',']) {
        // `"Basic " + credentials`: what is put behind it is not shown here.
        let mut value = Spelled::slice_of(front.source, start..start + inner.len());
        let end = start + inner.len();
        value.push_expansion(&format!(" {}", super::shell::OPAQUE), end..end);
        draft.sends = crate::checks::Sends::default();
        draft.span("header", value.span());
        draft.authorize(&value, secrets);
        return true;
    }
    let value = resolved(&Spelled::slice_of(front.source, start..start + inner.len()), front, quote.is_some());
    draft.sends = crate::checks::Sends::default();
    draft.span("header", value.span());
    draft.authorize(&value, secrets);
    true
}

/// Variables of program code in a header: `f"Bearer {token}"`, `` `Bearer ${token}` ``.
fn resolved(value: &Spelled, front: &Front<'_>, in_code: bool) -> Spelled {
    let text = value.as_str();
    let Some(open) = text.find('{').filter(|_| in_code) else { return value.clone() };
    let Some(close) = text[open..].find('}').map(|c| open + c) else { return value.clone() };
    let start = if text[..open].ends_with('$') { open - 1 } else { open };
    let name = text[open + 1..close].trim().rsplit('.').next().unwrap_or_default().to_owned();
    let settings = settings::collect(front.source, 0..front.source.len());
    let known = settings.iter().rev().find(|s| s.name == name && !s.value.is_empty());
    let mut whole = value.to(start);
    let at = value.part(start..close + 1).span().unwrap_or_default();
    match known {
        Some(setting) => whole.append(&setting.value.moved_to(at)),
        // A variable of the code whose value is not shown.
        None => whole.push_expansion(&super::shell::OPAQUE.to_string(), at),
    }
    whole.append(&value.from(close + 1));
    whole
}
