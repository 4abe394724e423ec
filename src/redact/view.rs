//! Reads a text back from what programs make of it: percent-encoding, escapes of JSON and shells, entities, hexadecimal
//! digits. Every byte knows where it came from.

/// A text as another program would read it.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where each byte begins in the original; one more for the end of the last.
    starts: Vec<usize>,
}

impl View {
    fn new(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), starts: Vec::with_capacity(capacity + 1) }
    }

    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.starts.push(at);
    }

    /// Several bytes that come from one escape: they all begin where it begins, so a span never cuts it.
    fn push_char(&mut self, c: char, at: usize) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.push(byte, at);
        }
    }

    /// The original range of a range of this view.
    pub(super) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.starts[start];
        // Bytes of one escape share its beginning: the end is where the next other one begins.
        let last = self.starts[end - 1];
        let to = self.starts[end..].iter().copied().find(|at| *at > last).unwrap_or_else(|| self.starts[self.bytes.len()]);
        (from, to)
    }

    fn of(bytes: &[u8], origin: Option<&Self>, decode: impl Fn(&[u8]) -> (Decoded, usize)) -> Self {
        let mut view = Self::new(bytes.len());
        let place = |at: usize| origin.map_or(at, |view| view.starts[at]);
        let mut at = 0;
        while at < bytes.len() {
            let (decoded, length) = decode(&bytes[at..]);
            match decoded {
                Decoded::Byte(byte) => view.push(byte, place(at)),
                Decoded::Char(c) => view.push_char(c, place(at)),
                Decoded::Nothing => {}
            }
            at += length.max(1);
        }
        view.starts.push(place(bytes.len()));
        view
    }
}

enum Decoded {
    Byte(u8),
    Char(char),
    Nothing,
}

/// The ways in which this text can be read, but for the plain one.
pub(super) fn views(text: &[u8]) -> Vec<View> {
    let mut views = Vec::new();
    let has = |bytes: &[u8], marker: u8| bytes.contains(&marker);
    if has(text, b'%') {
        let once = View::of(text, None, percent);
        if has(&once.bytes, b'%') {
            views.push(View::of(&once.bytes, Some(&once), percent));
        }
        views.push(once);
    }
    if has(text, b'\\') {
        let once = View::of(text, None, backslash);
        if has(&once.bytes, b'\\') {
            views.push(View::of(&once.bytes, Some(&once), backslash));
        }
        views.push(once);
    }
    if has(text, b'&') {
        views.push(View::of(text, None, entity));
    }
    for (marks, decode) in QUOTING {
        if marks.iter().any(|mark| contains(text, mark)) {
            views.push(View::of(text, None, decode));
        }
    }
    views.extend(hexadecimal(text));
    views
}

/// The text without what may stand between two characters of one word: white space where it was wrapped, the empty bytes of
/// UTF-16, characters that nobody sees. Nothing where there is none of it.
pub(super) fn without_gaps(text: &[u8], origin: Option<&View>) -> Option<View> {
    (0..text.len()).any(|at| gap(&text[at..]).is_some()).then(|| View::of(text, origin, joined))
}

fn gap(rest: &[u8]) -> Option<usize> {
    match rest {
        [b' ' | b'\t' | b'\r' | b'\n' | 0, ..] => Some(1),
        // Soft hyphen.
        [0xc2, 0xad, ..] => Some(2),
        // Zero-width space, joiners, the byte order mark.
        [0xe2, 0x80, 0x8b..=0x8f, ..] | [0xef, 0xbb, 0xbf, ..] => Some(3),
        _ => None,
    }
}

fn joined(rest: &[u8]) -> (Decoded, usize) {
    gap(rest).map_or((Decoded::Byte(rest[0]), 1), |length| (Decoded::Nothing, length))
}

fn digit(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|value| u8::try_from(value).ok())
}

fn pair(bytes: &[u8]) -> Option<u8> {
    Some(digit(bytes.first())? << 4 | digit(bytes.get(1))?)
}

fn percent(rest: &[u8]) -> (Decoded, usize) {
    match (rest[0], rest.get(1..3).and_then(pair)) {
        (b'%', Some(byte)) => (Decoded::Byte(byte), 3),
        (byte, _) => (Decoded::Byte(byte), 1),
    }
}

fn unit(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    Some(u32::from(pair(digits)?) << 8 | u32::from(pair(&digits[2..])?))
}

fn backslash(rest: &[u8]) -> (Decoded, usize) {
    if rest[0] != b'\\' {
        return (Decoded::Byte(rest[0]), 1);
    }
    if let Some(first) = unit(rest) {
        if let Some(c) = char::from_u32(first) {
            return (Decoded::Char(c), 6);
        }
        let pair = unit(&rest[6..]).and_then(|second| {
            let offset = (first.checked_sub(0xD800)? << 10) + second.checked_sub(0xDC00)?;
            char::from_u32(0x10000 + offset)
        });
        return pair.map_or((Decoded::Char('\u{fffd}'), 6), |c| (Decoded::Char(c), 12));
    }
    match rest.get(1) {
        Some(b'x') => match rest.get(2..4).and_then(pair) {
            Some(byte) => (Decoded::Byte(byte), 4),
            None => (Decoded::Byte(b'x'), 2),
        },
        Some(b'n') => (Decoded::Byte(b'\n'), 2),
        Some(b'r') => (Decoded::Byte(b'\r'), 2),
        Some(b't') => (Decoded::Byte(b'\t'), 2),
        Some(b'b') => (Decoded::Byte(8), 2),
        Some(b'f') => (Decoded::Byte(12), 2),
        Some(b'\n') => (Decoded::Nothing, 2),
        Some(byte) => (Decoded::Byte(*byte), 2),
        None => (Decoded::Byte(b'\\'), 1),
    }
}

/// Where escapes of JSON begin and end, for those who must not cut one: each place, moved down and up to such a border.
pub(super) fn borders(text: &[u8], places: &mut [(usize, usize)]) {
    if !text.contains(&b'\\') {
        return;
    }
    let (mut at, mut next) = (0, 0);
    // Places are in order and apart, so one walk does.
    while at < text.len() && next < places.len() {
        let end = at + backslash(&text[at..]).1;
        while let Some(place) = places.get_mut(next).filter(|place| place.1 <= end || place.0 < end) {
            if at < place.0 && place.0 < end {
                place.0 = at;
            }
            if place.1 > end {
                break;
            }
            if at < place.1 {
                place.1 = place.1.max(end);
            }
            next += 1;
        }
        at = end;
    }
}

fn entity(rest: &[u8]) -> (Decoded, usize) {
    const NAMED: [(&[u8], u8); 5] = [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if let Some((name, byte)) = NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
        return (Decoded::Byte(*byte), name.len());
    }
    let numbered = || {
        let body = rest.strip_prefix(b"&#")?;
        let end = body.iter().take(9).position(|byte| *byte == b';')?;
        let text = std::str::from_utf8(&body[..end]).ok()?;
        let value = match text.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => text.parse().ok()?,
        };
        Some((Decoded::Char(char::from_u32(value)?), end + 3))
    };
    numbered().unwrap_or((Decoded::Byte(rest[0]), 1))
}

type Decode = fn(&[u8]) -> (Decoded, usize);

/// A quote inside quotes, as POSIX shells, and as PowerShell, cmd and SQL spell it; cmd's caret. Each apart from the others,
/// because the same text means different things to them.
const QUOTING: [(&[&[u8]], Decode); 4] =
    [(&[b"'\\''", b"'\"'\"'"], posix), (&[b"''"], doubled), (&[b"\"\""], doubled_double), (&[b"^"], caret)];

fn posix(rest: &[u8]) -> (Decoded, usize) {
    spelled(rest, &[(b"'\\''", b'\''), (b"'\"'\"'", b'\'')])
}

fn doubled(rest: &[u8]) -> (Decoded, usize) {
    spelled(rest, &[(b"''", b'\'')])
}

fn doubled_double(rest: &[u8]) -> (Decoded, usize) {
    spelled(rest, &[(b"\"\"", b'"')])
}

fn caret(rest: &[u8]) -> (Decoded, usize) {
    match rest {
        [b'^', escaped, ..] => (Decoded::Byte(*escaped), 2),
        _ => (Decoded::Byte(rest[0]), 1),
    }
}

fn spelled(rest: &[u8], table: &[(&[u8], u8)]) -> (Decoded, usize) {
    let found = table.iter().find(|(spelled, _)| rest.starts_with(spelled));
    found.map_or((Decoded::Byte(rest[0]), 1), |(spelled, byte)| (Decoded::Byte(*byte), spelled.len()))
}

fn contains(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}

/// Runs of hexadecimal digits, at both alignments.
fn hexadecimal(text: &[u8]) -> Vec<View> {
    const SHORTEST: usize = 8;
    let (mut even, mut odd) = (View::new(0), View::new(0));
    let mut at = 0;
    while at < text.len() {
        let run = text[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if run >= SHORTEST {
            for (view, offset) in [(&mut even, 0), (&mut odd, 1)] {
                let mut place = at + offset;
                while let Some(byte) = text.get(place..(place + 2).min(at + run)).and_then(pair) {
                    view.push(byte, place);
                    place += 2;
                }
                // A byte that stands in no secret keeps two runs apart.
                view.push(0, place);
            }
        }
        at += run.max(1);
    }
    [even, odd]
        .into_iter()
        .filter(|view| !view.bytes.is_empty())
        .map(|mut view| {
            view.starts.push(text.len());
            view
        })
        .collect()
}
