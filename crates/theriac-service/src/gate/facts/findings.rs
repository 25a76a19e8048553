//! The findings of a release with their latest assessment, and who signed it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use theriac_conformity::facts::input::{AssessmentInput, FindingInput, TermInput};
use theriac_conformity::facts::words::{CLINICAL, VexStatus};
use theriac_model::{Digest, Severity};
use theriac_store::tables::facts as table;
use theriac_store::tables::findings::{CONFIRMED, is_judgement};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Row};

use super::{Moment, People, group, json, signature_rows_of, word};
use crate::Result;

/// The findings of the release with their latest assessment.
pub(super) async fn findings(
    conn: &mut Conn,
    release: &Release,
    people: &People,
    moment: &Moment,
) -> Result<Vec<FindingInput>> {
    let rows = table::findings(conn, release.id, moment.seq).await?;
    let assessments = table::assessments(conn, release.id, moment.seq).await?;
    let signature_rows = table::assessment_signatures(conn, release.id, moment.seq).await?;
    let signatures = group(&signature_rows, |row| Ok(row.get::<Digest>("digest")?))?;
    let mut fixers: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in table::fixers(conn, release.id, moment.seq).await? {
        fixers.entry(row.get("finding")?).or_default().push(people.key(row.get("fixer")?));
    }
    let mut terms: BTreeMap<i64, Vec<TermInput>> = BTreeMap::new();
    for row in table::terms(conn, release.id, moment.seq).await? {
        let term = TermInput { signed_on: moment.day_of(row.get("at")?), due: row.get("due")? };
        terms.entry(row.get("finding")?).or_default().push(term);
    }
    let mut severities: BTreeMap<i64, Vec<(Severity, Date)>> = BTreeMap::new();
    for row in table::severities(conn, release.id, moment.seq).await? {
        let step = (row.parse::<Severity>("severity")?, moment.day_of(row.get("at")?));
        severities.entry(row.get("finding")?).or_default().push(step);
    }
    let mut judged = BTreeMap::new();
    for row in &assessments {
        let finding: i64 = row.get("finding")?;
        let fixers = fixers.remove(&finding).unwrap_or_default();
        let terms = terms.remove(&finding).unwrap_or_default();
        let judgement = assessment(row, fixers, &signatures, people, moment)?;
        judged.insert(finding, AssessmentInput { terms, ..judgement });
    }
    let mut inputs = Vec::with_capacity(rows.len());
    for row in &rows {
        inputs.push(FindingInput {
            id: format!("FIND-{}", row.get::<i64>("number")?),
            component: row.get("component")?,
            vulnerability: row.get("vulnerability")?,
            severity: row.parse::<Severity>("severity")?,
            opened_on: moment.day_of(row.get("opened_at")?),
            severities: severities.remove(&row.get::<i64>("id")?).unwrap_or_default(),
            resolved: row.get("resolved")?,
            advisories: json(row, "advisories")?,
            assessment: judged.remove(&row.get::<i64>("id")?),
        });
    }
    Ok(inputs)
}

fn assessment(
    row: &Row,
    fixers: Vec<String>,
    signatures: &BTreeMap<Digest, Vec<&Row>>,
    people: &People,
    moment: &Moment,
) -> Result<AssessmentInput> {
    let own = signature_rows_of(signatures.get(&row.get::<Digest>("set_digest")?), people, moment)?;
    let confirmed = own.iter().any(|signature| signature.meaning == CONFIRMED);
    // A carried judgement is as old as the one that was signed first, and theirs who signed that; to confirm it is no more.
    let root = match row.get::<Option<Digest>>("earlier_set")? {
        None => own,
        Some(digest) => signature_rows_of(signatures.get(&digest), people, moment)?,
    };
    let carried = row.get::<Option<i64>>("carried_from")?.is_some();
    let judged = root.iter().rfind(|signature| is_judgement(&signature.meaning));
    let clinical_signer = root.iter().rfind(|signature| signature.meaning == CLINICAL);
    let status: VexStatus = word(&row.get::<String>("status")?)?;
    Ok(AssessmentInput {
        digest: row.get("set_digest")?,
        status,
        justification: reason(row, status)?,
        exploitability: row.get("exploitability")?,
        patient_safety_impact: word(&row.get::<String>("patient_safety_impact")?)?,
        decision: row.get::<Option<String>>("decision")?.map(|text| word(&text)).transpose()?,
        due: row.get("due")?,
        assessor: people.key(row.get("assessor")?),
        signer: judged.map(|signature| signature.signer.clone()),
        clinical_signer: clinical_signer.map(|signature| signature.signer.clone()),
        fixer: row.get::<Option<i64>>("fixer")?.map(|id| people.key(id)),
        fixers,
        on: match judged {
            Some(signature) => signature.on,
            None => moment.day_of(row.get("at")?),
        },
        carried,
        confirmed: carried && confirmed,
        changed: json(row, "changed")?,
        harm_before: row.get("harm_before")?,
        terms: Vec::new(),
    })
}

/// Why an assessment says what it says: for what affects the product, why that is done which is done.
fn reason(row: &Row, status: VexStatus) -> Result<Option<String>> {
    let justification: Option<String> = row.get("justification")?;
    let (explanation, decision): (String, String) = (row.get("explanation")?, row.get("decision_reason")?);
    let texts = match status {
        VexStatus::Affected => [decision, explanation, justification.unwrap_or_default()],
        _ => [justification.unwrap_or_default(), explanation, decision],
    };
    Ok(texts.into_iter().find(|text| !text.trim().is_empty()))
}
