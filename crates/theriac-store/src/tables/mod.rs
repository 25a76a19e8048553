//! Domain tables, one file each: SQL and the plain rows it gives.
//!
//! A function takes the open transaction first (`&mut Conn`: a read or a write leads there; `&mut Write` where rows are
//! versioned and need its transaction id). Lists page by key and are bounded.

pub mod access;
pub mod audit;
pub mod baseline;
pub mod components;
pub mod decisions;
pub mod evidence;
pub mod facts;
pub mod findings;
pub mod history;
pub mod integrity;
pub mod organisation;
pub mod packs;
pub mod people;
pub mod products;
pub mod records;
pub mod releases;
pub mod signatures;
pub mod verdicts;

use crate::{Args, Row, StoreError, Write};

/// A column that holds a JSON list of texts.
fn text_list(row: &Row, column: &str) -> Result<Vec<String>, StoreError> {
    Ok(serde_json::from_str(&row.get::<String>(column)?)?)
}

/// What a user typed as a LIKE pattern for texts that contain it; the statement says `ESCAPE '!'`.
fn containing(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// A text without meaning to LIKE with `ESCAPE '!'`.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Ends the versions in these rows of a versioned table.
async fn end_rows(write: &mut Write, table: &'static str, rows: &[i64]) -> Result<(), StoreError> {
    for chunk in rows.chunks(500) {
        let mut values = Args::new();
        let tx = values.push(write.tx());
        let marks = values.push_all(chunk.iter().copied());
        write.execute(format!("UPDATE {table} SET tx_to = {tx} WHERE row_id IN ({marks})"), values).await?;
    }
    Ok(())
}
