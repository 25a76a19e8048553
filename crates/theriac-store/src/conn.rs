//! Running SQL inside a transaction; [`crate::Read`] and [`crate::Write`] both lead here.

use std::borrow::Cow;

use sqlx::{Any, AssertSqlSafe, Transaction};

use crate::error::short;
use crate::{Args, Engine, Row, StoreError};

/// Most rows that one `INSERT` carries.
const ROWS_PER_INSERT: usize = 100;
/// Most values that one `INSERT` carries; SQLite takes 32,766, PostgreSQL 65,535.
const VALUES_PER_INSERT: usize = 2_000;

/// An open transaction on either engine.
///
/// Statements are written once: `$1` placeholders, TEXT, BIGINT and BLOB values, RETURNING, ON CONFLICT.
/// What users type goes into [`Args`], never into the text of a statement.
/// PostgreSQL's `SUM` of BIGINT is NUMERIC: write `CAST(SUM(x) AS BIGINT)`.
#[derive(Debug)]
pub struct Conn {
    pub(crate) tx: Transaction<'static, Any>,
    engine: Engine,
}

impl Conn {
    pub(crate) const fn new(tx: Transaction<'static, Any>, engine: Engine) -> Self {
        Self { tx, engine }
    }

    /// The engine behind, for the few statements that must differ.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// All rows of a query. The query bounds how many there can be.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub async fn fetch_all(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
    ) -> Result<Vec<Row>, StoreError> {
        self.all(sql.into(), args).await
    }

    #[crate::boxed]
    async fn all(&mut self, sql: Cow<'static, str>, args: Args) -> Result<Vec<Row>, StoreError> {
        let query = bind(sql.clone(), args)?;
        let rows = query.fetch_all(&mut *self.tx).await.map_err(|e| StoreError::sql(&sql, e))?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub async fn fetch_optional(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
    ) -> Result<Option<Row>, StoreError> {
        self.optional(sql.into(), args).await
    }

    #[crate::boxed]
    async fn optional(&mut self, sql: Cow<'static, str>, args: Args) -> Result<Option<Row>, StoreError> {
        let query = bind(sql.clone(), args)?;
        let row = query.fetch_optional(&mut *self.tx).await.map_err(|e| StoreError::sql(&sql, e))?;
        Ok(row.map(Row))
    }

    /// The row of a query that always has one.
    ///
    /// # Errors
    /// When the database refuses the statement, or [`StoreError::NoRow`].
    pub async fn fetch_one(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
    ) -> Result<Row, StoreError> {
        let sql = sql.into();
        self.fetch_optional(sql.clone(), args).await?.ok_or_else(|| StoreError::NoRow { sql: short(&sql) })
    }

    /// Runs a statement and gives the number of rows it touched.
    ///
    /// # Errors
    /// When the database refuses the statement.
    pub async fn execute(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
    ) -> Result<u64, StoreError> {
        self.run(sql.into(), args).await
    }

    #[crate::boxed]
    async fn run(&mut self, sql: Cow<'static, str>, args: Args) -> Result<u64, StoreError> {
        let query = bind(sql.clone(), args)?;
        let done = query.execute(&mut *self.tx).await.map_err(|e| StoreError::sql(&sql, e))?;
        Ok(done.rows_affected())
    }

    /// Inserts many rows in chunks. `head` names table and columns (`INSERT INTO t (a, b)`), each row holds
    /// as many values, `tail` is what follows them (`ON CONFLICT DO NOTHING`, or nothing).
    ///
    /// # Errors
    /// When the database refuses the statement.
    #[crate::boxed]
    pub async fn insert_many(&mut self, head: &str, tail: &str, rows: Vec<Args>) -> Result<u64, StoreError> {
        let width = rows.first().map_or(1, Args::len).max(1);
        let per_chunk = (VALUES_PER_INSERT / width).clamp(1, ROWS_PER_INSERT);
        let mut rows = rows.into_iter().peekable();
        let mut touched = 0;
        while rows.peek().is_some() {
            let chunk: Vec<Args> = rows.by_ref().take(per_chunk).collect();
            let sql = format!("{head} VALUES {} {tail}", self.tuples(chunk.len(), width));
            let mut values = Args::new();
            chunk.into_iter().for_each(|row| values.append(row));
            touched += self.execute(sql, values).await?;
        }
        Ok(touched)
    }

    /// `($1, $2), ($3, $4)`; SQLite looks up `?3` by number but `$3` by name, which is slow in long lists.
    fn tuples(&self, rows: usize, width: usize) -> String {
        let mark = match self.engine {
            Engine::Sqlite => '?',
            Engine::Postgres => '$',
        };
        let tuple = |row: usize| {
            let marks: Vec<String> = (1..=width).map(|n| format!("{mark}{}", row * width + n)).collect();
            format!("({})", marks.join(", "))
        };
        (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
    }

    /// Lets the engine check a statement without running it.
    ///
    /// # Errors
    /// When the engine refuses the statement.
    #[cfg(feature = "testing")]
    pub async fn prepare(&mut self, sql: String) -> Result<(), StoreError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        let text = short(&sql);
        let prepared = (&mut *self.tx).prepare(AssertSqlSafe(sql).into_sql_str()).await;
        prepared.map(|_| ()).map_err(|e| StoreError::sql(&text, e))
    }

    /// Runs the statements of a migration.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), StoreError> {
        let text = short(&sql);
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *self.tx)
            .await
            .map_err(|e| StoreError::sql(&text, e))?;
        Ok(())
    }
}

fn bind(
    sql: Cow<'static, str>,
    args: Args,
) -> Result<sqlx::query::Query<'static, Any, sqlx::any::AnyArguments>, StoreError> {
    if args.holds_nul() {
        return Err(StoreError::Nul);
    }
    let values = args.bind().map_err(|e| StoreError::sql(&sql, e))?;
    Ok(sqlx::query_with(AssertSqlSafe(sql), values))
}
