//! What would else be ambient: the time, and fresh unpredictable numbers.

use jiff::Timestamp;

/// Where the present time comes from. Only the binary knows the real one.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Where unpredictable bytes come from: ids, salts, tokens, keys.
pub trait IdSource: Send + Sync {
    /// Fills the buffer with bytes that nobody can predict.
    fn fill(&self, bytes: &mut [u8]);

    /// A row id: 41 bits of milliseconds since 2020 and 22 bits of chance, so that ids sort by time.
    fn row_id(&self, now: Timestamp) -> i64 {
        const EPOCH_2020_MS: i64 = 1_577_836_800_000;
        let mut chance = [0; 4];
        self.fill(&mut chance);
        let elapsed = (now.as_millisecond() - EPOCH_2020_MS).max(0);
        (elapsed << 22) | i64::from(u32::from_be_bytes(chance) >> 10)
    }
}
