//! The worked example of `docs/developer/adding-a-check.md`, done as it says.

use theriac_conformity::facts::words::Verdict;
use theriac_conformity::pack::IEC_81001_5_1_2021;
use theriac_conformity::{ClauseVerdict, Pack, PackError, evaluate};

use crate::sample::Sample;

const PAGE: &str = include_str!("../../../../docs/developer/adding-a-check.md");
const FILE: &str = "clauses/5.2-requirements.toml";

/// The first block of code in a language on the page.
fn block(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// The standard with the clause as the page writes it.
fn load(clause: &str) -> Result<Pack, Vec<PackError>> {
    let mut files: Vec<_> =
        IEC_81001_5_1_2021.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    let (_, text) = files.iter_mut().find(|(name, _)| *name == FILE).unwrap();
    let start = text.find("[[clause]]\nnumber = \"5.2.3\"").unwrap();
    text.replace_range(start.., clause);
    Pack::load(&files)
}

fn judged(sample: &Sample) -> ClauseVerdict {
    let conformity = evaluate(&sample.facts(), &load(block("toml")).unwrap()).unwrap();
    conformity.clauses.into_iter().find(|clause| clause.clause == "5.2.3").unwrap()
}

#[test]
fn the_example_is_met_by_a_risk_and_not_met_without_one() {
    assert_eq!(judged(&Sample::met()).verdict, Verdict::Met);
    let clause = judged(&Sample::met().without("RISK-1"));
    assert_eq!(clause.verdict, Verdict::NotMet);
    let [missing] = clause.missing.as_slice() else { panic!("{:?}", clause.missing) };
    assert!(missing.reference.starts_with("ITEM-1@"));
    assert_eq!(missing.owner.as_deref(), Some("rita"));
    assert_eq!(missing.due.as_deref(), Some("2026-12-01"), "what keeps it from shipping is due by then");
}

#[test]
fn the_slip_of_the_pen_gets_the_answer_that_the_page_shows() {
    let broken = block("toml").replace("r.risks", "r.riscs");
    let found = load(&broken).unwrap_err()[0].to_string();
    assert!(found.starts_with(FILE), "{found}");
    assert!(found.contains(block("text").trim()), "{found}");
}
