//! The commands of one line: chained, torn over lines that lost their continuation, with a result behind an arrow.

use super::{Sections, command};
use crate::command::draft::RawNote;
use crate::command::prompt::{assignment_name, first_word, leading, program};
use crate::command::shell::{self, Dialect, Line};
use crate::command::{Front, inner};

impl Sections<'_> {
    /// Reads the commands of a line, one after the other.
    pub(super) fn commands(&mut self, line_start: usize, start: usize, most: usize) -> usize {
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
    pub(super) fn one(&mut self, line: &mut Line, start: Option<usize>, mut notes: Vec<RawNote>) {
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
        let git_dir =
            line.words[..skip].iter().rev().find_map(|word| word.value.as_str().strip_prefix("GIT_DIR=").map(str::to_owned));
        for draft in &mut drafts {
            if let (Some(git_dir), None) = (&git_dir, &draft.git_place.git_dir) {
                draft.git_place.git_dir = Some(git_dir.clone());
            }
            for event in &line.events {
                draft.event(event, self.dialect, self.source);
            }
            for (kind, text, at) in &notes {
                draft.note(*kind, text.clone(), at.clone());
            }
        }
        self.drafts.extend(drafts);
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
