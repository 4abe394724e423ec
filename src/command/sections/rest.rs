//! The parts of a text that no command was read from: calls of program code, log lines, settings; and what they tell of the
//! requests that were read.

use std::ops::Range;

use super::Sections;
use crate::command::loose::{self, Region};
use crate::command::{Front, answer, attach, code, failed, git, settings, stored};

impl Sections<'_> {
    /// Reads what no command was read from, and gives its settings to the requests that lack a credential.
    pub(super) fn loose(&mut self) {
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
                    self.drafts.extend(loose::read(&above, &front, &mut self.secrets).into_iter().filter(failed));
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
}
