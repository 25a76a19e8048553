//! The order of releases by their names.

use std::cmp::Ordering;

/// Compares the names of two releases as versions: numbers as numbers, and `2.5.0-rc.1` before `2.5.0`.
#[must_use]
pub fn by_version(one: &str, other: &str) -> Ordering {
    let ((core, pre), (other_core, other_pre)) = (parts(one), parts(other));
    let pre_releases = match (pre, other_pre) {
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(pre), Some(other_pre)) => natural(pre, other_pre),
    };
    // Names that read alike, such as 2.05 and 2.5, still have one order.
    natural(core, other_core).then(pre_releases).then_with(|| one.cmp(other))
}

/// The version, and what follows a hyphen.
fn parts(name: &str) -> (&str, Option<&str>) {
    let bare = name.strip_prefix(['v', 'V']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let bare = bare.unwrap_or(name);
    bare.split_once('-').map_or((bare, None), |(core, pre)| (core, Some(pre)))
}

/// Compares texts in which digits in a row are one number.
fn natural(mut one: &str, mut other: &str) -> Ordering {
    while !one.is_empty() && !other.is_empty() {
        let ((run, rest), (other_run, other_rest)) = (run(one), run(other));
        let order = match (number(run), number(other_run)) {
            (Some(digits), Some(others)) => digits.len().cmp(&others.len()).then(digits.cmp(others)),
            _ => run.cmp(other_run),
        };
        if order != Ordering::Equal {
            return order;
        }
        (one, other) = (rest, other_rest);
    }
    one.len().cmp(&other.len())
}

/// The digits, or what is none, that a text begins with, and the rest.
fn run(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

/// The digits of a number without zeros in front.
fn number(run: &str) -> Option<&str> {
    run.starts_with(|c: char| c.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::by_version;

    #[test]
    fn numbers_are_compared_as_numbers_and_pre_releases_come_before_what_they_lead_to() {
        let mut names = ["2.5.0", "9.0.0", "2.5.0-rc.10", "10.0", "2.4.0", "2.5.0-rc.2", "v2.3.1", "2.4"];
        names.sort_by(|one, other| by_version(one, other));
        assert_eq!(names, ["v2.3.1", "2.4", "2.4.0", "2.5.0-rc.2", "2.5.0-rc.10", "2.5.0", "9.0.0", "10.0"]);
    }

    #[test]
    fn names_that_are_no_versions_have_an_order_too() {
        let mut names = ["spring", "autumn", "2026-11", "2026-2", "2.05", "2.5", ""];
        names.sort_by(|one, other| by_version(one, other));
        assert_eq!(names, ["", "2.05", "2.5", "2026-2", "2026-11", "autumn", "spring"]);
    }
}
