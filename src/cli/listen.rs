//! `bbdoctor listen`: the watcher behind the stand-in's sockets, the streams, and how it ends.
//!
//! The server answers on a thread of its own and waits for nobody; what arrives is handed over through a bounded queue, and
//! counted where that is full. Lines for people go to standard output, or to standard error where that carries a report.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::mpsc;

use super::args::{CheckArgs, Format, ListenArgs, LookArgs};
use super::error::{FAILED, INTERRUPTED};
use super::reports::{self, Told};
use super::simulated::loopback;
use super::{Failure, output};
use crate::checks::{self, Seen};
use crate::intake::{self, Around};
use crate::listen::{self, Place, Screen, Session};
use crate::redact::{Redactor, protect};
use crate::report::palette::Palette;
use crate::simulator::{Arrived, Credential, Running, Tls, Unreadable, Watch, serve_watched};

/// What waits to be shown.
const QUEUE: usize = 512;
/// How long the last answers may take to be fetched.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Something that arrived.
enum Event {
    Request(Box<Arrived>),
    Other(Unreadable),
}

/// Hands over what arrives.
#[derive(Debug)]
struct Ear {
    queue: mpsc::Sender<Event>,
    /// What found the queue full.
    missed: AtomicU64,
}

impl Ear {
    fn tell(&self, event: Event) {
        if self.queue.try_send(event).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Watch for Ear {
    fn credential(&self, secret: &str) -> Option<Credential> {
        listen::good(secret)
    }

    fn arrived(&self, arrived: Arrived) {
        self.tell(Event::Request(Box::new(arrived)));
    }

    fn unreadable(&self, unreadable: Unreadable) {
        self.tell(Event::Other(unreadable));
    }
}

/// Why it ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Counted,
    Interrupted,
}

pub(super) fn listen(args: &ListenArgs, look: &LookArgs) -> Result<u8, Failure> {
    let address = loopback(&args.listen, "what arrives may be a token, and must not leave this machine")?;
    let check = CheckArgs {
        email: args.email.clone(),
        token_file: args.token_file.clone(),
        token_stdin: args.token_stdin,
        token_env: args.token_env.clone(),
        ..CheckArgs::default()
    };
    let known = intake::known(&check, &Around::of_process())?;
    let tls = (args.tls || args.tls_ca.is_some()).then_some(Tls::Trusted);
    let (queue, events) = mpsc::channel(QUEUE);
    let ear = Arc::new(Ear { queue, missed: AtomicU64::new(0) });
    let watch: Arc<dyn Watch> = Arc::<Ear>::clone(&ear);
    let mut running = serve_watched(address, tls, watch).map_err(|error| cannot_listen(address, &error))?;
    authority(args, &running)?;

    let live = Live::new(look);
    let place = Place { url: running.api_url.clone(), authority: args.tls_ca.clone(), tls: tls.is_some() };
    let mut screen = live.screen(look);
    let welcome = screen.welcome(&place, &known);
    let mut session = Session::new(known);
    protect(&session.vault().redactor());
    // Where nothing else is said, the address still is: with port 0 nobody knows it.
    let welcome = match look.quiet {
        0 => welcome,
        1 => welcome.lines().take(1).map(|line| format!("{line}\n")).collect(),
        _ => String::new(),
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let end = runtime.block_on(async {
        // A signal is waited for before anybody is told that there is something to end.
        let mut stop = std::pin::pin!(stopped());
        tokio::select! {
            biased;
            stopped = stop.as_mut() => return stopped.map(|()| End::Interrupted).map_err(Failure::from),
            () = std::future::ready(()) => {}
        }
        live.say(&welcome, &session.vault().redactor())?;
        let end = hear(stop, events, args.count, &ear, &mut session, &mut |session, news| {
            let line = screen.news(&news);
            match line.filter(|_| look.quiet == 0) {
                Some(line) => live.say(&line, &session.vault().redactor()),
                None => Ok(()),
            }
        })
        .await;
        running.finish(LAST_ANSWERS).await;
        end
    })?;
    let missed = ear.missed.load(Ordering::Relaxed);
    report(session, &screen, &live, look, (end, missed), args.count.is_some())
}

/// Until so many arrived, or somebody ends it.
async fn hear(
    mut stop: Pin<&mut impl Future<Output = std::io::Result<()>>>,
    mut events: mpsc::Receiver<Event>,
    count: Option<u64>,
    ear: &Ear,
    session: &mut Session,
    tell: &mut impl FnMut(&Session, listen::News) -> std::io::Result<()>,
) -> Result<End, Failure> {
    let mut stopping = false;
    loop {
        let event = tokio::select! {
            biased;
            stopped = stop.as_mut(), if !stopping => {
                stopped?;
                stopping = true;
                // What arrived before is still told.
                events.close();
                continue;
            }
            event = events.recv() => event,
        };
        let news = match event {
            Some(Event::Request(arrived)) => session.arrived(&arrived),
            Some(Event::Other(unreadable)) => session.unreadable(&unreadable),
            None => return Ok(End::Interrupted),
        };
        protect(&session.vault().redactor());
        tell(session, news)?;
        if count.is_some_and(|count| session.total + ear.missed.load(Ordering::Relaxed) >= count) {
            return Ok(End::Counted);
        }
    }
}

/// Ctrl-C, or the polite way to end a process.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// The report, and the exit code: that of the verdict where it ended as it should. Without `--count` Ctrl-C is how it ends;
/// with nothing to judge, or before the count was reached, it was interrupted.
fn report(
    mut session: Session,
    screen: &Screen,
    live: &Live,
    look: &LookArgs,
    (end, missed): (End, u64),
    counts: bool,
) -> Result<u8, Failure> {
    let case = session.end();
    let redactor = session.vault().redactor();
    protect(&redactor);
    if look.quiet == 0 {
        live.say(&screen.farewell(&session, missed), &redactor)?;
    }
    let diagnosis = checks::diagnose(&case, &Seen::default());
    let code = reports::write(&Told::new(case, Seen::default(), diagnosis), look, &[], &redactor)?;
    let cut_short = end == End::Interrupted && (counts || session.is_empty());
    Ok(if cut_short && code != FAILED { INTERRUPTED } else { code })
}

/// Where the lines for people go.
struct Live {
    to_stdout: bool,
    /// Where the locale shows nothing else.
    ascii: bool,
}

impl Live {
    fn new(look: &LookArgs) -> Self {
        Self { to_stdout: look.format == Format::Human && look.quiet == 0, ascii: output::look(look, &[]).ascii }
    }

    fn screen(&self, look: &LookArgs) -> Screen {
        let terminal = if self.to_stdout { std::io::stdout().is_terminal() } else { std::io::stderr().is_terminal() };
        let palette = if self.to_stdout { output::look(look, &[]).palette } else { Palette::plain() };
        Screen::new(palette, look.show_identity || terminal, look.verbose > 0)
    }

    fn say(&self, text: &str, redactor: &Redactor) -> std::io::Result<()> {
        let in_ascii = self.ascii.then(|| crate::report::text::ascii(text));
        let text = in_ascii.as_deref().unwrap_or(text);
        if self.to_stdout {
            return output::stdout(text, redactor);
        }
        output::stderr(text, redactor);
        Ok(())
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let why = match error.kind() {
        ErrorKind::AddrInUse => "another program listens there already".to_owned(),
        ErrorKind::PermissionDenied => "this port is for the system's own programs".to_owned(),
        ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        _ => error.to_string(),
    };
    Failure::usage(format!("nothing can listen at {address}: {why}"), "choose another port with --listen, or port 0 for any")
}

/// Writes the certificate where that was asked for.
fn authority(args: &ListenArgs, running: &Running) -> Result<(), Failure> {
    let (Some(file), Some(pem)) = (&args.tls_ca, &running.ca_pem) else { return Ok(()) };
    std::fs::write(file, pem).map_err(|error| {
        let shown = crate::report::text::cut(&crate::report::text::clean(&file.to_string_lossy()), 60);
        Failure::usage(format!("--tls-ca: {shown} cannot be written: {error}"), "choose another file")
    })
}
