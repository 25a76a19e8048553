//! `user`: people, their places, roles and accounts.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::civil::Date;
use serde_json::{Value, json};
use theriac_auth::Role;

use crate::config::Config;
use crate::connect::{self, Aim, address};
use crate::output::{self, Format};
use crate::password::Source;

/// People: their places, roles and accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a person
    Add {
        /// What names the person in records and files: lower-case words, no address
        key: String,
        /// The name
        #[arg(long)]
        name: String,
        /// The e-mail address, with which the person signs in
        #[arg(long)]
        email: String,
        #[command(flatten)]
        place: Place,
        /// From which day [default: today]
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// A role on the organisation with all its products; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
        #[command(flatten)]
        password: Source,
    },
    /// List the people
    List {
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say where a person stands from a day on
    Place {
        /// The person's key
        key: String,
        #[command(flatten)]
        place: Place,
        /// From which day
        #[arg(long, value_name = "DATE")]
        from: Date,
    },
    /// Give a person a role
    Grant(Grant),
    /// Take a role back
    Withdraw(Grant),
    /// Give a person a new password; their sessions end
    Password {
        /// The person's key
        key: String,
        #[command(flatten)]
        password: Source,
    },
    /// Say that an address in commits is this person's, so that it is known who developed what
    Address {
        /// The person's key
        key: String,
        /// The e-mail address; only its digest is kept
        email: String,
        /// Take back that it is theirs
        #[arg(long)]
        withdraw: bool,
    },
    /// Say that a person has left: they answer for no clause any more, others owe what was missing of them, and the account closes
    Leave {
        /// The person's key
        key: String,
        /// The first day on which they are gone; today or earlier
        #[arg(long, value_name = "DATE")]
        from: Date,
    },
    /// Close an account: sessions end, every role is taken back, the person stays
    Close {
        /// The person's key
        key: String,
    },
}

/// Where a person stands.
#[derive(Debug, clap::Args)]
// Without a group: its name would be that of the variant.
#[group(skip)]
pub struct Place {
    /// The department
    #[arg(long)]
    department: Option<String>,
    /// The key of the line manager
    #[arg(long, value_name = "PERSON")]
    manager: Option<String>,
    /// The person belongs to another organisation, such as a test house
    #[arg(long)]
    external: bool,
}

/// A role of a person.
#[derive(Debug, clap::Args)]
pub struct Grant {
    /// The person's key
    key: String,
    /// administrator, security-officer, developer, tester, approver, clinical-assessor, risk-acceptor or auditor
    role: Role,
    /// The product's key [default: the organisation with all its products]
    #[arg(long)]
    product: Option<String>,
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Add { key, name, email, place, from, roles, password } => {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            let password = password.password()?;
            let body = json!({
                "key": key, "name": name, "email": email, "department": place.department, "manager": place.manager,
                "external": place.external, "from": from, "roles": roles,
                "password": password.as_ref().map(|(password, _)| password),
            });
            post(config, &["people"], &body)?;
            say(&format!("Added {key}."), password)?;
        }
        Command::List { format } => list(config, format)?,
        Command::Place { key, place, from } => {
            let body = json!({
                "department": place.department, "manager": place.manager, "external": place.external, "from": from,
            });
            let address = address(&["people", &key, "place"]);
            connect::with(config, Aim::Write, async |client| client.put(&address, &body).await)?;
            output::print(&format!("{key} stands there from {from} on.\n"))?;
        }
        Command::Grant(Grant { key, role, product }) => {
            let body = json!({ "role": role.as_str(), "product": product });
            post(config, &["people", &key, "grants"], &body)?;
            output::print(&format!("{key} is now {role} of {}.\n", place(product.as_deref())))?;
        }
        Command::Withdraw(Grant { key, role, product }) => {
            let body = json!({ "role": role.as_str(), "product": product });
            post(config, &["people", &key, "grants", "withdraw"], &body)?;
            output::print(&format!("{key} is no longer {role} of {}.\n", place(product.as_deref())))?;
        }
        Command::Password { key, password } => {
            let Some(password) = password.password()? else {
                bail!("say where the password comes from: --password-stdin or --generate-password");
            };
            post(config, &["people", &key, "password"], &json!({ "password": password.0 }))?;
            say(&format!("{key} has a new password."), Some(password))?;
        }
        Command::Address { key, email, withdraw } => {
            let body = json!({ "address": email });
            let (segments, said): (&[&str], _) = match withdraw {
                false => (&["people", &key, "addresses"], "are"),
                true => (&["people", &key, "addresses", "withdraw"], "are no longer"),
            };
            post(config, segments, &body)?;
            output::print(&format!("Commits from this address {said} {key}'s.\n"))?;
        }
        Command::Leave { key, from } => {
            post(config, &["people", &key, "leave"], &json!({ "from": from }))?;
            output::print(&format!("{key} stands nowhere from {from} on; the account is closed.\n"))?;
        }
        Command::Close { key } => {
            post(config, &["people", &key, "close"], &json!({}))?;
            output::print(&format!("The account of {key} is closed.\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn post(config: &Config, segments: &[&str], body: &Value) -> Result<Value> {
    let address = address(segments);
    connect::with(config, Aim::Write, async |client| client.post(&address, body).await)
}

fn say(what: &str, password: Option<(String, bool)>) -> Result<()> {
    match password {
        Some((password, true)) => output::print(&format!("{what}\npassword {password}\n")),
        _ => output::print(&format!("{what}\n")),
    }
}

fn place(product: Option<&str>) -> &str {
    product.unwrap_or("the organisation")
}

fn list(config: &Config, format: Format) -> Result<()> {
    let people = connect::with(config, Aim::Read, async |client| client.all("/people").await)?;
    if format == Format::Json {
        return output::json(&people);
    }
    let rows: Vec<Value> = people.iter().map(row).collect();
    let columns = [
        ("person", "key"),
        ("name", "name"),
        ("address", "email"),
        ("department", "department"),
        ("manager", "manager"),
        ("account", "account"),
        ("roles", "roles"),
    ];
    output::print(&output::list(&rows, &columns))
}

/// A person as a line: where they stand today, and their roles.
fn row(person: &Value) -> Value {
    let role = |grant: &Value| match (grant["role"].as_str(), grant["product"].as_str()) {
        (Some(role), Some(product)) => format!("{role} of {product}"),
        (role, _) => role.unwrap_or_default().to_owned(),
    };
    let roles: Vec<String> = person["grants"].as_array().into_iter().flatten().map(role).collect();
    json!({
        "key": person["key"], "name": person["name"], "email": person["email"],
        "department": person["present"]["department"], "manager": person["present"]["manager"],
        "account": person["account"], "roles": roles,
    })
}
