//! The loop: a wave of questions, the answers, again. The only place where intake, checks and transport meet.

use std::time::Duration;

use crate::checks::waves::{self, Budget};
use crate::checks::{Case, Diagnosis, Exchange, ExchangeId, Kind, Role, Seen, diagnose};
use crate::transport::Client;
use crate::vault::Vault;

/// Waves end by themselves: each holds only what was not asked yet, inside the budget. This bounds a mistake in a check.
const MOST_WAVES: usize = 8;

/// Waves of a healthy token: two; of a sick one: three.
///
/// `progress` is told the number of the wave and how many questions it has, before they are sent.
pub async fn run(case: &Case, client: &Client, vault: &Vault, mut progress: impl FnMut(usize, usize)) -> (Seen, Diagnosis) {
    let budget = Budget::default();
    let mut seen = Seen::default();
    for number in 1..=MOST_WAVES {
        let wave = waves::next(case, &seen, &budget);
        if wave.is_empty() {
            break;
        }
        progress(number, wave.len());
        let kind_of = |id| case.credentials.iter().find(|c| Some(c.id) == id).map_or(Kind::Unknown, |c| c.kind);
        let questions: Vec<_> = wave.into_iter().map(|probe| (probe.clone(), kind_of(probe.credential))).collect();
        let answers = client.ask_all(&questions, vault).await;
        let limited = answers.iter().any(|(got, _)| got.as_ref().is_ok_and(|a| a.status == 429));
        for ((probe, _), (got, elapsed_ms)) in questions.into_iter().zip(answers) {
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
