//! Who owes the open findings of a release: those whom its gate names, and who manages it for those of a release that has
//! shipped.

use std::collections::{BTreeMap, HashMap};

use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::StandIn;
use theriac_service::findings::FindingRow as Known;
use theriac_service::{ServiceError, gate, products};

use super::findings::{Asked, FindingRow};
use super::names::Names;
use crate::http::{Me, Web};
use crate::parts::Link;
use crate::urls;

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

/// The releases of a list over all releases: what each is called, and who owes its findings. Each is read once.
pub(super) struct Places {
    by_key: BTreeMap<(String, String), (String, Owed)>,
}

impl Places {
    /// Of the releases of these findings.
    pub(super) async fn of(web: &Web, me: &Me, rows: &[Known]) -> Result<Self, ServiceError> {
        let mut names: BTreeMap<&str, (i64, String)> = BTreeMap::new();
        let mut by_key = BTreeMap::new();
        for row in rows {
            let key = (row.product.clone(), row.release.clone());
            if by_key.contains_key(&key) {
                continue;
            }
            if !names.contains_key(row.product.as_str()) {
                let product = products::product(web.app(), me.who(), &row.product).await?;
                names.insert(&row.product, (product.id, product.name));
            }
            let Some((id, name)) = names.get(row.product.as_str()) else { continue };
            let owed = Owed::of(web, me, (&row.product, *id), &row.release).await?;
            by_key.insert(key, (format!("{name} {}", row.release), owed));
        }
        Ok(Self { by_key })
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Product and release by key and name, and what people call both.
    pub(super) fn releases(&self) -> impl Iterator<Item = ((&str, &str), &str)> {
        self.by_key
            .iter()
            .map(|((product, release), (called, _))| ((product.as_str(), release.as_str()), called.as_str()))
    }

    /// Fills in of which release a row is, and who owes it.
    pub(super) fn fill(&self, row: &mut FindingRow, known: &Known, asked: &Asked) {
        let Some((called, owed)) = self.by_key.get(&(known.product.clone(), known.release.clone())) else {
            return;
        };
        let href = asked.on(&urls::release(&known.product, &known.release, "findings"));
        row.release = Some(Link::new(called, href));
        owed.fill(row, known.resolved.is_none());
    }
}
