//! A throw-away PostgreSQL: made, started, and gone with this process, however that ends.
//!
//! A shell holds the server. It waits for the end of its input, which comes when this process closes the pipe
//! or dies, and then stops the server and removes its folder. It has a process group of its own, so that
//! Ctrl-C does not reach it before its work is done.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{shell, tools};

/// The environment variable that the tests read.
pub const VARIABLE: &str = "THERIAC_TEST_POSTGRES";

/// How often another port is tried, when somebody took the free one in between.
const TRIES: u32 = 3;

const HOLD: &str = r#"
trap '' HUP INT TERM
done_with() { cd /; rm -rf "$DIR"; }
"$BIN/initdb" -D "$DIR/data" -U postgres -A scram-sha-256 --pwfile="$DIR/password" -E UTF8 --locale=C --no-sync \
    >"$DIR/initdb.log" 2>&1 </dev/null || { cat "$DIR/initdb.log" >&2; done_with; exit 1; }
"$BIN/pg_ctl" -w -D "$DIR/data" -l "$DIR/log" -o "-p $PORT -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=300" start \
    >/dev/null 2>&1 </dev/null || { cat "$DIR/log" >&2; done_with; exit 1; }
echo ready
cat >/dev/null
"$BIN/pg_ctl" -w -D "$DIR/data" -m immediate stop >/dev/null 2>&1
done_with
"#;

/// A running server; dropping it stops it.
pub struct Postgres {
    holder: Child,
    until_closed: Option<ChildStdin>,
    url: String,
}

impl Postgres {
    /// Makes and starts a server on a free port of 127.0.0.1.
    ///
    /// Run by root, the server belongs to an unprivileged user and lives in the system's folder for
    /// temporary files, because that user may not be let into this one.
    pub fn start(bin: &Path) -> Result<Self> {
        for _ in 1..TRIES {
            match Self::try_start(bin) {
                Ok(server) => return Ok(server),
                Err(error) => eprintln!("{error:#}; trying once more"),
            }
        }
        Self::try_start(bin)
    }

    fn try_start(bin: &Path) -> Result<Self> {
        let server_user = if shell::user_id()? == 0 { Some(unprivileged_user()?) } else { None };
        let folder = new_folder(server_user.is_some())?;
        let password = random_hex()?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        fs::write(folder.join("password"), &password)?;

        let mut command = Command::new("sh");
        command.arg("-c").arg(HOLD).current_dir(&folder);
        command.env("BIN", bin).env("DIR", &folder).env("PORT", port.to_string()).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if let Some((user, group)) = server_user {
            chown(folder.join("password"), Some(user), Some(group))?;
            chown(&folder, Some(user), Some(group))?;
            command.uid(user).gid(group);
        }
        let mut holder = command.spawn().context("cannot start sh")?;
        let until_closed = holder.stdin.take();
        let said = holder.stdout.take().context("sh has no output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        if line.trim() != "ready" {
            holder.wait()?;
            bail!("PostgreSQL from {} did not start on port {port}", bin.display());
        }
        Ok(Self {
            holder,
            until_closed,
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
        })
    }

    /// `postgres://user:password@127.0.0.1:port/postgres`, with the right to create databases.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.until_closed.take());
        if let Err(error) = self.holder.wait() {
            eprintln!("the throw-away PostgreSQL may still run: {error}");
        }
    }
}

/// `cargo xtask postgres`: for tests run by hand or by an editor.
pub fn run(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask postgres` takes no arguments");
    }
    let server = Postgres::start(&tools::postgres()?)?;
    println!("export {VARIABLE}={}", server.url());
    eprintln!("PostgreSQL runs; press Enter to stop it");
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

/// A new folder that only its owner may enter.
fn new_folder(for_another_user: bool) -> Result<PathBuf> {
    let parent =
        if for_another_user { std::env::temp_dir() } else { std::env::current_dir()?.join("target/tmp") };
    fs::create_dir_all(&parent)?;
    let folder = parent.join(format!("theriac-postgres-{}", random_hex()?));
    fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}

/// The user and group that the server of a root user belongs to.
fn unprivileged_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| users.lines().find_map(|line| user_line(line, name)))
        .context("PostgreSQL does not run as root, and /etc/passwd has neither postgres nor nobody")
}

/// User and group from "postgres:x:101:104:…".
fn user_line(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    (fields.next() == Some(name)).then_some(())?;
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut hex = String::new();
    for byte in bytes {
        write!(hex, "{byte:02x}")?;
    }
    Ok(hex)
}
