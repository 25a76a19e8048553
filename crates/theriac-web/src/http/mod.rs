//! What every handler shares: state, who is signed in, forms, failures, routes.
//!
//! A handler is a thin function beside its view in [`crate::pages`]: it takes [`Me`] (who asks), calls one use case, fills
//! the view. Its line in [`routes`] says what it needs. A `POST` takes a [`Form`], which refuses what does not carry
//! the session's CSRF token and keeps what came too late for its session; a use case's refusal becomes a page by `?` (see [`Failure`]).

mod failure;
mod form;
mod kept;
mod layer;
mod me;
mod prefs;
mod redirect;
mod routes;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use theriac_auth::{SessionCookie, Throttle};
use theriac_service::App;
use theriac_service::people::Door;

pub use failure::{Answer, Failure};
pub use form::{Form, SignInForm, Upload};
pub use kept::{Kept, SECRET, local};
pub(crate) use layer::by_script;
pub use me::{Me, Visitor};
pub use prefs::Prefs;
pub use redirect::{see_other, with_toast};
pub use routes::{Needs, Route, routes};

/// What handlers work on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Web {
    app: App,
    throttle: Arc<Mutex<Throttle>>,
    cookie: SessionCookie,
    demo_accounts: Arc<[(String, String, String)]>,
}

impl Web {
    /// Pages on an app. Pages and API share one throttle and one cookie.
    #[must_use]
    pub fn new(app: App, throttle: Arc<Mutex<Throttle>>, cookie: SessionCookie) -> Self {
        Self { app, throttle, cookie, demo_accounts: Arc::new([]) }
    }

    /// The same pages, naming the demonstration's accounts (address, role, password) where one signs in.
    #[must_use]
    pub fn with_demo_accounts(mut self, accounts: Vec<(String, String, String)>) -> Self {
        self.demo_accounts = accounts.into();
        self
    }

    pub(crate) fn demo_accounts(&self) -> Vec<(String, String, String)> {
        self.demo_accounts.to_vec()
    }

    /// The app.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    pub(crate) const fn cookie(&self) -> SessionCookie {
        self.cookie
    }

    pub(crate) fn door(&self, address: IpAddr) -> Door<'_> {
        Door { throttle: &self.throttle, address, way: "web" }
    }
}

/// All pages, with their assets and headers.
pub fn router(web: Web) -> Router {
    let pages =
        routes().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    let pages = layer::wrap(pages.fallback(failure::nowhere), web.clone()).with_state(web);
    // A form has limits of its own; the general one would refuse every file above 2 MB.
    let pages = pages.layer(DefaultBodyLimit::disable());
    crate::security::protect(pages.merge(crate::assets::router()))
}
