//! An operation with what it needs. None can be registered without.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use theriac_auth::{Hands, Permission};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::UtoipaMethodRouter;

use super::caller::Caller;
use super::{Api, Problem};

/// What an operation needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing, and why.
    Nobody(&'static str),
    /// Anybody who is signed in or has a live token.
    SignedIn,
    /// A signed-in person, for what is their own.
    Oneself,
    /// A permission.
    Permission(Permission),
    /// One of these permissions; which one hangs on what the request names.
    AnyOf(&'static [Permission]),
}

impl Needs {
    fn words(self) -> String {
        match self {
            Self::Nobody(why) => format!("nothing: {why}"),
            Self::SignedIn => "a session or a token".to_owned(),
            Self::Oneself => "a session".to_owned(),
            Self::Permission(permission) => permission.as_str().to_owned(),
            Self::AnyOf(permissions) => {
                permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" or ")
            }
        }
    }

    /// Whether a token can have it.
    fn tokens(self) -> bool {
        let anyone = |permission: &Permission| permission.hands() == Hands::Anyone;
        match self {
            Self::Nobody(_) | Self::Oneself => false,
            Self::SignedIn => true,
            Self::Permission(permission) => anyone(&permission),
            Self::AnyOf(permissions) => permissions.iter().any(anyone),
        }
    }

    fn security(self) -> Vec<SecurityRequirement> {
        let session = || {
            SecurityRequirement::new::<_, [&str; 0], &str>("session", [])
                .add::<_, [&str; 0], &str>("csrf", [])
        };
        let token = || SecurityRequirement::new::<_, [&str; 0], &str>("token", []);
        match self {
            Self::Nobody(_) => Vec::new(),
            _ if self.tokens() => vec![token(), session()],
            _ => vec![session()],
        }
    }
}

/// An operation with its description.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) needs: Needs,
    parts: UtoipaMethodRouter<Api>,
}

/// `route!(needs, handler)`.
macro_rules! route {
    ($needs:expr, $handler:path) => {
        $crate::core::Route::new($needs, utoipa_axum::routes!($handler))
    };
}
pub(crate) use route;

impl Route {
    pub(crate) fn new(needs: Needs, parts: UtoipaMethodRouter<Api>) -> Self {
        let (schemas, mut paths, operation) = parts;
        let (mut method, mut path, mut asks) = ("", String::new(), false);
        for (address, item) in &mut paths.paths {
            path.clone_from(address);
            for (name, found) in [
                ("GET", &mut item.get),
                ("POST", &mut item.post),
                ("PUT", &mut item.put),
                ("PATCH", &mut item.patch),
                ("DELETE", &mut item.delete),
            ] {
                if let Some(found) = found {
                    method = name;
                    let in_query = |parameter: &RefOr<Parameter>| match parameter {
                        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
                        RefOr::Ref(_) => false,
                    };
                    asks |= found.parameters.iter().flatten().any(in_query);
                    // An answer that sets a cookie is given once.
                    let repeats = name == "POST" && !address.starts_with("/session");
                    complete(found, repeats, needs);
                }
            }
        }
        // Who calls is settled before path, query or body are read.
        let operation =
            operation.layer(from_fn(move |request: Request, next: Next| admit(needs, asks, request, next)));
        Self { method, path, needs, parts: (schemas, paths, operation) }
    }

    pub(crate) fn into_parts(self) -> UtoipaMethodRouter<Api> {
        self.parts
    }
}

/// Lets in who has what the operation needs; the state is there as an extension, see `finish`.
async fn admit(needs: Needs, asks: bool, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !matches!(needs, Needs::Nobody(_)) {
        let Some(api) = parts.extensions.get::<Api>().cloned() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        match Caller::authenticate(&parts, &api, needs).await {
            Ok(caller) => parts.extensions.insert(caller),
            Err(problem) => return problem.into_response(),
        };
    }
    if let Err(problem) = plain(&parts.headers).and_then(|()| fits(asks, &parts.uri)) {
        return problem.into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Refuses a compressed body: it would be kept, or read, as what it is not.
fn plain(headers: &HeaderMap) -> Result<(), Problem> {
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if !encoded {
        return Ok(());
    }
    let detail = "A body is taken as it is, without Content-Encoding; send it uncompressed.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is compressed", detail))
}

/// Refuses a query where the operation knows none: it would seem to be heeded.
fn fits(asks: bool, uri: &Uri) -> Result<(), Problem> {
    match uri.query().filter(|query| !asks && !query.is_empty()) {
        None => Ok(()),
        Some(_) => Err(Problem::malformed("query", "This operation takes no parameters after '?'.")),
    }
}

/// What every operation has in common in its description.
fn complete(operation: &mut Operation, repeats: bool, needs: Needs) {
    let extension = [("x-permission".to_owned(), needs.words())];
    operation.extensions.get_or_insert_default().merge(extension.into_iter().collect());
    operation.security = Some(needs.security());
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response = ResponseBuilder::new()
        .description("Nothing was done; the problem says why.")
        .content("application/problem+json", problem);
    operation.responses.responses.insert("default".to_owned(), response.build().into());
    if repeats && !matches!(needs, Needs::Nobody(_)) {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("Sent again under the same key, the request is carried out once and answered the same, for two days."))
            .schema(Some(Object::with_type(Type::String)));
        operation.parameters.get_or_insert_default().push(key.build().into());
    }
}
