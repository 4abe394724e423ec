//! What git would send for this case, and whether that is what the person means.
//!
//! Measured with git 2.47 and curl 7.88, and fact `git-url-pair-wins`: an Authorization header of `http.extraHeader` goes along
//! whatever else is there; then user and password of the URL; then netrc; when that is refused with 401, the helpers.

use super::config::Config;
use super::git::{Git, Silence};
use super::helper::{self, Answer};
use super::remote::{self, Address};
use super::sent::Sent;
use super::{config, file, large_files, meant, netrc, netrc_path, note, settle, submodules};
use crate::checks::{Effect, Kind, LocalSetting, NoteKind, Role, Scheme, Sends, Surface, UserForm, role, shape};
use crate::cli::args::CheckArgs;
use crate::intake::{Around, Intake, git_url};
use crate::report::text;
use crate::secret::Secret;

/// What git has for the address of the case.
pub(super) struct GitSide {
    address: Address,
    config: Config,
    header: Option<Sent>,
    /// User and password of a URL that the person did not type: a remote's, or one that `insteadOf` puts in.
    pair: Option<Sent>,
    /// Whether what the person typed holds its own credential.
    typed: bool,
    netrc: Option<Sent>,
    helpers: Vec<(String, String)>,
    answer: Answer,
    /// `credential.username` with its place, where it counts.
    username: Option<(String, String, String)>,
    lfs: Vec<large_files::Found>,
    submodules: Vec<LocalSetting>,
    validates: bool,
    /// What is set for the way, and the password in it.
    way: Vec<(LocalSetting, Option<Secret>)>,
}

/// Asks git; the helpers too where `allowed` says so.
///
/// Without any helper the answer is known: nothing.
pub(super) fn look(intake: &mut Intake, around: &Around, allowed: impl Fn(&str) -> bool) -> Option<GitSide> {
    let git = Git(around);
    let config = Config::read(git)?;
    let address = remote::address(git, &config, intake)?;
    let typed = intake.case.request.as_ref().is_some_and(|r| r.sends.credential.is_some())
        || intake.case.target.git_url.as_ref().is_some_and(|u| u.has_password);
    tell_address(intake, &address);
    let typed = token_as_user(intake, &address) || typed;
    let mut side = GitSide {
        address,
        config: Config::default(),
        header: None,
        pair: None,
        typed,
        netrc: None,
        helpers: Vec::new(),
        answer: Answer::NotAsked,
        username: None,
        lfs: Vec::new(),
        submodules: Vec::new(),
        validates: false,
        way: Vec::new(),
    };
    let effective = side.address.effective.clone();
    let ours = matches!(effective.url.host.as_str(), "bitbucket.org" | "www.bitbucket.org")
        && matches!(effective.url.scheme.as_str(), "https" | "http");
    if ours {
        let url = shown_url(&effective);
        side.header = header(git, &config, &url);
        side.pair = pair(&side.address);
        side.helpers = helper::applied(&config, git, &url).iter().map(|e| (e.value.clone(), e.origin.clone())).collect();
        side.netrc = from_netrc(around, &effective);
        side.validates = validates(git, &config, around, &url);
        side.way = way(git, &config, &url, around);
        if effective.user.is_none() {
            let one = config.one(git, "credential", "username", &url);
            side.username = one.map(|e| (e.value.clone(), e.key(), e.origin.clone()));
        }
        let complete = side.typed || side.header.is_some() || side.pair.is_some();
        side.answer = match side.helpers.first() {
            _ if complete => Answer::NotAsked,
            None => Answer::Nothing,
            Some((_, origin)) => {
                let names = side.helpers.iter().map(|(value, _)| helper::shown(value)).collect::<Vec<_>>().join(", ");
                let name = format!("credential.helper = {names}");
                if allowed(&names) { helper::ask(git, &effective, &name, origin) } else { Answer::NotAsked }
            }
        };
        // What the command's own helper would say is not known.
        side.answer = match side.answer {
            Answer::Nothing if around.git_place().own_helper => Answer::NotAsked,
            answer => answer,
        };
    }
    side.lfs = large_files::look(git, &config, intake, &side.address);
    let submodules = submodules::all(git, &config);
    for password in submodules.iter().filter_map(|s| git_url::read(&s.url, "").password).filter(|p| !p.is_empty()) {
        intake.vault.hide(Secret::new(password), "[submodule]");
    }
    side.submodules = submodules::settings(&submodules);
    side.config = config;
    Some(side)
}

impl GitSide {
    /// The setting of the remote that the case is about.
    pub(super) fn key(&self) -> Option<&str> {
        self.address.key.as_ref().map(|(name, _)| name.as_str())
    }

    /// Whether git would send a credential of its own.
    pub(super) fn sends_something(&self) -> bool {
        self.header.is_some() || self.pair.is_some() || self.netrc.is_some() || matches!(self.answer, Answer::Sends(_))
    }

    /// Holds it against what is meant.
    pub(super) fn judge(self, intake: &mut Intake, args: &CheckArgs, around: &Around) {
        self.address_judged(intake);
        let own_header = intake.case.request.as_ref().is_some_and(|r| r.sends.place == "header");
        // In the order in which git takes them: the first is what is sent, the others only wait.
        let mut taken = false;
        if let Some(sent) = &self.header {
            let effect = if own_header { None } else { against(intake, sent, Effect::GitConfigReplaces, "header") };
            push(intake, sent, effect);
            taken = true;
        }
        if let Some(sent) = &self.pair {
            let effect = if taken { None } else { against(intake, sent, Effect::GitConfigReplaces, "url") };
            push(intake, sent, effect);
            taken = true;
        }
        taken |= self.typed;
        let stored = match &self.answer {
            Answer::Sends(sent) => Some(sent),
            _ => None,
        };
        let mut tried = false;
        if let Some(sent) = &self.netrc {
            // Refused with 401 git goes on to the helper; an app password gets 410 and ends it (fact `git-410-app-password`).
            let helped =
                stored.is_some_and(|s| meant(intake).is_some_and(|m| m == s.secret) && sent.credential.kind != Kind::AppPassword);
            let effect = if taken || helped { None } else { against(intake, sent, Effect::NetrcReplaces, "netrc") };
            tried = effect.is_none() && !taken && !helped;
            push(intake, sent, effect);
        }
        if let Some(sent) = stored {
            let effect = if taken || tried { None } else { against(intake, sent, Effect::HelperSuppliesOther, "helper") };
            let tested = effect.is_none() && !taken && !tried && self.manager_tests(sent);
            push(intake, sent, if tested { Some(Effect::GcmValidates) } else { effect });
        }
        self.helpers_judged(intake, around, taken);
        self.user_judged(intake, args, taken);
        for found in &self.lfs {
            let mut setting = found.setting.clone();
            if let Some(pair) = &found.pair {
                // Git LFS sends what stands in its URL.
                let other = meant(intake).is_some_and(|meant| meant != pair.secret);
                let effect = setting.effect.or((other && found.counts).then_some(Effect::LfsDiffers));
                push(intake, pair, None);
                intake.case.local.pop();
                let value = format!("{}, with {}; a password stands in it, in plain text", setting.value, pair.words());
                setting = LocalSetting { value, effect, ..setting };
            }
            intake.case.local.push(setting);
        }
        intake.case.local.extend(self.submodules);
        for (setting, password) in self.way {
            if let Some(password) = password {
                intake.vault.hide(password, "[http.proxy]");
            }
            intake.case.local.push(setting);
        }
    }

    /// What `insteadOf` made of the address.
    fn address_judged(&self, intake: &mut Intake) {
        if let Some((name, origin)) = self.address.key.clone().filter(|_| self.address.effective.url.scheme == "ssh") {
            let value = self.address.meant.url.url.clone();
            intake.case.local.push(LocalSetting { name, value, origin, effect: None });
        }
        if let Some(alias) = &self.address.alias {
            let value = format!("{} is {}", alias.name, alias.host);
            intake.case.local.push(LocalSetting { name: "HostName".into(), value, origin: alias.origin.clone(), effect: None });
        }
        let Some((name, origin)) = &self.address.rule else { return };
        let effective = &self.address.effective.url;
        let from_ssh = self.address.meant.url.scheme == "ssh" && effective.scheme == "https";
        // HTTPS in the place of SSH is what makes a token count: nothing is replaced that was meant.
        let ours = is_ours(&self.address.meant.url.host);
        let replaces = ours && self.address.leads_elsewhere() && !from_ssh;
        let value = format!("{} is sent as {}", self.address.meant.url.url, effective.url);
        let effect = replaces.then_some(Effect::GitConfigReplaces);
        intake.case.local.push(LocalSetting { name: name.clone(), value, origin: origin.clone(), effect });
    }

    /// Git Credential Manager hands out an API token with a user that REST refuses: its test fails with it (fact `gcm-loop`).
    fn manager_tests(&self, sent: &Sent) -> bool {
        let manager = self.helpers.first().is_some_and(|(value, _)| helper::is_manager(value));
        let email = sent.user.as_deref().is_some_and(|user| shape::user_form(user) == UserForm::Email);
        manager && self.validates && sent.credential.kind == Kind::ApiToken && sent.scheme == Scheme::Basic && !email
    }

    fn helpers_judged(&self, intake: &mut Intake, around: &Around, taken: bool) {
        let asked = matches!(self.answer, Answer::Sends(_));
        for (number, (value, origin)) in self.helpers.iter().enumerate() {
            if asked {
                break;
            }
            let mut setting = LocalSetting {
                name: "credential.helper".into(),
                value: helper::shown(value),
                origin: origin.clone(),
                effect: None,
            };
            if number == 0 {
                match &self.answer {
                    Answer::Nothing => setting.value.push_str(": has nothing for this address"),
                    Answer::Silent(Silence::TooSlow) => setting.value.push_str(": gave no answer in three seconds"),
                    Answer::Silent(_) => setting.value.push_str(": gave no answer that can be used"),
                    Answer::NotAsked | Answer::Sends(_) => {}
                }
                let api_token = intake.case.kind() == Kind::ApiToken;
                if helper::is_manager(value) && self.validates && api_token && !taken {
                    setting.effect = Some(Effect::GcmValidates);
                }
            }
            intake.case.local.push(setting);
        }
        let someone_answers = ["GIT_ASKPASS", "SSH_ASKPASS"].iter().any(|name| around.filled(name).is_some())
            || self.config.all("core", "askpass").next().is_some();
        let nobody = matches!(self.answer, Answer::Nothing) && !taken && self.netrc.is_none() && !someone_answers;
        let refused = intake.case.reported().is_some();
        if nobody && !refused && (around.is_ci() || !around.has_terminal || around.variable("GIT_TERMINAL_PROMPT") == Some("0")) {
            note(
                intake,
                NoteKind::NoCredential,
                "no credential helper has anything for bitbucket.org, and nobody can be asked: git sends nothing",
            );
        }
    }

    /// `credential.username` counts where neither URL nor helper names a user.
    fn user_judged(&self, intake: &mut Intake, args: &CheckArgs, taken: bool) {
        let Some((user, name, origin)) = &self.username else { return };
        let form = shape::user_form(user);
        let mut effect = None;
        if !taken && self.netrc.is_none() && !matches!(self.answer, Answer::Sends(_)) && meant(intake).is_some() {
            let kind = intake.case.kind();
            let plausible = role::of_user(kind, Surface::Git, form) == Role::GitStaticUser
                || kind == Kind::ApiToken && form == UserForm::Name;
            let contradicts = args.username.as_ref().is_some_and(|given| given != user);
            let known = matches!(kind, Kind::ApiToken | Kind::AccessToken | Kind::OauthToken);
            effect = (known && (!plausible || contradicts)).then_some(Effect::GitConfigReplaces);
        }
        let shown = Sent::new(name, origin, Scheme::Basic, Some(user), "");
        let value = shown.words();
        let value = value.split(": ").next().unwrap_or_default().to_owned();
        intake.case.local.push(LocalSetting { name: name.clone(), value, origin: origin.clone(), effect });
    }
}

/// What git's configuration says of the way to this address: a proxy of its own, which bbdoctor does not go through, and a list
/// of authorities. What it says of other hosts bears on nothing here.
fn way(git: Git<'_>, config: &Config, url: &str, around: &Around) -> Vec<(LocalSetting, Option<Secret>)> {
    let one = |name| config.one(git, "http", name, url).filter(|entry| !entry.value.is_empty());
    let setting = |e: &config::Entry, value| LocalSetting { name: e.key(), value, origin: e.origin.clone(), effect: None };
    let proxy = one("proxy").map(|entry| {
        let password = git_url::read(&entry.value, "").password.filter(|p| !p.is_empty()).map(Secret::new);
        (setting(entry, format!("{}, for git alone", config::without_user(&entry.value))), password)
    });
    let list = one("sslcainfo").map(|entry| {
        let shown = config::below_home(std::path::Path::new(&entry.value), around.home());
        (setting(entry, text::cut(&text::clean(&shown), 100)), None)
    });
    proxy.into_iter().chain(list).collect()
}

/// The effect of a credential that is sent: none where it is the one that is meant, or where no other is known.
fn against(intake: &mut Intake, sent: &Sent, effect: Effect, place: &str) -> Option<Effect> {
    match (meant(intake), intake.case.subject().is_some()) {
        (Some(other), _) if other != sent.secret => Some(effect),
        (None, true) => None,
        _ => {
            settle(intake, sent, place);
            None
        }
    }
}

fn push(intake: &mut Intake, sent: &Sent, effect: Option<Effect>) {
    if intake.case.credentials.iter().filter_map(|c| intake.vault.secret(c.id)).all(|s| *s != sent.secret) {
        intake.vault.hide(sent.secret.clone(), format!("[{}]", sent.credential.source.split(' ').next().unwrap_or("secret")));
    }
    intake.case.local.push(LocalSetting { effect, ..sent.setting() });
}

/// What a command without a URL goes to; and an SSH address, which git's configuration may have made HTTPS.
fn tell_address(intake: &mut Intake, address: &Address) {
    let effective = &address.effective.url;
    let from_ssh = address.meant.url.scheme == "ssh" && address.rule.is_some();
    let ours = is_ours;
    let led = address.alias.is_some() && address.meant.url.scheme == "ssh";
    if let Some(request) = &mut intake.case.request {
        if request.url.is_empty() || from_ssh || led {
            let url = if from_ssh || led { effective } else { &address.meant.url };
            if !ours(&url.host) && request.url.is_empty() {
                return;
            }
            request.url.clone_from(&url.url);
            request.surface = ours(&url.host).then_some(Surface::Git);
            request.repo = git_url::repo(url);
            if from_ssh {
                request.sends = Sends { place: "prompt".into(), ..Sends::default() };
            }
            if request.sends.user.is_none() && request.sends.credential.is_none() && url.scheme != "ssh" {
                request.sends.user.clone_from(&url.user);
            }
        }
        if intake.case.target.git_url.is_none() && effective.scheme == "ssh" && address.meant.url.scheme == "ssh" {
            intake.case.target.git_url = Some(effective.clone());
        }
    } else if (from_ssh || led) && intake.case.target.git_url.is_some() {
        intake.case.target.git_url = Some(effective.clone());
        intake.case.target.repo = intake.case.target.repo.take().or_else(|| git_url::repo(effective));
    }
}

/// Hosts of Bitbucket Cloud, SSH's among them (fact `git-ssh-host`).
fn is_ours(host: &str) -> bool {
    matches!(host, "bitbucket.org" | "www.bitbucket.org" | "ssh.bitbucket.org" | "altssh.bitbucket.org")
}

/// A remote with the token alone before its `@`: git asks for the password of that user (fact `git-no-prompt`).
fn token_as_user(intake: &mut Intake, address: &Address) -> bool {
    let Some(remote) = &address.remote else { return false };
    let user = address.meant.user.as_deref().filter(|user| shape::user_form(user) == UserForm::Token);
    let (Some(user), None) = (user, address.meant.password.as_deref().filter(|p| !p.is_empty())) else { return false };
    let (name, origin) = address.key.clone().unwrap_or_else(|| (format!("remote.{remote}.url"), "this clone".to_owned()));
    let sent = Sent::new(&name, &origin, Scheme::Basic, None, user);
    let mut credential = sent.credential.clone();
    credential.id = intake.next_id();
    let id = credential.id;
    intake.vault.insert(id, sent.secret);
    intake.case.credentials.insert(0, credential);
    if let Some(request) = &mut intake.case.request {
        request.sends.credential = Some(id);
    }
    note(intake, NoteKind::TokenAsUser, "the token stands alone before the `@` of the remote, in the place of the user");
    true
}

/// The address with its user and without its password, as it may stand in an argument list.
fn shown_url(address: &git_url::Parsed) -> String {
    let user = address.user.as_deref().filter(|user| remote::shows(shape::user_form(user)));
    remote::with_user(&address.url.url, user)
}

/// User and password that stand in the address and that the person did not type.
fn pair(address: &Address) -> Option<Sent> {
    let password = address.effective.password.as_deref().filter(|password| !password.is_empty())?;
    let typed = address.remote.is_none() && address.meant.password.as_deref() == Some(password);
    let (name, origin) = match (&address.rule, &address.key) {
        (Some(rule), _) => rule.clone(),
        (None, Some(key)) => key.clone(),
        (None, None) => ("the remote".to_owned(), "this clone".to_owned()),
    };
    (!typed).then(|| Sent::new(&name, &origin, Scheme::Basic, address.effective.user.as_deref(), password))
}

/// The Authorization header that `http.extraHeader` adds; of several the one that git takes last.
fn header(git: Git<'_>, config: &Config, url: &str) -> Option<Sent> {
    let mut found = None;
    for entry in config.applied(git, "http", "extraheader", url) {
        // An empty value forgets those before it.
        if entry.value.is_empty() {
            found = None;
        } else if let Some((name, value)) = entry.value.split_once(':')
            && name.trim().eq_ignore_ascii_case("authorization")
        {
            found = Sent::header(&entry.key(), &entry.origin, value).or(found);
        }
    }
    found
}

/// The netrc entry that git's curl takes for this address.
fn from_netrc(around: &Around, address: &git_url::Parsed) -> Option<Sent> {
    let path = netrc_path(around)?;
    let entries = netrc::read(&file(&path)?);
    let user = address.user.as_deref().filter(|user| !user.is_empty());
    let strict = user.is_some() && super::curl::takes_no_other_login(around);
    let entry = netrc::find(&entries, &address.url.host, user, strict)?;
    let origin = format!("{}:{}", config::below_home(&path, around.home()), entry.line);
    let user = user.or(entry.login.as_deref());
    let sent = Sent::new("netrc", &origin, Scheme::Basic, user, entry.password.as_deref()?);
    Some(Sent { remark: netrc::remark(entry, &path), ..sent })
}

/// Whether Git Credential Manager tests what it has stored (fact `gcm-loop`).
fn validates(git: Git<'_>, config: &Config, around: &Around, url: &str) -> bool {
    let off = |value: &str| matches!(value.trim().to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off");
    if let Some(value) = around.filled("GCM_BITBUCKET_VALIDATE_STORED_CREDENTIALS") {
        return !off(value);
    }
    let set = config.applied(git, "credential", "bitbucketvalidatestoredcredentials", url);
    set.last().is_none_or(|entry| !off(&entry.value))
}
