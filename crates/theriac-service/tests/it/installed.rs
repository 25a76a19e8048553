//! An installation as `theriac init` makes it, with people who really sign in.

use std::net::IpAddr;
use std::sync::Mutex;

use theriac_auth::{Reauthenticated, Role, Throttle};
use theriac_service::people::{self, Door, Init, NewPerson, Session, Started};
use theriac_service::{App, Result, Who};
use theriac_store::testing::TestStore;

/// What everybody signs in with.
pub const PASSWORD: &str = "four words apart here";
/// From where they do.
pub const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

/// The program after `theriac init`, and the way in.
pub struct Installed {
    pub app: App,
    pub throttle: Mutex<Throttle>,
}

/// A person to begin with, in engineering under nobody.
pub fn newcomer(key: &str, roles: &[Role]) -> NewPerson {
    NewPerson {
        key: key.to_owned(),
        name: format!("{key} Example"),
        email: format!("{key}@lumen.example"),
        roles: roles.to_vec(),
        password: Some(PASSWORD.to_owned()),
        ..NewPerson::default()
    }
}

/// What a small manufacturer begins with.
pub fn init_input() -> Init {
    Init {
        organisation: "Lumen Medical".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        people: vec![
            newcomer("adam", &[Role::Administrator]),
            newcomer("ana", &[Role::SecurityOfficer]),
            newcomer("cleo", &[Role::Approver]),
            newcomer("ben", &[Role::Developer]),
            newcomer("otto", &[Role::Auditor]),
        ],
        demonstration: false,
    }
}

impl Installed {
    /// Before `init`.
    pub fn empty(store: &TestStore) -> Self {
        let app = App::new((**store).clone(), store.folder().join("index"));
        Self { app, throttle: Mutex::default() }
    }

    /// After it.
    pub async fn new(store: &TestStore) -> Self {
        let installed = Self::empty(store);
        installed.init(init_input()).await.unwrap();
        installed
    }

    pub async fn init(&self, input: Init) -> Result<Started> {
        people::init(&self.app, &cli(), input).await
    }

    pub fn door(&self) -> Door<'_> {
        Door { throttle: &self.throttle, address: ADDRESS, way: "web" }
    }

    /// A session of somebody who signs in.
    pub async fn session(&self, key: &str) -> Session {
        let email = format!("{key}@lumen.example");
        let id = people::sign_in(&self.app, &self.door(), &email, PASSWORD).await.unwrap();
        people::session(&self.app, &id.cookie(), "web").await.unwrap().unwrap()
    }

    /// Somebody who signs in.
    pub async fn who(&self, key: &str) -> Who {
        self.session(key).await.who
    }

    /// The password given once more.
    pub async fn proof(&self, who: &Who) -> Reauthenticated {
        people::prove(&self.app, &self.door(), who, PASSWORD).await.unwrap()
    }

    /// Actor, action and reason of the latest entries in the audit log that were refused, oldest first.
    pub async fn refused(&self) -> Vec<(String, String, String)> {
        let mut read = self.app.store().read().await.unwrap();
        let rows =
            read.fetch_all("SELECT entry FROM audit ORDER BY seq", theriac_store::args![]).await.unwrap();
        let entries = rows.iter().map(|row| row.get::<serde_json::Value>("entry").unwrap());
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        entries
            .filter_map(|entry| {
                Some((text(&entry["actor"])?, text(&entry["action"])?, text(&entry["refused"])?))
            })
            .collect()
    }

    /// The whole audit log, as text.
    pub async fn log(&self) -> String {
        let mut read = self.app.store().read().await.unwrap();
        let rows =
            read.fetch_all("SELECT entry FROM audit ORDER BY seq", theriac_store::args![]).await.unwrap();
        rows.iter().map(|row| row.get::<String>("entry").unwrap() + "\n").collect()
    }
}

/// The command line on a local data folder.
pub fn cli() -> Who {
    Who::system("cli")
}
