//! Who stands in the organisation on a day, and who stands in for those who do not: asked by whatever says who owes
//! something.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use theriac_conformity::facts::words::SECURITY_OFFICER;
use theriac_store::tables::access::{self, Holder};
use theriac_store::{Conn, tables};

use crate::Result;

/// People who stand in the organisation on a day.
pub(crate) struct Here {
    /// Their keys, by id.
    keys: HashMap<i64, String>,
    officers: Vec<Holder>,
}

impl Here {
    /// Those of some people who are there, and the security officers.
    pub(crate) async fn read(
        conn: &mut Conn,
        people: impl IntoIterator<Item = i64>,
        day: Date,
    ) -> Result<Self> {
        let officers = access::holders(conn, SECURITY_OFFICER).await?;
        let people: BTreeSet<i64> =
            people.into_iter().chain(officers.iter().map(|holder| holder.person)).collect();
        let places = tables::people::versions_among(conn, &people.into_iter().collect::<Vec<_>>()).await?;
        let here = places.into_iter().filter(|place| place.holds_on(day));
        Ok(Self { keys: here.map(|place| (place.id, place.key)).collect(), officers })
    }

    /// The key of somebody who is there.
    pub(crate) fn key(&self, person: i64) -> Option<String> {
        self.keys.get(&person).cloned()
    }

    /// The first security officer of a product, by key.
    pub(crate) fn officer(&self, product: i64) -> Option<String> {
        let officers = self.officers.iter().filter(|holder| holder.is_of(product));
        officers.filter_map(|holder| self.key(holder.person)).min()
    }
}
