//! Worlds: one setting of every switch of the facts, section 8. The true Bitbucket may be any of them.
//!
//! Names of switches and settings are those of the facts. [`World::default`] has the first setting of every switch.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Declares the switches: one enum each, the struct that holds them, and access by name.
macro_rules! switches {
    ($($(#[$doc:meta])* $field:ident: $enum:ident { $($(#[$sdoc:meta])* $variant:ident = $name:literal),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum $enum { $($(#[$sdoc])* $variant),+ }

            // The default is the first setting; `#[default]` cannot be written by a repetition.
            impl $enum {
                /// Every setting, the first one first.
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// The setting's name.
                #[must_use]
                pub fn name(self) -> &'static str {
                    match self { $(Self::$variant => $name),+ }
                }
            }
        )+

        /// One setting of every switch.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct World {
            $($(#[$doc])* pub $field: $enum,)+
        }

        impl World {
            /// Every switch with its settings, in the order of the facts.
            pub const SWITCHES: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($field), &[$($name),+])),+];

            /// The setting of a switch by name.
            #[must_use]
            pub fn get(&self, switch: &str) -> Option<&'static str> {
                match switch { $(stringify!($field) => Some(self.$field.name()),)+ _ => None }
            }

            fn put(&mut self, switch: &str, setting: &str) -> bool {
                match switch {
                    $(stringify!($field) => match $enum::ALL.iter().find(|s| s.name() == setting) {
                        Some(found) => { self.$field = *found; true }
                        None => false,
                    },)+
                    _ => false,
                }
            }
        }
    };
}

switches! {
    /// REST, API token as Bearer (fact `rest-api-token-bearer`).
    bearer_with_api_token: BearerWithApiToken {
        /// 401, as in every measurement up to mid-2026.
        #[default]
        Refused = "refused",
        /// Let in, as reported since 2026-08-18.
        Accepted = "accepted",
    }
    /// git, API token with the user `x-token-auth` (fact `git-api-token-x-token-auth`).
    x_token_auth_with_api_token: XTokenAuthWithApiToken {
        /// 401.
        #[default]
        Refused = "refused",
        /// Let in.
        Accepted = "accepted",
    }
    /// What is said of an API token without Bitbucket scopes (facts `401-no-scopes`, `git-no-scopes`).
    no_scopes_text: NoScopesText {
        /// It is said in words.
        #[default]
        Specific = "specific",
        /// The answer is that of any refused credential.
        Generic = "generic",
    }
    /// The body of a 401 to Basic (fact `401-basic`).
    basic_401_body: Basic401Body {
        /// Empty.
        #[default]
        Empty = "empty",
        /// The JSON sentence of `401-token`.
        Json = "json",
        /// Plain text.
        Text = "text",
    }
    /// `WWW-Authenticate` of a 401 (fact `401-basic`).
    realm: Realm {
        /// `Basic realm="Bitbucket.org HTTP"`.
        #[default]
        Basic = "basic",
        /// `BitbucketCustom realm=Bitbucket.org HTTP`.
        BitbucketCustom = "bitbucket-custom",
        /// No such header.
        None = "none",
    }
    /// Refused credentials where anybody may read (facts `list-anonymous`, `git-public`).
    bad_login_on_public: BadLoginOnPublic {
        /// 401.
        #[default]
        Unauthorized = "401",
        /// 200 with what is public.
        AsAnonymous = "as-anonymous",
    }
    /// `x-oauth-scopes`, `x-accepted-oauth-scopes`, `x-credential-type` on a 403 (fact `headers`).
    scope_headers_on_403: ScopeHeadersOn403 {
        /// There.
        #[default]
        Present = "present",
        /// Not there.
        Absent = "absent",
    }
    /// `detail` of the 403 for a missing scope (fact `403-scope`).
    scope_detail: ScopeDetail {
        /// Both lists.
        #[default]
        GrantedAndRequired = "granted-and-required",
        /// What is wanted only.
        RequiredOnly = "required-only",
        /// No detail.
        None = "none",
    }
    /// A removed endpoint (fact `410-removed`).
    removed_endpoint: RemovedEndpoint {
        /// 410 and CHANGE-2770.
        #[default]
        Gone = "410",
        /// 404 as for no API path.
        NotFound = "404",
    }
    /// A private repository that the caller may not see (facts `404-repository`, `git-no-access`).
    private_repository_denied: PrivateRepositoryDenied {
        /// 404.
        #[default]
        NotFound = "404",
        /// 403.
        Forbidden = "403",
    }
    /// An app password at git (fact `git-410-app-password`).
    app_password_git: AppPasswordGit {
        /// 410 and CHANGE-3222.
        #[default]
        Gone = "410",
        /// 401 as for any wrong password.
        Unauthorized = "401",
    }
}

/// A switch or a setting that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownSetting {
    /// No such switch.
    #[error("no switch is named `{0}`; there are {all}", all = switch_names())]
    Switch(String),
    /// The switch has no such setting.
    #[error("`{switch}` has no setting `{setting}`; it may be {}", settings.join(", "))]
    Setting {
        /// The switch.
        switch: &'static str,
        /// What was given.
        setting: String,
        /// What may be given.
        settings: &'static [&'static str],
    },
    /// Not of the form `switch=setting`.
    #[error("`{0}` is not of the form switch=setting")]
    Form(String),
}

fn switch_names() -> String {
    World::SWITCHES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

impl World {
    /// Sets a switch by name; `-` and `_` are the same in both names.
    ///
    /// # Errors
    /// Where no switch or no setting has that name; both say what there is.
    pub fn set(&mut self, switch: &str, setting: &str) -> Result<(), UnknownSetting> {
        let (name, settings) = named(switch, setting)?;
        self.put(name, settings);
        Ok(())
    }

    /// Whether all of these settings hold.
    pub fn matches<'a>(&self, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> bool {
        settings
            .into_iter()
            .all(|(switch, setting)| named(switch, setting).is_ok_and(|(switch, setting)| self.get(switch) == Some(setting)))
    }

    /// Worlds in which every two settings of any two switches occur together at least once.
    ///
    /// Greedy and deterministic; the first is [`World::default`].
    #[must_use]
    pub fn pairwise() -> Vec<Self> {
        let mut open: BTreeSet<[(usize, usize); 2]> = BTreeSet::new();
        for (a, (_, left)) in Self::SWITCHES.iter().enumerate() {
            for (b, (_, right)) in Self::SWITCHES.iter().enumerate().skip(a + 1) {
                open.extend((0..left.len()).flat_map(|i| (0..right.len()).map(move |j| [(a, i), (b, j)])));
            }
        }
        let mut worlds = Vec::new();
        let mut row: Vec<Option<usize>> = vec![Some(0); Self::SWITCHES.len()];
        loop {
            let filled = fill(row, &open);
            cover(&filled, &mut open);
            worlds.push(Self::from_row(&filled));
            let Some([(a, i), (b, j)]) = open.first().copied() else { return worlds };
            row = vec![None; Self::SWITCHES.len()];
            row[a] = Some(i);
            row[b] = Some(j);
        }
    }

    fn from_row(row: &[usize]) -> Self {
        let mut world = Self::default();
        for ((switch, settings), chosen) in Self::SWITCHES.iter().zip(row) {
            world.put(switch, settings[*chosen]);
        }
        world
    }
}

/// The declared names of a switch and a setting.
fn named(switch: &str, setting: &str) -> Result<(&'static str, &'static str), UnknownSetting> {
    let wanted = switch.replace('-', "_");
    let (name, settings) =
        World::SWITCHES.iter().find(|(name, _)| *name == wanted).ok_or_else(|| UnknownSetting::Switch(switch.to_owned()))?;
    let wanted = setting.replace('_', "-");
    let found = settings.iter().find(|s| **s == wanted).ok_or_else(|| UnknownSetting::Setting {
        switch: name,
        setting: setting.to_owned(),
        settings,
    })?;
    Ok((name, found))
}

/// Gives each open switch the setting that covers most pairs not yet covered, the first of equals.
fn fill(mut row: Vec<Option<usize>>, open: &BTreeSet<[(usize, usize); 2]>) -> Vec<usize> {
    for at in 0..row.len() {
        if row[at].is_some() {
            continue;
        }
        let gain = |setting: usize| {
            let with = |(other, chosen): (usize, &Option<usize>)| {
                let there = (other, (*chosen)?);
                let here = (at, setting);
                open.contains(&if other < at { [there, here] } else { [here, there] }).then_some(())
            };
            row.iter().enumerate().filter_map(with).count()
        };
        let count = World::SWITCHES[at].1.len();
        // `max_by_key` takes the last of equals, so the settings go backwards.
        row[at] = (0..count).rev().max_by_key(|setting| gain(*setting));
    }
    row.into_iter().map(Option::unwrap_or_default).collect()
}

fn cover(row: &[usize], open: &mut BTreeSet<[(usize, usize); 2]>) {
    for (a, i) in row.iter().enumerate() {
        for (b, j) in row.iter().enumerate().skip(a + 1) {
            open.remove(&[(a, *i), (b, *j)]);
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (switch, _)) in Self::SWITCHES.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{switch}={}", self.get(switch).unwrap_or_default())?;
        }
        Ok(())
    }
}

impl FromStr for World {
    type Err = UnknownSetting;

    /// Reads `switch=setting`, separated by spaces or commas; what is not named keeps its default.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut world = Self::default();
        for part in text.split([' ', ',', '\n']).filter(|part| !part.is_empty()) {
            let (switch, setting) = part.split_once('=').ok_or_else(|| UnknownSetting::Form(part.to_owned()))?;
            world.set(switch, setting)?;
        }
        Ok(world)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_settings_occurs() {
        let worlds = World::pairwise();
        assert!(worlds.len() < 20, "{} worlds", worlds.len());
        assert_eq!(worlds[0], World::default());
        for (a, left) in World::SWITCHES {
            for (b, right) in World::SWITCHES.iter().filter(|(b, _)| b != a) {
                for (i, j) in left.iter().flat_map(|i| right.iter().map(move |j| (i, j))) {
                    assert!(worlds.iter().any(|w| w.get(a) == Some(i) && w.get(b) == Some(j)), "{a}={i} {b}={j}");
                }
            }
        }
    }

    #[test]
    fn a_world_reads_what_it_writes() {
        for world in World::pairwise() {
            assert_eq!(world.to_string().parse(), Ok(world));
        }
        assert!("realm=purple".parse::<World>().expect_err("no such setting").to_string().contains("bitbucket-custom"));
        assert!("weather=bad".parse::<World>().is_err());
    }
}
