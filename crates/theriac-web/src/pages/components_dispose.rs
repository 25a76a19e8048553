//! `POST /products/{product}/releases/{release}/components/dispose`: what could not be matched, disposed of.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use theriac_model::Digest;
use theriac_service::ServiceError;
use theriac_service::findings::{self, Components, Dispose};

use super::components::{Asked, Refused, page};
use super::count;
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Note, NoteKind};
use crate::{respond, urls};

/// Disposes of one, many or all of the components that could not be matched.
pub async fn dispose(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let here = urls::release(&product, &release, "components");
    let (status, refused) = match dispose_sent(&web, &me, &product, &release, &sent).await {
        Ok(disposed) => {
            let said = format!("Disposed of {}", count(disposed, "component"));
            return Ok(with_toast(&format!("{here}#unmatched"), &said));
        }
        Err(ServiceError::Changed { .. }) => {
            let text = "Somebody disposed of components, or the components are others now. Nothing was changed. \
                        Look at the list as it is now, and send the form again.";
            let note = Note::new(NoteKind::Bad, "The list changed meanwhile.", text).alert();
            (StatusCode::CONFLICT, Refused { note: Some(note), errors: Vec::new() })
        }
        Err(ServiceError::Invalid(errors)) => {
            let about =
                errors.iter().find(|error| !["disposition", "reason"].contains(&error.field.as_str()));
            let note = about.map(|error| Note::new(NoteKind::Bad, "", &error.message).alert());
            (StatusCode::UNPROCESSABLE_ENTITY, Refused { note, errors })
        }
        Err(other) => return Err(other.into()),
    };
    let page = page(&web, &me, (&product, &release), &Asked::default(), &sent, refused).await?;
    Ok(respond::with_status(status, &page))
}

async fn dispose_sent(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
) -> Result<usize, ServiceError> {
    let chosen = sent.all("component");
    let all = sent.get("all") == "true";
    if !all && chosen.is_empty() {
        return Err(ServiceError::field(
            "component",
            "Choose at least one component, or all that await a disposal.",
        ));
    }
    let expected: Option<Digest> = sent.get("expected").parse().ok();
    let expected = expected.ok_or_else(|| {
        ServiceError::field("expected", "Load the page again: the form does not say which list it shows.")
    })?;
    let input = Dispose {
        product: product.to_owned(),
        release: release.to_owned(),
        components: if all { Components::All } else { Components::Some(chosen) },
        expected: Some(expected),
        disposition: sent.get("disposition").to_owned(),
        reason: sent.get("reason").to_owned(),
    };
    findings::dispose(web.app(), me.who(), input).await
}
