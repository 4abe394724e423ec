//! What a program really sends: every request that arrives is read, told apart from those before it, and judged by the engine
//! that judges everything else. Pure but for the clock: the sockets are the simulator's, the streams the command line's.
//!
//! - Two requests are the same where method, path, query and credential are. A repetition is counted, not judged again.
//! - A question without a credential that was answered 401 is how git, and every client that waits for a challenge, begins.
//!   It is a fault only where nothing follows it.
//! - Everything is bounded: distinct requests, their sizes, what is kept of them. What goes beyond is counted.

mod judge;
mod screen;
mod wire;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::checks::{Case, Diagnosis};
use crate::command::ArrivedRequest;
use crate::intake::Known;
use crate::simulator::{Arrived, Unreadable};
use crate::vault::Vault;

pub use self::judge::good;
pub use self::screen::{Place, Screen};

/// Distinct requests that are remembered.
const MOST: usize = 64;
/// Bytes of secrets that are remembered, so that none of them is ever shown.
const MOST_SECRET: usize = 96 << 10;

/// What arrived so far.
#[derive(Default)]
pub struct Session {
    known: Known,
    distinct: Vec<Distinct>,
    by_key: HashMap<u64, usize>,
    vault: Vault,
    /// Everything that arrived, requests or not.
    pub total: u64,
    /// Requests beyond those that are remembered.
    pub forgotten: u64,
    unreadable: HashMap<u8, u64>,
}

/// One of the distinct requests.
struct Distinct {
    request: ArrivedRequest,
    times: u64,
    standing: Standing,
}

/// What a request is to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is judged.
    Judged,
    /// It carries no credential and was told to send one: a fault where none follows.
    Asked,
    /// As [`Standing::Asked`], and one followed.
    Followed,
    /// It is about something else: a token endpoint, a proxy's question.
    Aside,
}

/// What is to be said of something that arrived.
pub enum News {
    /// A request that was not seen before.
    New(Box<Judged>),
    /// The request of this number once more: so many times by now.
    Again(usize, u64),
    /// What could not be read, and how often so far.
    Unreadable(&'static str, &'static str, u64),
    /// More distinct requests than are remembered: how many so far.
    Forgotten(u64),
}

/// A request with its verdict. The case is as it is; names are masked by whoever shows it.
pub struct Judged {
    number: usize,
    shown: String,
    status: u16,
    standing: Standing,
    case: Case,
    diagnosis: Diagnosis,
    known: Vec<(String, Option<String>)>,
}

impl Session {
    /// Nothing arrived yet.
    #[must_use]
    pub fn new(known: Known) -> Self {
        let mut session = Self::default();
        for token in &known.tokens {
            session.vault.hide_all([token.secret.clone(), token.raw.clone()], &format!("[{}]", token.credential.source));
        }
        session.known = known;
        session
    }

    /// What hides every secret that is known or arrived.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// A request arrived.
    pub fn arrived(&mut self, arrived: &Arrived) -> News {
        self.total += 1;
        let key = key(arrived);
        if let Some(place) = self.by_key.get(&key).copied() {
            let known = &mut self.distinct[place];
            known.times += 1;
            let (times, standing) = (known.times, known.standing);
            match standing {
                Standing::Judged => self.follow(&wire::request(arrived).url),
                // Asked once more, and not followed yet.
                Standing::Followed => self.distinct[place].standing = Standing::Asked,
                Standing::Asked | Standing::Aside => {}
            }
            return News::Again(place + 1, times);
        }
        if self.distinct.len() >= MOST || self.vault.weight() > MOST_SECRET {
            self.forgotten += 1;
            return News::Forgotten(self.forgotten);
        }
        wire::hide(arrived, &mut self.vault);
        let request = wire::request(arrived);
        let standing = judge::standing(arrived, &request);
        let number = self.distinct.len() + 1;
        self.by_key.insert(key, self.distinct.len());
        if standing == Standing::Judged {
            self.follow(&request.url);
        }
        let (case, known) = judge::case(std::slice::from_ref(&request), &self.known, &mut self.vault);
        let diagnosis = judge::diagnose(&case);
        let shown = wire::shown(&case, arrived);
        self.distinct.push(Distinct { request, times: 1, standing });
        News::New(Box::new(Judged { number, shown, status: arrived.status, standing, case, diagnosis, known }))
    }

    /// Something arrived that is no request, or one that no server could read.
    pub fn unreadable(&mut self, unreadable: &Unreadable) -> News {
        if let Unreadable::NoHttp(bytes) = unreadable
            && let Some(arrived) = wire::broken(bytes)
        {
            return self.arrived(&arrived);
        }
        self.total += 1;
        let (kind, what, next) = wire::unreadable(unreadable);
        let times = self.unreadable.entry(kind).or_default();
        *times += 1;
        News::Unreadable(what, next, *times)
    }

    /// Requests that asked first, and were told to send a credential, did well where this one follows.
    fn follow(&mut self, url: &str) {
        let about = wire::about(url);
        for earlier in &mut self.distinct {
            if earlier.standing == Standing::Asked && wire::about(&earlier.request.url) == about {
                earlier.standing = Standing::Followed;
            }
        }
    }

    /// Everything as one case: the first request with a fault is its request; of the others, which stand beside it, the first
    /// with each further fault come before those that repeat one, and those before what is right.
    #[must_use]
    pub fn end(&mut self) -> Case {
        let Self { known, vault, distinct, .. } = self;
        let mut seen: Vec<&'static str> = Vec::new();
        let mut ranked: Vec<(u8, &ArrivedRequest)> = Vec::new();
        for distinct in distinct.iter().filter(|d| matches!(d.standing, Standing::Judged | Standing::Asked)) {
            let (case, _) = judge::case(std::slice::from_ref(&distinct.request), known, vault);
            let verdict = judge::diagnose(&case).verdict;
            let rank = match verdict.cause.map(|cause| cause.code) {
                Some(code) if seen.contains(&code) => 1,
                Some(code) => {
                    seen.push(code);
                    0
                }
                None if verdict.undecided_between.is_empty() => 3,
                None => 2,
            };
            ranked.push((rank, &distinct.request));
        }
        // Stable: those of one rank stay as they arrived.
        ranked.sort_by_key(|(rank, _)| *rank);
        let requests: Vec<ArrivedRequest> = ranked.into_iter().map(|(_, request)| request.clone()).collect();
        judge::case(&requests, known, vault).0
    }

    /// Whether anything arrived that a verdict can be about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.distinct.is_empty()
    }
}

/// Two requests with the same key are the same.
fn key(arrived: &Arrived) -> u64 {
    let mut hasher = DefaultHasher::new();
    (arrived.api, &arrived.method, &arrived.target, &arrived.authorization, arrived.status).hash(&mut hasher);
    for name in crate::command::OTHER_HEADERS {
        arrived.header(name).hash(&mut hasher);
    }
    hasher.finish()
}
