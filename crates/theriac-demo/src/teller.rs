//! Who does what in the story: people with their access, records by label.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

use serde_json::Value;
use theriac_auth::{Reauthenticated, Throttle};
use theriac_model::Digest;
use theriac_service::people::{self, Door};
use theriac_service::records::{self, Approval, Begin, DraftInput, DraftLink, ScopeInput};
use theriac_service::{App, ServiceError, Who};

use crate::content::Entry;
use crate::{DemoError, PASSWORD};

/// A person who has signed in and can sign.
pub(crate) struct Player {
    pub who: Who,
    pub proof: Reauthenticated,
}

/// The story as far as it has been told.
pub(crate) struct Teller<'a> {
    pub app: &'a App,
    players: BTreeMap<&'static str, Player>,
    references: BTreeMap<String, (String, Digest)>,
}

/// Names the scene in an error.
pub(crate) fn scene<T>(name: &str, result: Result<T, ServiceError>) -> Result<T, DemoError> {
    result.map_err(|error| DemoError::Service { scene: name.to_owned(), error })
}

impl<'a> Teller<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, players: BTreeMap::new(), references: BTreeMap::new() }
    }

    /// Signs everybody in with the first password and lets each choose their own.
    pub async fn sign_in(&mut self, member: &crate::Member, first_password: &str) -> Result<(), DemoError> {
        let throttle = Mutex::new(Throttle::default());
        let door = Door { throttle: &throttle, address: IpAddr::V4(Ipv4Addr::LOCALHOST), way: "demo" };
        let name = format!("{} signs in", member.name);
        let app = self.app;
        let id = scene(&name, people::sign_in(app, &door, &member.email(), first_password).await)?;
        let session = scene(&name, people::session(app, &id.cookie(), &door.via()).await)?;
        let Some(session) = session else {
            return scene(&name, Err(ServiceError::Internal("no session".to_owned())));
        };
        scene(&name, people::change_password(app, &door, &session.who, first_password, PASSWORD).await)?;
        let proof = scene(&name, people::prove(app, &door, &session.who, PASSWORD).await)?;
        self.players.insert(member.key, Player { who: session.who, proof });
        Ok(())
    }

    /// One of the people.
    pub fn player(&self, key: &str) -> Result<&Player, DemoError> {
        let missing = || ServiceError::Internal(format!("{key} has not signed in"));
        scene("the cast", self.players.get(key).ok_or_else(missing))
    }

    /// The number of the record with a label.
    pub fn reference(&self, label: &str) -> Result<String, DemoError> {
        let missing = || ServiceError::Internal(format!("nothing is labelled '{label}'"));
        scene(
            "the records",
            self.references.get(label).map(|(reference, _)| reference.clone()).ok_or_else(missing),
        )
    }

    /// Writes, submits and approves a record.
    pub async fn approved(&mut self, scope: &ScopeInput, entry: Entry) -> Result<String, DemoError> {
        let (label, kind) = (entry.label, entry.kind);
        let (reference, digest) = self.submitted(scope, entry).await?;
        self.approve(label, kind, &reference, digest).await?;
        Ok(reference)
    }

    /// Writes and submits a record.
    pub async fn submitted(
        &mut self,
        scope: &ScopeInput,
        entry: Entry,
    ) -> Result<(String, Digest), DemoError> {
        let name = format!("{} '{}'", entry.kind, entry.label);
        let links = entry.links.iter().map(|(link, label)| Ok(DraftLink::new(*link, self.reference(label)?)));
        let links = links.collect::<Result<Vec<_>, DemoError>>()?;
        let author = self.player(entry.author)?;
        let begin =
            Begin { kind: entry.kind.to_owned(), scope: scope.clone(), content: entry.content, links };
        let begun = scene(&name, records::begin(self.app, &author.who, begin).await)?;
        let submitted = records::submit(self.app, &author.who, &begun.reference, begun.expected).await;
        let submitted = scene(&name, submitted)?;
        self.references.insert(entry.label.to_owned(), (begun.reference.clone(), submitted.digest));
        Ok((begun.reference, submitted.digest))
    }

    /// Writes the next revision of a record and has it approved.
    pub async fn revised(
        &mut self,
        label: &str,
        kind: &str,
        author: &str,
        content: Value,
        more: &[(&str, &str)],
    ) -> Result<(), DemoError> {
        let (name, reference) = (format!("next revision of {kind} '{label}'"), self.reference(label)?);
        let player = self.player(author)?;
        let view = scene(&name, records::edit(self.app, &player.who, &reference).await)?;
        let mut links: Vec<DraftLink> = view.links.into_iter().map(|(link, _)| link).collect();
        for (link, label) in more {
            links.push(DraftLink::new(*link, self.reference(label)?));
        }
        let input = DraftInput { content, links };
        let saved = records::save_draft(self.app, &player.who, &reference, view.expected, input).await;
        let saved = scene(&name, saved)?;
        let submitted = records::submit(self.app, &player.who, &reference, saved.expected).await;
        let digest = scene(&name, submitted)?.digest;
        self.approve(label, kind, &reference, digest).await
    }

    async fn approve(
        &self,
        label: &str,
        kind: &str,
        reference: &str,
        digest: Digest,
    ) -> Result<(), DemoError> {
        let name = format!("approval of {kind} '{label}'");
        let approver = self.player(if kind == "risk" { "eve" } else { "cleo" })?;
        let approval = records::approve(self.app, &approver.who, &approver.proof, reference, digest).await;
        if let Approval::Waiting(_) = scene(&name, approval)? {
            let dan = self.player("dan")?;
            scene(&name, records::sign_clinical(self.app, &dan.who, &dan.proof, reference, digest).await)?;
        }
        Ok(())
    }
}
