//! What is said of a file: by the file itself and by who hands it in. What the file says need not be said again, and a
//! contradiction is an error.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use theriac_model::record::YEARS;

use super::file::{Refused, Says};
use crate::check::out_of_reach;

/// How far a local time can be from UTC.
const ZONES: SignedDuration = SignedDuration::from_hours(15);

/// What a file is bound to beside its build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub tool: Option<String>,
    pub tool_version: Option<String>,
    pub performed_at: Option<Timestamp>,
}

/// Puts together what both say.
pub(super) fn bind(
    says: &Says,
    tool: Option<&(String, String)>,
    performed_at: Option<Timestamp>,
) -> Result<Bound, Refused> {
    let (tool, tool_version) = which_tool(says, tool)?;
    Ok(Bound { tool, tool_version, performed_at: when(says, performed_at)? })
}

fn which_tool(
    says: &Says,
    given: Option<&(String, String)>,
) -> Result<(Option<String>, Option<String>), Refused> {
    let Some(given) = given else {
        let first = says.tools.first().cloned();
        return Ok(first.map_or((None, None), |(name, version)| (Some(name), version)));
    };
    let (name, version) = given;
    if says.tools.is_empty() {
        return Ok((Some(name.clone()), Some(version.clone())));
    }
    let same: Vec<_> = says.tools.iter().filter(|(said, _)| said.eq_ignore_ascii_case(name)).collect();
    let fits = same.iter().find(|(_, said)| said.as_ref().is_none_or(|said| said == version));
    if let Some((said, _)) = fits {
        return Ok((Some(said.clone()), Some(version.clone())));
    }
    // A name and a version that the file writes as one word.
    let joined = |said: &(String, Option<String>)| match said {
        (name, None) => name.clone(),
        (name, Some(version)) => format!("{name}-{version}"),
    };
    if says.tools.iter().any(|said| joined(said).eq_ignore_ascii_case(&format!("{name}-{version}"))) {
        return Ok((Some(name.clone()), Some(version.clone())));
    }
    let made_by: Vec<String> = says.tools.iter().take(5).map(words).collect();
    Err(Refused::whole(format!(
        "the file says that it was made by {}, not by {name} {version}; leave the tool out or hand in the right file",
        made_by.join(", ")
    )))
}

fn words((name, version): &(String, Option<String>)) -> String {
    version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {version}"))
}

fn when(says: &Says, given: Option<Timestamp>) -> Result<Option<Timestamp>, Refused> {
    let given = given.map(|given| Timestamp::from_millisecond(given.as_millisecond()).unwrap_or(given));
    let apart = |at: Timestamp, given: Timestamp| match says.zone_unsaid {
        true => at.duration_since(given).abs() > ZONES,
        false => at != given,
    };
    match (says.at, given) {
        (Some(at), Some(given)) if apart(at, given) => Err(Refused::whole(format!(
            "the file says that it was made at {at}, not at {given}; leave the time out or hand in the right file"
        ))),
        (Some(at), _) if !YEARS.contains(&TimeZone::UTC.to_datetime(at).year()) => {
            Err(Refused::whole(format!("the file says that it was made at {at}; {}", out_of_reach())))
        }
        (at, given) if says.zone_unsaid => Ok(given.or(at)),
        (at, given) => Ok(at.or(given)),
    }
}
