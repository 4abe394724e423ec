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

/// What arrived so far.
#[derive(Default)]
pub struct Session {
    known: Known,
    distinct: Vec<Distinct>,
    by_key: HashMap<u64, usize>,
    vault: Vault,
    /// Everything that arrived, requests or not.
    pub total: u64,
    /// Distinct requests beyond those that are remembered, and what could not be read.
    pub forgotten: u64,
    unreadable: HashMap<u8, u64>,
}

/// One of the distinct requests.
struct Distinct {
    request: ArrivedRequest,
    /// Method and path as they may be shown.
    shown: String,
    status: u16,
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
    /// More distinct requests than are remembered.
    Forgotten,
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
            session.vault.hide(token.secret.clone(), format!("[{}]", token.credential.source));
            session.vault.hide(token.raw.clone(), format!("[{}]", token.credential.source));
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
        if let Some(place) = self.by_key.get(&key) {
            self.distinct[*place].times += 1;
            return News::Again(place + 1, self.distinct[*place].times);
        }
        if self.distinct.len() >= MOST {
            self.forgotten += 1;
            return News::Forgotten;
        }
        wire::hide(arrived, &mut self.vault);
        let request = wire::request(arrived);
        let standing = judge::standing(arrived, &request);
        let number = self.distinct.len() + 1;
        self.by_key.insert(key, self.distinct.len());
        if standing == Standing::Judged {
            self.follow(&request);
        }
        let (case, known) = judge::case(std::slice::from_ref(&request), &self.known, &mut self.vault);
        let diagnosis = judge::diagnose(&case);
        let shown = wire::shown(&case, arrived);
        let distinct = Distinct { request, shown: shown.clone(), status: arrived.status, times: 1, standing };
        self.distinct.push(distinct);
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
    fn follow(&mut self, request: &ArrivedRequest) {
        let about = wire::about(&request.url);
        for earlier in &mut self.distinct {
            if earlier.standing == Standing::Asked && wire::about(&earlier.request.url) == about {
                earlier.standing = Standing::Followed;
            }
        }
    }

    /// Everything as one case: the first request with a fault is its request, the others stand beside it.
    #[must_use]
    pub fn end(&mut self) -> Case {
        let mut requests: Vec<ArrivedRequest> = (self.distinct.iter())
            .filter(|distinct| matches!(distinct.standing, Standing::Judged | Standing::Asked))
            .map(|distinct| distinct.request.clone())
            .collect();
        let faulty = |request: &ArrivedRequest, vault: &mut Vault, known: &Known| {
            let (case, _) = judge::case(std::slice::from_ref(request), known, vault);
            let verdict = judge::diagnose(&case).verdict;
            // What is wrong for sure goes before what may be.
            match (verdict.cause.is_some(), verdict.undecided_between.is_empty()) {
                (true, _) => 0,
                (false, false) => 1,
                (false, true) => 2,
            }
        };
        let Self { known, vault, .. } = self;
        let first = (0..requests.len()).min_by_key(|place| (faulty(&requests[*place], vault, known), *place));
        if let Some(first) = first {
            let main = requests.remove(first);
            requests.insert(0, main);
        }
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
