//! Whether two patterns of software items can name one component. `*` stands for anything; a pattern without it names a
//! package, in all versions where it says none.

/// Whether there can be a component that both patterns name.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    if !may_begin_alike(one, other) {
        return false;
    }
    let other = spellings(other);
    spellings(one).iter().any(|one| other.iter().any(|other| meet(one.as_bytes(), other.as_bytes())))
}

/// Before their first stars one has to go on from the other: that tells most patterns apart.
fn may_begin_alike(one: &str, other: &str) -> bool {
    let head = |pattern: &str| pattern.split('*').next().unwrap_or_default().to_owned();
    let (one, other) = (head(one), head(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// A pattern with stars as it is, a package with and without a version.
fn spellings(pattern: &str) -> Vec<String> {
    match pattern.contains('*') {
        true => vec![pattern.to_owned()],
        false => vec![pattern.to_owned(), format!("{pattern}@*")],
    }
}

/// Whether some text fits both: for each beginning of the one, with which beginnings of the other it can go together.
fn meet(one: &[u8], other: &[u8]) -> bool {
    let empty = std::iter::once(true).chain(other.iter().scan(true, |stars, byte| {
        *stars &= *byte == b'*';
        Some(*stars)
    }));
    let mut row: Vec<bool> = empty.collect();
    for byte in one {
        let mut next = vec![*byte == b'*' && row[0]];
        for (place, with) in other.iter().enumerate() {
            // A star goes with nothing, or with one more of what the other has.
            let by_one = *byte == b'*' && (row[place + 1] || next[place]);
            let by_other = *with == b'*' && (next[place] || row[place + 1]);
            next.push(by_one || by_other || (byte == with && row[place]));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn patterns_overlap_where_a_component_can_fit_both() {
        for (one, other, expected) in [
            ("pkg:npm/*", "pkg:npm/lodash", true),
            ("pkg:npm/*", "pkg:npm/lodash*", true),
            ("pkg:npm/*", "pkg:pypi/*", false),
            ("pkg:npm/lodash", "pkg:npm/lodash", true),
            ("pkg:npm/lodash", "pkg:npm/lodash@4.17.21", true),
            ("pkg:npm/lodash", "pkg:npm/lodash-es", false),
            ("pkg:npm/lodash*", "pkg:npm/lodash-es", true),
            ("pkg:npm/*@1", "pkg:npm/a*@2", false),
            ("pkg:npm/*@1", "pkg:npm/a*@1", true),
            ("pkg:golang/*/core*", "pkg:golang/example.org/*", true),
            ("pkg:golang/a/*/x", "pkg:golang/a/b*y", false),
            ("*", "name:fastj2k", true),
            ("", "pkg:npm/x", false),
            ("a*b", "*", true),
            ("a*c*e", "ab*d*e", true),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
    }
}
