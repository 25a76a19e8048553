//! The program as a server, and a browser that a test drives as a person would: by what is written on the page.
//!
//! Everything waits for what it needs, up to [`LIMIT`]. Server, driver and browser end with the test.

use std::fmt::Debug;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use theriac_demo::PASSWORD;
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::common::config::WebDriverConfig;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;

/// Finds what keeps people with disabilities out of a page.
const AXE: &str = include_str!("axe.min.js");
/// How long a page may take to show what is expected.
const LIMIT: Duration = Duration::from_secs(20);
/// How often a page is looked at anew while parts of it are being replaced.
const LOOKS: usize = 5;
/// How often it is looked at meanwhile.
const INTERVAL: Duration = Duration::from_millis(50);

const CHROMIUM: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// The heading of the pane beside a list, once the pane is that of the row that was opened.
pub const PANE: &str = "#pane:not([aria-busy]) #pane-title";

/// A running server and its data folder.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// What it said until it was ready.
    pub said: Vec<String>,
    folder: TempDir,
}

impl Server {
    /// The demonstration.
    pub fn demo() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start(folder, &["demo", "--dir", "data"], "  Open      ", "theriac releases")
    }

    /// The installation in the folder `data` of this folder.
    pub fn on(folder: TempDir) -> Self {
        Self::start(folder, &["serve", "--data", "data"], "Theriac is at ", "Theriac is at")
    }

    /// Starts it and reads what it says up to the line that holds `last`.
    fn start(folder: TempDir, arguments: &[&str], address: &str, last: &str) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("theriac"))
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let ready = lines.by_ref().any(|line| {
            said.push(line);
            said.last().is_some_and(|line| line.contains(last))
        });
        assert!(ready, "the server ended: {said:#?}");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = said.iter().find_map(|line| line.strip_prefix(address)).unwrap().to_owned();
        Self { child, address, said, folder }
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command on the server's data folder, beside the server.
    pub fn beside(&self, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = theriac(self.folder());
        command.args(arguments).args(["--data", "data"]);
        command
    }

    /// A command that talks to the server as a pipeline does.
    pub fn client(&self, token: &str, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = theriac(self.folder());
        command.args(arguments).env("THERIAC_SERVER", &self.address).env("THERIAC_TOKEN", token);
        command
    }

    /// The token that the demonstration's terminal shows.
    pub fn demo_token(&self) -> String {
        self.said.iter().find_map(|line| line.strip_prefix("  Token     ")).unwrap().to_owned()
    }

    /// What was done, in order, as the exported and verified audit log has it.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        self.beside(&["audit", "export", "audit.jsonl"]).assert().success();
        theriac(self.folder()).args(["audit", "verify", "audit.jsonl"]).assert().success();
        let text = std::fs::read_to_string(self.folder().join("audit.jsonl")).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter_map(|mut line| Some(line.get_mut("entry")?.take())).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, without the variables that could lead it elsewhere.
pub fn theriac(folder: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("theriac"));
    command.current_dir(folder);
    for name in ["THERIAC_DATA_DIR", "THERIAC_SERVER", "THERIAC_TOKEN", "THERIAC_DATABASE_URL"] {
        command.env_remove(name);
    }
    command
}

/// A browser on a server. Its window is 1280 by 900.
pub struct Browser {
    page: WebDriver,
    address: String,
    // After the page, which ends the browser when it is dropped.
    _driver: Driver,
}

/// The driver's process, with a folder for what it and the browser leave behind.
struct Driver {
    child: Child,
    _folder: TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Driver {
    /// Starts it on a free port.
    fn start() -> (Self, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(tool("THERIAC_CHROMEDRIVER"))
            .arg("--port=0")
            .env("TMPDIR", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let started = lines.find_map(|line| {
            Some(line.split_once("started successfully on port ")?.1.trim_end_matches('.').to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        (Self { child, _folder: folder }, format!("http://127.0.0.1:{}", started.unwrap()))
    }
}

/// The program that a variable names.
fn tool(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable);
    PathBuf::from(path.unwrap_or_else(|| {
        panic!("set THERIAC_CHROMIUM and THERIAC_CHROMEDRIVER to Chromium and its driver, or run `cargo xtask test`")
    }))
}

impl Browser {
    /// Starts a browser.
    pub async fn start(server: &Server) -> Self {
        Self::with(server, true).await
    }

    /// Starts a browser that runs no script of any page.
    pub async fn without_script(server: &Server) -> Self {
        Self::with(server, false).await
    }

    async fn with(server: &Server, script: bool) -> Self {
        // The HTTP client of the driver wants one, though it speaks no TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(tool("THERIAC_CHROMIUM").to_str().unwrap()).unwrap();
        for argument in CHROMIUM {
            wanted.add_arg(argument).unwrap();
        }
        wanted.add_arg("--window-size=1280,900").unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        if !script {
            let preferences = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
            wanted.add_experimental_option("prefs", preferences).unwrap();
        }
        let (driver, at) = Driver::start();
        let page = WebDriver::new(at, wanted).await.unwrap();
        let poller = Arc::new(ElementPollerWithTimeout::new(LIMIT, INTERVAL));
        let config = WebDriverConfig::builder().poller(poller).build().unwrap();
        page.set_config(config);
        Self { page, address: server.address.clone(), _driver: driver }
    }

    /// Does something in another tab, and comes back.
    pub async fn in_another_tab(&self, act: impl AsyncFnOnce(&Self)) {
        let here = self.page.window().await.unwrap();
        let there = self.page.new_tab().await.unwrap();
        self.page.switch_to_window(there).await.unwrap();
        act(self).await;
        self.page.close_window().await.unwrap();
        self.page.switch_to_window(here).await.unwrap();
    }

    /// Ends it; a page may not have complained meanwhile, about its content policy for one. That a form was refused, or
    /// came too late for its session, is no complaint.
    pub async fn quit(self) {
        let log = self.page.browser_log().await.unwrap();
        let refusals =
            ["401 (Unauthorized)", "403 (Forbidden)", "409 (Conflict)", "422 (Unprocessable Entity)"];
        let refused = |text: &str| refusals.iter().any(|refusal| text.ends_with(refusal));
        let severe: Vec<_> =
            log.iter().filter(|entry| entry.level == "SEVERE" && !refused(&entry.message)).collect();
        assert!(severe.is_empty(), "{severe:#?}");
        self.page.quit().await.unwrap();
    }

    /// Opens a path of the server.
    pub async fn open(&self, path: &str) {
        self.page.goto(format!("{}{path}", self.address)).await.unwrap();
    }

    /// Makes the window as narrow as that of a phone.
    pub async fn narrow(&self) {
        self.page.set_window_rect(0, 0, 390, 844).await.unwrap();
    }

    /// Whether the first element that a selector finds lies between the sides of the window.
    pub async fn in_sight(&self, css: &str) -> bool {
        let look = "const at = document.querySelector(arguments[0]).getBoundingClientRect(); \
                    return at.left >= 0 && at.right <= innerWidth";
        self.page.execute(look, vec![css.into()]).await.unwrap().convert().unwrap()
    }

    /// How many tables are shown of which a head does not stand above its column, and how many in all.
    pub async fn shifted_tables(&self) -> (u64, u64) {
        let look = "const left = cells => [...cells].map(cell => Math.round(cell.getBoundingClientRect().left)); \
                    const tables = [...document.querySelectorAll('main table')].filter(table => table.tBodies[0].rows[0]); \
                    const shifted = tables.filter(table => String(left(table.tHead.rows[0].cells)) != \
                    String(left(table.tBodies[0].rows[0].cells))); return [shifted.length, tables.length]";
        self.page.execute(look, Vec::new()).await.unwrap().convert().unwrap()
    }

    /// What axe finds wrong with the page that is shown: the rule, and the first elements that break it.
    pub async fn breaches(&self) -> Vec<String> {
        // Colours that are still on their way between two themes would be found too light.
        let still = "document.getAnimations().forEach(animation => animation.finish())";
        let run = "const done = arguments[0]; axe.run().then(all => done(all.violations.map(breach => \
                   breach.id + ': ' + breach.nodes.slice(0, 3).map(node => node.target.join(' ')).join(', '))))";
        self.page.execute(AXE, Vec::new()).await.unwrap();
        self.page.execute(still, Vec::new()).await.unwrap();
        self.page.execute_async(run, Vec::new()).await.unwrap().convert().unwrap()
    }

    /// The path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.page.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.address).unwrap().to_owned()
    }

    /// Signs in with an address; everybody has the password of the demonstration.
    pub async fn sign_in(&self, email: &str) {
        self.open("/sign-in").await;
        self.fill("Work e-mail", email).await;
        self.fill("Password", PASSWORD).await;
        self.press("Sign in").await;
        self.see("h1", "My work").await;
    }

    /// Signs out.
    pub async fn sign_out(&self) {
        self.open("/account").await;
        self.press("Sign out").await;
        self.see("h1", "Sign in to").await;
    }

    /// The first element that a selector finds and a person sees, once it holds the text.
    pub async fn see(&self, css: &str, text: &str) -> WebElement {
        let wanted = text.to_owned();
        let shown = move |element: WebElement| {
            let wanted = wanted.clone();
            // An element that was replaced meanwhile shows nothing; the next look finds the new one.
            async move {
                let text = element.text().await.unwrap_or_default();
                Ok(plain(&text).contains(&wanted) && element.is_displayed().await.unwrap_or_default())
            }
        };
        let found = self.page.query(By::Css(css)).with_filter(shown).first().await;
        match found {
            Ok(element) => element,
            Err(error) => {
                panic!("no '{css}' shows '{text}' on {}: {error}\n{}", self.path().await, self.text().await)
            }
        }
    }

    /// Everything that a person reads on the page.
    pub async fn text(&self) -> String {
        self.page.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    /// The texts of everything that a selector finds now, as a person sees them.
    pub async fn all(&self, css: &str) -> Vec<String> {
        unless_stale(async || self.texts(css).await).await.unwrap()
    }

    async fn texts(&self, css: &str) -> WebDriverResult<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.page.find_all(By::Css(css)).await? {
            texts.push(plain(&element.text().await?));
        }
        Ok(texts)
    }

    /// Follows the first link that begins with this.
    pub async fn follow(&self, text: &str) {
        self.click(&format!("//a[starts-with(normalize-space(.), {})]", quoted(text))).await;
    }

    /// What the first link that begins with this leads to, as text: a download, without leaving the page.
    pub async fn download(&self, text: &str) -> String {
        let path = format!("//a[starts-with(normalize-space(.), {})]", quoted(text));
        let link = self.page.query(By::XPath(&path)).and_clickable().first().await;
        let link = self.done(link, text).await;
        let fetch = "return fetch(arguments[0].href).then(answer => answer.text())";
        let answer = self.page.execute(fetch, vec![link.to_json().unwrap()]).await.unwrap();
        answer.convert().unwrap()
    }

    /// Follows the first link that begins with this, in the part of the page with this label.
    pub async fn follow_in(&self, part: &str, text: &str) {
        let (part, text) = (quoted(part), quoted(text));
        self.click(&format!("//*[@aria-label = {part}]//a[starts-with(normalize-space(.), {text})]")).await;
    }

    /// Presses the first button that says this.
    pub async fn press(&self, text: &str) {
        self.click(&format!("//button[not(@tabindex = -1) and normalize-space(.) = {}]", quoted(text))).await;
    }

    /// Ticks the box with this label.
    pub async fn tick(&self, label: &str) {
        let label = quoted(label);
        let named = format!("//input[@type = 'checkbox' and @aria-label = {label}]");
        self.click(&format!("{named} | //label[normalize-space(.) = {label}]")).await;
    }

    /// Clicks what an XPath finds, once it can be clicked.
    async fn click(&self, path: &str) {
        let clicked = unless_stale(async || {
            self.page.query(By::XPath(path)).and_clickable().first().await?.click().await
        });
        self.done(clicked.await, path).await;
    }

    /// Writes into the field with this label, in place of what it holds.
    pub async fn fill(&self, label: &str, value: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(value).await.unwrap();
    }

    /// Takes an option of the drop-down with this label.
    pub async fn select(&self, label: &str, option: &str) {
        let field = self.field(label).await;
        let path = format!(".//option[normalize-space(.) = {}]", quoted(option));
        let option = field.query(By::XPath(&path)).first().await;
        self.done(option, label).await.click().await.unwrap();
    }

    /// Takes a choice in the group with this label.
    pub async fn choose(&self, group: &str, choice: &str) {
        let path = format!(
            "//fieldset[legend[starts-with(normalize-space(.), {})]]//label[normalize-space(.) = {}]",
            quoted(group),
            quoted(choice)
        );
        self.click(&path).await;
    }

    /// The field that a label is for.
    pub async fn field(&self, label: &str) -> WebElement {
        let path = format!(
            "//*[@id = //label[starts-with(normalize-space(.), {0})]/@for or @aria-label = {0}]",
            quoted(label)
        );
        let element = self.page.query(By::XPath(&path)).and_displayed().first().await;
        self.done(element, label).await
    }

    async fn done<T, E: Debug>(&self, result: Result<T, E>, what: &str) -> T {
        match result {
            Ok(value) => value,
            Err(error) => panic!("{what} on {}: {error:?}\n{}", self.path().await, self.text().await),
        }
    }
}

/// Does it again where an element was replaced between two steps; the next look finds the new one.
async fn unless_stale<T>(look: impl AsyncFn() -> WebDriverResult<T>) -> WebDriverResult<T> {
    let mut seen = look().await;
    for _ in 1..LOOKS {
        let stale = |error: &WebDriverError| {
            matches!(error.as_inner(), WebDriverErrorInner::StaleElementReference(_))
        };
        if !seen.as_ref().is_err_and(stale) {
            break;
        }
        seen = look().await;
    }
    seen
}

/// The text with every space and line break as one space.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text as `XPath` writes it.
fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "{text}");
    format!("\"{text}\"")
}
