//! The secrets of a pasted text: each is taken into custody once, and what is shown has them replaced.
//!
//! A replacement is the public beginning that all tokens of a kind share and `…`. Positions are mapped through it, so a
//! caret still fits. What is a placeholder or an unexpanded variable is no secret and stays readable.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::checks::{Credential, CredentialId, Shape, Span, shape};
use crate::secret::Secret;

use super::spelled::Spelled;

/// What was found in one text.
#[derive(Default)]
pub(crate) struct Secrets {
    found: Vec<Found>,
    hidden: Vec<(Range<usize>, String)>,
    /// What is secret and no credential of a request: a client's secret, a code or a refresh token in a query.
    concealed: Vec<String>,
    /// Whether the same token with other characters around it is another one: what arrived twice was sent twice.
    pub(crate) apart: bool,
}

struct Found {
    credential: Credential,
    cleaned: String,
    raw: Vec<String>,
}

/// The beginnings by which a token is told from other words (section 1 of the facts), with the fewest characters of one.
const BEGINNINGS: &[(&str, usize)] = &[
    ("ATATT3", 24),
    ("ATCTT3", 24),
    ("ATBB", 28),
    ("BBDC-", 20),
    ("eyJ", 40),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("ATOAT", 24),
    ("ATSTT", 24),
    ("xoxb-", 24),
    ("npm_", 30),
];

impl Secrets {
    /// Takes the text of a secret: hides it where it stands and gives its number. An empty text is a credential too: it
    /// says that nothing was there.
    pub(crate) fn take(&mut self, secret: &Spelled) -> CredentialId {
        let reading = shape::read(secret.as_str());
        let readable = shape::stands_for_nothing(secret.as_str());
        if !readable && let Some(at) = secret.own_span() {
            self.hide(at, reading.shape.prefix.as_deref());
        }
        let apart = self.apart;
        let same = |f: &Found| f.cleaned == reading.cleaned && (!apart || f.credential.shape.stray == reading.shape.stray);
        if let Some(known) = self.found.iter_mut().find(|f| same(f)) {
            if !known.raw.iter().any(|raw| raw == secret.as_str()) {
                known.raw.push(secret.as_str().to_owned());
            }
            if known.credential.shape.stray.is_empty() {
                known.credential.shape.stray = reading.shape.stray;
            }
            return known.credential.id;
        }
        let id = CredentialId(u16::try_from(self.found.len()).unwrap_or(u16::MAX));
        let credential = Credential {
            id,
            kind: reading.kind,
            kind_certainty: reading.certainty,
            shape: reading.shape,
            user: None,
            source: "the command".into(),
        };
        self.found.push(Found { credential, cleaned: reading.cleaned, raw: vec![secret.as_str().to_owned()] });
        id
    }

    /// Hides a range of the source.
    pub(crate) fn hide(&mut self, at: Range<usize>, prefix: Option<&str>) {
        self.hidden.push((at, format!("{}…", prefix.unwrap_or_default())));
    }

    /// Where secrets stand in the source.
    pub(crate) fn places(&self) -> Vec<Range<usize>> {
        self.hidden.iter().map(|(at, _)| at.clone()).collect()
    }

    pub(crate) fn get(&self, id: CredentialId) -> Option<&Credential> {
        self.found.get(usize::from(id.0)).map(|f| &f.credential)
    }

    pub(crate) fn get_mut(&mut self, id: CredentialId) -> Option<&mut Credential> {
        self.found.get_mut(usize::from(id.0)).map(|f| &mut f.credential)
    }

    /// The cleaned text, for comparisons.
    pub(crate) fn text(&self, id: CredentialId) -> Option<&str> {
        self.found.get(usize::from(id.0)).map(|f| f.cleaned.as_str())
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Takes every token that is known by its beginning and was not read as part of a command.
    pub(crate) fn take_recognised(&mut self, source: &str, range: Range<usize>) -> Vec<CredentialId> {
        recognised(source, range).into_iter().map(|at| self.take(&Spelled::slice_of(source, at))).collect()
    }

    /// Hides what is secret by what stands around it, where nothing was read there: it is no credential of the request, so
    /// it is not judged.
    pub(crate) fn conceal(&mut self, source: &str) {
        let mut taken = self.places();
        taken.sort_by_key(|at| at.start);
        // How far those that begin before any place reach.
        let mut reach = 0;
        let reaches: Vec<usize> = taken
            .iter()
            .map(|at| {
                reach = reach.max(at.end);
                reach
            })
            .collect();
        for at in super::confidential::places(source) {
            // What was read keeps its beginning, and stays what a caret points at.
            let before = taken.partition_point(|known| known.start < at.end);
            if before == 0 || reaches[before - 1] <= at.start {
                self.conceal_at(source, at);
            } else if let Some(rest) = source.get(reaches[before - 1]..at.end).filter(|rest| rest.starts_with(['\'', '"'])) {
                // A quote in the middle of a secret ended it for the shell, and not for its owner.
                self.hide(at.end - rest.len()..at.end, None);
            } else if taken[..before].iter().rev().take_while(|whole| whole.start >= at.start).any(|whole| whole.end > at.end) {
                // More than the secret was read there; alone it may stand elsewhere.
                self.look_for(&source[at]);
            }
        }
    }

    fn conceal_at(&mut self, source: &str, at: Range<usize>) {
        self.look_for(&source[at.clone()]);
        self.hide(at, None);
    }

    /// Each of these is looked for everywhere: of a list of thousands the rest is hidden where it stands.
    fn look_for(&mut self, text: &str) {
        if self.concealed.len() < MOST_CONCEALED && !self.concealed.iter().any(|known| known == text) {
            self.concealed.push(text.to_owned());
        }
    }

    /// The same secrets, for another text.
    pub(crate) fn concealed_of(&mut self, other: &Self) {
        self.concealed.clone_from(&other.concealed);
    }

    /// Hides every other place where a secret stands, in whatever encoding: answers repeat what was sent.
    pub(crate) fn hide_everywhere(&mut self, source: &str, users: &[String]) {
        let mut more = Vec::new();
        for found in self.found.iter().filter(|f| is_secret(&f.credential)) {
            let prefix = found.credential.shape.prefix.as_deref();
            let mut forms: Vec<String> = found.raw.iter().cloned().chain([found.cleaned.clone()]).collect();
            forms.push(utf8_percent_encode(&found.cleaned, NON_ALPHANUMERIC).to_string());
            forms.push(found.cleaned.replace('=', "%3D"));
            forms.push(found.cleaned.replace('=', "%3d"));
            forms.push(STANDARD.encode(&found.cleaned));
            for user in users {
                forms.push(STANDARD.encode(format!("{user}:{}", found.cleaned)));
            }
            forms.retain(|form| form.trim().len() >= 4);
            forms.sort_unstable();
            forms.dedup();
            for form in &forms {
                for (at, _) in source.match_indices(form.as_str()) {
                    // A short one may be part of a word that has nothing to do with it.
                    let alone = !touches_word(source, at, at + form.len());
                    if form.len() >= 8 || alone {
                        more.push((at..at + form.len(), prefix.map(str::to_owned)));
                    }
                }
            }
        }
        for text in &self.concealed {
            let mut forms = [
                text.clone(),
                utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
                percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned(),
                STANDARD.encode(text),
            ];
            forms.sort_unstable();
            for form in forms.iter().filter(|form| form.len() >= 8) {
                more.extend(source.match_indices(form.as_str()).map(|(at, _)| (at..at + form.len(), None)));
            }
        }
        for at in encoded(source) {
            let text = super::header::decode(&source[at.clone()]).unwrap_or_default();
            let holds = |f: &Found| {
                let beginning: String = f.cleaned.chars().take(8).collect();
                is_secret(&f.credential) && beginning.len() >= 4 && text.contains(&beginning)
            };
            if self.found.iter().any(holds) || !recognised(&text, 0..text.len()).is_empty() {
                more.push((at, None));
            }
        }
        for (at, prefix) in more {
            self.hide(at, prefix.as_deref());
        }
    }

    /// What is hidden, merged and in order.
    pub(crate) fn mask(&self) -> Mask {
        let mut hidden = self.hidden.clone();
        hidden.retain(|(at, _)| at.start < at.end);
        hidden.sort_by(|a, b| (a.0.start, b.0.end).cmp(&(b.0.start, a.0.end)));
        let mut merged: Vec<(Range<usize>, String)> = Vec::new();
        for (at, shown) in hidden {
            match merged.last_mut() {
                Some((last, _)) if at.start < last.end => last.end = last.end.max(at.end),
                _ => merged.push((at, shown)),
            }
        }
        Mask { hidden: merged }
    }

    /// Everything, for the caller's vault.
    pub(crate) fn into_credentials(self) -> Vec<(Credential, Secret)> {
        self.found.into_iter().map(|f| (f.credential, Secret::new(f.cleaned))).collect()
    }
}

/// How many texts that are no credentials are looked for in the rest of the text too.
const MOST_CONCEALED: usize = 200;

/// Whether there is a text that must not be shown.
pub(crate) fn is_secret(credential: &Credential) -> bool {
    let Shape { placeholder, unexpanded, masked, prefix, .. } = &credential.shape;
    placeholder.is_none() && unexpanded.is_none() && !(*masked && prefix.is_none())
}

/// Where tokens stand that are known by their beginning.
pub(crate) fn recognised(source: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let Some(text) = source.get(range.clone()) else { return places };
    for (beginning, least) in BEGINNINGS {
        for (at, _) in text.match_indices(beginning) {
            let before = text[..at].chars().next_back();
            // Six letters of Atlassian's own are told even where something is glued to them.
            let unmistakable = matches!(*beginning, "ATATT3" | "ATCTT3");
            if !unmistakable && before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let length =
                text[at..].bytes().position(|b| !(b.is_ascii_alphanumeric() || b"-_=.".contains(&b))).unwrap_or(text.len() - at);
            let mut token = text[at..at + length].trim_end_matches(['.', '-']);
            if let Some(equals) = token.find('=').filter(|_| beginning.starts_with("AT")) {
                let tail = token[equals + 1..].bytes().take_while(|b| b.is_ascii_alphanumeric()).count();
                // What is glued to a whole token is no part of it (fact `checksum`: eight digits end one).
                let eight =
                    token[equals + 1..].bytes().take(8).filter(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b)).count();
                token = &token[..equals + 1 + if eight == 8 { 8 } else { tail }];
            }
            let jwt = *beginning != "eyJ" || token.matches('.').count() == 2;
            if token.len() >= *least && jwt {
                places.push(range.start + at..range.start + at + token.len());
            }
        }
    }
    places.sort_by_key(|at| (at.start, usize::MAX - at.end));
    places.dedup_by(|b, a| b.start < a.end);
    places
}

/// Takes everything out of a text that begins like an Atlassian token and goes on like one, wherever it stands.
pub(crate) fn sweep(text: &mut String) {
    for beginning in ["ATATT3", "ATCTT3"] {
        let mut from = 0;
        while let Some(at) = text[from..].find(beginning).map(|at| from + at) {
            let body = at + beginning.len();
            let length = text[body..]
                .bytes()
                .position(|b| !(b.is_ascii_alphanumeric() || b"-_=".contains(&b)))
                .unwrap_or(text.len() - body);
            if length >= 14 {
                text.replace_range(body..body + length, "…");
            }
            from = body;
        }
    }
}

/// Runs of characters that may be base64 of a pair.
fn encoded(source: &str) -> Vec<Range<usize>> {
    let inside = |b: u8| b.is_ascii_alphanumeric() || b"+/_-=".contains(&b);
    let bytes = source.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| inside(**b)).count();
        if length >= 12 {
            // A name and `=` may stand in front of it.
            let run = &source[at..at + length];
            let body = run.trim_end_matches('=');
            let start = body.rfind('=').map_or(0, |equals| equals + 1);
            runs.push(at + start..at + length);
        }
        at += length.max(1);
    }
    runs
}

fn touches_word(source: &str, start: usize, end: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    source[..start].chars().next_back().is_some_and(word) || source[end..].chars().next().is_some_and(word)
}

/// What is hidden in the source, and how positions move by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    hidden: Vec<(Range<usize>, String)>,
}

impl Mask {
    /// A block of the source as it may be shown.
    pub(crate) fn show(&self, source: &str, block: Range<usize>) -> String {
        let mut shown = String::new();
        let mut from = block.start;
        for (at, replacement) in self.inside(&block) {
            if at.start > from {
                shown.push_str(source.get(from..at.start).unwrap_or_default());
            }
            shown.push_str(replacement);
            from = at.end;
        }
        if from < block.end {
            shown.push_str(source.get(from..block.end).unwrap_or_default());
        }
        shown
    }

    fn inside<'a>(&'a self, block: &Range<usize>) -> impl Iterator<Item = (Range<usize>, &'a String)> {
        let block = block.clone();
        self.hidden.iter().filter_map(move |(at, shown)| {
            let (start, end) = (at.start.max(block.start), at.end.min(block.end));
            (start < end).then_some((start..end, shown))
        })
    }

    /// A range of the source as positions in [`Mask::show`] of the same block.
    pub(crate) fn span(&self, block: &Range<usize>, at: &Range<usize>) -> Option<Span> {
        if at.start < block.start || at.end > block.end {
            return None;
        }
        let (mut start, mut end) = (at.start - block.start, at.end - block.start);
        let mut grown: isize = 0;
        for (hidden, shown) in self.inside(block) {
            let (from, to) = (hidden.start - block.start, hidden.end - block.start);
            let (new_from, new_to) = (from.saturating_add_signed(grown), from.saturating_add_signed(grown) + shown.len());
            grown += isize::try_from(shown.len()).ok()? - isize::try_from(to - from).ok()?;
            start = moved(start, at.start - block.start, from..to, new_from, grown);
            end = if (from + 1..to).contains(&(at.end - block.start)) {
                new_to
            } else {
                moved(end, at.end - block.start, from..to, new_from, grown)
            };
        }
        Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end.max(start)).ok()? })
    }
}

/// The new position of a byte after one more replacement.
fn moved(current: usize, original: usize, hidden: Range<usize>, new_start: usize, grown: isize) -> usize {
    if original >= hidden.end {
        original.saturating_add_signed(grown)
    } else if original >= hidden.start {
        new_start
    } else {
        current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_move_with_what_is_hidden() {
        let source = "curl -u anna:hunter22 https://u:hunter22@h/x";
        let mut secrets = Secrets::default();
        let id = secrets.take(&Spelled::slice_of(source, 13..21));
        assert_eq!(secrets.text(id), Some("hunter22"));
        secrets.hide_everywhere(source, &[]);
        let mask = secrets.mask();
        let block = 0..source.len();
        let shown = mask.show(source, block.clone());
        assert_eq!(shown, "curl -u anna:… https://u:…@h/x");
        let slice = |at: Range<usize>| {
            let span = mask.span(&block, &at).expect("inside");
            shown[span.start as usize..span.end as usize].to_owned()
        };
        assert_eq!(slice(13..21), "…");
        assert_eq!(slice(8..21), "anna:…");
        assert_eq!(slice(22..44), "https://u:…@h/x");
        assert_eq!(slice(42..44), "/x");
        assert_eq!(slice(15..17), "…", "inside a secret: the whole of it");
    }
}
