//! `init`: sets a data folder up with the organisation and its first people; asks for what was not said.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::tz::TimeZone;
use serde_json::json;
use theriac_auth::Role;
use theriac_service::people::{self, Init, NewPerson, Place, Started};
use theriac_service::{App, Who, gate};
use theriac_store::Access;

use crate::config::Config;
use crate::output::{self, Format, Table};
use crate::{connect, password};

/// Options of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The manufacturer's name
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Its time zone, by which days end, such as Europe/Vienna
    #[arg(long)]
    zone: Option<String>,
    /// A first person: "KEY: NAME <ADDRESS> ROLE, ROLE"; may be given several times. Needed are an administrator, a
    /// security-officer who writes, and an approver who is no administrator
    #[arg(long = "person", value_name = "PERSON")]
    people: Vec<First>,
    /// Read the people's passwords from standard input, one a line, instead of making them up
    #[arg(long)]
    password_stdin: bool,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A first person as one line says it.
#[derive(Debug, Clone)]
struct First {
    key: String,
    name: String,
    email: String,
    roles: Vec<Role>,
}

impl FromStr for First {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let form = || {
            "a person is written KEY: NAME <ADDRESS> ROLE, ROLE; for example \
             maya: Maya Okafor <maya@example.org> security-officer"
                .to_owned()
        };
        let (key, rest) = line.split_once(':').ok_or_else(form)?;
        let (name, rest) = rest.split_once('<').ok_or_else(form)?;
        let (email, roles) = rest.split_once('>').ok_or_else(form)?;
        let words = roles.split([',', ' ']).filter(|word| !word.is_empty());
        let roles = words.map(|word| word.parse::<Role>().map_err(|error| error.to_string()));
        Ok(Self {
            key: key.trim().to_owned(),
            name: name.trim().to_owned(),
            email: email.trim().to_owned(),
            roles: roles.collect::<Result<_, _>>()?,
        })
    }
}

/// Sets up.
pub fn run(config: &Config, args: Args) -> Result<ExitCode> {
    let location = config.location()?;
    let (organisation, zone, people) = match (args.organisation, args.people) {
        (Some(organisation), people) if !people.is_empty() => {
            (organisation, args.zone.unwrap_or_else(zone), people)
        }
        (organisation, people) => ask(organisation, args.zone, people)?,
    };
    let passwords = match args.password_stdin {
        true => password::lines(people.len())?,
        false => people.iter().map(|_| password::generate()).collect(),
    };
    let input = Init {
        organisation: organisation.clone(),
        zone,
        people: people.iter().zip(&passwords).map(|(person, password)| person.with(password)).collect(),
        demonstration: false,
    };
    // Before the folder is touched, so that a refusal leaves nothing behind.
    people::check_init(&input)?;
    let started = connect::run(async {
        let store = connect::open(location, Access::ReadWrite).await?;
        let app = App::new(store.clone(), config.index(None));
        let done = set_up(&app, input, config).await;
        store.close().await;
        done
    })?;
    let shown = (!args.password_stdin).then_some(passwords.as_slice());
    match args.format {
        Format::Json => print_json(&organisation, &people, shown, &started)?,
        Format::Table => print_text(config, &organisation, &people, shown, &started)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn set_up(app: &App, input: Init, config: &Config) -> Result<Started> {
    // Said here, where it is known by which options one goes on.
    if let Ok(present) = people::organisation_in(&mut *app.store().read().await?).await {
        bail!(
            "'{}' is set up here already: go on with theriac serve{}, or name another folder (--data) or database \
             (--database-url)",
            present.name,
            config.options()
        );
    }
    let started = people::init(app, &Who::system(connect::VIA), input).await?;
    gate::ensure_built_in(app).await?;
    Ok(started)
}

impl First {
    fn with(&self, password: &str) -> NewPerson {
        NewPerson {
            key: self.key.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            place: Place::default(),
            from: None,
            roles: self.roles.clone(),
            password: Some(password.to_owned()),
        }
    }

    fn roles(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.as_str()).collect()
    }
}

/// The zone of this machine.
fn zone() -> String {
    TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

/// Asks for what was not said.
fn ask(
    organisation: Option<String>,
    said: Option<String>,
    mut people: Vec<First>,
) -> Result<(String, String, Vec<First>)> {
    if !std::io::stdin().is_terminal() {
        bail!(
            "say --organisation and --person (theriac init --help), or run theriac init in a terminal, where it asks"
        );
    }
    let organisation = organisation.map_or_else(|| question("The manufacturer's name", ""), Ok)?;
    let zone = said.map_or_else(|| question("Its time zone", &zone()), Ok)?;
    if people.is_empty() {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        output::note(&format!(
            "\nThe first people, one a line; an empty line ends:\n  KEY: NAME <ADDRESS> ROLE, ROLE\n\
             Needed are an administrator, a security-officer who writes, and an approver who is no administrator.\n\
             Roles: {}",
            roles.join(", ")
        ));
        loop {
            let line = question("Person", "")?;
            if line.is_empty() {
                break;
            }
            match line.parse() {
                Ok(person) => people.push(person),
                Err(why) => output::note(&why),
            }
        }
    }
    Ok((organisation, zone, people))
}

fn question(what: &str, usual: &str) -> Result<String> {
    let mut out = std::io::stderr().lock();
    let shown = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    write!(out, "{what}{shown}: ").and_then(|()| out.flush()).context("the question cannot be asked")?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).context("the answer cannot be read")?;
    if read == 0 {
        return Err(anyhow!("there was no answer; nothing was set up"));
    }
    let answer = line.trim();
    Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
}

fn print_json(
    organisation: &str,
    people: &[First],
    passwords: Option<&[String]>,
    started: &Started,
) -> Result<()> {
    let people: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(index, person)| {
            let password = passwords.and_then(|passwords| passwords.get(index));
            json!({ "key": person.key, "email": person.email, "roles": person.roles(), "password": password })
        })
        .collect();
    output::json(&json!({
        "organisation": organisation, "people": people, "authors": started.authors, "approvers": started.approvers,
    }))
}

fn print_text(
    config: &Config,
    organisation: &str,
    people: &[First],
    passwords: Option<&[String]>,
    started: &Started,
) -> Result<()> {
    let mut table = Table::new(["person", "signs in with", "password", "roles"]);
    for (index, person) in people.iter().enumerate() {
        let password =
            passwords.and_then(|passwords| passwords.get(index)).map_or("as given", String::as_str);
        table.row([&person.key, &person.email, password, &person.roles().join(", ")]);
    }
    let once = if passwords.is_some() {
        "The passwords are shown this once; each person changes their own.\n"
    } else {
        ""
    };
    output::print(&format!(
        "{organisation} is set up in {}.\n\n{}\n{once}{}\nNext: theriac serve{}\n",
        config.data().display(),
        table.text(),
        started.words(),
        config.options()
    ))
}
