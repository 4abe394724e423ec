//! A pasted text in its parts: commands with their prompts, assignments, comments, and what the programs answered.

use std::ops::Range;

use crate::checks::Reported;

use super::draft::{Draft, RawNote};
use super::loose::{self, Region};
use super::prompt::{Prompt, assignment_name, first_word, is_command, leading, program, prompt};
use super::secrets::Secrets;
use super::shell::{self, Dialect, Line, Variables, Word};
use super::spelled::Spelled;
use super::{Context, Front, answer, attach, clients, code, curl, git, inner, powershell_web, settings, stored};

/// How many requests of one text are read.
const COMMANDS: usize = 200;

/// The state of reading one text.
pub(crate) struct Sections<'a> {
    source: &'a str,
    context: &'a Context<'a>,
    dialect: Dialect,
    variables: Variables<'a>,
    pub(crate) secrets: Secrets,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) answers: Vec<(Reported, Range<usize>)>,
    pub(crate) unread: Vec<String>,
    /// Where the block of the next request starts.
    block: usize,
    /// What stands below the last command, so far unread.
    below: Option<Range<usize>>,
    /// The drafts that the last command made.
    latest: Range<usize>,
    /// The program of the block that is being read, where it is none that can be read.
    program: Option<String>,
    regions: Vec<Region>,
    /// How deep a command stands in the words of others.
    depth: usize,
}

impl<'a> Sections<'a> {
    pub(crate) fn new(source: &'a str, context: &'a Context<'a>, variables: Variables<'a>, secrets: Secrets) -> Self {
        Self {
            source,
            context,
            dialect: shell::guess(source),
            variables,
            secrets,
            drafts: Vec::new(),
            answers: Vec::new(),
            unread: Vec::new(),
            block: 0,
            below: None,
            latest: 0..0,
            program: None,
            regions: Vec::new(),
            depth: 0,
        }
    }

    pub(crate) fn run(&mut self) {
        if pipeline(self.source) {
            self.variables.set_elsewhere();
        }
        let mut at = 0;
        while at < self.source.len() {
            if self.drafts.len() > COMMANDS {
                self.unread.push(format!("only the first {COMMANDS} requests of the text were read"));
                break;
            }
            at = self.line(at).max(at + 1);
            while !self.source.is_char_boundary(at) {
                at += 1;
            }
        }
        self.close();
        self.loose();
    }

    /// Reads what no command was read from, and gives its settings to the requests that lack a credential.
    fn loose(&mut self) {
        let mut settings = Vec::new();
        let mut from = 0;
        let mut commands: Vec<Range<usize>> = self.drafts.iter().map(|d| d.command.clone()).collect();
        commands.sort_by_key(|c| c.start);
        let end = self.source.len();
        let apart = commands.clone();
        for command in commands.into_iter().chain(std::iter::once(end..end)) {
            if command.start > from {
                settings.extend(settings::collect(self.source, from..command.start));
            }
            from = from.max(command.end);
        }
        attach::take(&settings, &mut self.secrets);
        let front = Front { source: self.source, context: self.context, dialect: self.dialect, command: 0..0 };
        let mut calls = code::read(&front, &apart, &mut self.secrets);
        for region in &self.regions {
            let own = calls.iter().rposition(|c| region.range.contains(&c.command.start));
            if let Some(last) = own.and_then(|own| calls.get_mut(own)) {
                // What stands behind the last call of a text is its answer.
                let after = last.command.end.min(region.range.end)..region.range.end;
                let text = self.source.get(after.clone()).unwrap_or_default().trim();
                last.reported = answer::read(text, false)
                    .filter(|r| r.status.is_some() || !r.text.trim_matches([')', ';']).is_empty())
                    .map(|r| (r, after));
                // Where the call worked, what stands above it may be the failure.
                if !last.reported.as_ref().is_some_and(|(r, _)| answer::failed(r)) {
                    let first = calls.iter().filter(|c| region.range.contains(&c.command.start)).map(|c| c.command.start).min();
                    let end = first.map_or(region.range.start, |at| self.source[..at].rfind('\n').map_or(0, |line| line + 1));
                    let above =
                        Region { range: region.range.start..end.max(region.range.start), program: region.program.clone() };
                    self.drafts.extend(loose::read(&above, &front, &mut self.secrets).into_iter().filter(super::failed));
                }
                continue;
            }
            let drafts = loose::read(region, &front, &mut self.secrets);
            if drafts.is_empty() {
                self.answers.extend(loose::report(region, self.source));
            }
            self.drafts.extend(drafts);
        }
        for mut call in calls {
            let places = call.spans.iter().map(|(_, at)| at).chain(call.notes.iter().filter_map(|(_, _, at)| at.as_ref()));
            let places = places.chain(call.reported.iter().map(|(_, at)| at));
            let (start, end) =
                places.fold((call.command.start, call.command.end), |(start, end), at| (start.min(at.start), end.max(at.end)));
            call.block = self.source[..start].rfind('\n').map_or(0, |at| at + 1)..end;
            self.drafts.push(call);
        }
        // A URL that is only named counts where nothing better is shown.
        if self.drafts.iter().any(|d| !d.weak && d.reported.is_some()) {
            self.drafts.retain(|d| !d.weak);
        }
        self.drafts.sort_by_key(|d| (d.block.start, d.command.start));
        git::from_settings(&mut self.drafts, &front, &mut self.secrets);
        attach::attach(&mut self.drafts, &settings, self.source, &mut self.secrets);
        stored::rewritten(&mut self.drafts, self.source);
        stored::handed_out(&mut self.drafts, &settings, self.source);
        attach::stored_with_newline(&mut self.drafts, self.source, &self.secrets);
        attach::misread_userinfo(&mut self.drafts);
        attach::filled_by_the_runner(&mut self.drafts, self.source, &mut self.secrets);
        attach::nothing_set(&mut self.drafts, &self.regions, self.source);
    }

    fn line_end(&self, at: usize) -> usize {
        self.source[at..].find('\n').map_or(self.source.len(), |end| at + end + 1)
    }

    /// Reads what starts at a line's start; returns where to go on.
    fn line(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let text = &self.source[at..end];
        let (start, prompt) = prompt(text);
        let start = at + start;
        let rest = &self.source[start..end];
        if rest.trim().is_empty() {
            self.add_below(at..end);
            return end;
        }
        if self.dialect == Dialect::Posix {
            for name in shell::filled_when_run(rest) {
                self.variables.fill_when_run(name);
            }
            if matches!(first_word(rest), Some("source" | ".")) && !rest.contains("/activate") {
                self.variables.set_elsewhere();
            }
        }
        if let Some((command, next)) = inner::scalar(self.source, at, start, end).filter(|_| prompt != Prompt::Sure) {
            self.begin(at);
            self.within(&command, self.dialect);
            self.end(at, next);
            return next;
        }
        if let Some(next) = self.assignments(at, start, end) {
            return next;
        }
        if is_command(rest, prompt) {
            return self.commands(at, start, self.source.len());
        }
        if let Some(command) = inner::in_line(self.source, start..end, self.dialect) {
            self.commands(at, command.start, command.end);
            let next = self.line_end(command.end);
            // What a sentence says behind the command is about it.
            let rest = self.source.get(command.end..next).unwrap_or_default().trim_start_matches([')', '"', '`', ';', '\'']);
            if !rest.trim().is_empty() {
                self.add_below(next - rest.len()..next);
            }
            return next;
        }
        if prompt == Prompt::Sure {
            // Another program: what stands above is not about it.
            self.close();
            self.block = at;
            let word =
                rest.split_whitespace().find(|w| !w.contains('=') && !matches!(*w, "sudo" | "time")).unwrap_or(rest.trim());
            let program: String = word.chars().take(40).collect();
            let program = if rest.contains("| git ") { "git".to_owned() } else { program };
            self.unread.push(format!("`{program}` is no command that can be read"));
            self.program = Some(program.rsplit('/').next().unwrap_or_default().to_owned());
            self.add_below(at..end);
            return end;
        }
        self.add_below(at..end);
        end
    }

    fn add_below(&mut self, range: Range<usize>) {
        match &mut self.below {
            Some(below) => below.end = range.end,
            None => self.below = Some(range),
        }
    }

    fn assignments(&mut self, line: usize, start: usize, end: usize) -> Option<usize> {
        // An entry of a pipeline's script.
        let start = start + if self.source.get(start..end)?.starts_with("- ") { 2 } else { 0 };
        let text = self.source.get(start..end)?;
        // `grant_type=refresh_token&…` is a form's body.
        let form = text.trim_end().split('&').skip(1).any(|pair| pair.contains('=') && !pair.starts_with(['&', ' ']));
        if !text.contains('=') || form || text.contains("$(curl") || text.contains("`curl") {
            return None;
        }
        let (found, read) = shell::collect(self.source, start, self.source.len(), self.dialect, &self.variables)?;
        let chained = read.operator.is_some();
        if self.below.as_ref().is_some_and(|b| !self.source[b.clone()].trim().is_empty()) || self.latest.end > self.latest.start {
            self.close();
            self.block = line;
        }
        for assigned in found {
            self.variables.assign(assigned);
        }
        let next = read.operator.as_ref().map_or(read.end, |op| op.end);
        if chained {
            return Some(self.commands(line, next, self.source.len()));
        }
        Some(self.line_end(next.min(self.source.len())))
    }

    /// A command starts here: what stands above belongs to the one before.
    fn begin(&mut self, line_start: usize) {
        if self.below.as_ref().is_some_and(|b| !self.source[b.clone()].trim().is_empty()) || !self.latest.is_empty() {
            self.close();
            self.block = line_start;
        }
        self.below = None;
        self.program = None;
        self.latest = self.drafts.len()..self.drafts.len();
    }

    /// The commands that were read since [`Self::begin`] end here.
    fn end(&mut self, line_start: usize, end: usize) {
        let first = self.latest.start;
        for draft in &mut self.drafts[first..] {
            draft.block.start = self.block;
            // What ended the command stands there too: a note may point at it.
            let shown = self.source.get(..end).map_or(0, |read| read.trim_end().len());
            draft.block.end = draft.block.end.max(draft.command.end).max(shown);
        }
        self.latest = first..self.drafts.len();
        if self.latest.is_empty() {
            // Another command of these programs (`git config`): it explains what stands below it.
            self.below = Some(line_start..end.max(line_start));
        }
    }

    /// Reads the commands of a text that stands in another one.
    fn within(&mut self, text: &Spelled, dialect: Dialect) {
        let mut at = 0;
        while at < text.len() {
            let mut line = shell::read_within(text, at, dialect, &self.variables);
            let next = line.end.max(at + 1);
            if let Some(found) = shell::assigned_by(&line).filter(|_| dialect == Dialect::Posix) {
                found.into_iter().for_each(|assigned| self.variables.assign(assigned));
            } else if !line.words.is_empty() {
                self.one(&mut line, None, Vec::new());
            }
            at = next + text.as_str().get(next..).map_or(0, |rest| rest.len() - rest.trim_start().len());
            if !text.as_str().is_char_boundary(at) {
                break;
            }
        }
    }

    /// Reads the commands of a line, one after the other.
    fn commands(&mut self, line_start: usize, start: usize, most: usize) -> usize {
        self.begin(line_start);
        let first = self.drafts.len();
        let mut at = start;
        let mut end;
        let mut complete = false;
        let mut documents = Vec::new();
        loop {
            let limit = self.limit(at).min(most);
            let mut line = shell::read(self.source, at, limit, self.dialect, &self.variables);
            let more = self.joined_lines(&mut line);
            end = line.end;
            self.one(&mut line, Some(at), more);
            documents.append(&mut line.heredocs);
            let Some(operator) = line.operator.clone() else {
                if let Some(comment) = line.comment.clone() {
                    self.add_below(comment.clone());
                    end = comment.end;
                }
                if limit < most && end >= limit {
                    let rest = self.line_end(limit);
                    self.add_below(limit..rest);
                    end = rest;
                    complete = true;
                }
                break;
            };
            end = operator.end;
            let rest_end = self.line_end(end.min(self.source.len()));
            let rest = self.source.get(operator.end..rest_end).unwrap_or_default();
            if rest.trim().is_empty() {
                break;
            }
            let sign = self.source.get(operator.clone()).unwrap_or_default();
            if sign == "(" && self.drafts.len() > first {
                // A remark in parentheses, not a subshell.
                self.add_below(operator.start..rest_end);
                end = rest_end;
                break;
            }
            let known = first_word(rest).is_some_and(|word| program(word).is_some());
            let earlier = self.drafts.len() == first;
            if sign != ")" && (known || earlier && sign != "|") || sign == "|" && known {
                at = operator.end;
                continue;
            }
            let shown: String = rest.trim().chars().take(80).collect();
            if self.drafts.len() > first && sign != ")" {
                self.unread.push(format!("what follows `{sign}` is not read: {shown}"));
            }
            end = rest_end;
            break;
        }
        let documents = Line { heredocs: documents, ..Line::default() };
        // What a here-document gives to a command is shown with it.
        let shown = if self.drafts.len() > first && !documents.heredocs.is_empty() {
            documents.after_heredocs(self.source, self.line_end(end.min(self.source.len())))
        } else {
            end
        };
        self.end(line_start, shown.max(end));
        if complete {
            // A result on the command's own line is all of it.
            self.close();
            self.block = end;
        }
        let end = if self.source[..end.min(self.source.len())].ends_with('\n') {
            end
        } else {
            self.line_end(end.min(self.source.len()))
        };
        documents.after_heredocs(self.source, end)
    }

    /// A result may stand behind the command, on its line: ` -> 401`.
    fn limit(&self, at: usize) -> usize {
        let end = self.line_end(at);
        let line = &self.source[at..end];
        let mut quote = None;
        for (index, c) in line.char_indices() {
            match (quote, c) {
                (Some(q), c) if q == c => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, ' ') => {
                    let rest = line[index..].trim_start();
                    if ["-> ", "=> ", "--> ", "==> ", "→ ", "⇒ ", "- > "].iter().any(|arrow| rest.starts_with(arrow)) {
                        return at + index;
                    }
                }
                _ => {}
            }
        }
        self.source.len()
    }

    /// Options in the next line without a continuation: what a copy lost.
    fn joined_lines(&self, line: &mut Line) -> Vec<RawNote> {
        let mut notes = Vec::new();
        for _ in 0..50 {
            // The lines of a here-document are no options, whatever they look like.
            if line.operator.is_some() || line.comment.is_some() || !line.heredocs.is_empty() {
                break;
            }
            let Some(after) = self.source.get(line.end..).and_then(|rest| rest.strip_prefix('\n')) else { break };
            let next = after.lines().next().unwrap_or_default();
            let option = next.trim_start();
            let joins = [
                "-H ",
                "-u ",
                "-X ",
                "-d ",
                "--header ",
                "--url ",
                "--user ",
                "--request ",
                "--data",
                "--location ",
                "-H'",
                "-H\"",
            ]
            .iter()
            .any(|o| option.starts_with(o));
            if !joins || first_word(self.source.get(..line.end).unwrap_or_default()).is_none() {
                break;
            }
            let start = line.end + 1 + next.len() - option.len();
            notes.push((
                crate::checks::NoteKind::ShellMangled,
                "the line above ends without a continuation: for a shell this line is a command of its own".into(),
                Some(start..start + option.split(' ').next().unwrap_or_default().len()),
            ));
            let more = shell::read(self.source, start, self.source.len(), self.dialect, &self.variables);
            line.words.extend(more.words);
            line.events.extend(more.events);
            line.end = more.end;
            line.operator = more.operator;
            line.comment = more.comment;
        }
        notes
    }

    /// Reads one simple command; `start` is where it can be read again.
    fn one(&mut self, line: &mut Line, start: Option<usize>, mut notes: Vec<RawNote>) {
        let skip = leading(&line.words).min(line.words.len());
        let prefix: Vec<String> = line.words[..skip].iter().filter_map(assignment_name).collect();
        if let Some(start) = start.filter(|_| !prefix.is_empty()) {
            // Read again: a value that is assigned in front of a command is not yet there when its words are expanded.
            self.variables.set_late(prefix);
            let limit = line.end;
            let again = shell::read(self.source, start, limit, self.dialect, &self.variables);
            line.words = again.words;
            self.variables.set_late(Vec::new());
        }
        let words = line.words.get(skip..).unwrap_or_default();
        let Some(first) = words.first() else { return };
        if program(first.value.as_str()).is_none()
            && let Some(whole) = inner::whole(words).filter(|_| self.depth < 3)
        {
            let command = whole.value.clone();
            self.depth += 1;
            self.within(&command, if self.dialect == Dialect::Words { Dialect::Posix } else { self.dialect });
            self.depth -= 1;
            return;
        }
        notes.extend(cut_off(self.source, line));
        let end = words.last().map_or(line.end, |w| w.at.end);
        let front = Front { source: self.source, context: self.context, dialect: self.dialect, command: first.at.start..end };
        let mut drafts = command(words, &front, &mut self.secrets);
        for draft in &mut drafts {
            for event in &line.events {
                draft.event(event, self.dialect, self.source);
            }
            for (kind, text, at) in &notes {
                draft.note(*kind, text.clone(), at.clone());
            }
        }
        self.drafts.extend(drafts);
    }

    /// Gives what stands below the last command to it, as its answer.
    fn close(&mut self) {
        let latest = std::mem::replace(&mut self.latest, self.drafts.len()..self.drafts.len());
        let program = self.program.take();
        let Some(below) = self.below.take() else { return };
        let text = &self.source[below.clone()];
        let start = below.start + text.len() - text.trim_start().len();
        let range = start..start.max(below.start + text.trim_end().len());
        if range.is_empty() {
            return;
        }
        if latest.is_empty() {
            self.regions.push(Region { range, program });
            return;
        }
        let is_git = self.drafts.get(latest.clone()).is_some_and(|d| d.iter().any(Draft::is_git));
        let Some(reported) = answer::read(&self.source[range.clone()], is_git) else { return };
        let spelled = Spelled::slice_of(self.source, range.clone());
        let last = latest.end - 1;
        for index in latest {
            let Some(draft) = self.drafts.get_mut(index) else { continue };
            draft.block.end = range.end;
            if index == last {
                draft.reported = Some((reported.clone(), range.clone()));
            }
            if draft.tool == "git" {
                let command = draft.command.clone();
                let front = Front { source: self.source, context: self.context, dialect: self.dialect, command };
                git::from_answer(draft, &spelled, &front, &mut self.secrets);
            }
        }
    }
}

/// A `#` that begins a word starts a comment: what was meant to be sent behind it is not.
fn cut_off(source: &str, line: &Line) -> Option<RawNote> {
    let at = line.comment.clone()?;
    let text = source.get(at.clone())?.strip_prefix('#')?;
    let glued = !text.starts_with([' ', '\t', '#', '!']) && (text.contains("://") || text.contains(" -"));
    glued.then(|| {
        let text = "a `#` at the start of a word begins a comment: what follows is not sent";
        (crate::checks::NoteKind::ShellMangled, text.to_owned(), Some(at.start..at.start + 1))
    })
}

/// Whether the text is a pipeline's YAML: its variables and secrets are filled in by the runner.
fn pipeline(source: &str) -> bool {
    const KEYS: &[&str] = &["pipelines:", "script:", "steps:", "jobs:", "stages:", "runs-on:", "before_script:", "after_script:"];
    let key = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("- ").unwrap_or(line);
        KEYS.iter().any(|k| line.strip_prefix(k).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
            || ["run: ", "step:", "uses: "].iter().any(|k| line.starts_with(k))
    };
    source.lines().any(key)
}

/// Reads the words of `-- COMMAND`, with what may stand in front of the program.
pub(crate) fn words(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let words = words.get(leading(words)..).unwrap_or_default();
    let named = words.first().is_some_and(|w| program(w.value.as_str()).is_some());
    let Some(whole) = inner::whole(words).filter(|_| !named) else { return command(words, front, secrets) };
    // `bash -c "…"`: what that shell is given is text again.
    let variables = Variables::new(front.context.variable);
    let mut drafts = Vec::new();
    let mut at = 0;
    while at < whole.value.len() {
        let line = shell::read_within(&whole.value, at, Dialect::Posix, &variables);
        let inner = line.words.get(leading(&line.words)..).unwrap_or_default();
        drafts.extend(command(inner, front, secrets));
        at = line.end.max(at + 1);
        if !whole.value.as_str().is_char_boundary(at) {
            break;
        }
    }
    drafts
}

/// Reads the words of one command.
pub(crate) fn command(words: &[Word], front: &Front<'_>, secrets: &mut Secrets) -> Vec<Draft> {
    let Some(name) = words.first().and_then(|w| program(w.value.as_str())) else { return Vec::new() };
    match name {
        "curl" => curl::read(words, front, secrets),
        "git" => git::read(words, front, secrets).into_iter().collect(),
        "wget" => clients::wget(words, front, secrets),
        "http" | "https" => clients::httpie(name, words, front, secrets),
        "powershell" => powershell_web::read(words, front, secrets),
        _ => Vec::new(),
    }
}
