//! The loop: a wave of questions, the answers, again. The only place where intake, checks and transport meet.
//!
//! Several credentials at once ([`Shared`]) have one budget: what anybody is answered is asked once for all of them, and a limit
//! that is hit for one stops the questions for every credential of that account.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::checks::waves::{self, Budget};
use crate::checks::{Ask, Case, Diagnosis, Exchange, ExchangeId, Kind, Probe, Role, Seen, diagnose};
use crate::transport::{Client, Got};
use crate::vault::Vault;

/// Waves end by themselves: each holds only what was not asked yet, inside the budget. This bounds a mistake in a check.
const MOST_WAVES: usize = 8;

/// What the runs of several credentials have in common.
pub struct Shared {
    /// What nobody's credential was sent for, each question once.
    controls: RefCell<BTreeMap<Ask, Rc<OnceCell<Got>>>>,
    /// Requests that may still be sent.
    left: Cell<usize>,
    /// Whether something was not asked for want of them.
    spent: Cell<bool>,
    /// Accounts that were told to wait, and the name of the credential that was.
    limited: RefCell<BTreeMap<String, String>>,
    /// Names of the credentials that were stopped by that.
    stopped: RefCell<BTreeSet<String>>,
}

impl Shared {
    /// A budget of so many requests for all of them.
    #[must_use]
    pub fn new(requests: usize) -> Self {
        Self {
            controls: RefCell::default(),
            left: Cell::new(requests),
            spent: Cell::new(false),
            limited: RefCell::default(),
            stopped: RefCell::default(),
        }
    }

    /// Whether something was not asked because the budget was used up.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Credentials whose questions were not all asked, because their account is limited, and for which credential that showed.
    #[must_use]
    pub fn stopped(&self) -> Vec<(String, String)> {
        let by: Vec<String> = self.limited.borrow().values().cloned().collect();
        let by = by.join(", ");
        self.stopped.borrow().iter().map(|name| (name.clone(), by.clone())).collect()
    }
}

/// One of several credentials.
pub struct Part<'a> {
    /// What it has in common with the others.
    pub shared: &'a Shared,
    /// What the report calls it.
    pub name: &'a str,
    /// What its allowance is counted for: the account's e-mail, or the token (fact `429`).
    pub account: &'a str,
}

/// Waves of a healthy token: two; of a sick one: three.
///
/// `progress` is told the number of the wave and how many questions it has, before they are sent.
pub async fn run(case: &Case, client: &Client, vault: &Vault, progress: impl FnMut(usize, usize)) -> (Seen, Diagnosis) {
    let budget = Budget::default();
    let shared = Shared::new(budget.requests);
    run_part(case, client, vault, &budget, &Part { shared: &shared, name: "", account: "" }, progress).await
}

/// The same for one of several credentials.
pub async fn run_part(
    case: &Case,
    client: &Client,
    vault: &Vault,
    budget: &Budget,
    part: &Part<'_>,
    mut progress: impl FnMut(usize, usize),
) -> (Seen, Diagnosis) {
    let shared = part.shared;
    let mut seen = Seen::default();
    for number in 1..=MOST_WAVES {
        let mut wave = waves::next(case, &seen, budget);
        if wave.is_empty() {
            break;
        }
        if shared.limited.borrow().get(part.account).is_some_and(|by| by != part.name) {
            shared.stopped.borrow_mut().insert(part.name.to_owned());
            break;
        }
        if wave.len() > shared.left.get() {
            shared.spent.set(true);
            wave.truncate(shared.left.get());
            if wave.is_empty() {
                break;
            }
        }
        shared.left.set(shared.left.get() - wave.len());
        progress(number, wave.len());
        let (answers, again) = ask(case, client, vault, shared, &wave).await;
        shared.left.set(shared.left.get() + again);
        let told_to_wait = |(probe, (got, _)): (&Probe, &Got)| {
            probe.role != Role::Anonymous && got.as_ref().is_ok_and(|answer| answer.status == 429)
        };
        if wave.iter().zip(&answers).any(told_to_wait) {
            shared.limited.borrow_mut().entry(part.account.to_owned()).or_insert_with(|| part.name.to_owned());
        }
        let limited = answers.iter().any(|(got, _)| got.as_ref().is_ok_and(|a| a.status == 429));
        for (probe, (got, elapsed_ms)) in wave.into_iter().zip(answers) {
            let id = ExchangeId(u16::try_from(seen.exchanges.len() + 1).unwrap_or(u16::MAX));
            seen.exchanges.push(Exchange { id, probe, got, elapsed_ms });
        }
        if limited && seen.exchanges.iter().all(|x| x.probe.role == Role::Anonymous) {
            // Only the control was limited: the credential has its own allowance, after a moment.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let diagnosis = diagnose(case, &seen);
    (seen, diagnosis)
}

/// Asks a wave, and gives how many of its questions another run had asked already.
async fn ask(case: &Case, client: &Client, vault: &Vault, shared: &Shared, wave: &[Probe]) -> (Vec<Got>, usize) {
    let kind_of = |id| case.credentials.iter().find(|c| Some(c.id) == id).map_or(Kind::Unknown, |c| c.kind);
    let mut known = 0;
    let mut controls: Vec<Option<Rc<OnceCell<Got>>>> = Vec::with_capacity(wave.len());
    for probe in wave {
        let cell = (probe.role == Role::Anonymous).then(|| {
            let mut controls = shared.controls.borrow_mut();
            known += usize::from(controls.contains_key(&probe.ask));
            Rc::clone(controls.entry(probe.ask.clone()).or_default())
        });
        controls.push(cell);
    }
    let questions = wave.iter().zip(&controls).map(|(probe, cell)| {
        let asked = client.ask(probe, kind_of(probe.credential), vault);
        async move {
            match cell {
                Some(cell) => cell.get_or_init(|| asked).await.clone(),
                None => asked.await,
            }
        }
    });
    (crate::transport::all(questions).await, known)
}
