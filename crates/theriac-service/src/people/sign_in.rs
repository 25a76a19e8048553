//! Signing in and out, sessions, and the password given once more.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use theriac_auth::{
    Access, Grant, NotSigned, PersonId, ProductId, Reauthenticated, Scope, SessionId, SessionLife, Throttle,
    Throttled, password,
};
use theriac_model::Digest;
use theriac_model::record::direction_override;
use theriac_store::tables::access::{self as table, Account, GrantRow, SessionRow};
use theriac_store::tables::people::Name;
use theriac_store::{Act, Actor, Conn, Write, tables};

use super::read::role;
use super::{new_password, subject};
use crate::app::blocking;
use crate::check::normal_email;
use crate::{App, Result, ServiceError, Who};

/// A session is noted as used at most so often.
const TOUCH_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Longest comment on a signature, in characters.
const COMMENT_MAX: usize = 2_000;
const WRONG: &str =
    "The e-mail address or the password is wrong. An administrator can give you a new password.";

/// The way in: from where somebody comes, and how often they may try.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    /// How often passwords and tokens may be tried.
    pub throttle: &'a Mutex<Throttle>,
    /// From where.
    pub address: IpAddr,
    /// `web` or `api`.
    pub way: &'a str,
}

impl Door<'_> {
    /// What the audit log says: `web 192.0.2.7`.
    #[must_use]
    pub fn via(&self) -> String {
        format!("{} {}", self.way, self.address)
    }

    pub(super) fn attempt(&self, account: &str, now: Timestamp) -> Result<(), Throttled> {
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        throttle.attempt(account, self.address, now)
    }

    /// Where the attempts come from.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }

    fn succeeded(&self, account: &str) {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner).succeeded(account, self.address);
    }
}

/// A signed-in person's session, for one request.
#[derive(Debug, Clone)]
pub struct Session {
    /// The person with what they may do.
    pub who: Who,
    /// The person's key.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// Whether the person chose the password: with one that somebody else gave them they cannot sign.
    pub own_password: bool,
    id: SessionId,
}

impl Session {
    /// The token that the forms of this session carry.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.id.csrf().to_string()
    }

    /// Whether a form came from a page of this session.
    #[must_use]
    pub fn csrf_matches(&self, given: &str) -> bool {
        self.id.csrf().matches(given)
    }

    /// What the cookie holds.
    #[must_use]
    pub const fn id(&self) -> &SessionId {
        &self.id
    }
}

/// Signs a person in. The text for the cookie is [`SessionId::cookie`].
///
/// # Errors
/// [`ServiceError::SignIn`], which does not say whether the account exists; [`ServiceError::Throttled`].
#[crate::boxed]
pub async fn sign_in(app: &App, door: &Door<'_>, email: &str, given: &str) -> Result<SessionId> {
    let email = normal_email(email);
    door.attempt(&email, app.now())?;
    let mut read = app.store().read().await?;
    let person = tables::people::by_email(&mut read, &email).await?;
    let account = match &person {
        None => None,
        Some(person) => table::account(&mut read, person.id).await?.filter(|account| !account.disabled),
    };
    drop(read);
    let stored = account.map(|account| account.password);
    let given = given.to_owned();
    let right = blocking(move || password::verify(stored.as_deref(), &given)).await?;
    let right = right.map_err(|error| ServiceError::SignIn(error.to_string()))?;
    let (true, Some(person)) = (right, &person) else {
        refused(app, door, person.as_ref()).await?;
        return Err(ServiceError::SignIn(WRONG.to_owned()));
    };
    door.succeeded(&email);
    let act = Act::new(Actor::Person(person.id), door.via(), "sign in");
    let mut write = app.store().write(act).await?;
    let session = begin_session(&mut write, person.id).await?;
    write.audit(subject(person.id), None, None, json!({}));
    write.commit().await?;
    Ok(session)
}

/// Writes down a failed try, without what was typed: people type passwords into the wrong field.
async fn refused(app: &App, door: &Door<'_>, person: Option<&Name>) -> Result<()> {
    let reason = person.map_or_else(
        || "unknown account".to_owned(),
        |person| format!("wrong password, or no open account, of {}", subject(person.id)),
    );
    app.store().refused(Act::new(Actor::System, door.via(), "sign in"), &reason).await?;
    Ok(())
}

async fn begin_session(write: &mut Write, person: i64) -> Result<SessionId> {
    let (now, via) = (write.now(), write.act().via.clone());
    if let Ok(moment) = now.checked_sub(SessionLife::STANDARD.idle) {
        table::end_sessions_before(write, moment).await?;
    }
    let session = SessionId::new(write.store().ids());
    let row = SessionRow { person, created_at: now, seen_at: now };
    table::add_session(write, session.digest(), &via, &row).await?;
    Ok(session)
}

/// The session of a cookie; `None` when it is over, or was none.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn session(app: &App, cookie: &str, via: &str) -> Result<Option<Session>> {
    let Some(id) = SessionId::parse(cookie) else { return Ok(None) };
    let now = app.now();
    let mut read = app.store().read().await?;
    let Some(found) = table::session(&mut read, id.digest()).await? else { return Ok(None) };
    let row = &found.session;
    if found.disabled || !SessionLife::STANDARD.is_live(row.created_at, row.seen_at, now) {
        return Ok(None);
    }
    let person = row.person;
    let access = access_of(&mut read, person).await?;
    drop(read);
    if now.duration_since(row.seen_at) >= TOUCH_AFTER {
        let mut work = app.store().maintain().await?;
        table::touch_session(&mut work, id.digest(), now).await?;
        work.commit().await?;
    }
    let who = Who::new(access, via);
    Ok(Some(Session { who, person: found.key, name: found.name, own_password: found.own, id }))
}

/// What a person may do now.
async fn access_of(conn: &mut Conn, person: i64) -> Result<Access> {
    let grants = table::grants_of(conn, person).await?;
    let grants: Result<Vec<_>> = grants.iter().map(grant).collect();
    Ok(Access::of_person(PersonId(person), grants?))
}

fn grant(row: &GrantRow) -> Result<Grant> {
    let scope = row.product.map_or(Scope::Organisation, |product| Scope::Product(ProductId(product)));
    Ok(Grant { role: role(&row.role)?, scope })
}

/// Ends a session.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn sign_out(app: &App, session: &Session) -> Result<()> {
    let person = session.who.person()?;
    let mut write = session.who.write(app, "sign out").await?;
    table::end_session(&mut write, session.id.digest()).await?;
    write.audit(subject(person.0), None, None, json!({}));
    write.commit().await?;
    Ok(())
}

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Names it, for [`end_session`]; nobody gets in with it.
    pub digest: Digest,
    /// From where it was begun: `web 192.0.2.7`.
    pub via: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to about a minute.
    pub seen_at: Timestamp,
}

/// The live sessions of the person who asks, last used first.
///
/// # Errors
/// When no person asks.
#[crate::boxed]
pub async fn sessions(app: &App, who: &Who) -> Result<Vec<OwnSession>> {
    let person = who.person()?;
    let rows = table::sessions_of(&mut *app.store().read().await?, person.0).await?;
    let live =
        |row: &table::SeenSession| SessionLife::STANDARD.is_live(row.created_at, row.seen_at, app.now());
    let seen = |row: table::SeenSession| OwnSession {
        digest: row.digest,
        via: row.via,
        created_at: row.created_at,
        seen_at: row.seen_at,
    };
    Ok(rows.into_iter().filter(live).map(seen).collect())
}

/// Ends one of the sessions of the person who asks.
///
/// # Errors
/// When they have no such session.
#[crate::boxed]
pub async fn end_session(app: &App, who: &Who, digest: Digest) -> Result<()> {
    let person = who.person()?;
    let mut write = who.write(app, "sign out").await?;
    if table::end_session_of(&mut write, person.0, digest).await? == 0 {
        return Err(ServiceError::not_found("session", digest.short()));
    }
    write.audit(subject(person.0), None, None, json!({}));
    write.commit().await?;
    Ok(())
}

/// The password given once more, for a signature.
///
/// # Errors
/// When it is wrong, was set by somebody else, was tried too often, or no person asks.
#[crate::boxed]
pub async fn prove(app: &App, door: &Door<'_>, who: &Who, given: &str) -> Result<Reauthenticated> {
    let (proof, account) = check_password(app, door, who, given, "prove identity").await?;
    if !account.own {
        return Err(ServiceError::rule(
            "Your password was given to you by somebody else, who therefore knows it. Choose one of your own, then sign.",
        ));
    }
    Ok(proof)
}

/// The password given once more, and what the signer adds to the signature in their own words.
///
/// # Errors
/// As [`prove`]; when the comment is longer than 2,000 characters.
#[crate::boxed]
pub async fn prove_saying(
    app: &App,
    door: &Door<'_>,
    who: &Who,
    given: &str,
    comment: &str,
) -> Result<Reauthenticated> {
    let comment = comment.trim();
    if comment.chars().count() > COMMENT_MAX {
        return Err(ServiceError::field("comment", format!("at most {COMMENT_MAX} characters")));
    }
    if let Some(message) = direction_override(comment) {
        return Err(ServiceError::field("comment", message));
    }
    Ok(prove(app, door, who, given).await?.saying(comment.to_owned()))
}

async fn check_password(
    app: &App,
    door: &Door<'_>,
    who: &Who,
    given: &str,
    action: &str,
) -> Result<(Reauthenticated, Account)> {
    let Some(person) = who.access().person() else {
        who.refused(app, action, &NotSigned::NoPerson.to_string()).await?;
        return Err(NotSigned::NoPerson.into());
    };
    // A bucket of its own: guessing at the sign-in page keeps nobody from signing.
    let bucket = subject(person.0);
    door.attempt(&bucket, app.now())?;
    let account = table::account(&mut *app.store().read().await?, person.0).await?;
    let account = account.filter(|account| !account.disabled);
    let (access, now, given) = (who.access().clone(), app.now(), given.to_owned());
    let stored = account.as_ref().map(|account| account.password.clone());
    let proof =
        blocking(move || Reauthenticated::by_password(&access, stored.as_deref(), &given, now)).await?;
    match (proof, account) {
        (Ok(proof), Some(account)) => {
            door.succeeded(&bucket);
            Ok((proof, account))
        }
        (Err(refusal), _) => {
            who.refused(app, action, &refusal.to_string()).await?;
            Err(refusal.into())
        }
        (Ok(_), None) => Err(ServiceError::Internal("a password without an account was right".to_owned())),
    }
}

/// Changes the password of the person who asks. All their sessions end; the one given back is new.
///
/// # Errors
/// When the old password is wrong or was tried too often, the new one is weak, or no person asks.
#[crate::boxed]
pub async fn change_password(
    app: &App,
    door: &Door<'_>,
    who: &Who,
    old: &str,
    new: &str,
) -> Result<SessionId> {
    let (proof, account) = check_password(app, door, who, old, "password change").await?;
    let person = proof.person().0;
    let name = tables::people::by_id(&mut *app.store().read().await?, person).await?;
    let email = name.map(|name| name.email).unwrap_or_default();
    if old == new {
        return Err(ServiceError::field("new", "is the old password; choose another one"));
    }
    let password = new_password(app, "new", new, &email).await?;
    let mut write = who.write(app, "password change").await?;
    table::set_account(&mut write, &Account { password, own: true, ..account }).await?;
    table::end_sessions_of(&mut write, person).await?;
    let session = begin_session(&mut write, person).await?;
    write.audit(subject(person), None, None, json!({}));
    write.commit().await?;
    Ok(session)
}
