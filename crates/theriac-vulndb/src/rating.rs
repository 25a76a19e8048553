//! How bad a vulnerability is said to be: CVSS vectors (FIRST), else the word of the database.

use theriac_model::Severity;

use crate::osv::SeverityEntry;

/// A severity and where it comes from. Better founded ratings sort higher.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rating {
    /// A database's word.
    Word(Severity),
    /// A CVSS vector; later versions of CVSS are preferred, then higher scores.
    Cvss { version: CvssVersion, score_tenths: u8, vector: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CvssVersion {
    V2,
    V30,
    V31,
    V4,
}

impl Rating {
    pub(crate) fn severity(&self) -> Severity {
        match self {
            Self::Word(severity) => *severity,
            Self::Cvss { score_tenths, .. } => Severity::from_tenths(*score_tenths),
        }
    }
}

/// The best founded rating among these vectors and, failing them, the database's word.
pub(crate) fn rate(entries: &[SeverityEntry], word: Option<&str>) -> Option<Rating> {
    // Half a vector would count as harmless what it does not say.
    let whole = entries.iter().filter(|entry| is_whole(&entry.score));
    let vectors = whole.filter_map(|entry| rate_vector(&entry.score));
    vectors.max().or_else(|| from_word(word?).map(Rating::Word))
}

/// The score of a CVSS vector of version 2.0, 3.0, 3.1 or 4.0, in tenths (75 is 7.5).
#[must_use]
pub fn cvss_score_tenths(vector: &str) -> Option<u8> {
    match rate_vector(vector)? {
        Rating::Cvss { score_tenths, .. } => Some(score_tenths),
        Rating::Word(_) => None,
    }
}

/// What a vector of version 3 must say; the parser takes it without.
const BASE_OF_3: [&str; 8] = ["/AV:", "/AC:", "/PR:", "/UI:", "/S:", "/C:", "/I:", "/A:"];

/// Whether a text is a whole CVSS vector of version 2.0, 3.0, 3.1 or 4.0, as people are asked for one.
#[must_use]
pub fn is_cvss_vector(text: &str) -> bool {
    is_whole(text) && cvss_score_tenths(text).is_some()
}

/// Whether a vector says all that one of its version must say, as far as the parser does not ask for it.
fn is_whole(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    !upper.contains("CVSS:3.") || BASE_OF_3.iter().all(|metric| upper.contains(metric))
}

pub(crate) fn rate_vector(vector: &str) -> Option<Rating> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    let parsed: cvss::Cvss = vector.parse().ok()?;
    let version = match parsed {
        cvss::Cvss::CvssV20(_) => CvssVersion::V2,
        cvss::Cvss::CvssV30(_) => CvssVersion::V30,
        cvss::Cvss::CvssV31(_) => CvssVersion::V31,
        cvss::Cvss::CvssV40(_) => CvssVersion::V4,
        _ => return None,
    };
    let tenths = (parsed.score() * 10.0).round();
    // Scores run from 0.0 to 10.0; anything else is no score.
    let score_tenths = (0..=100_u8).find(|tenth| f64::from(*tenth) == tenths)?;
    Some(Rating::Cvss { version, score_tenths, vector: vector.to_owned() })
}

fn from_word(word: &str) -> Option<Severity> {
    match word.to_ascii_lowercase().as_str() {
        "none" => Some(Severity::None),
        "low" => Some(Severity::Low),
        "medium" | "moderate" => Some(Severity::Medium),
        "high" | "important" => Some(Severity::High),
        "critical" => Some(Severity::Critical),
        _ => None,
    }
}
