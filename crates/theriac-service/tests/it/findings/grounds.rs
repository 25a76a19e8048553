//! What judgements rest on: paths in the history of commits, and grounds as they are written.

use std::collections::BTreeMap;

use proptest::prelude::*;
use theriac_service::findings::{Ground, History, Step};

/// The contents of a few files at one commit.
type Tree = BTreeMap<&'static str, u8>;

const FILES: [&str; 4] = ["a", "b/x", "b/y", "c/d/z"];
const PATHS: [&str; 8] = ["a", "b", "b/x", "b/y", "c", "c/d", "c/d/z", "never"];
/// What a manifest lists: files, files and folders, or no deeper than the first folder.
const DETAIL: [&[&str]; 3] = [&FILES, &PATHS, &["a", "b", "c"]];

fn content(tree: &Tree, path: &str) -> Vec<(&'static str, u8)> {
    let lies_in =
        |file: &str| file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    tree.iter().filter(|(file, _)| lies_in(file)).map(|(file, byte)| (*file, *byte)).collect()
}

/// What a manifest says that leads from one tree to another.
fn changed(before: &Tree, after: &Tree, paths: &[&str]) -> Vec<(String, Option<String>)> {
    let differ = paths.iter().filter(|path| content(before, path) != content(after, path));
    let id = |path: &str| Some(format!("{:?}", content(after, path)));
    differ.map(|path| ((*path).to_owned(), id(path))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_is_the_same_only_where_it_is_and_unknown_means_changed(
        trees in prop::collection::vec(prop::collection::vec(0_u8..3, FILES.len()), 2..8),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..3, 0_u8..5), 8),
    ) {
        let trees: Vec<Tree> =
            trees.into_iter().map(|bytes| FILES.into_iter().zip(bytes).collect()).collect();
        let name = |place: usize| format!("commit-{place}");
        let mut history = History::default();
        let mut before: BTreeMap<usize, usize> = BTreeMap::new();
        for (place, tree) in trees.iter().enumerate().skip(1) {
            let (index, detail, luck) = &steps[place];
            // One manifest in five was never handed in.
            if *luck == 0 {
                continue;
            }
            let predecessor = index.index(place);
            before.insert(place, predecessor);
            let changed = changed(&trees[predecessor], tree, DETAIL[*detail]);
            history.add(&name(place), Step { predecessor: Some(name(predecessor)), changed });
        }
        for from in 0..trees.len() {
            for to in from..trees.len() {
                // The trees that the manifests lead through, from the newer commit back to the older one.
                let mut way = vec![to];
                while let Some(older) = before.get(&way[way.len() - 1]).filter(|_| way[way.len() - 1] > from) {
                    way.push(*older);
                }
                let is_detailed = way.iter().all(|place| *place == from || steps[*place].1 < 2);
                let is_known = way[way.len() - 1] == from && is_detailed;
                for path in PATHS {
                    let same = history.is_same(path, Some(&name(from)), Some(&name(to)));
                    let untouched = way.iter().all(|place| content(&trees[*place], path) == content(&trees[to], path));
                    if same.is_ok() {
                        prop_assert_eq!(content(&trees[from], path), content(&trees[to], path), "{} {}..{}", path, from, to);
                    }
                    prop_assert!(!(is_known && untouched) || same.is_ok(), "{} {}..{}: {:?}", path, from, to, same);
                }
            }
        }
        prop_assert!(history.is_same("a", None, Some("x")).is_err());
        prop_assert!(history.is_same("a", Some("y"), Some("x")).is_err());
    }

    #[test]
    fn grounds_are_read_as_they_are_written(text in "\\PC{0,40}") {
        if let Ok(ground) = text.parse::<Ground>() {
            prop_assert_eq!(ground.to_string().parse::<Ground>(), Ok(ground));
        }
    }
}
