//! The parts of the human report, each a paragraph; an empty one leaves no trace.

use super::Look;
use crate::checks::{
    Case, Certainty, Credential, Effect, FixCommand, Judged, Kind, LocalSetting, NoteKind, Outcome, Role, Status, Verdict, causes,
};
use crate::command::Correction;
use crate::report::fix::{self, Shell, Written};
use crate::report::palette::Palette;
use crate::report::{Record, exchange, text, wire};

/// Lines with one empty line between paragraphs.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref().trim_end());
        self.text.push('\n');
    }

    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub(super) fn paragraph(&mut self, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.gap();
        for line in lines {
            self.line(line);
        }
    }

    pub(super) fn block(&mut self, block: &str) {
        for line in block.lines() {
            self.line(line);
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Whose credential, from where, and what it is to reach.
pub(in crate::report) fn header(record: Record<'_>) -> Vec<String> {
    let case = record.case;
    let mut lines = Vec::new();
    if let Some(subject) = case.credentials.first() {
        let mut line = format!("{} from {}", kind(subject), text::clean(&subject.source));
        if let Some(fingerprint) = &subject.shape.fingerprint {
            line.push_str(&format!(" (id {})", text::clean(fingerprint)));
        }
        if let Some(user) = subject.user.as_ref().or(case.email.as_ref()).or(case.username.as_ref()) {
            line.push_str(&format!(", as {}", text::clean(&user.text)));
        }
        lines.extend(text::wrap(&line, "", text::WIDTH));
    }
    let target = &case.target;
    let git_url = target.git_url.as_ref().map(|url| url.url.as_str());
    if let Some(reach) = target.repo.as_deref().or(target.workspace.as_deref()).or(git_url) {
        let from = if target.source.is_empty() { String::new() } else { format!(", from {}", target.source) };
        lines.push(text::clean(&format!("target {reach}{from}")));
    }
    lines
}

/// The kind in words.
fn kind(credential: &Credential) -> String {
    let name = match credential.kind {
        Kind::ApiToken => "API token",
        Kind::AccessToken => "access token",
        Kind::AppPassword => "app password",
        Kind::OauthToken => "OAuth token",
        Kind::OauthClient => "OAuth consumer",
        Kind::DataCenterToken => "Data Center token",
        Kind::OtherProduct => "another product's credential",
        Kind::Password => "password",
        Kind::Unknown if credential.shape.length == 0 => "empty credential",
        Kind::Unknown => "credential of no known kind",
    };
    let name = match (&credential.shape.product, credential.kind) {
        (Some(product), Kind::OtherProduct) => format!("credential of {}", text::clean(product)),
        _ => name.to_owned(),
    };
    let sure =
        if credential.kind_certainty == Certainty::Possible && credential.kind != Kind::Unknown { ", by its shape," } else { "" };
    let mut chars = name.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}{sure}", chars.as_str())
}

/// The title line where no caret block bears it.
pub(super) fn title(code: &str, title: &str, status: Status, palette: Palette) -> Vec<String> {
    let head = match status {
        Status::Misconfigured => palette.bad(&format!("error[{code}]")),
        _ => palette.open(&format!("warning[{code}]")),
    };
    vec![format!("{head}: {title}")]
}

/// Faults at later gates that no caret points at, and what mends them where that is not said already.
pub(super) fn also(record: Record<'_>, shown: &[&str]) -> Vec<String> {
    let verdict = &record.diagnosis.verdict;
    let said = verdict.cause.as_ref().map_or("", |cause| cause.fix.text.as_str());
    let mut lines = Vec::new();
    for judged in verdict.also.iter().filter(|judged| !shown.contains(&judged.code)) {
        let line = format!("also: {} [{}]", text::clean(&judged.summary), judged.code);
        lines.extend(text::wrap(&line, "", text::WIDTH));
        if !said.contains(&judged.fix.text) {
            lines.extend(text::wrap(&text::clean(&judged.fix.text), "      ", text::WIDTH));
        }
    }
    lines
}

/// What the evidence cannot tell apart, and what would.
pub(super) fn undecided(verdict: &Verdict, palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    if verdict.undecided_between.len() > 1 {
        lines.push("Cannot tell apart yet:".into());
        let wide = verdict.undecided_between.iter().map(|code| code.len()).max().unwrap_or(0);
        for code in &verdict.undecided_between {
            let title = causes::find(code).map_or("", |cause| cause.title);
            lines.push(text::cut(&format!("  {}  {title}", text::pad(code, wide)), text::WIDTH));
        }
    }
    if let Some(settle) = &verdict.settle_with {
        let settle = text::wrap(settle, "               ", text::WIDTH);
        for (place, line) in settle.into_iter().enumerate() {
            if place == 0 {
                lines.push(format!("{}  {}", palette.open("To settle it:"), line.trim_start()));
            } else {
                lines.push(line);
            }
        }
    }
    lines
}

/// The kinds of the one cause.
pub(super) fn could_be(verdict: &Verdict) -> Vec<String> {
    if verdict.could_be.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["It is one of these, and Bitbucket gives the same answer to all of them:".to_owned()];
    let first = verdict.could_be[0].look_at;
    let same = verdict.could_be.iter().all(|kind| kind.look_at == first);
    for kind in &verdict.could_be {
        lines.extend(hanging("  - ", kind.text));
        if !same {
            lines.extend(text::wrap(kind.look_at, "      ", text::WIDTH));
        }
    }
    if same {
        lines.push(format!("  look at {first}"));
    }
    lines
}

/// A sentence behind a sign, its further lines below its first.
fn hanging(sign: &str, sentence: &str) -> Vec<String> {
    let mut lines = text::wrap(sentence, &" ".repeat(sign.len()), text::WIDTH);
    if let Some(first) = lines.first_mut() {
        *first = format!("{sign}{}", first.trim_start());
    }
    lines
}

/// What mends it: a sentence, then commands as plain text that can be copied.
pub(super) fn fix(page: &mut Page, record: Record<'_>, look: Look<'_>) {
    let Some(cause) = &record.diagnosis.verdict.cause else { return };
    let mend = &cause.fix;
    page.paragraph(text::wrap(&text::clean(&mend.text), "", text::WIDTH));
    if mend.commands.is_empty() {
        return;
    }
    let (places, runs): (Vec<&FixCommand>, Vec<&FixCommand>) =
        mend.commands.iter().partition(|command| matches!(command, FixCommand::Settings(_)));
    let said: Vec<&str> = record.diagnosis.verdict.could_be.iter().map(|kind| kind.look_at).collect();
    let shell = fix::shell(record.case, mend, look.shell);
    for place in places.into_iter().filter_map(|place| fix::write(record.case, place, shell)) {
        let line = place.text();
        if !said.contains(&line.as_str()) {
            page.line(text::clean(&line));
        }
    }
    let runs: Vec<Written> = runs.into_iter().filter_map(|command| fix::write(record.case, command, shell)).collect();
    if runs.is_empty() {
        return;
    }
    let prelude = fix::prelude(record.case, mend, shell);
    let which = match prelude.len() {
        0 => "",
        1 => " (the first line asks for the token without showing it)",
        _ => " (it first asks for the e-mail, then for the token, unseen)",
    };
    if mend.text.ends_with(':') && prelude.is_empty() {
        page.gap();
    } else {
        page.paragraph(vec![format!("Run this instead{which}:")]);
        page.gap();
    }
    for line in prelude {
        page.line(look.palette.copy(&line));
    }
    for command in runs {
        match command {
            Written::Corrected(correction) => corrected(page, &correction, look.palette),
            Written::Canonical(parts) => {
                for (place, line) in folded(&parts, shell).into_iter().enumerate() {
                    page.line(if place == 0 { look.palette.copy(&line) } else { format!("  {}", look.palette.copy(&line)) });
                }
            }
        }
    }
}

/// The person's own command as it is to be typed, the words that changed painted.
fn corrected(page: &mut Page, correction: &Correction, palette: Palette) {
    let mut painted = String::new();
    let mut from = 0;
    let text = &correction.text;
    for at in &correction.changed {
        painted.push_str(&text::clean_lines(&text[from..at.start]));
        let lines: Vec<String> = text::clean_lines(&text[at.clone()]).split('\n').map(|line| palette.good(line)).collect();
        painted.push_str(&lines.join("\n"));
        from = at.end;
    }
    painted.push_str(&text::clean_lines(&text[from..]));
    page.block(&painted);
}

/// The parts on one line where they fit, else one part a line with the shell's continuation.
fn folded(parts: &[String], shell: Shell) -> Vec<String> {
    let one = parts.join(" ");
    if parts.len() < 2 || text::width(&one) <= text::WIDTH {
        return vec![one];
    }
    let sign = match shell {
        Shell::Sh => " \\",
        Shell::PowerShell => " `",
        Shell::Cmd => " ^",
    };
    let last = parts.len() - 1;
    parts.iter().enumerate().map(|(i, part)| if i == last { part.clone() } else { format!("{part}{sign}") }).collect()
}

/// What the credential can and cannot, where that is known.
pub(super) fn scopes(record: Record<'_>) -> Vec<String> {
    let scopes = &record.diagnosis.scopes;
    let asked = !record.case.needs.is_empty() || record.diagnosis.verdict.status == Status::Healthy;
    if !asked && scopes.missing.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut row = |head: &str, names: &[String]| {
        if !names.is_empty() {
            let indent = " ".repeat(11);
            for (place, line) in text::wrap(&text::clean(&names.join(" ")), &indent, text::WIDTH).into_iter().enumerate() {
                lines.push(if place == 0 { format!("  {}{}", text::pad(head, 9), line.trim_start()) } else { line });
            }
        }
    };
    row("can", scopes.granted.as_deref().unwrap_or_default());
    let open = record.case.needs.is_empty() && record.case.request.is_none();
    if open && record.diagnosis.verdict.status == Status::Healthy {
        row("unasked", &["git push and other writes: ask with --require git:write, or a scope".to_owned()]);
    }
    row("missing", &scopes.missing);
    row("unproven", &scopes.unproven);
    for need in record.diagnosis.needs.iter().filter(|_| asked) {
        let word = match need.status {
            crate::checks::Met::Met => continue,
            crate::checks::Met::Missing => "cannot",
            crate::checks::Met::Unproven => "unproven",
        };
        let name = wire::need(&need.need);
        if !matches!(need.need, crate::checks::Need::Scope(_)) {
            let by = wire::names(&need.evidence, &[]).join(", ");
            let by = if by.is_empty() { by } else { format!("  ({by})") };
            lines.push(text::cut(&format!("  {}{name}{by}", text::pad(word, 9)), text::WIDTH));
        }
    }
    lines
}

/// One line of what was ruled out and by what.
pub(super) fn ruled_out(verdict: &Verdict) -> Vec<String> {
    if verdict.ruled_out.is_empty() {
        return Vec::new();
    }
    let each = verdict.ruled_out.iter().map(|r| {
        let shown = wire::names(&r.exchanges, &[]).join(", ");
        let because = if shown.is_empty() { text::cut(&text::clean(&r.because), 48) } else { shown };
        if because.is_empty() { r.code.to_owned() } else { format!("{} ({because})", r.code) }
    });
    text::wrap(&format!("ruled out: {}", each.collect::<Vec<_>>().join(", ")), "", text::WIDTH)
}

/// Why it is likely only, where the age of the knowledge decided that.
pub(super) fn not_certain(verdict: &Verdict) -> Vec<String> {
    let why = verdict.cause.as_ref().and_then(Judged::not_certain_because);
    why.map(|why| text::wrap(&format!("note: {why}"), "", text::WIDTH)).unwrap_or_default()
}

/// What is worth a line and supports no cause.
/// `pointed`: a caret stands under what has a place already.
pub(super) fn notes(record: Record<'_>, asides: &[String], pointed: bool) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for setting in &record.case.local {
        match setting.effect {
            Some(Effect::NotUsed) => notes.push(format!("{} was not used: {}", setting.name, setting.value)),
            Some(Effect::StrayCharacters) => notes.push(format!("{}: {}", setting.name, setting.value)),
            Some(Effect::Between) => notes.push(format!("{} = {} ({})", setting.name, setting.value, setting.origin)),
            _ => {}
        }
    }
    let requests = record.case.request.iter().chain(&record.case.more);
    let told = |n: &&crate::checks::Note| if pointed { n.kind == NoteKind::Remark && n.at.is_none() } else { true };
    notes.extend(requests.flat_map(|r| &r.notes).filter(told).map(|n| n.text.clone()));
    let mut lines: Vec<String> = Vec::new();
    for note in notes.iter().chain(asides) {
        for line in text::wrap(&format!("note: {}", text::clean(note)), "", text::WIDTH) {
            lines.push(line);
        }
    }
    lines
}

/// Settings of this machine, each with its place; nothing where none is wanted.
pub(super) fn machine(record: Record<'_>, wanted: impl Fn(&LocalSetting) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for setting in record.case.local.iter().filter(|setting| wanted(setting)) {
        let line = format!("{} ({}): {}", setting.name, setting.origin, setting.value);
        lines.extend(text::wrap(&text::clean(&line), "  ", text::WIDTH));
    }
    if !lines.is_empty() {
        lines.insert(0, "On this machine:".to_owned());
    }
    lines
}

/// Whether a setting with this effect is the evidence of a cause.
pub(super) fn decides(effect: Option<Effect>) -> bool {
    use Effect::{GcmValidates, GitConfigReplaces, HelperSuppliesOther, LfsDiffers, NetrcReplaces};
    matches!(effect, Some(HelperSuppliesOther | NetrcReplaces | GitConfigReplaces | GcmValidates | LfsDiffers))
}

/// What `-v` adds: every check, every exchange with its headers, the facts.
pub(super) fn verbose(page: &mut Page, record: Record<'_>) {
    let mut lines = vec!["Checks:".to_owned()];
    let mut number = 0;
    for (check, outcome) in &record.diagnosis.outcomes {
        let (word, reason) = match outcome {
            Outcome::Passed(_) => ("passed", ""),
            Outcome::Warned(_) => ("warned", ""),
            Outcome::Failed(_) => ("failed", ""),
            Outcome::Skipped(reason, _) => ("skipped", reason.as_str()),
        };
        lines.push(format!("  {} {}  {}", text::pad(word, 7), check.id, text::clean(reason)));
        for finding in outcome.findings() {
            number += 1;
            let shown = wire::names(&finding.evidence, &[]).join(", ");
            let shown = if shown.is_empty() { shown } else { format!(" ({shown})") };
            let id = text::pad(&format!("f{number}"), 5);
            lines.push(format!("          {id} {}{shown}", text::clean(&finding.text)));
        }
    }
    page.paragraph(lines);
    page.paragraph(machine(record, |_| true));
    for x in &record.seen.exchanges {
        let mut lines = vec![format!(
            "{}  GET {}  {}  {}  {} ms",
            exchange::name(x.id),
            text::clean(&exchange::url(record.case, &x.probe.ask)),
            exchange::role(x.probe.role),
            exchange::outcome(x),
            x.elapsed_ms
        )];
        match &x.got {
            Ok(answer) => {
                for (name, value) in &answer.headers {
                    lines.push(format!("      {}: {}", text::clean(name), text::clean(value)));
                }
                lines.extend(text::wrap(&text::clean(&answer.excerpt), "      ", text::WIDTH));
            }
            Err(fault) => {
                let said = exchange::fault(fault, record.case.now);
                lines.extend(said.lines().flat_map(|line| text::wrap(line, "      ", text::WIDTH)));
            }
        }
        page.paragraph(lines);
    }
    if !record.diagnosis.facts.is_empty() {
        let facts = format!("facts: {}", record.diagnosis.facts.join(", "));
        page.paragraph(text::wrap(&facts, "", text::WIDTH));
    }
}

/// Why the e-mail role was not played, where it would have been.
pub(in crate::report) fn email_not_given(case: &Case, asked: &[Role]) -> bool {
    let api_token = case.credentials.first().is_some_and(|c| c.kind == Kind::ApiToken);
    api_token && case.email.is_none() && !asked.contains(&Role::EmailBasic) && !case.options.offline
}
