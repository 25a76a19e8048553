//! Numbers, texts and lists as bytes. Reading never trusts a length.

use jiff::Timestamp;

/// What was read makes no sense; the block's check should have caught it.
#[derive(Debug)]
pub(super) struct Nonsense;

#[derive(Default)]
pub(super) struct Encoder(pub Vec<u8>);

impl Encoder {
    /// A number, seven bits a byte, lowest first.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value as u8) | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }

    pub fn time(&mut self, time: Timestamp) {
        self.bytes(&time.as_nanosecond().to_be_bytes());
    }
}

pub(super) struct Decoder<'a>(pub &'a [u8]);

impl<'a> Decoder<'a> {
    pub fn number(&mut self) -> Result<u64, Nonsense> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first().ok_or(Nonsense)?;
            self.0 = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Nonsense)
    }

    pub fn size(&mut self) -> Result<usize, Nonsense> {
        usize::try_from(self.number()?).map_err(|_| Nonsense)
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], Nonsense> {
        let length = self.size()?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Nonsense)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn text(&mut self) -> Result<&'a str, Nonsense> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Nonsense)
    }

    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Nonsense>,
    ) -> Result<Option<T>, Nonsense> {
        match self.number()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Nonsense),
        }
    }

    pub fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, Nonsense>) -> Result<Vec<T>, Nonsense> {
        let length = self.size()?;
        // The length may be a lie: room is made in advance for a short list only.
        let mut items = Vec::with_capacity(length.min(64));
        for _ in 0..length {
            items.push(read(self)?);
        }
        Ok(items)
    }

    pub fn time(&mut self) -> Result<Timestamp, Nonsense> {
        let bytes = self.bytes()?.try_into().map_err(|_| Nonsense)?;
        Timestamp::from_nanosecond(i128::from_be_bytes(bytes)).map_err(|_| Nonsense)
    }
}
