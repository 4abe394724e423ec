//! Escapes and names of sh and bash that are read the same way wherever they stand.

use super::name_at;

/// A name that a continuation may run through (POSIX 2.2.1: it is taken out before anything is read), and its length.
pub(super) fn continued_name(text: &str) -> (String, usize) {
    let mut name = name_at(text).to_owned();
    let mut length = name.len();
    while let Some(more) = text[length..].strip_prefix("\\\n").filter(|_| !name.is_empty()) {
        let end = more.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_')).unwrap_or(more.len());
        if end == 0 {
            break;
        }
        name.push_str(&more[..end]);
        length += 2 + end;
    }
    (name, length)
}

/// Where a double quote ends.
pub(super) fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// What follows a backslash in `$'…'`, and how many bytes it takes.
pub(super) fn ansi_escape(after: &str) -> (Vec<char>, usize) {
    let Some(c) = after.chars().next() else { return (vec!['\\'], 0) };
    let number = |digits: &str, most: usize, radix: u32| {
        let length = digits.chars().take(most).take_while(|d| d.is_digit(radix)).count();
        u32::from_str_radix(&digits[..length], radix).ok().map(|n| (n, length))
    };
    let simple = |c: char| (vec![c], 1);
    match c {
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'e' | 'E' => simple('\u{1b}'),
        'f' => simple('\u{c}'),
        'v' => simple('\u{b}'),
        '\\' | '\'' | '"' | '?' => simple(c),
        'x' => match number(&after[1..], 2, 16) {
            Some((n, length)) => (char::from_u32(n).into_iter().collect(), 1 + length),
            None => (vec!['\\', 'x'], 1),
        },
        'u' => match number(&after[1..], 4, 16) {
            Some((n, length)) => (char::from_u32(n).into_iter().collect(), 1 + length),
            None => (vec!['\\', 'u'], 1),
        },
        '0'..='7' => match number(after, 3, 8) {
            Some((n, length)) => (char::from_u32(n & 0xff).into_iter().collect(), length),
            None => (vec!['\\'], 0),
        },
        c => (vec!['\\', c], c.len_utf8()),
    }
}
