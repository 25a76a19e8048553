//! Every route: method, path, what it needs, handler. A new page is a line here.

use axum::routing::{MethodRouter, get, post};
use theriac_auth::Permission as P;

use super::Web;
use crate::pages::{
    account, assess, audit, baseline, clause, components, components_dispose, components_everywhere,
    conformity, evidence, evidence_list, evidence_upload, finding, findings, findings_sign, gate, history,
    job, jobs, my_work, organisation, people, person, plan, product, products, record, record_edit,
    record_new, records, release, search, sign, sign_in,
};

/// What a route needs before its use case asks for the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nobody has to be signed in.
    Nobody,
    /// Somebody is signed in; the page shows what they may read.
    SignedIn,
    /// The use case asks for this permission.
    Permission(P),
    /// The use case asks for the permission that goes with the kind of record.
    Kind,
}

/// One route.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, as axum matches it.
    pub path: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// What answers.
    pub handler: MethodRouter<Web>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.path, self.needs)
    }
}

macro_rules! routes {
    ($($method:ident $path:literal, $needs:expr => $handler:path;)+) => {
        vec![$(Route { method: stringify!($method), path: $path, needs: $needs, handler: routes!(@$method $handler) },)+]
    };
    (@GET $handler:path) => { get($handler) };
    (@POST $handler:path) => { post($handler) };
}

/// All routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Needs::{Kind, Nobody, Permission, SignedIn};
    routes! {
        GET "/sign-in", Nobody => sign_in::show;
        POST "/sign-in", Nobody => sign_in::sign_in;
        POST "/sign-out", SignedIn => sign_in::sign_out;
        GET "/", SignedIn => my_work::show;
        GET "/account", SignedIn => account::show;
        POST "/account/display", SignedIn => account::display;
        POST "/account/password", SignedIn => account::password;
        POST "/account/sessions", SignedIn => account::end_session;
        GET "/search", SignedIn => search::show;
        GET "/audit", Permission(P::ReadAudit) => audit::show;
        GET "/products", SignedIn => products::show;
        POST "/products", Permission(P::ManageProducts) => products::add;
        GET "/products/{product}", Permission(P::Read) => product::show;
        POST "/products/{product}", Permission(P::ManageProducts) => product::change;
        POST "/products/{product}/releases", Permission(P::ManageReleases) => product::add_release;
        GET "/products/{product}/releases/{release}", Permission(P::ReadGate) => release::show;
        GET "/products/{product}/releases/{release}/conformity", Permission(P::ReadGate) => conformity::show;
        GET "/products/{product}/releases/{release}/conformity/{clause}", Permission(P::ReadGate) => clause::show;
        GET "/products/{product}/releases/{release}/gate", Permission(P::ReadGate) => gate::show;
        POST "/products/{product}/releases/{release}/gate", Permission(P::DecideRelease) => gate::decide;
        GET "/packs/{pack}/sign", Permission(P::Read) => sign::show_pack;
        POST "/packs/{pack}/sign", Permission(P::AdoptPack) => sign::sign_pack;
        GET "/records", Permission(P::Read) => records::show;
        GET "/records/new", SignedIn => record_new::show;
        POST "/records/new", Kind => record_new::begin;
        GET "/records/{record}", Permission(P::Read) => record::show;
        GET "/records/{record}/{part}", Permission(P::Read) => record::show_part;
        GET "/records/{record}/history", Permission(P::Read) => history::show;
        GET "/records/{record}/compare", Permission(P::Read) => history::compare;
        GET "/records/{record}/files/{digest}", Permission(P::Read) => record::file;
        GET "/records/{record}/edit", Kind => record_edit::show;
        POST "/records/{record}/edit", Kind => record_edit::save;
        POST "/records/{record}/attach", Kind => record_edit::attach;
        POST "/records/{record}/detach", Kind => record_edit::detach;
        POST "/records/{record}/discard", Kind => record_edit::discard;
        GET "/records/{record}/sign", Permission(P::Read) => sign::show_record;
        POST "/records/{record}/sign", Kind => sign::sign_record;
        POST "/records/{record}/send-back", Kind => record::send_back;
        POST "/records/{record}/withdraw", Kind => record::withdraw;
        POST "/records/{record}/confirm", Permission(P::ClearSuspect) => record::confirm;
        GET "/products/{product}/releases/{release}/evidence", Permission(P::Read) => evidence_list::show;
        GET "/products/{product}/releases/{release}/evidence/new", Permission(P::Read) => evidence_upload::show;
        POST "/products/{product}/releases/{release}/evidence", Permission(P::UploadEvidence) => evidence_upload::upload;
        POST "/products/{product}/releases/{release}/builds", Permission(P::AddBuild) => evidence_list::add_build;
        POST "/products/{product}/releases/{release}/candidate", Permission(P::ManageReleases) => evidence_list::name_candidate;
        GET "/evidence/{evidence}", Permission(P::Read) => evidence::show;
        GET "/evidence/{evidence}/file", Permission(P::Read) => evidence::file;
        GET "/evidence/{evidence}/disqualify", Permission(P::Read) => evidence::show_disqualify;
        POST "/evidence/{evidence}/disqualify", Permission(P::DisqualifyEvidence) => evidence::disqualify;
        GET "/components", Permission(P::Read) => components_everywhere::show;
        GET "/products/{product}/releases/{release}/components", Permission(P::Read) => components::show;
        POST "/products/{product}/releases/{release}/components/dispose", Permission(P::DisposeComponent) => components_dispose::dispose;
        GET "/products/{product}/releases/{release}/baseline", Permission(P::Read) => baseline::show;
        GET "/products/{product}/releases/{release}/baseline/sign", Permission(P::Read) => baseline::show_sign;
        POST "/products/{product}/releases/{release}/baseline/sign", Permission(P::DecideRelease) => baseline::sign;
        GET "/products/{product}/releases/{release}/plan", Permission(P::Read) => plan::show;
        POST "/products/{product}/releases/{release}/plan", Permission(P::ManageReleases) => plan::change;
        POST "/products/{product}/releases/{release}/plan/field", Permission(P::ManageReleases) => plan::field;
        GET "/organisation", Permission(P::Read) => organisation::show;
        POST "/organisation", Permission(P::AdministerInstallation) => organisation::change;
        GET "/people", Permission(P::Read) => people::show;
        POST "/people", Permission(P::AdministerPeople) => people::add;
        GET "/people/{person}", Permission(P::Read) => person::show;
        POST "/people/{person}", Permission(P::AdministerPeople) => person::change_place;
        POST "/people/{person}/grants", Permission(P::AdministerGrants) => person::grant;
        POST "/people/{person}/grants/end", Permission(P::AdministerGrants) => person::end_grant;
        POST "/people/{person}/password", Permission(P::AdministerPeople) => person::reset_password;
        POST "/people/{person}/leave", Permission(P::AdministerPeople) => person::leave;
        POST "/people/{person}/close", Permission(P::AdministerPeople) => person::close;
        POST "/people/{person}/erase", Permission(P::AdministerPeople) => person::erase;
        GET "/jobs", Permission(P::Read) => jobs::show;
        GET "/jobs/{job}", Permission(P::Read) => job::show;
        GET "/findings", Permission(P::Read) => findings::everywhere;
        GET "/products/{product}/releases/{release}/findings", Permission(P::Read) => findings::show;
        GET "/products/{product}/releases/{release}/findings/assess", Permission(P::Read) => assess::show;
        POST "/products/{product}/releases/{release}/findings/assess", Permission(P::AssessFinding) => assess::assess;
        GET "/products/{product}/releases/{release}/findings/sign", Permission(P::Read) => findings_sign::show;
        POST "/products/{product}/releases/{release}/findings/sign", Permission(P::AssessFinding) => findings_sign::sign;
        GET "/products/{product}/releases/{release}/findings/confirm", Permission(P::Read) => findings_sign::show_carried;
        POST "/products/{product}/releases/{release}/findings/confirm", Permission(P::AssessFinding) => findings_sign::confirm;
        GET "/products/{product}/releases/{release}/findings/vex", Permission(P::Read) => findings::vex;
        GET "/products/{product}/releases/{release}/findings/{finding}", Permission(P::Read) => finding::show;
    }
}
