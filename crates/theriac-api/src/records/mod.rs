//! Records: the kinds, and what every kind of record goes through.

mod approve;
mod begin;
mod clear;
mod clinical;
mod diff;
mod draft;
mod draft_discard;
mod draft_save;
mod export;
mod file_attach;
mod file_detach;
mod file_get;
mod file_shape;
mod get;
mod import;
mod kinds;
mod list;
mod retire;
mod revisions;
mod schema;
mod send_back;
mod submit;
mod view;
mod withdraw;

use theriac_auth::Permission as P;

use crate::core::{Needs, Route, route};

/// Writing a record takes the permission of its kind's family.
const WRITE: Needs = Needs::AnyOf(&[
    P::WriteGovernance,
    P::WriteRisk,
    P::WriteDevelopment,
    P::WriteTesting,
    P::WritePlan,
    P::WriteConformity,
]);
/// Taking back what one submitted, or what one may judge.
const WITHDRAW: Needs = Needs::AnyOf(&[
    P::SubmitRecord,
    P::ApproveGovernance,
    P::ApproveDevelopment,
    P::ApproveConformity,
    P::AcceptRisk,
]);
/// So does judging it.
const APPROVE: Needs =
    Needs::AnyOf(&[P::ApproveGovernance, P::ApproveDevelopment, P::ApproveConformity, P::AcceptRisk]);

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(P::Read);
    vec![
        route!(read, kinds::kinds_list),
        route!(read, schema::kinds_schema),
        route!(read, list::records_list),
        route!(WRITE, begin::records_begin),
        route!(read, export::records_export),
        route!(Needs::Permission(P::ImportRecords), import::records_import),
        route!(read, get::records_get),
        route!(read, revisions::records_revisions),
        route!(read, diff::records_diff),
        route!(WRITE, draft::records_draft),
        route!(WRITE, draft_save::records_draft_save),
        route!(WRITE, draft_discard::records_draft_discard),
        route!(WRITE, file_attach::records_file_attach),
        route!(WRITE, file_detach::records_file_detach),
        route!(read, file_get::records_file_get),
        route!(Needs::Permission(P::SubmitRecord), submit::records_submit),
        route!(APPROVE, approve::records_approve),
        route!(Needs::Permission(P::SignClinical), clinical::records_clinical),
        route!(APPROVE, send_back::records_send_back),
        route!(WITHDRAW, withdraw::records_withdraw),
        route!(APPROVE, retire::records_retire),
        route!(Needs::Permission(P::ClearSuspect), clear::records_clear),
    ]
}
