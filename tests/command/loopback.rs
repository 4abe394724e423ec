//! A server on loopback that says what a program really sent, and dice for families of commands.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A small generator without a state of its own; the seeds are the test's.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("small")
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

/// What a server saw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: Vec<String>,
    /// Of the body.
    pub(super) length: usize,
}

/// A server for the test: it says what it saw, and answers 200; git's questions as Bitbucket does a private repository's.
pub(super) fn server() -> (u16, mpsc::Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let sender = sender.clone();
            std::thread::spawn(move || {
                let Ok(mut writer) = stream.try_clone() else { return };
                let mut reader = BufReader::new(stream);
                loop {
                    let mut first = String::new();
                    if reader.read_line(&mut first).unwrap_or(0) == 0 {
                        return;
                    }
                    let mut words = first.split(' ');
                    let method = words.next().unwrap_or_default().to_owned();
                    let path = words.next().unwrap_or_default().to_owned();
                    let (mut authorization, mut length, mut chunked) = (Vec::new(), 0, false);
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                            break;
                        }
                        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
                        match name.to_ascii_lowercase().as_str() {
                            "authorization" => authorization.push(value.trim().to_owned()),
                            "transfer-encoding" => chunked = true,
                            "content-length" => length = value.trim().parse().unwrap_or(0),
                            "expect" => {
                                let _ = writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
                            }
                            _ => {}
                        }
                    }
                    let mut body = vec![0; length];
                    let _ = reader.read_exact(&mut body);
                    while chunked {
                        let mut size = String::new();
                        let read = reader.read_line(&mut size).unwrap_or(0);
                        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
                        let mut chunk = vec![0; size + 2];
                        chunked = read > 0 && reader.read_exact(&mut chunk).is_ok() && size > 0;
                        length += size;
                    }
                    // A user with an empty password is refused too.
                    let empty = |header: &String| {
                        let pair = header.strip_prefix("Basic ").and_then(|pair| STANDARD.decode(pair).ok());
                        pair.is_some_and(|pair| pair.ends_with(b":"))
                    };
                    let head = match (path.contains("/info/refs") || path.contains("/info/lfs"), authorization.iter().all(empty))
                    {
                        (true, true) => "401 Unauthorized\r\nwww-authenticate: Basic realm=\"loopback\"",
                        (true, false) => "404 Not Found",
                        (false, _) => "200 OK",
                    };
                    let _ = sender.send(Sent { method, path, authorization, length });
                    let _ = writer.write_all(format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n").as_bytes());
                }
            });
        }
    });
    (port, receiver)
}

/// A home directory for real programs, with nothing in it.
pub(super) fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// The first line of what a program says of itself.
pub(super) fn version(program: &str) -> Option<String> {
    let output = std::process::Command::new(program).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.chars().take(60).collect())
}

/// A line for whoever reads the test's output.
pub(super) fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
