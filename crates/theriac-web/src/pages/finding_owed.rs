//! Who owes the open findings of a release: those whom its gate names, and who manages it for those of a release that has
//! shipped.

use std::collections::HashMap;

use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::StandIn;
use theriac_service::{ServiceError, gate, products};

use super::findings::FindingRow;
use super::names::Names;
use crate::http::{Me, Web};

/// Who owes what nobody is named for in the finding itself.
pub(super) struct Owed {
    by_finding: HashMap<String, String>,
    otherwise: String,
}

impl Owed {
    /// Reads the gate of a release as it was last worked out.
    pub(super) async fn of(
        web: &Web,
        me: &Me,
        (product, row): (&str, i64),
        release: &str,
    ) -> Result<Self, ServiceError> {
        let manager = products::release(web.app(), me.who(), product, release).await?.manager;
        let reasons = match me.may(Permission::ReadGate, Scope::Product(ProductId(row))) {
            true => gate::shown(web.app(), me.who(), product, release).await?.gate.reasons,
            false => Vec::new(),
        };
        let reasons: Vec<_> =
            reasons.into_iter().filter(|reason| reason.reference.starts_with("FIND-")).collect();
        let keys = reasons.iter().filter_map(|reason| reason.owner.as_ref()).chain(&manager);
        let names = Names::people(web, keys).await?;
        let owner = |key: Option<&str>, stand_in| match key {
            None => String::new(),
            Some(_) => names.owner(key, stand_in),
        };
        let by_finding = reasons
            .iter()
            .map(|reason| (reason.reference.clone(), owner(reason.owner.as_deref(), reason.stand_in)))
            .collect();
        Ok(Self { by_finding, otherwise: owner(manager.as_deref(), Some(StandIn::ReleaseManager)) })
    }

    /// Who owes an open finding that names nobody itself.
    pub(super) fn by(&self, finding: &str) -> String {
        self.by_finding.get(finding).unwrap_or(&self.otherwise).clone()
    }

    /// Fills in who owes a row, unless it is closed or names somebody.
    pub(super) fn fill(&self, row: &mut FindingRow, open: bool) {
        if open && row.owner.is_empty() {
            row.owner = self.by(&row.number);
        }
    }
}
