//! `theriac serve` on the data of the demonstration: until it answers, and what it holds when nobody asks.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

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
    let mut starts = Vec::new();
    let mut megabytes: f64 = 0.0;
    for _ in 0..STARTS {
        let (server, time) = shell::timed(|| Server::start(bench, &demo));
        let server = server?;
        starts.push(time);
        if starts.len() == STARTS {
            shell::pause(IDLE);
            megabytes = server.resident()?;
        }
    }
    starts.sort();
    let start = starts.get(STARTS / 2).context("nothing was started")?;
    Ok(vec![
        Row::new("demo, made anew", "ms", Some(10_000.0), made.milliseconds()),
        Row::new("serve, until it answers", "ms", Some(300.0), start.as_secs_f64() * 1000.0),
        Row::new("serve, idle", "MB", Some(100.0), megabytes),
    ])
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
