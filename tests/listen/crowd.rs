//! What arrives in numbers, in size, and in the wrong language: whoever is pointed at the address gets an answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Listening, has_python};
use crate::api_token;
use crate::promises_stage::clean;

/// Everything that comes back to these bytes.
fn answered(listening: &Listening, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(listening.address()).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
    stream.write_all(bytes).expect("it reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_crowd_that_says_nothing_locks_nobody_out() {
    let token = api_token();
    let listening = Listening::new(&[], &[]);
    for begun in ["", "GET /2.0/user HTTP/1.1\r\nX-Slow: ", "POST /2.0/user HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"] {
        let crowd: Vec<TcpStream> = (0..300)
            .map(|_| {
                let mut stream = TcpStream::connect(listening.address()).expect("it listens");
                // It may have been closed for a later one by then.
                let _ = stream.write_all(begun.as_bytes());
                stream
            })
            .collect();
        let start = Instant::now();
        let done = listening.curl(&["-u", &format!("anna@example.com:{token}")], "/2.0/repositories/acme/app");
        assert_eq!(done, (Some(0), "200".into()), "{begun:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "{begun:?}: {:?}", start.elapsed());
        drop(crowd);
    }
}

#[test]
fn who_speaks_the_wrong_language_is_told_so() {
    let tls = Listening::new(&["--tls"], &[]);
    let answer = answered(&tls, b"GET /2.0/user HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("This address speaks TLS: use https://"), "{answer}");
    let said = tls.wait_for("plain HTTP arrived at a port for TLS");
    assert!(!said.contains("times now"), "{said}");

    // Words, not a connection that breaks: programs then say that no TLS is spoken here, and suspect no firewall.
    let plain = Listening::new(&[], &[]);
    let answer = answered(&plain, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("This address speaks plain HTTP"), "{answer}");
    let ended = plain.interrupt();
    assert!(ended.said.contains("no request arrived; 1 more could not be read"), "{}", ended.said);
    let wide: Vec<&str> = ended.said.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn an_upload_is_taken_whole_and_kept_nowhere() {
    let token = api_token();
    let listening = Listening::new(&["--count", "2"], &[]);
    let big = tempfile::NamedTempFile::new().expect("a file");
    big.as_file().set_len(40 << 20).expect("it grows");
    let file = format!("files=@{}", big.path().display());
    let pair = format!("anna@example.com:{token}");
    let path = "/2.0/repositories/acme/app/downloads";
    assert_eq!(listening.curl(&["-u", &pair, "-F", &file], path), (Some(0), "201".into()));
    // In chunks, its length unsaid.
    let chunked = ["-u", &pair, "-F", &file, "-H", "Transfer-Encoding: chunked"];
    assert_eq!(listening.curl(&chunked, path), (Some(0), "201".into()));
    let home = listening.home.path().to_owned();
    assert_eq!(std::fs::read_dir(&home).expect("it is there").count(), 0);
    let ended = listening.end();
    assert!(ended.said.contains("2 requests arrived, 1 of them different"), "{}", ended.said);
}

#[test]
fn git_fetches_into_what_it_has_and_is_told_that_nothing_is_kept() {
    let token = api_token();
    let listening = Listening::new(&[], &[]);
    let place = tempfile::tempdir().expect("a temporary directory");
    let url = format!("{}/acme/app", listening.url.replace("://", &format!("://x-bitbucket-api-token-auth:{token}@")));
    let git = |arguments: &[&str]| {
        let mut git = clean("git", place.path());
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "credential.helper="]).args(arguments);
        let done = git.current_dir(place.path()).output().expect("git starts");
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert!(git(&["init", "--quiet"]).0);
    // So many that git packs the list of what it has.
    for n in 0..60 {
        assert!(git(&["commit", "--quiet", "--allow-empty", "--message", &n.to_string()]).0);
    }
    let (fetched, said) = git(&["fetch", &url]);
    assert!(fetched, "{said}");
    assert!(git(&["tag", "v1"]).0);
    std::fs::write(
        place.path().join("large"),
        (0_u32..3 << 20).flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_le_bytes()).collect::<Vec<u8>>(),
    )
    .expect("it can be written");
    assert!(git(&["add", "large"]).0 && git(&["commit", "--quiet", "--message", "large"]).0);
    let (pushed, said) = git(&["push", &url, "v1", "HEAD:refs/heads/large"]);
    assert!(!pushed && said.matches("keeps nothing").count() == 2, "{said}");
    assert_eq!(said.matches("(pre-receive hook declined)").count(), 2, "each is refused by its name: {said}");
    let ended = listening.interrupt();
    assert!(ended.said.contains("POST /acme/app/git-receive-pack  ") && !ended.said.contains("error["), "{}", ended.said);
}

#[test]
fn a_strict_client_trusts_the_certificate() {
    if !has_python("ssl") {
        return;
    }
    let listening = Listening::new(&["--tls-ca", "ca.pem"], &[]);
    let program = "import os,ssl,sys,urllib.request as u\n\
                   c=ssl.create_default_context(cafile=os.environ['CA'])\nc.verify_flags|=ssl.VERIFY_X509_STRICT\n\
                   try: print(u.urlopen(sys.argv[1]+'/2.0/workspaces/acme',context=c).status)\n\
                   except u.HTTPError as e: print('answered',e.code)";
    let authority = listening.home.path().join("ca.pem");
    let said = listening.python(program, &[("CA", &authority.to_string_lossy())]);
    assert!(said.starts_with("answered 40"), "{said}");
}

#[test]
fn each_fault_is_mended_at_its_own_place() {
    let token = api_token();
    let listening = Listening::new(&[], &[]);
    let pair = format!("anna@example.com:{token}");
    for path in ["/2.0/repositories/acme/app/wiki", "/2.0/workspaces", "/2.0/workspaces?page=2"] {
        listening.curl(&["-u", &pair], path);
    }
    listening.curl(&["-H", &format!("Authorization: Bearer <{token}>")], "/2.0/user");
    let said = listening.interrupt().said;
    for line in [
        "There is nothing to use instead: the wiki is gone.\n",
        "Use /2.0/user/workspaces instead.\n",
        "what mends it stands at 2\n",
        "around or inside the secret: brackets around it\n",
    ] {
        assert!(said.contains(line), "{line:?} in\n{said}");
    }
}
