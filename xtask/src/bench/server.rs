//! `theriac serve` on the data of the demonstration, and of a release with 1,000 components and with ten times as many:
//! until it answers, and what it holds when nobody asks.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::data::Data;
use super::{Bench, Row};
use crate::shell;

/// How often the start is measured.
const STARTS: usize = 9;
/// When a server that does not answer is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nobody asks, before the memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// Start and idle memory.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let demo = bench.folder.join("demo");
    let words = ["demo", "--no-serve", "--dir"].map(Path::new);
    let made = bench.once(&[&words[..], &[&demo]].concat()).context("the demonstration was not made")?;
    let (start, idle) = served(bench, &demo)?;
    let mut rows = vec![
        Row::new("demo, made anew", "ms", Some(10_000.0), made.milliseconds()),
        Row::new("serve, until it answers", "ms", Some(300.0), start),
        Row::new("serve, idle", "MB", Some(100.0), idle),
    ];
    if let Some(data) = bench.data("serve with 1,000 components") {
        let (start, idle) = served(bench, &filled(bench, data, 1)?)?;
        let (tenfold_start, tenfold_idle) = served(bench, &filled(bench, data, 10)?)?;
        let what = "serve with 1,000 components";
        let answers = Row::new(&format!("{what}, until it answers"), "ms", Some(300.0), start);
        rows.push(answers.with_tenfold(tenfold_start));
        rows.push(Row::new(&format!("{what}, idle"), "MB", Some(100.0), idle).with_tenfold(tenfold_idle));
    }
    Ok(rows)
}

/// How many milliseconds a server on a folder takes until it answers, and how many MB it holds when nobody asks.
fn served(bench: &Bench, folder: &Path) -> Result<(f64, f64)> {
    let mut starts = Vec::new();
    let mut megabytes: f64 = 0.0;
    for _ in 0..STARTS {
        let (server, time) = shell::timed(|| Server::start(bench, folder));
        let server = server?;
        starts.push(time);
        if starts.len() == STARTS {
            shell::pause(IDLE);
            megabytes = server.resident()?;
        }
    }
    starts.sort();
    let start = starts.get(STARTS / 2).context("nothing was started")?;
    Ok((start.as_secs_f64() * 1000.0, megabytes))
}

/// A data folder with one release of so many thousand components.
fn filled(bench: &Bench, data: &Data, thousands: usize) -> Result<PathBuf> {
    let folder = bench.folder.join(format!("filled-{thousands}"));
    let people = [
        "ada: Ada <ada@example.org> administrator",
        "sam: Sam <sam@example.org> security-officer",
        "pat: Pat <pat@example.org> approver",
    ];
    let mut init = vec!["init", "--organisation", "Bench", "--zone", "UTC"];
    people.iter().for_each(|person| init.extend(["--person", person]));
    let bom = data.thousand(thousands)?;
    let bom = bom.to_str().context("the folder of the bench is no text")?;
    let of = ["--product", "pump", "--release", "1.0"];
    let steps = [
        init,
        vec!["product", "add", "pump", "--name", "Pump"],
        [&["release", "add"], &of[..]].concat(),
        [&["evidence", "add"], &of[..], &[bom]].concat(),
    ];
    for step in steps {
        let words: Vec<&Path> = step.iter().map(Path::new).chain([Path::new("--data"), &folder]).collect();
        bench.once(&words).with_context(|| format!("`theriac {}` failed", step[..2].join(" ")))?;
    }
    Ok(folder)
}

/// A running server; dropping it ends it.
struct Server(Child);

impl Server {
    /// Starts a server and waits until it answers.
    fn start(bench: &Bench, data: &Path) -> Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut command = Command::new(&bench.theriac);
        command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Self(command.spawn().context("cannot start theriac serve")?);
        let pause = Duration::from_millis(1);
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            if answers(address) {
                return Ok(server);
            }
            if let Some(status) = server.0.try_wait()? {
                bail!("theriac serve ended with {status}");
            }
            shell::pause(pause);
        }
        bail!("theriac serve did not answer within {} s", PATIENCE.as_secs())
    }

    /// The memory that is resident now, in MB.
    fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
        let kilobytes = line.split_whitespace().next().context("VmRSS is empty")?;
        Ok(kilobytes.parse::<f64>().context("VmRSS is no number")? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("the measured server may still run: {error}");
        }
    }
}

/// Whether the sign-in page comes.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
