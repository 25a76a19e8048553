//! Who asks for a page.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use theriac_auth::{Permission, Products, Reauthenticated, Scope, Signer};
use theriac_service::people::{self, Organisation, Session};
use theriac_service::{ServiceError, Who};

use super::prefs::{Prefs, cookie};
use super::{Failure, Form, Web};
use crate::parts::{Area, Due, Note, NoteKind, Shell, User, When};
use crate::urls;

/// Somebody who looks, signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The session, for whoever is signed in.
    pub session: Option<Session>,
    /// The organisation; `None` before it is set up.
    pub organisation: Option<Organisation>,
    /// From where.
    pub address: IpAddr,
    /// How pages are liked.
    pub prefs: Prefs,
    /// What is said once.
    pub toast: Option<String>,
    /// Whether a session was named that is over.
    pub ended: bool,
    /// The token of the sign-in forms that this browser was sent.
    pub form_token: Option<String>,
    /// The present.
    pub now: Timestamp,
}

impl Visitor {
    pub(super) async fn of(web: &Web, parts: &Parts) -> Result<Self, Failure> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|seen| seen.0.ip());
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let named = session_cookie(web, &parts.headers);
        let session = match &named {
            None => None,
            Some(cookie) => people::session(web.app(), cookie, &web.door(address).via()).await?,
        };
        Ok(Self {
            ended: named.is_some() && session.is_none(),
            form_token: cookie(&parts.headers, crate::pages::sign_in::FORM_COOKIE),
            session,
            organisation: people::organisation(web.app()).await.ok(),
            address,
            prefs: Prefs::of(&parts.headers),
            toast: cookie(&parts.headers, super::redirect::TOAST).map(|text| super::redirect::decode(&text)),
            now: web.app().now(),
        })
    }

    /// The surroundings of a page.
    #[must_use]
    pub fn shell(&self, title: impl Into<String>, area: Area) -> Shell {
        let organisation = self.organisation.as_ref().map(|row| row.name.clone()).unwrap_or_default();
        let mut shell = Shell::new(title, area, organisation);
        shell.theme = self.prefs.theme;
        shell.density = self.prefs.density;
        shell.keys = self.prefs.keys;
        shell.toast.clone_from(&self.toast);
        if let Some(session) = &self.session {
            shell.user = Some(User::new(&session.name));
            shell.csrf = session.csrf();
            let access = session.who.access();
            shell
                .bar
                .retain(|area| area.needs().is_none_or(|needed| access.allows(needed, &Scope::Organisation)));
        }
        if self.organisation.as_ref().is_some_and(|row| row.demonstration) {
            let text = "People, product and history are made up; the components and advisories are real.";
            shell.banners.push(Note::new(NoteKind::Info, "Demonstration.", text));
        }
        shell
    }
}

pub(super) fn session_cookie(web: &Web, headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(axum::http::header::COOKIE);
    values.iter().find_map(|value| web.cookie().find(value.to_str().ok()?).map(|text| text.to_string()))
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Me {
    /// The session.
    pub session: Session,
    /// Everything else about the visit.
    pub visitor: Visitor,
}

impl Me {
    /// Who asks use cases.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.session.who
    }

    /// The surroundings of a page.
    #[must_use]
    pub fn shell(&self, title: impl Into<String>, area: Area) -> Shell {
        self.visitor.shell(title, area)
    }

    /// The token that every form carries.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.session.csrf()
    }

    /// Whether the person holds a permission somewhere.
    #[must_use]
    pub fn may(&self, permission: Permission, scope: Scope) -> bool {
        self.who().access().allows(permission, &scope)
    }

    /// Whether the person may do something somewhere.
    #[must_use]
    pub fn holds(&self, permission: Permission) -> bool {
        let access = self.who().access();
        access.products(permission) != Products::Only([].into())
            || access.allows(permission, &Scope::Organisation)
    }

    /// Why the person may not do something; empty when they may.
    #[must_use]
    pub fn blocked(&self, permission: Permission, scope: Scope) -> String {
        self.who()
            .access()
            .require(permission, scope)
            .err()
            .map(|denied| denied.to_string())
            .unwrap_or_default()
    }

    /// Why the person may not give a signature somewhere; `None` when they may.
    #[must_use]
    pub fn cannot_sign(&self, permission: Permission, scope: Scope) -> Option<String> {
        let refused = Signer::permit_to_sign(self.who().access(), permission, scope).err();
        refused.map(|why| why.to_string()).or_else(|| self.needs_own_password())
    }

    /// Why the person cannot sign with the password they have.
    #[must_use]
    pub fn needs_own_password(&self) -> Option<String> {
        let text = "Your password was given to you by somebody else. Choose one of your own under Account, then sign.";
        (!self.session.own_password).then(|| text.to_owned())
    }

    /// The password of a form, given once more for a signature, with the form's comment.
    ///
    /// # Errors
    /// When the password is wrong or the comment too long.
    pub async fn prove(&self, web: &Web, sent: &Form) -> Result<Reauthenticated, ServiceError> {
        let door = web.door(self.visitor.address);
        let (password, comment) = (sent.get(super::SECRET), sent.get("comment"));
        people::prove_saying(web.app(), &door, self.who(), password, comment).await
    }

    /// The day of the organisation.
    #[must_use]
    pub fn today(&self) -> Date {
        self.day_of(self.visitor.now)
    }

    /// The day of the organisation at a moment.
    #[must_use]
    pub fn day_of(&self, moment: Timestamp) -> Date {
        let zone = self.visitor.organisation.as_ref().map(|row| row.zone.clone());
        moment.to_zoned_datetime(zone.unwrap_or(jiff::tz::TimeZone::UTC)).date()
    }

    /// A moment as pages show it.
    #[must_use]
    pub fn when(&self, moment: Timestamp) -> When {
        When::moment(moment, self.visitor.now)
    }

    /// A day as pages show it.
    #[must_use]
    pub fn day(&self, day: Date) -> When {
        When::date(day, self.today())
    }

    /// A day to keep.
    #[must_use]
    pub fn due(&self, day: Date) -> Due {
        Due::on(day, self.today())
    }

    /// A day to keep, as facts write it.
    #[must_use]
    pub fn due_text(&self, day: Option<&str>) -> Option<Due> {
        Some(self.due(day?.parse().ok()?))
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        match parts.extensions.get::<Self>() {
            Some(visitor) => Ok(visitor.clone()),
            None => Self::of(web, parts).await,
        }
    }
}

impl FromRequestParts<Web> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, web).await.map_err(IntoResponse::into_response)?;
        match visitor.session.clone() {
            Some(session) => Ok(Self { session, visitor }),
            None => {
                let next = if parts.method == Method::GET { parts.uri.to_string() } else { String::new() };
                Err(Redirect::to(&urls::with_query("/sign-in", &[("next", &next)])).into_response())
            }
        }
    }
}
