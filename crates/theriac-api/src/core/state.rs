//! What operations work on.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use theriac_auth::{SessionCookie, Throttle};
use theriac_service::people::Door;
use theriac_service::{App, Who};

/// The interface's state. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    app: App,
    throttle: Arc<Mutex<Throttle>>,
    cookie: SessionCookie,
    inside: Option<Who>,
}

impl Api {
    /// The interface on an app. Pages and interface share one throttle and one cookie.
    #[must_use]
    pub fn new(app: App, throttle: Arc<Mutex<Throttle>>, cookie: SessionCookie) -> Self {
        Self { app, throttle, cookie, inside: None }
    }

    /// The interface for one who calls from inside of the process, such as the command line on its own data folder:
    /// every request is theirs, without token or session. Never to be served.
    #[must_use]
    pub fn inside(mut self, who: Who) -> Self {
        self.inside = Some(who);
        self
    }

    /// The app.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    pub(crate) const fn insider(&self) -> Option<&Who> {
        self.inside.as_ref()
    }

    pub(crate) const fn cookie(&self) -> SessionCookie {
        self.cookie
    }

    pub(crate) fn door(&self, address: IpAddr) -> Door<'_> {
        Door { throttle: &self.throttle, address, way: "api" }
    }
}

/// Whose address a request comes from, as an extension of it: set by the server where it trusts a proxy. Without it the
/// connection's address counts.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);
