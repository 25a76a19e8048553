//! How much an import may read, so that no file, however made, takes the machine down.

use std::cell::{Cell, OnceCell};
use std::io::{self, Read};
use std::rc::Rc;

/// The limits of one import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record.
    pub record_bytes: u64,
    /// Bytes of an archive inside of an archive.
    pub nested_bytes: u64,
    /// Bytes of everything, unpacked.
    pub total_bytes: u64,
    /// Versions, events, packages and aliases of all records: each takes memory beyond its bytes.
    pub values: u64,
    /// Files in folders and archives.
    pub entries: u64,
    /// Folders within folders.
    pub folder_depth: usize,
    /// Archives and compressions within one another.
    pub archive_depth: usize,
    /// How many bytes may come out of one byte of a compressed file, beyond its first 16 MiB.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 8 << 20,
            nested_bytes: 512 << 20,
            total_bytes: 2 << 30,
            values: 30_000_000,
            entries: 4_000_000,
            folder_depth: 32,
            archive_depth: 4,
            ratio: 200,
        }
    }
}

/// Output below this is never called a bomb: small repetitive files compress beyond any ratio.
const RATIO_FLOOR: u64 = 16 << 20;

/// What one import has used up of its limits.
pub(super) struct Budget {
    pub limits: Limits,
    bytes: Cell<u64>,
    entries: Cell<u64>,
    // Decoders and archive readers wrap or drop the reason of an error, so it is kept here.
    exceeded: OnceCell<String>,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, bytes: Cell::new(0), entries: Cell::new(0), exceeded: OnceCell::new() }
    }

    /// The limit that was broken, if any.
    pub(super) fn exceeded(&self) -> Option<&str> {
        self.exceeded.get().map(String::as_str)
    }

    /// Counts one more file.
    pub(super) fn count_entry(&self) -> Result<(), String> {
        self.entries.set(self.entries.get() + 1);
        if self.entries.get() <= self.limits.entries {
            return Ok(());
        }
        Err(format!("more than {} files", self.limits.entries))
    }

    fn count_bytes(&self, count: u64) -> Result<(), String> {
        self.bytes.set(self.bytes.get() + count);
        if self.bytes.get() <= self.limits.total_bytes {
            return Ok(());
        }
        Err(format!(
            "more than {} bytes unpacked in all; import the ecosystems that you need, one after the other",
            self.limits.total_bytes
        ))
    }

    fn fail(&self, reason: String) -> io::Error {
        io::Error::other(self.exceeded.get_or_init(|| reason).clone())
    }
}

/// Counts what goes into a decoder.
pub(super) struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Self { inner, count: Rc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Watches what comes from the disk or out of a decoder.
pub(super) struct Guarded<'a, R> {
    inner: R,
    input: Rc<Cell<u64>>,
    output: u64,
    budget: &'a Budget,
}

impl<'a, R> Guarded<'a, R> {
    pub(super) fn new(inner: R, input: Rc<Cell<u64>>, budget: &'a Budget) -> Self {
        Self { inner, input, output: 0, budget }
    }

    /// For what is not compressed: only the total counts.
    pub(super) fn plain(inner: R, budget: &'a Budget) -> Self {
        Self::new(inner, Rc::new(Cell::new(u64::MAX)), budget)
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.output += read as u64;
        self.budget.count_bytes(read as u64).map_err(|reason| self.budget.fail(reason))?;
        let ratio = self.budget.limits.ratio;
        if self.output > RATIO_FLOOR && self.output / ratio > self.input.get() {
            return Err(self.budget.fail(format!(
                "it unpacks to more than {ratio} times its size, as bombs do; unpack it yourself and import the folder if you trust it"
            )));
        }
        Ok(read)
    }
}
