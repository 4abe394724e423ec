//! PowerShell's `Invoke-RestMethod` and `Invoke-WebRequest`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checks::{NoteKind, Scheme, Surface};

use super::Front;
use super::draft::Draft;
use super::secrets::Secrets;
use super::shell::{self, Dialect, OPAQUE, Variables, Word};
use super::spelled::Spelled;

/// Parameters that take no value.
const SWITCHES: &[&str] = &[
    "usebasicparsing",
    "skipcertificatecheck",
    "usedefaultcredentials",
    "disablekeepalive",
    "passthru",
    "skipheadervalidation",
    "allowunencryptedauthentication",
    "preserveauthorizationonredirect",
    "followrellink",
    "verbose",
    "debug",
    "resume",
    "skiphttperrorcheck",
    "nobodyoutput",
];

const ASKED_FIRST: &str = "without `-Authentication Basic` PowerShell sends the credential only after a refusal that asks for it";

/// Reads the words after the command's name.
pub(crate) fn read(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let mut draft = Draft::new("powershell", front.command.clone());
    let (mut url, mut method, mut headers, mut token, mut credential, mut scheme) = (None, None, None, None, None, None);
    let mut body = false;
    // `@parameters`: a table of them, set above (about_Splatting).
    let table = words[1..].iter().find_map(|w| w.value.as_str().strip_prefix('@').filter(|name| shell::name_at(name) == *name));
    let splat = table.and_then(|name| Variables::again(front).spelled(name).cloned());
    let splat = splat.map(|value| Word { at: value.span().unwrap_or_default(), value, ..Word::default() });
    let given = |name: &str| splat.as_ref().and_then(|table| entry(table, name, front));
    let (from_table, its_method) = (given("uri").or_else(|| given("url")), given("method"));
    let (its_headers, its_token, its_scheme) = (given("headers"), given("token"), given("authentication"));
    let mut at = 1;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.as_str().to_owned();
        let Some(name) = text.strip_prefix('-').filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic())) else {
            url.get_or_insert(word);
            continue;
        };
        let name = name.trim_end_matches(':').to_ascii_lowercase();
        if SWITCHES.contains(&name.as_str()) {
            continue;
        }
        let value = words.get(at);
        at += 1;
        // PowerShell takes any unambiguous beginning of a parameter's name.
        let is = |full: &str, least: usize| name.len() >= least && full.starts_with(&name);
        if is("uri", 1) {
            url = value;
        } else if is("method", 1) {
            method = value;
        } else if is("headers", 1) {
            headers = value;
        } else if is("token", 2) {
            token = value;
        } else if is("credential", 2) {
            credential = value;
        } else if is("authentication", 1) {
            scheme = value;
        } else if is("body", 1) || is("infile", 3) {
            body = true;
        }
    }
    let (url, method) =
        (url.filter(|w| !w.value.as_str().starts_with('@')).or(from_table.as_ref()), method.or(its_method.as_ref()));
    let (headers, token) = (headers.or(its_headers.as_ref()), token.or(its_token.as_ref()));
    let scheme = scheme.or(its_scheme.as_ref());
    if let Some(url) = url {
        draft.set_url(&url.value, false, front.context, secrets);
        draft.word_events(url, front.dialect, front.source);
    }
    draft.method = method.map_or("GET".to_owned(), |m| m.value.as_str().to_ascii_uppercase());
    if draft.method == "GET" && body {
        draft.note(NoteKind::Remark, "with GET the body becomes the query", None);
    }
    draft.span("method", method.and_then(|m| m.value.span()));
    let authorization =
        headers.and_then(|word| entry(word, "authorization", front).or_else(|| added(word, "authorization", front)));
    let pair = credential.and_then(|c: &Word| c.value.split_once(':')).filter(|(user, _)| !user.is_empty());
    if let Some(value) = authorization {
        draft.span("header", value.value.span());
        draft.authorize(&value.value, secrets);
        draft.word_events(&value, front.dialect, front.source);
    } else if let Some(token) = token {
        draft.sends.place = "header".into();
        let basic = scheme.is_some_and(|s: &Word| s.value.as_str().eq_ignore_ascii_case("basic"));
        draft.sends.scheme = Some(if basic { Scheme::Basic } else { Scheme::Bearer });
        if token.value.as_str().contains(OPAQUE) || token.value.as_str().starts_with('(') {
            draft.note(NoteKind::Remark, "the secret comes from an expression, which is not run", token.value.span());
        } else {
            draft.set_secret(&token.value, secrets);
            draft.word_events(token, front.dialect, front.source);
        }
    } else if let Some((user, secret)) = pair {
        draft.authorize_pair(&user, Some(&secret), "user-option", secrets);
        if scheme.is_none() {
            draft.note(NoteKind::Remark, ASKED_FIRST, credential.and_then(|c| c.value.span()));
        }
    } else if credential.is_some() {
        draft.sends.scheme = scheme.map(|_| Scheme::Basic);
        draft.sends.place = "prompt".into();
        if scheme.is_none() {
            draft.note(NoteKind::Remark, ASKED_FIRST, credential.and_then(|c| c.value.span()));
        }
    } else if headers.is_some_and(|h| h.value.as_str().contains('$') || h.value.as_str().contains(OPAQUE)) {
        draft.note(NoteKind::Remark, "the headers come from a variable that is not shown", headers.and_then(|h| h.value.span()));
    } else if draft.address.surface == Some(Surface::Rest) && draft.sends.credential.is_none() {
        draft.note(NoteKind::NoCredential, "the command sends no credential", None);
    }
    vec![draft]
}

/// One value of `@{ Name = "value"; … }`.
fn entry(headers: &Word, name: &str, front: &Front<'_>) -> Option<Word> {
    let text = headers.value.as_str();
    let lower = text.to_ascii_lowercase();
    let at = lower.find(name)? + name.len();
    let rest = text[at..].trim_start_matches(['"', '\'', ' ']);
    let rest = rest.strip_prefix('=')?.trim_start();
    let start = text.len() - rest.len();
    expression(&headers.value.part(start..start + value_length(rest)), front)
}

/// `$headers.Add("Authorization", "…")`, `$headers["Authorization"] = "…"`, `$headers.Authorization = "…"`.
fn added(headers: &Word, name: &str, front: &Front<'_>) -> Option<Word> {
    let variable = front.source.get(headers.at.clone())?.strip_prefix('$')?;
    let mut start = 0;
    let mut found = None;
    for line in front.source.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        let named = lower.find(&format!("${}", variable.to_ascii_lowercase())).and_then(|at| {
            let after = &lower[at + variable.len() + 1..];
            let own = after.starts_with(['.', '[']).then(|| after.find(name))??;
            let after = &after[own + name.len()..];
            let rest = after.trim_start_matches(['"', '\'', ']', ' ']).strip_prefix([',', '='])?.trim_start();
            Some(lower.len() - rest.len())
        });
        if let Some(at) = named {
            let length = value_length(&line[at..]);
            found = expression(&Spelled::slice_of(front.source, start + at..start + at + length), front);
        }
        start += line.len();
    }
    found
}

/// How long the value at the start of a text is: up to `;`, the line's end, or the bracket that closes what it stands in.
fn value_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') if depth == 0 => return at,
            (None, ')' | '}' | ']') => depth -= 1,
            (None, ';' | '\n' | '\r') if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// `"Basic " + $encoded`, `("Basic {0}" -f $encoded)`, `[Convert]::ToBase64String(…)`: one word of all.
fn expression(text: &Spelled, front: &Front<'_>) -> Option<Word> {
    evaluated(text, front, 0)
}

fn evaluated(text: &Spelled, front: &Front<'_>, depth: usize) -> Option<Word> {
    if depth > 8 {
        return None;
    }
    let text = &text.trimmed();
    let inner = |part: &Spelled| evaluated(part, front, depth + 1);
    let plain = text.as_str();
    if plain.starts_with('(') && closes(plain) == plain.len() {
        return inner(&text.part(1..plain.len() - 1));
    }
    if let [form, values] = split(text, " -f ").as_slice() {
        let form = inner(form)?;
        let values: Vec<Word> = split(values, ",").iter().map(inner).collect::<Option<_>>()?;
        return Some(filled(&form, &values));
    }
    let sides = split(text, "+");
    if sides.len() > 1 && plain.contains('[') {
        return sides.iter().map(inner).try_fold(Word::default(), |whole, side| Some(joined(whole, side?)));
    }
    let call = plain.to_ascii_lowercase();
    if let Some(at) = call.find("::tobase64string(").filter(|_| plain.starts_with('[')) {
        let open = at + "::tobase64string".len();
        let bytes = inner(&text.part(open..open + closes(&plain[open..])))?;
        let unknown = bytes.value.as_str().contains(OPAQUE) || bytes.value.as_str().starts_with('[');
        let encoded = if unknown { OPAQUE.to_string() } else { STANDARD.encode(bytes.value.as_str()) };
        let at = text.span()?;
        let mut value = Spelled::default();
        value.push_expansion(&encoded, at.clone());
        return Some(Word { value, at, ..bytes });
    }
    if let Some(at) = call.find(".getbytes(").filter(|_| plain.starts_with('[')) {
        let open = at + ".getbytes".len();
        let bytes = inner(&text.part(open..open + closes(&plain[open..])))?;
        return Some(if call[..at].ends_with("unicode") { Word { value: shell::utf16(&bytes.value), ..bytes } } else { bytes });
    }
    let line = shell::read_within(text, 0, Dialect::PowerShell, &Variables::again(front));
    let mut words = line.words.into_iter();
    let mut whole = words.next()?;
    while words.next().is_some_and(|sign| sign.value.as_str() == "+") {
        let Some(more) = words.next() else { break };
        whole.value.append(&more.value);
        whole.events.extend(more.events);
        whole.at.end = more.at.end;
    }
    Some(whole)
}

/// How long the bracketed text at the start is.
fn closes(text: &str) -> usize {
    let inner = text.get(1..).unwrap_or_default();
    (1 + value_length(inner) + 1).min(text.len())
}

/// The parts between a sign that stands outside quotes and brackets.
fn split(text: &Spelled, sign: &str) -> Vec<Spelled> {
    let plain = text.as_str();
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut from) = (0_usize, None, 0);
    for (at, c) in plain.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            _ if depth == 0 && at >= from && plain.get(at..at + sign.len()).is_some_and(|s| s.eq_ignore_ascii_case(sign)) => {
                parts.push(text.part(from..at));
                from = at + sign.len();
            }
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts.push(text.from(from));
    parts
}

fn joined(mut whole: Word, more: Word) -> Word {
    whole.value.append(&more.value);
    whole.events.extend(more.events);
    whole.at = if whole.at.is_empty() { more.at } else { whole.at.start..more.at.end };
    whole
}

/// `"{0}:{1}" -f $user, $secret`.
fn filled(form: &Word, values: &[Word]) -> Word {
    let text = form.value.as_str();
    let mut whole = Word { at: form.at.clone(), events: form.events.clone(), ..Word::default() };
    let mut from = 0;
    for (at, _) in text.match_indices('{') {
        let index = text.get(at + 1..at + 2).and_then(|digit| digit.parse::<usize>().ok());
        if let Some(value) = index.and_then(|index| values.get(index)).filter(|_| text[at + 2..].starts_with('}')) {
            whole.value.append(&form.value.part(from..at));
            whole.value.append(&value.value);
            whole.events.extend(value.events.iter().cloned());
            from = at + 3;
        }
    }
    whole.value.append(&form.value.from(from));
    whole
}
