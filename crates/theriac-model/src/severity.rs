//! How bad a vulnerability is said to be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The qualitative severity of a vulnerability, from its CVSS score (FIRST, CVSS v3.1 section 5).
///
/// The order is that of triage: *unknown* counts as high and sorts just above it, because a score that
/// nobody has given is no reassurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Score 0.0.
    None,
    /// Score 0.1 to 3.9.
    Low,
    /// Score 4.0 to 6.9.
    Medium,
    /// Score 7.0 to 8.9.
    High,
    /// No usable score; treated as high.
    Unknown,
    /// Score 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Low, Self::Medium, Self::High, Self::Unknown, Self::Critical];

    /// The severity of a CVSS score given in tenths (75 is 7.5).
    #[must_use]
    pub const fn from_tenths(score: u8) -> Self {
        match score {
            0 => Self::None,
            1..=39 => Self::Low,
            40..=69 => Self::Medium,
            70..=89 => Self::High,
            _ => Self::Critical,
        }
    }

    /// The severity whose limits apply: unknown takes those of high.
    #[must_use]
    pub const fn treated_as(self) -> Self {
        match self {
            Self::Unknown => Self::High,
            known => known,
        }
    }

    /// Whether `--fail-on threshold` fails for this severity; unknown always does.
    #[must_use]
    pub fn fails_on(self, threshold: Self) -> bool {
        self == Self::Unknown || self >= threshold.treated_as()
    }

    /// The word in code, files and interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Unknown => "unknown",
            Self::Critical => "critical",
        }
    }
}

/// The severities whose limits bind something, mildest first, each with the moment since which it has been at least as bad
/// as that without a break. `steps` are the severities that it had, in order, each with the moment when that was known: what
/// is raised is new from then on, what is lowered has been as bad as that all the time.
#[must_use]
pub fn known_since<T>(steps: impl IntoIterator<Item = (Severity, T)>) -> Vec<(Severity, T)> {
    let mut known: Vec<(Severity, T)> = Vec::new();
    for (severity, mut since) in steps {
        while let Some((_, earlier)) = known.pop_if(|(other, _)| other.treated_as() >= severity.treated_as())
        {
            since = earlier;
        }
        known.push((severity, since));
    }
    known
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == text).ok_or_else(|| {
            format!("'{text}' is not a severity: none, low, medium, high, unknown or critical is expected")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_never_milder_than_high() {
        assert!(Severity::Unknown > Severity::High);
        assert!(Severity::ALL.iter().all(|threshold| Severity::Unknown.fails_on(*threshold)));
        assert_eq!(Severity::Unknown.treated_as(), Severity::High);
    }

    #[test]
    fn a_severity_is_known_since_it_was_never_milder() {
        use Severity::{Critical, High, Low, Medium, Unknown};
        assert_eq!(known_since([(Low, 0), (Critical, 60)]), [(Low, 0), (Critical, 60)]);
        assert_eq!(known_since([(Low, 0), (Critical, 60), (Medium, 61)]), [(Low, 0), (Medium, 60)]);
        assert_eq!(known_since([(Critical, 0), (Low, 10)]), [(Low, 0)]);
        assert_eq!(known_since([(High, 0), (Unknown, 5), (High, 9)]), [(High, 0)]);
        assert_eq!(known_since([(Critical, 0), (Low, 10), (Critical, 20)]), [(Low, 0), (Critical, 20)]);
    }

    #[test]
    fn scores_fall_into_the_published_bands() {
        for (tenths, word) in [(0, "none"), (39, "low"), (40, "medium"), (70, "high"), (90, "critical")] {
            assert_eq!(Severity::from_tenths(tenths).as_str(), word);
        }
    }
}
