//! Who calls: a machine with a token, or a person with a session.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use theriac_auth::{Access, Permission, Products, Scope};
use theriac_service::people::{self, Session};
use theriac_service::{ServiceError, Who};

use super::{Api, ClientAddress, Needs, Problem};

const CSRF: &str = "x-csrf-token";
const NOBODY: &str =
    "Send a token (Authorization: Bearer thr_…), or sign in at POST /api/v1/session and send its cookie.";

/// Who calls, allowed to what the operation needs somewhere; where, the use case asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    pub(crate) session: Option<Session>,
    pub(crate) address: IpAddr,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ServiceError::Internal("an operation that needs nobody asked who calls".to_owned()).into()
        })
    }
}

impl Caller {
    /// Who calls, before anything else of the request is looked at.
    pub(super) async fn authenticate(parts: &Parts, api: &Api, needs: Needs) -> Result<Self, Problem> {
        let address = address(parts);
        let caller = match (api.insider(), bearer(&parts.headers)?) {
            (Some(who), _) => Self { who: who.clone(), session: None, address },
            (None, Some(token)) => {
                let who = people::who_of_token(api.app(), &api.door(address), token).await?;
                Self { who, session: None, address }
            }
            (None, None) => Self::of_session(parts, api, address).await?,
        };
        caller.allowed(api, needs).await?;
        Ok(caller)
    }

    async fn of_session(parts: &Parts, api: &Api, address: IpAddr) -> Result<Self, Problem> {
        let cookie = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .find_map(|value| api.cookie().find(value.to_str().ok()?));
        let cookie = cookie.ok_or_else(|| Problem::unauthenticated(NOBODY))?;
        let via = api.door(address).via();
        let session = people::session(api.app(), cookie, &via).await?;
        let session = session.ok_or_else(|| {
            Problem::unauthenticated("The session is over; sign in again at POST /api/v1/session.")
        })?;
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let csrf = parts.headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !safe && !session.csrf_matches(csrf) {
            let reason =
                "The header X-CSRF-Token is missing or not this session's; GET /api/v1/session gives it.";
            session.who.refused(api.app(), "api call", reason).await?;
            return Err(Problem::forbidden(reason));
        }
        Ok(Self { who: session.who.clone(), session: Some(session), address })
    }

    /// Checks what the operation needs before anything is looked up; the use case checks the place.
    async fn allowed(&self, api: &Api, needs: Needs) -> Result<(), Problem> {
        match needs {
            Needs::Nobody(_) | Needs::SignedIn => Ok(()),
            Needs::Oneself if self.session.is_some() => Ok(()),
            Needs::Oneself => Err(Problem::forbidden("This is for people: sign in with your own account.")),
            Needs::Permission(permission) => self.holds(api, &[permission]).await,
            Needs::AnyOf(permissions) => self.holds(api, permissions).await,
        }
    }

    async fn holds(&self, api: &Api, permissions: &[Permission]) -> Result<(), Problem> {
        if permissions.iter().any(|permission| holds(self.who.access(), *permission)) {
            return Ok(());
        }
        if let Some(permission) = permissions.first() {
            self.who.require(api.app(), *permission, Scope::Organisation, "api call").await?;
        }
        Err(Problem::forbidden("Nothing that you may do reaches this."))
    }

    /// The session of a person.
    pub(crate) fn person_session(&self) -> Result<&Session, Problem> {
        self.session
            .as_ref()
            .ok_or_else(|| Problem::forbidden("This is for people: sign in with your own account."))
    }
}

/// Whether a permission is held somewhere.
pub(crate) fn holds(access: &Access, permission: Permission) -> bool {
    access.products(permission) != Products::Only([].into())
        || access.allows(permission, &Scope::Organisation)
}

/// From where, as far as it is known.
pub(crate) fn address(parts: &Parts) -> IpAddr {
    let said = parts.extensions.get::<ClientAddress>().map(|address| address.0);
    let seen = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|seen| seen.0.ip());
    said.or_else(seen).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => {
            Err(Problem::unauthenticated("The Authorization header must be: Bearer, a blank, and the token."))
        }
    }
}
