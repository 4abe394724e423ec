//! What Python's `requests` would send: an entry of netrc takes the place of an Authorization header, unless `auth=` is given
//! (fact `requests-netrc`).

use std::path::PathBuf;

use super::sent::Sent;
use super::{config, file, meant, netrc, settle};
use crate::checks::{Effect, LocalSetting, Scheme, Surface};
use crate::intake::{Around, Intake};

/// The entry that `requests` takes for the host of this call, where it looks for one.
pub(super) fn look(intake: &Intake, around: &Around) -> Option<Sent> {
    let request = intake.case.request.as_ref().filter(|r| r.tool == "python" && r.surface == Some(Surface::Rest))?;
    let asks = request.text.contains("requests") && !request.text.contains("trust_env");
    // A pair given with `auth=` is what is sent.
    let pair = request.sends.credential.is_some() && request.sends.place != "url" && !request.spans.contains_key("header");
    if !asks || pair {
        return None;
    }
    let host = if request.url.contains("://bitbucket.org/") { "bitbucket.org" } else { "api.bitbucket.org" };
    let path = path(around)?;
    let entries = netrc::read(&file(&path)?);
    let entry = netrc::find_as_python(&entries, host)?;
    let origin = format!("{}:{}", config::below_home(&path, around.home()), entry.line);
    let sent = Sent::new("netrc", &origin, Scheme::Basic, entry.login.as_deref(), entry.password.as_deref()?);
    Some(Sent { remark: netrc::remark(entry, &path), ..sent })
}

/// `NETRC` alone where it is set, else the first of the two usual names.
fn path(around: &Around) -> Option<PathBuf> {
    if let Some(named) = around.filled("NETRC") {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let home = around.home()?;
    [".netrc", "_netrc"].into_iter().map(|name| home.join(name)).find(|path| path.is_file())
}

/// Holds it against what is meant.
pub(super) fn judge(intake: &mut Intake, sent: &Sent) {
    let effect = match (meant(intake), intake.case.subject().is_some()) {
        (Some(other), _) if other != sent.secret => Some(Effect::NetrcReplaces),
        (None, true) => None,
        _ => {
            settle(intake, sent, "netrc");
            None
        }
    };
    let mut setting = LocalSetting { effect, ..sent.setting() };
    setting.value.push_str("; requests puts it in the place of an Authorization header");
    if intake.case.credentials.iter().filter_map(|c| intake.vault.secret(c.id)).all(|s| *s != sent.secret) {
        intake.vault.hide(sent.secret.clone(), "[netrc]");
    }
    intake.case.local.push(setting);
}
