//! How much a reader takes, and how strict it is.

/// Whether structural defects end the reading or are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// The first defect is an error.
    #[default]
    Refuse,
    /// Defects of structure are listed on what was read; what cannot be parsed stays an error.
    AcceptListedDefects,
}

/// Limits on one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size in bytes.
    pub bytes: usize,
    /// Nesting of objects, arrays and elements; 120 is the most that is honoured.
    pub depth: usize,
    /// Values (JSON) or elements and attributes (XML) in the whole file.
    pub values: usize,
    /// Components or packages; so many, with all that a file may say of them, take about 350 MB while they are read.
    pub components: usize,
    /// Test cases.
    pub cases: usize,
    /// Length of one text in bytes.
    pub text: usize,
    /// Defects that are listed; the next one is an error.
    pub defects: usize,
    /// What becomes of structural defects.
    pub strictness: Strictness,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 100,
            values: 2_500_000,
            components: 100_000,
            cases: 200_000,
            text: 16 << 20,
            defects: 1_000,
            strictness: Strictness::Refuse,
        }
    }
}
