//! Values on their way into a statement. Columns hold TEXT, BIGINT or BLOB only (see `docs/adr/0002`).

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Arguments as _;
use sqlx::any::AnyArguments;
use theriac_model::Digest;

/// One value of a statement, or the absence of one.
#[derive(Debug, Clone)]
pub enum Arg {
    /// A TEXT column.
    Text(Option<String>),
    /// A BIGINT column.
    Int(Option<i64>),
    /// A BLOB column.
    Bytes(Option<Vec<u8>>),
}

/// The values for `$1`, `$2` … of a statement, in order.
#[derive(Debug, Clone, Default)]
pub struct Args(Vec<Arg>);

impl Args {
    /// No values.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the next value.
    #[must_use]
    pub fn with(mut self, value: impl ToArg) -> Self {
        self.push(value);
        self
    }

    /// Adds the next value and gives its placeholder, `$n`.
    pub fn push(&mut self, value: impl ToArg) -> String {
        self.0.push(value.to_arg());
        format!("${}", self.0.len())
    }

    /// Adds all values and gives their placeholders, `$4, $5, $6`, for an `IN (…)` list; `NULL` for none.
    pub fn push_all<T: ToArg>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let marks: Vec<String> = values.into_iter().map(|value| self.push(value)).collect();
        if marks.is_empty() { "NULL".to_owned() } else { marks.join(", ") }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text holds the character NUL, which SQLite would keep and PostgreSQL refuses.
    pub(crate) fn holds_nul(&self) -> bool {
        self.0.iter().any(|arg| matches!(arg, Arg::Text(Some(text)) if text.contains('\0')))
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(crate) fn bind(self) -> Result<AnyArguments, sqlx::Error> {
        let mut out = AnyArguments::default();
        for arg in self.0 {
            match arg {
                Arg::Text(value) => out.add(value),
                Arg::Int(value) => out.add(value),
                Arg::Bytes(value) => out.add(value),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(out)
    }
}

/// The values of a statement, in order: `args![id, "open", None::<i64>]`.
#[macro_export]
macro_rules! args {
    () => { $crate::Args::new() };
    ($($value:expr),+ $(,)?) => { $crate::Args::new()$(.with($value))+ };
}

/// What can be a value of a statement.
pub trait ToArg {
    /// The value.
    fn to_arg(self) -> Arg;
    /// Its absence, typed.
    fn absent() -> Arg;
}

macro_rules! to_arg {
    ($($kind:ty, $variant:ident, |$value:ident| $convert:expr;)+) => {$(
        impl ToArg for $kind {
            fn to_arg(self) -> Arg {
                let $value = self;
                Arg::$variant(Some($convert))
            }
            fn absent() -> Arg {
                Arg::$variant(None)
            }
        }
    )+};
}

to_arg! {
    String, Text, |text| text;
    &str, Text, |text| text.to_owned();
    &String, Text, |text| text.clone();
    Digest, Text, |digest| digest.to_string();
    &Digest, Text, |digest| digest.to_string();
    Date, Text, |date| date.to_string();
    i64, Int, |number| number;
    i32, Int, |number| i64::from(number);
    u32, Int, |number| i64::from(number);
    bool, Int, |flag| i64::from(flag);
    Timestamp, Int, |moment| moment.as_millisecond();
    Vec<u8>, Bytes, |bytes| bytes;
    &[u8], Bytes, |bytes| bytes.to_vec();
}

impl<T: ToArg> ToArg for Option<T> {
    fn to_arg(self) -> Arg {
        self.map_or_else(T::absent, T::to_arg)
    }
    fn absent() -> Arg {
        T::absent()
    }
}
