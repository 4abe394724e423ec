//! The exchanges so far.

use alloc::vec::Vec;

use crate::answer::{self, Meaning, Sentence};
use crate::{Answer, Ask, Exchange, Role, Surface};

/// The record: every exchange so far, in the order of asking.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// In the order of asking.
    pub exchanges: Vec<Exchange>,
}

impl Seen {
    /// The answer that anybody gets to this question.
    #[must_use]
    pub fn control(&self, ask: &Ask) -> Option<&Answer> {
        self.exchanges.iter().find(|x| x.probe.role == Role::Anonymous && x.probe.ask == *ask)?.got.as_ref().ok()
    }

    /// Every exchange with its meaning.
    pub fn meanings(&self) -> impl Iterator<Item = (&Exchange, Meaning)> {
        self.exchanges.iter().map(|x| (x, answer::meaning(x, self)))
    }

    /// The exchanges in this role, with their meanings.
    pub fn of(&self, role: Role) -> impl Iterator<Item = (&Exchange, Meaning)> {
        // What an answer means takes time to read: only of those that are wanted.
        self.exchanges.iter().filter(move |x| x.probe.role == role).map(|x| (x, answer::meaning(x, self)))
    }

    /// The exchanges that carried a credential.
    pub fn credentialed(&self) -> impl Iterator<Item = (&Exchange, Meaning)> {
        self.exchanges.iter().filter(|x| x.probe.role != Role::Anonymous).map(|x| (x, answer::meaning(x, self)))
    }

    /// The exchange of exactly this question in this role.
    #[must_use]
    pub fn find(&self, ask: &Ask, role: Role) -> Option<(&Exchange, Meaning)> {
        let found = self.exchanges.iter().find(|x| x.probe.role == role && x.probe.ask == *ask)?;
        Some((found, answer::meaning(found, self)))
    }

    /// Whether this exchange shows that its credential was accepted, whatever became of the request.
    #[must_use]
    pub fn authenticated(&self, exchange: &Exchange) -> bool {
        let Ok(got) = &exchange.got else { return false };
        if exchange.probe.role == Role::Anonymous {
            return false;
        }
        match answer::meaning(exchange, self) {
            Meaning::Accepted | Meaning::Known => true,
            Meaning::Denied | Meaning::NotThere | Meaning::Gone | Meaning::Limited => {
                // The control was asked to sign in and this request was not: it had.
                answer::names_the_credential(got)
                    || answer::sentence(Some(got.status), &got.excerpt).is_some_and(Sentence::proves_authentication)
                    || (exchange.probe.surface() == Surface::Git
                        && matches!(got.status, 403 | 404)
                        && self.control(&exchange.probe.ask).is_some_and(|c| c.status == 401))
            }
            _ => false,
        }
    }

    /// How this role fared: `Some(true)` authenticated, `Some(false)` refused, with the exchange that shows it.
    #[must_use]
    pub fn accepted(&self, role: Role) -> Option<(bool, &Exchange)> {
        let shown = self.of(role).find(|(x, _)| self.authenticated(x)).map(|(x, _)| (true, x));
        shown.or_else(|| self.of(role).find(|(_, m)| *m == Meaning::Refused).map(|(x, _)| (false, x)))
    }

    /// The role on this surface that was accepted.
    #[must_use]
    pub fn accepted_role(&self, surface: Surface) -> Option<Role> {
        self.exchanges.iter().find(|x| x.probe.surface() == surface && self.authenticated(x)).map(|x| x.probe.role)
    }

    /// Failed logins: refusals of a request that carried a credential.
    #[must_use]
    pub fn failed_logins(&self) -> usize {
        self.credentialed().filter(|(_, m)| *m == Meaning::Refused).count()
    }
}
