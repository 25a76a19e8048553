//! The pages on the demonstration's data, asked in process as a browser would.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use scraper::{Html, Selector};
use theriac_auth::{SessionCookie, Throttle};
use theriac_demo::{Days, PASSWORD, StoryClock};
use theriac_service::App;
use theriac_store::testing::{TestIds, TestStore};
use theriac_store::{Access, Location, Store};
use theriac_web::http::Web;
use tower::ServiceExt as _;

/// A site with one browser.
pub struct Site {
    router: Router,
    pub app: App,
    clock: Arc<StoryClock>,
    cookies: Mutex<Vec<(String, String)>>,
    _kept: Box<dyn Send + Sync>,
}

/// An answer.
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn html(&self) -> Html {
        Html::parse_document(&self.text)
    }

    /// The texts of what a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.html().select(&selector).map(|element| words(element.text().collect())).collect()
    }

    /// Where the links of these words lead.
    pub fn links(&self, words: &str) -> Vec<String> {
        let selector = Selector::parse("a[href]").unwrap();
        let html = self.html();
        let said = |element: &scraper::ElementRef<'_>| {
            element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ") == words
        };
        html.select(&selector)
            .filter(said)
            .filter_map(|a| a.value().attr("href").map(str::to_owned))
            .collect()
    }

    /// The hidden values of the form that goes to an address, as a browser would send them.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let selector = Selector::parse(&format!("form[action='{action}'] input[type=hidden]")).unwrap();
        let value = |e: scraper::ElementRef<'_>| {
            (e.attr("name").unwrap().to_owned(), e.attr("value").unwrap_or_default().to_owned())
        };
        self.html().select(&selector).map(value).collect()
    }

    /// The value of a form's field.
    pub fn value(&self, name: &str) -> String {
        let selector = Selector::parse(&format!("[name='{name}']")).unwrap();
        let found =
            self.html().select(&selector).next().and_then(|e| e.value().attr("value").map(str::to_owned));
        found.unwrap_or_else(|| panic!("no field {name} in {}", self.text))
    }

    pub fn ok(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self
    }
}

impl Site {
    /// The demonstration, nobody signed in.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite { folder: folder.path().to_owned() };
        Self::told(location, "2026-11-25T08:00:00Z", Box::new(folder)).await
    }

    /// The same on PostgreSQL, and a year later, since the installation is older than the story there.
    pub async fn on_postgres() -> Self {
        let store = TestStore::postgres().await;
        let location = store.location().clone();
        let kept = store.into_parts().await;
        Self::told(location, "2027-11-25T08:00:00Z", Box::new(Mutex::new(kept))).await
    }

    async fn told(location: Location, today: &str, kept: Box<dyn Send + Sync>) -> Self {
        let folder = location.folder().to_owned();
        let days = Days::from(today.parse().unwrap());
        let clock = Arc::new(StoryClock::at(days.moment(340)));
        let ids = Arc::new(TestIds::default());
        let store = Store::open(location, Access::ReadWrite, clock.clone(), ids).await.unwrap();
        let app = App::new(store, folder.join("vulnerabilities.idx"));
        theriac_demo::tell(&app, &clock, days).await.unwrap();
        clock.move_to(days.moment(0));
        let web =
            Web::new(app.clone(), Arc::new(Mutex::new(Throttle::default())), SessionCookie { secure: false });
        let router = theriac_web::http::router(web);
        Self { router, app, clock, cookies: Mutex::new(Vec::new()), _kept: kept }
    }

    /// The demonstration, somebody signed in.
    pub async fn signed_in(key: &str) -> Self {
        let site = Self::new().await;
        site.sign_in(key).await;
        site
    }

    pub async fn sign_in(&self, key: &str) {
        let form = self.get("/sign-in").await.ok();
        let email = format!("{key}@lumen.example");
        let csrf = form.value("csrf");
        let page = self.post("/sign-in", &[("csrf", &csrf), ("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }

    /// Lets minutes pass.
    pub fn wait(&self, minutes: i64) {
        self.clock.move_to(self.app.now() + jiff::SignedDuration::from_mins(minutes));
    }

    /// Sends a form as another page of the same origin does, or of another one.
    pub async fn post_from(&self, site: &str, path: &str, pairs: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn sign_out(&self) {
        assert_eq!(self.send("/sign-out", &[]).await.location, "/sign-in");
    }

    pub async fn get(&self, path: &str) -> Page {
        let page = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        // The form of a new record has an address of its own.
        if page.location.starts_with("/records/new?") {
            return self.ask(Request::get(&page.location).body(Body::empty()).unwrap()).await;
        }
        page
    }

    /// Sends a form as it is.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends any body.
    pub async fn raw(&self, path: &str, kind: &str, body: Body) -> Page {
        self.ask(Request::post(path).header(header::CONTENT_TYPE, kind).body(body).unwrap()).await
    }

    /// Sends a form with the token of the session.
    pub async fn send(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let csrf = self.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(pairs);
        self.post(path, &all).await
    }

    /// Sends a form as the page's script does: with the token of the session, for an answer that a program reads.
    pub async fn script(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let csrf = self.csrf();
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", &csrf)
            .extend_pairs(pairs)
            .finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with files of the field `file`, with the token of the session.
    pub async fn send_files(&self, path: &str, pairs: &[(&str, &str)], files: &[(&str, &[u8])]) -> Page {
        let csrf = self.csrf();
        let mut body = Vec::new();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(pairs) {
            let head = "--part\r\nContent-Disposition: form-data; name";
            body.extend(format!("{head}=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        for (name, bytes) in files {
            let head = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename";
            body.extend(format!("{head}=\"{name}\"\r\n\r\n").into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--part--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=part");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    /// The token that this session's forms carry.
    pub fn csrf(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let (_, session) = cookies.iter().find(|(name, _)| name == "theriac-session").unwrap();
        theriac_auth::SessionId::parse(session).unwrap().csrf().to_string()
    }

    async fn ask(&self, mut request: Request<Body>) -> Page {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            cookies.retain(|(other, _)| other != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let status = response.status();
        let headers = response.headers().clone();
        let location =
            response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let bytes = to_bytes(response.into_body(), 50_000_000).await.unwrap();
        Page {
            status,
            location: location.unwrap_or_default(),
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
