//! A writer behind which no secret passes, even where it is cut by two writes.

use std::io::{self, Write};

use super::Redactor;

/// How much text is gathered between two looks.
const STEP: usize = 8 << 10;

/// See [`Redactor::writer`]. Dropping it writes the rest too, but tells nobody of an error: call [`Writer::finish`].
pub struct Writer<W: Write> {
    redactor: Redactor,
    inner: Option<W>,
    held: Vec<u8>,
    next_look: usize,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(redactor: Redactor, inner: W) -> Self {
        Self { redactor, inner: Some(inner), held: Vec::new(), next_look: STEP }
    }

    /// Writes the rest, and gives the inner writer back.
    ///
    /// # Errors
    /// What the inner writer said.
    pub fn finish(mut self) -> io::Result<W> {
        self.rest()?;
        self.inner.take().ok_or_else(|| io::Error::other("already finished"))
    }

    fn rest(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        let Some(inner) = &mut self.inner else { return Ok(()) };
        if !held.is_empty() {
            inner.write_all(self.redactor.redact(&String::from_utf8_lossy(&held)).as_bytes())?;
        }
        inner.flush()
    }

    /// Writes what no later text can change. The cut is behind white space, where no escape and no encoding goes on, out
    /// of reach of anything that may still come, and in no secret.
    fn look(&mut self) -> io::Result<()> {
        let (Some(pieces), Some(inner)) = (&self.redactor.0, &mut self.inner) else {
            let held = std::mem::take(&mut self.held);
            return self.inner.as_mut().map_or(Ok(()), |inner| inner.write_all(&held));
        };
        self.next_look = self.held.len() + STEP;
        let settled = self.held.len().saturating_sub(pieces.reach());
        // Bytes that are no UTF-8 are left to the end: replacing them would move positions.
        let Ok(text) =
            std::str::from_utf8(&self.held[..settled]).or_else(|error| std::str::from_utf8(&self.held[..error.valid_up_to()]))
        else {
            return Ok(());
        };
        let whole = String::from_utf8_lossy(&self.held);
        let spans = pieces.spans(&whole);
        let mut limit = text.len();
        let cut = loop {
            let Some(cut) = text[..limit].rfind([' ', '\n']).map(|at| at + 1) else { return Ok(()) };
            match spans.iter().find(|span| span.start < cut && cut <= span.end) {
                Some(span) => limit = span.start,
                None => break cut,
            }
        };
        inner.write_all(self.redactor.redact(&text[..cut]).as_bytes())?;
        self.held.drain(..cut);
        self.next_look = self.held.len() + STEP;
        Ok(())
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= self.next_look || self.redactor.0.is_none() {
            self.look()?;
        }
        Ok(bytes.len())
    }

    /// Writes what can be written; what may be the beginning of a secret stays.
    fn flush(&mut self) -> io::Result<()> {
        self.look()?;
        self.inner.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        if self.inner.is_some() {
            // Nobody is left to be told.
            let _ = self.rest();
        }
    }
}
