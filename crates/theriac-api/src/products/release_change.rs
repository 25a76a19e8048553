//! `PUT /products/{product}/releases/{release}`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use theriac_service::products::{self, ReleaseChange as Change};
use utoipa::ToSchema;

use super::view::ReleaseView;
use crate::core::{Act, Segments, digest};

/// What a release is from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseChange {
    /// When it is to ship; `null` for no date.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    #[serde(deserialize_with = "said")]
    planned_ship_date: Option<Date>,
    /// The key or the e-mail address of who manages it; `null` for nobody.
    #[schema(required = true)]
    #[serde(deserialize_with = "said")]
    manager: Option<String>,
    /// What `plan` of the release was when you read it; where it has changed since, nothing is done. Left out, whatever is there
    /// is replaced.
    #[serde(default)]
    expected: Option<String>,
}

/// A member that may be `null` but has to be there: what is left out is not emptied by mistake.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// Change when a release is to ship and who manages it.
#[utoipa::path(
    put, path = "/products/{product}/releases/{release}", tag = "releases", request_body = ReleaseChange,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
)]
pub(super) async fn releases_change(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<ReleaseChange>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let change = Change {
            planned_ship_date: input.planned_ship_date,
            manager: input.manager,
            expected: input.expected.map(|text| digest("expected", &text)).transpose()?,
        };
        products::change_release(call.app(), call.who(), &product, &release, change).await?;
        let changed = products::release(call.app(), call.who(), &product, &release).await?;
        Ok(ReleaseView::from(changed))
    })
    .await
}
