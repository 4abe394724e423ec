//! A pasted text in its parts: commands with their prompts, assignments, comments, and what the programs answered.

mod commands;
mod rest;

use std::ops::Range;

use super::draft::Draft;
use super::loose::Region;
use super::prompt::{Prompt, first_word, is_command, leading, program, prompt};
use super::secrets::Secrets;
use super::shell::{self, Dialect, Variables, Word};
use super::spelled::Spelled;
use super::{Context, Front, answer, clients, curl, git, inner, powershell_web};
use crate::checks::Reported;

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
        // HTML and JSON hold the sign as well.
        let body = text.trim_start().starts_with(['<', '{', '"']);
        if !text.contains('=') || body || form || text.contains("$(curl") || text.contains("`curl") {
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
        let range = if is_git { range } else { self.without_git(range) };
        if range.is_empty() {
            return;
        }
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

impl Sections<'_> {
    /// What stands below a command that is none of git's, up to where git itself begins to speak: that is told of another one.
    fn without_git(&mut self, range: Range<usize>) -> Range<usize> {
        const GIT: &[&str] = &["Cloning into '", "fatal: ", "remote: "];
        let mut at = range.start;
        for line in self.source[range.clone()].split_inclusive('\n') {
            if GIT.iter().any(|words| line.starts_with(words)) {
                let rest = at..range.end;
                self.regions.push(Region { range: rest, program: None });
                let kept = self.source[range.start..at].trim_end().len();
                return range.start..range.start + kept;
            }
            at += line.len();
        }
        range
    }
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
