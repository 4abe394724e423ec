//! A proxy that does what it is told, and a record of what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a proxy does with a question.
#[derive(Clone)]
pub(super) enum Does {
    /// Opens a tunnel to this address, whatever it was asked for; where a sign-in is given, only to who shows it.
    Opens(SocketAddr, Option<&'static str>),
    /// Answers with this.
    Says(&'static str),
    /// Takes the connection and says nothing.
    Hangs,
    /// Takes the connection and closes it.
    Closes,
}

/// A proxy on loopback.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(super) async fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, does.clone(), Arc::clone(&record)));
            }
        });
        Self { address, heads }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the questions so far.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic held it").clone()
    }
}

async fn serve(mut socket: TcpStream, does: Does, record: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8_192 {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    if head.is_empty() {
        return;
    }
    record.lock().expect("no panic held it").push(head.clone());
    match does {
        Does::Opens(to, sign_in) => {
            let fits = sign_in.is_none_or(|pair| head.to_lowercase().contains(&format!("basic {}", pair.to_lowercase())));
            if !fits {
                let _ = socket
                    .write_all(
                        b"HTTP/1.1 407 Proxy Authentication Required\r\nServer: squid/6.1\r\nProxy-Authenticate: Basic realm=\"Acme\"\r\nContent-Length: 0\r\n\r\n",
                    )
                    .await;
                return;
            }
            let Ok(mut other) = TcpStream::connect(to).await else { return };
            let _ = socket.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
            let _ = tokio::io::copy_bidirectional(&mut socket, &mut other).await;
        }
        Does::Says(answer) => {
            let _ = socket.write_all(answer.as_bytes()).await;
        }
        Does::Hangs => tokio::time::sleep(Duration::from_secs(60)).await,
        Does::Closes => {}
    }
}
