//! The evaluator: facts and a pack in, verdicts out. It decides nothing that the pack does not say.
//!
//! The same facts, pack and evaluator give the same bytes. An expression that cannot be evaluated is a defect of the
//! pack: its check is *not met*, shows the error, and no deviation covers it.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::expression::{Expression, NoFact, Row, Scope, Values};
use crate::facts::Facts;
use crate::facts::derive::ancestors;
use crate::facts::words::Verdict;
use crate::owner::Fallback;
use crate::pack::{CLAUSES, Check, Clause, Judges, Level, Pack, placeholders};
use crate::verdict::{CheckVerdict, ClauseVerdict, Conformity, EVALUATOR_VERSION, Missing, Subject, combine};

/// Judges a release by a pack.
///
/// # Errors
/// When facts hold what no expression can read, which their types rule out.
pub fn evaluate(facts: &Facts, pack: &Pack) -> Result<Conformity, NoFact> {
    let accountable = Accountable::of(facts);
    let values = Values::of(facts)?.with(CLAUSES, &accountable.rows(facts, pack))?;
    let fallback = Fallback::of(facts);
    let evaluation = Evaluation { facts, values: &values, accountable: &accountable, fallback: &fallback };
    let digest = pack.digest.to_string();
    Ok(Conformity {
        at: facts.at.clone(),
        seq: facts.seq,
        pack: pack.reference(),
        decided: None,
        provisional: !facts.adoptions.iter().any(|adoption| adoption.reference == digest),
        facts_version: facts.version,
        evaluator: EVALUATOR_VERSION,
        product: facts.product.reference.clone(),
        release: facts.release.reference.clone(),
        clauses: pack.clauses.iter().map(|clause| evaluation.clause(clause)).collect(),
        disqualified: Vec::new(),
    })
}

/// Who answers for which clauses on the day judged.
struct Accountable<'a>(HashMap<&'a str, BTreeSet<(&'a str, &'a str)>>);

impl<'a> Accountable<'a> {
    fn of(facts: &'a Facts) -> Self {
        let mut appointed: HashMap<&str, BTreeSet<(&str, &str)>> = HashMap::new();
        for row in facts.responsibilities.iter().filter(|row| row.in_force) {
            for clause in &row.clauses {
                let person = row.person.as_deref();
                appointed
                    .entry(clause)
                    .or_default()
                    .extend(person.map(|person| (person, row.reference.as_str())));
            }
        }
        Self(appointed)
    }

    /// Who answers for a clause, each with the appointment that says so: those of the most specific clause that anyone
    /// answers for.
    fn appointed(&self, clause: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = ancestors(clause).find_map(|name| self.0.get(name).filter(|people| !people.is_empty()));
        named.into_iter().flatten().copied()
    }

    fn people(&self, clause: &str) -> Vec<&'a str> {
        let mut people: Vec<_> = self.appointed(clause).map(|(person, _)| person).collect();
        people.dedup();
        people
    }

    fn one(&self, clause: &str) -> Option<String> {
        match self.people(clause).as_slice() {
            [person] => Some((*person).to_owned()),
            _ => None,
        }
    }

    /// The list `clauses` that checks can be over: the pack's clauses on the product's route.
    fn rows<'p>(&self, facts: &Facts, pack: &'p Pack) -> Vec<ClauseRow<'p>>
    where
        'a: 'p,
    {
        let on_route = pack.clauses.iter().filter(|clause| clause.routes.contains(&facts.product.route));
        let row = |clause: &'p Clause| {
            let people = self.people(&clause.number);
            ClauseRow {
                reference: &clause.number,
                title: &clause.title,
                accountable: people.len().try_into().unwrap_or(u32::MAX),
                person: people.first().copied(),
                people,
                appointments: self.appointed(&clause.number).map(|(_, row)| row).collect(),
            }
        };
        on_route.map(row).collect()
    }
}

/// A clause as checks see it.
#[derive(Serialize)]
struct ClauseRow<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    title: &'a str,
    accountable: u32,
    person: Option<&'a str>,
    people: Vec<&'a str>,
    /// The responsibilities that say so, `ID@digest`.
    appointments: Vec<&'a str>,
}

struct Evaluation<'a> {
    facts: &'a Facts,
    values: &'a Values,
    accountable: &'a Accountable<'a>,
    fallback: &'a Fallback,
}

impl Evaluation<'_> {
    fn clause(&self, clause: &Clause) -> ClauseVerdict {
        let (applies, reason) = self.applies(clause);
        let mut missing = Vec::new();
        let checks: Vec<_> = match applies {
            true => clause.checks.iter().map(|check| self.check(clause, check, &mut missing)).collect(),
            false => Vec::new(),
        };
        let side = |side| {
            combine(checks.iter().filter(|check| check.judges.contains(&side)).map(|check| check.verdict))
        };
        ClauseVerdict {
            clause: clause.number.clone(),
            title: clause.title.clone(),
            verdict: side(Judges::AtRelease),
            standing: side(Judges::Standing),
            kind: clause.kind,
            level: clause.level,
            confidence: clause.confidence.clone(),
            reason,
            checks,
            missing,
        }
    }

    /// Whether a clause applies to the release, and why not, or what could show so.
    fn applies(&self, clause: &Clause) -> (bool, Option<String>) {
        let route = self.facts.product.route;
        if !clause.routes.contains(&route) {
            return (
                false,
                Some(format!("The product takes the {route} route, which has no such activity.")),
            );
        }
        if clause.level == Level::FieldedRelease && !self.facts.release.fielded {
            return (false, Some("No customer has this release.".to_owned()));
        }
        let justification = self
            .facts
            .applicabilities
            .iter()
            .find(|row| row.clause == clause.number && row.approved && row.reason && row.suspect == 0);
        match (&clause.condition, justification) {
            (None, None) => (true, None),
            (None, Some(row)) => {
                (true, Some(format!("{} counts for nothing: the clause is unconditional.", row.reference)))
            }
            (Some(condition), justification) => {
                match (condition.applies.truth(&Scope::root(self.values)), justification) {
                    (Ok(false), Some(row)) => (false, Some(format!("Justified by {}.", row.reference))),
                    (Ok(false), None) => {
                        let how = "An approved applicability justification would show that it does not apply";
                        (true, Some(format!("{how}: it applies when {}.", condition.words)))
                    }
                    (Ok(true), Some(row)) => {
                        let why =
                            format!("{} does not hold: it applies when {}", row.reference, condition.words);
                        (true, Some(format!("{why}, and the facts say so.")))
                    }
                    (Ok(true), None) => (true, None),
                    (Err(error), _) => {
                        (true, Some(format!("The pack's condition cannot be evaluated: {error}")))
                    }
                }
            }
        }
    }

    fn check(&self, clause: &Clause, check: &Check, missing: &mut Vec<Missing>) -> CheckVerdict {
        let mut found = Found::default();
        let result = self.judge(clause, check, &mut found);
        let verdict = match &result {
            Ok(verdict) => *verdict,
            Err(error) => {
                found = Found::default();
                let todo = format!("Mend the pack: this check cannot be evaluated ({error})");
                let state = Missing::state_of(&check.id, &check.id, [todo.clone()]);
                found.missing.push(self.missing(clause, check, &check.id, (todo, state), None, None));
                Verdict::NotMet
            }
        };
        missing.append(&mut found.missing);
        CheckVerdict {
            check: check.id.clone(),
            title: check.title.clone(),
            judges: check.judges.clone(),
            verdict,
            error: result.err(),
            failing: found.failing,
            passing: found.passing,
        }
    }

    fn judge(&self, clause: &Clause, check: &Check, found: &mut Found) -> Result<Verdict, String> {
        match &check.over {
            None => self.subject(clause, check, &Scope::root(self.values), None, found)?,
            Some(list) => {
                for row in self.values.rows(list) {
                    self.subject(clause, check, &Scope::subject(self.values, row), Some(row), found)?;
                }
            }
        }
        let (passing, failing) = (found.passing.len(), found.failing.len());
        Ok(match (passing, failing) {
            (0, 0) => {
                if check.none == Verdict::NotMet {
                    let todo = check.todo_none.as_ref().unwrap_or(&check.todo).clone();
                    let state = Missing::state_of(&check.id, &check.id, [todo.clone()]);
                    found.missing.push(self.missing(clause, check, &check.id, (todo, state), None, None));
                }
                check.none
            }
            (_, 0) => Verdict::Met,
            (0, _) if !found.partly => Verdict::NotMet,
            _ => Verdict::PartlyMet,
        })
    }

    /// Judges one subject, unless the check leaves it out.
    fn subject(
        &self,
        clause: &Clause,
        check: &Check,
        scope: &Scope<'_>,
        row: Option<Row<'_>>,
        found: &mut Found,
    ) -> Result<(), String> {
        if let Some(filter) = &check.filter
            && !filter.truth(scope)?
        {
            return Ok(());
        }
        let reference = row.and_then(|row| row.texts("ref").next()).unwrap_or(&check.id);
        let subject = Subject { reference: reference.to_owned(), rests_on: rests_on(row, &check.rests) };
        if check.pass.truth(scope)? {
            found.passing.push(subject);
            return Ok(());
        }
        if let Some(partly) = &check.partly {
            found.partly |= partly.truth(scope)?;
        }
        let text =
            |expression: &Option<Expression>| expression.as_ref().map_or(Ok(None), |text| text.text(scope));
        let (owner, due) = (text(&check.owes)?, text(&check.due)?);
        let mut causes = Vec::new();
        for (when, todo) in &check.todos {
            if when.truth(scope)? {
                causes.push(todo.as_str());
            }
        }
        let todo = filled(causes.first().copied().unwrap_or(&check.todo), row);
        let failing = check.pass.failing(scope).into_iter().map(|place| place.to_string());
        // Files come anew with every build, and say the same; what was judged does not.
        let judged = subject.rests_on.iter().filter(|name| !name.starts_with("EVID-")).cloned();
        let causes = causes.into_iter().map(str::to_owned);
        let state = Missing::state_of(&check.id, reference, failing.chain(causes).chain(judged));
        found.missing.push(self.missing(clause, check, reference, (todo, state), owner, due));
        found.failing.push(subject);
        Ok(())
    }

    /// Something missing; who answers for the clause owes what nobody else does, and else who stands in.
    fn missing(
        &self,
        clause: &Clause,
        check: &Check,
        reference: &str,
        (todo, state): (String, String),
        owner: Option<String>,
        due: Option<String>,
    ) -> Missing {
        let named = self.fallback.present(owner);
        let owner = self.fallback.owner(named.or_else(|| self.accountable.one(&clause.number)));
        Missing {
            reference: reference.to_owned(),
            todo,
            owner: owner.person,
            stand_in: owner.stand_in,
            due: self.fallback.due(due, check.judges.contains(&Judges::AtRelease)),
            check: check.id.clone(),
            judges: check.judges.clone(),
            state,
        }
    }
}

/// What judging the subjects of a check has found so far.
#[derive(Default)]
struct Found {
    passing: Vec<Subject>,
    failing: Vec<Subject>,
    partly: bool,
    missing: Vec<Missing>,
}

/// A text with what the subject has in the fields that it names.
fn filled(text: &str, row: Option<Row<'_>>) -> String {
    let mut filled = text.to_owned();
    for field in placeholders(text) {
        let shown = row.and_then(|row| row.shown(field)).unwrap_or_else(|| "not set".to_owned());
        filled = filled.replace(&format!("{{{field}}}"), &shown);
    }
    filled
}

/// The texts in the named fields of a row.
fn rests_on(row: Option<Row<'_>>, fields: &[String]) -> Vec<String> {
    let texts = row.into_iter().flat_map(|row| fields.iter().flat_map(move |field| row.texts(field)));
    texts.map(str::to_owned).collect()
}
