//! Networks that only a namespace has: IPv6 that leads nowhere, addresses that drop everything, a name server that is silent.
//!
//! The test starts this very binary again inside a namespace of its own (`unshare`), where packets for a neighbour that is not
//! there vanish, and `/etc/hosts` and `/etc/resolv.conf` are other files. Where a machine does not allow that, it says so and
//! skips.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::stage::{Person, bitbucket};

const INSIDE: &str = "BBDOCTOR_TEST_NAMESPACE";

/// Makes the network, then becomes the test.
const SETUP: &str = r#"
set -e
ip link set lo up
ip link add hole type veth peer name beyond
ip link set beyond up
ip addr add 10.77.0.1/24 dev hole
ip -6 addr add 2001:db8:77::1/64 dev hole nodad
ip link set hole up
for there in 2001:db8:77::7 10.77.0.7 10.77.0.9; do ip neigh add "$there" lladdr 02:00:00:00:00:07 dev hole; done
printf '127.0.0.1 localhost\n2001:db8:77::7 dual.localhost\n127.0.0.1 dual.localhost\n2001:db8:77::7 dead.localhost\n10.77.0.7 dead.localhost\n' > "$1/hosts"
printf 'nameserver 10.77.0.9\n' > "$1/resolv.conf"
printf 'hosts: files dns\n' > "$1/nsswitch.conf"
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/resolv.conf" /etc/resolv.conf
[ ! -e /etc/nsswitch.conf ] || mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
echo ready
shift
exec "$@"
"#;

fn skips(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: no network namespace to play a broken network in: {why}");
}

#[test]
fn broken_networks_in_a_namespace() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let test = std::env::current_exe().expect("this test has a file");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "--mount", "--", "sh", "-c", SETUP, "sh"]).arg(folder.path()).arg(test);
    command.args(["--exact", "way::namespace::inside", "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return skips(&error.to_string()),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    if !said.starts_with("ready\n") {
        return skips(errors.lines().last().unwrap_or("unshare says nothing"));
    }
    assert!(output.status.success(), "{said}{errors}");
}

/// Runs only inside; elsewhere there is nothing to do.
#[tokio::test]
async fn inside() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    tokio::join!(v6_that_hangs(), everything_that_hangs(), v6_that_hangs_and_v4_that_refuses(), a_silent_name_server());
}

async fn v6_that_hangs() {
    let bitbucket = bitbucket(None).await;
    let url = format!("http://dual.localhost:{}", bitbucket.addr.port());
    let said = Person::new().runs(&["--api-url", &url, "--git-base-url", &url]).await;
    said.is_healthy().says(&["dual.localhost did not answer over IPv6 (2001:db8:77::7)", "curl --ipv4", "git fetch --ipv4"]);
    assert!(said.took < Duration::from_secs(8), "{:?}", said.took);
    assert!(said.report["case"]["environment"].to_string().contains("IPv6"), "{}", said.human);
}

async fn everything_that_hangs() {
    let url = "http://dead.localhost:4430";
    let said = Person::new().runs(&["--api-url", url, "--git-base-url", url, "--timeout", "4"]).await;
    said.is_the_way("cannot-connect").says(&[
        "IPv6 [2001:db8:77::7]:4430 gives no answer",
        "IPv4 10.77.0.7:4430 gives no answer",
        "a firewall drops what is sent",
    ]);
    assert!(said.took < Duration::from_millis(6_500), "{:?}", said.took);
}

async fn v6_that_hangs_and_v4_that_refuses() {
    let url = "http://dual.localhost:4431";
    let said = Person::new().runs(&["--api-url", url, "--git-base-url", url, "--timeout", "4"]).await;
    said.is_the_way("cannot-connect")
        .says(&["IPv6 [2001:db8:77::7]:4431 gives no answer", "IPv4 127.0.0.1:4431 refuses the connection"]);
    assert!(said.took < Duration::from_millis(6_500), "{:?}", said.took);
}

async fn a_silent_name_server() {
    let said = Person::new().runs(&["--timeout", "4"]).await;
    said.is_the_way("name-not-resolved").says(&["the lookup of api.bitbucket.org got no answer"]);
    assert!(said.took < Duration::from_millis(6_500), "{:?}", said.took);
}
