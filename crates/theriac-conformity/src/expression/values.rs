//! Facts as values of the engine: [`Maker`] is what serde writes them to, so that an expression sees a fact under the name
//! and in the shape that its JSON has. Made once per evaluation; expressions borrow them.

use std::any::Any;
use std::fmt::Display;

use cel::ExecutionError;
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelInt, CelList, CelNull, CelString, MAP_TYPE, Type as CelType};
use cel::common::value::{CowVal, StaticVal, Val};
use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};

/// Something that no fact can be.
#[derive(Debug, thiserror::Error)]
#[error("facts hold {0}, which no expression can read")]
pub struct NoFact(String);

impl serde::ser::Error for NoFact {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// What expressions see: the members of one structure as root variables.
pub(crate) struct Values(Row);

impl Values {
    /// The values of a structure.
    pub(crate) fn of(facts: &impl Serialize) -> Result<Self, NoFact> {
        let root = facts.serialize(Maker)?;
        let row = root.downcast_ref::<Row>().cloned();
        row.map(Self).ok_or_else(|| NoFact("no structure".to_owned()))
    }

    /// With one more root variable.
    pub(crate) fn with(mut self, name: &'static str, value: &impl Serialize) -> Result<Self, NoFact> {
        self.0.fields.push((name, value.serialize(Maker)?));
        self.0.sort();
        Ok(self)
    }

    /// A root variable.
    pub(super) fn root(&self, name: &str) -> Option<&(dyn Val + 'static)> {
        self.0.field(name)
    }

    /// The rows of a root list.
    pub(crate) fn rows(&self, list: &str) -> impl ExactSizeIterator<Item = Subject<'_>> {
        let list = self.0.field(list).and_then(|value| value.downcast_ref::<CelList<'_>>());
        list.map_or(&[][..], |list| list.inner()).iter().map(|row| Subject(row.as_ref()))
    }
}

/// A row that a check judges.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'v>(pub(super) &'v (dyn Val + 'static));

impl<'v> Subject<'v> {
    /// A text, the texts of a list, or a number in a field, for people; `None` where there is none.
    pub(crate) fn shown(self, field: &str) -> Option<String> {
        let value = self.0.downcast_ref::<Row>().and_then(|row| row.field(field))?;
        let number = || value.downcast_ref::<CelInt>().map(|number| number.inner().to_string());
        let texts = || self.texts(field).collect::<Vec<_>>().join(", ");
        number().or_else(|| Some(texts()).filter(|texts| !texts.is_empty()))
    }

    /// The texts in a field: one, those of a list, or none.
    pub(crate) fn texts(self, field: &str) -> impl Iterator<Item = &'v str> {
        let value = self.0.downcast_ref::<Row>().and_then(|row| row.field(field));
        let one = value.and_then(text);
        let list = value.and_then(|value| value.downcast_ref::<CelList<'_>>());
        let list = list.map_or(&[][..], |list| list.inner());
        one.into_iter().chain(list.iter().filter_map(|item| text(item.as_ref())))
    }
}

fn text<'v>(value: &'v (dyn Val + 'static)) -> Option<&'v str> {
    value.downcast_ref::<CelString<'_>>().map(CelString::inner)
}

/// A structure: fields sorted by name.
#[derive(Debug, Clone)]
struct Row {
    fields: Vec<(&'static str, Box<dyn Val>)>,
}

impl Row {
    fn sort(&mut self) {
        self.fields.sort_unstable_by_key(|(name, _)| *name);
    }

    fn field(&self, name: &str) -> Option<&(dyn Val + 'static)> {
        let position = self.fields.binary_search_by_key(&name, |(name, _)| name).ok()?;
        Some(self.fields[position].1.as_ref())
    }
}

impl StaticVal for Row {}

impl Val for Row {
    fn get_type(&self) -> &CelType {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static CelType {
        &MAP_TYPE
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }
}

impl Indexer for Row {
    fn get<'b, 'w>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let name = index.downcast_ref::<CelString<'_>>().map_or("", |name| name.inner());
        self.field(name).map(CowVal::Borrowed).ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'w>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

type Made = Result<Box<dyn Val>, NoFact>;

/// Makes values. What facts are not made of is an error.
struct Maker;

/// Methods for what facts are not made of.
macro_rules! no_facts {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Made {
            Err(NoFact(format!("a value of type {}", stringify!($type))))
        })*
    };
}

impl Serializer for Maker {
    type Ok = Box<dyn Val>;
    type Error = NoFact;
    type SerializeSeq = Items;
    type SerializeStruct = Row;
    type SerializeTuple = Impossible<Box<dyn Val>, NoFact>;
    type SerializeTupleStruct = Impossible<Box<dyn Val>, NoFact>;
    type SerializeTupleVariant = Impossible<Box<dyn Val>, NoFact>;
    type SerializeMap = Impossible<Box<dyn Val>, NoFact>;
    type SerializeStructVariant = Impossible<Box<dyn Val>, NoFact>;

    no_facts!(serialize_f32: f32, serialize_f64: f64, serialize_u64: u64, serialize_char: char, serialize_bytes: &[u8]);

    fn serialize_bool(self, truth: bool) -> Made {
        Ok(Box::new(CelBool::from(truth)))
    }

    fn serialize_i64(self, number: i64) -> Made {
        Ok(Box::new(CelInt::from(number)))
    }

    fn serialize_i8(self, number: i8) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_u8(self, number: u8) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_str(self, text: &str) -> Made {
        Ok(Box::new(CelString::from(text.to_owned())))
    }

    fn serialize_none(self) -> Made {
        Ok(Box::new(CelNull))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made {
        Ok(Box::new(CelString::from(variant)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Made {
        Err(NoFact(format!("a variant of {name} with content")))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, NoFact> {
        Ok(Items(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Row, NoFact> {
        Ok(Row { fields: Vec::with_capacity(length) })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoFact> {
        Err(NoFact("a tuple".to_owned()))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NoFact> {
        Err(NoFact(format!("the tuple {name}")))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoFact> {
        Err(NoFact(format!("a variant of {name} with content")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoFact> {
        Err(NoFact("a map".to_owned()))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoFact> {
        Err(NoFact(format!("a variant of {name} with content")))
    }
}

/// A list that is being made.
struct Items(Vec<Box<dyn Val>>);

impl SerializeSeq for Items {
    type Ok = Box<dyn Val>;
    type Error = NoFact;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoFact> {
        self.0.push(value.serialize(Maker)?);
        Ok(())
    }

    fn end(self) -> Made {
        Ok(Box::new(CelList::from(self.0)))
    }
}

impl SerializeStruct for Row {
    type Ok = Box<dyn Val>;
    type Error = NoFact;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NoFact> {
        self.fields.push((name, value.serialize(Maker)?));
        Ok(())
    }

    fn end(mut self) -> Made {
        self.sort();
        Ok(Box::new(self))
    }
}
