//! Every shape the pages draw. A shape is decoration: the word beside it is the content.

use askama::Template;

/// What an icon shows. The drawing is `templates/macros/icon.html`, on a 16 by 16 grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Full circle with a tick.
    Tick,
    /// Half-filled circle.
    Half,
    /// Full square with a cross.
    Cross,
    /// Dashed circle with a dash.
    Dash,
    /// Ring with a dot.
    Ring,
    /// Magnifying lens.
    Lens,
    /// Full diamond with an exclamation mark.
    Diamond,
    /// Slashed circle.
    Slash,
    /// Square outline with a tick.
    SquareTick,
    /// Flag.
    Flag,
    /// Pencil.
    Pencil,
    /// Eye.
    Eye,
    /// Shield with a tick.
    Shield,
    /// Arrow turning back.
    Back,
    /// Archive box.
    Archive,
    /// Chain.
    Chain,
    /// Broken chain.
    BrokenChain,
    /// Tick on a line.
    SignedLine,
    /// Broken line with an exclamation mark.
    BrokenLine,
    /// Closed lock.
    Lock,
    /// Open lock.
    OpenLock,
    /// Arrow leaving a tray.
    Out,
    /// Calendar.
    Calendar,
    /// Alarm clock.
    Alarm,
    /// Ring with a question mark.
    Question,
    /// Plus sign.
    Plus,
    /// Minus sign.
    Minus,
    /// Two arrows.
    Change,
    /// Circle with an i.
    Info,
    /// Arrow up: sorted ascending.
    Up,
    /// Arrow down: sorted descending.
    Down,
}

/// An icon, hidden from assistive technology because a word always stands beside it.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "macros/icon.html")]
pub struct Icon {
    /// What is drawn.
    pub shape: Shape,
}

impl askama::filters::HtmlSafe for Icon {}

impl From<Shape> for Icon {
    fn from(shape: Shape) -> Self {
        Self { shape }
    }
}
