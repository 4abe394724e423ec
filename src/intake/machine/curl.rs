//! What curl would send for this command besides what stands in it: curlrc and netrc.
//!
//! Measured with curl 7.88: an Authorization header, of the command or of curlrc, is sent whatever else is there, two of them
//! together; then `--oauth2-bearer`; then `-u`, the command's before curlrc's; with `-n` netrc's password before the URL's, with
//! `--netrc-optional` after it.

use std::path::PathBuf;

use super::curlrc::{self, Curlrc};
use super::sent::Sent;
use super::{config, file, git, meant, netrc, netrc_path, note, settle};
use crate::checks::{Effect, LocalSetting, NoteKind, Request, Scheme};
use crate::intake::{Around, Intake};

/// What was found for this command.
pub(super) struct CurlSide {
    /// What is sent instead of, or beside, what stands in the command.
    sent: Option<Sent>,
    /// The command's own header goes along with it.
    beside: bool,
    /// netrc is asked for and has nothing.
    nothing: bool,
    /// Then the URL's password is sent, where it has one.
    password_of_url: bool,
    /// What is there and is not used.
    unused: Vec<Sent>,
}

/// How the command asks for netrc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    required: bool,
    optional: bool,
    file: Option<String>,
    no_curlrc: bool,
}

/// Reads both files for this host.
pub(super) fn look(intake: &Intake, around: &Around, host: &str) -> CurlSide {
    let mut side = CurlSide { sent: None, beside: false, nothing: false, password_of_url: false, unused: Vec::new() };
    let Some(request) = &intake.case.request else { return side };
    let asked = asked(request);
    let (rc, shown) = match curlrc_path(around).filter(|_| !asked.no_curlrc) {
        Some(path) => (curlrc::read(&file(&path).unwrap_or_default()), config::below_home(&path, around.home())),
        None => (Curlrc::default(), String::new()),
    };
    let at = |line: usize| format!("{shown}:{line}");
    let header = rc.authorization.as_ref().and_then(|(value, line)| Sent::header("curlrc header", &at(*line), value));
    let bearer =
        rc.bearer.as_ref().map(|(value, line)| Sent::new("curlrc oauth2-bearer", &at(*line), Scheme::Bearer, None, value));
    let user = rc.user.as_ref().and_then(|(value, line)| {
        let (user, secret) = value.split_once(':')?;
        Some(Sent::new("curlrc user", &at(*line), Scheme::Basic, Some(user), secret))
    });
    let required = asked.required || rc.netrc.is_some();
    let optional = asked.optional || rc.netrc_optional.is_some();
    let own_bearer = request.text.contains("--oauth2-bearer");
    let place = request.sends.place.as_str();
    let url_user = request.sends.user.as_ref().filter(|_| matches!(place, "url" | "netrc")).map(|u| u.text.as_str());
    let netrc_file = asked.file.clone().or_else(|| rc.netrc_file.as_ref().map(|(file, _)| file.clone()));
    let entry = if required || optional { netrc_entry(around, netrc_file, host, url_user) } else { None };
    let before_netrc = optional && place == "url" && request.sends.credential.is_some();

    let (mut sent, mut unused) = (None, Vec::new());
    let mut take = |found: Option<Sent>, counts: bool| {
        if let Some(found) = found {
            if counts && sent.is_none() { sent = Some(found) } else { unused.push(found) }
        }
    };
    let own_header = place == "header" && !own_bearer;
    side.beside = header.is_some() && own_header;
    take(header, true);
    take(bearer, place != "header");
    take(user, !matches!(place, "header" | "user-option"));
    let has_entry = entry.is_some();
    take(entry, !matches!(place, "header" | "user-option") && !before_netrc);
    side.nothing = place == "netrc" && !has_entry && sent.is_none();
    side.password_of_url = side.nothing && request.sends.credential.is_some();
    side.sent = sent;
    side.unused = unused;
    side
}

impl CurlSide {
    /// Holds it against what is meant.
    pub(super) fn judge(self, intake: &mut Intake) {
        if let Some(sent) = &self.sent {
            let other = meant(intake).map(|meant| meant != sent.secret);
            let effect = match (other, intake.case.subject().is_some()) {
                (Some(true), _) => Some(Effect::NetrcReplaces),
                (Some(false), _) if self.beside => Some(Effect::NetrcReplaces),
                (None, true) => None,
                _ => {
                    settle(intake, sent, "netrc");
                    None
                }
            };
            let mut setting = LocalSetting { effect, ..sent.setting() };
            if self.beside {
                setting.value.push_str("; sent beside the command's own header");
            }
            push(intake, sent, setting);
        }
        for sent in &self.unused {
            let mut setting = sent.setting();
            setting.value.push_str("; this command does not use it");
            push(intake, sent, setting);
        }
        if self.password_of_url {
            if let Some(request) = &mut intake.case.request {
                request.sends.place = "url".into();
            }
        } else if self.nothing {
            note(intake, NoteKind::NoCredential, "netrc is asked for and has no entry for this host: nothing is sent");
        }
    }
}

fn push(intake: &mut Intake, sent: &Sent, setting: LocalSetting) {
    if intake.case.credentials.iter().filter_map(|c| intake.vault.secret(c.id)).all(|s| *s != sent.secret) {
        intake.vault.hide(sent.secret.clone(), format!("[{}]", sent.name));
    }
    intake.case.local.push(setting);
}

/// netrc and curlrc as the command asks for them.
fn asked(request: &Request) -> Asked {
    let mut asked = Asked::default();
    let mut words =
        request.text.split_whitespace().skip_while(|w| !w.trim_end_matches(".exe").ends_with("curl")).skip(1).peekable();
    asked.no_curlrc = words.peek().is_some_and(|w| matches!(*w, "-q" | "--disable"));
    while let Some(word) = words.next() {
        match word {
            "--netrc" => asked.required = true,
            "--netrc-optional" => asked.optional = true,
            "--netrc-file" => asked.file = words.next().map(|file| file.trim_matches(['"', '\'']).to_owned()),
            _ => {
                // `-sn`: letters that take no value, up to the first that does.
                let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
                let plain =
                    |letters: &str| letters.chars().take_while(|c| !"AbcCdDeEFhHKmoPQrtTuUwxXyYz".contains(*c)).any(|c| c == 'n');
                asked.required |= letters.is_some_and(plain);
            }
        }
    }
    // A file by name is asked for like `--netrc`, unless it is optional.
    asked.required |= asked.file.is_some() && !asked.optional;
    asked
}

/// The first curlrc that curl finds; it reads one.
fn curlrc_path(around: &Around) -> Option<PathBuf> {
    let of = |variable: &str, name: &str| around.filled(variable).map(|dir| PathBuf::from(dir).join(name));
    let home = |name: &str| around.home().map(|home| home.join(name));
    let mut paths = vec![of("CURL_HOME", ".curlrc"), of("XDG_CONFIG_HOME", "curlrc"), home(".curlrc"), home(".config/curlrc")];
    if cfg!(windows) {
        paths.extend([of("CURL_HOME", "_curlrc"), home("_curlrc"), of("APPDATA", "_curlrc")]);
    }
    paths.into_iter().flatten().find(|path| path.is_file())
}

fn netrc_entry(around: &Around, named: Option<String>, host: &str, user: Option<&str>) -> Option<Sent> {
    let path = match named {
        Some(name) => match name.strip_prefix("~/").or_else(|| name.strip_prefix("$HOME/")) {
            Some(rest) => around.home()?.join(rest),
            None => PathBuf::from(name),
        },
        None => netrc_path(around)?,
    };
    let entries = netrc::read(&file(&path)?);
    let strict = user.is_some() && takes_no_other_login(around);
    let entry = netrc::find(&entries, host, user, strict)?;
    let origin = format!("{}:{}", config::below_home(&path, around.home()), entry.line);
    let sent = Sent::new("netrc", &origin, Scheme::Basic, user.or(entry.login.as_deref()), entry.password.as_deref()?);
    Some(Sent { remark: netrc::remark(entry, &path), ..sent })
}

/// Whether this curl takes a netrc password only with its own login: so from 8.11 on.
pub(super) fn takes_no_other_login(around: &Around) -> bool {
    version(around) >= (8, 11)
}

/// Whether this curl, and git with it, reads the file that `NETRC` names (fact `curl-netrc-variable`).
pub(super) fn reads_netrc_variable(around: &Around) -> bool {
    version(around) >= (8, 16)
}

/// Major and minor version of the person's curl; zeros where there is none.
fn version(around: &Around) -> (u32, u32) {
    let said = git::run("curl", &["--disable", "--version"], "", around).unwrap_or_default();
    let version = said.split_whitespace().nth(1).unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_netrc_is_asked_for() {
        let of = |text: &str| asked(&Request { text: text.into(), ..Request::default() });
        assert!(of("curl -sn https://api.bitbucket.org/2.0/user").required);
        assert!(!of("curl -sun:x https://api.bitbucket.org/2.0/user").required);
        assert!(!of("curl -s -o name https://api.bitbucket.org/2.0/user").required);
        assert!(of("$ curl --netrc-optional x").optional);
        assert_eq!(of("curl --netrc-file '/tmp/n' x").file.as_deref(), Some("/tmp/n"));
        assert!(of("curl -q x").no_curlrc && !of("curl x -q").no_curlrc);
    }
}
