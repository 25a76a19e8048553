//! Which versions an advisory affects: the evaluation of the OSV schema, done once at import.
//!
//! The events of a range become intervals in ascending order, so that matching only asks whether a version
//! lies in one of them.

use crate::osv::{Event, Range, RangeKind};
use crate::versions::{Ecosystem, Version};

/// A run of affected versions; versions as the advisory writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interval {
    /// First affected version; `None` for `introduced: "0"`, from the beginning.
    pub from: Option<String>,
    pub to: End,
    /// The first version after the interval that the advisory calls fixed.
    pub fix: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// No end is known.
    Open,
    /// Up to this version, without it.
    Before(String),
    /// Up to and with this version.
    UpTo(String),
}

/// A version that the ecosystem's order cannot place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable(pub String);

impl Interval {
    /// Whether the version lies in the interval.
    pub(crate) fn contains(&self, ecosystem: Ecosystem, version: &Version) -> Result<bool, Unreadable> {
        if let Some(from) = &self.from
            && *version < read(ecosystem, from)?
        {
            return Ok(false);
        }
        Ok(match &self.to {
            End::Open => true,
            End::Before(end) => *version < read(ecosystem, end)?,
            End::UpTo(end) => *version <= read(ecosystem, end)?,
        })
    }
}

/// The affected intervals of one range. GIT ranges have none: they speak of commits.
pub(crate) fn intervals(ecosystem: Ecosystem, range: &Range) -> Result<Vec<Interval>, Unreadable> {
    if range.kind == RangeKind::Git {
        return Ok(Vec::new());
    }
    let points = points(ecosystem, &range.events)?;
    let limit = limit(ecosystem, &range.events)?;
    let fixes: Vec<&Point<'_>> = points.iter().filter(|point| point.fixed).collect();
    let mut spans = spans(&points);
    if let Some(limit) = &limit {
        spans = spans.into_iter().filter_map(|span| span.cut(limit)).collect();
    }
    Ok(spans.into_iter().map(|span| span.interval(&fixes)).collect())
}

/// All that the events say about one version.
#[derive(Clone)]
struct Point<'a> {
    /// `None` is the beginning, before every version.
    version: Option<Version>,
    text: &'a str,
    introduced: bool,
    fixed: bool,
    last_affected: bool,
}

struct Span<'a> {
    from: Point<'a>,
    to: SpanEnd<'a>,
}

#[derive(Clone)]
enum SpanEnd<'a> {
    Open,
    Before(Point<'a>),
    UpTo(Point<'a>),
}

fn read(ecosystem: Ecosystem, text: &str) -> Result<Version, Unreadable> {
    ecosystem.advisory_version(text).ok_or_else(|| Unreadable(text.to_owned()))
}

/// The events but for limits, ascending, those about the same version joined.
fn points(ecosystem: Ecosystem, events: &[Event]) -> Result<Vec<Point<'_>>, Unreadable> {
    let mut points = Vec::with_capacity(events.len());
    for event in events {
        let (text, introduced, fixed, last_affected) = match event {
            Event::Introduced(text) => (text, true, false, false),
            Event::Fixed(text) => (text, false, true, false),
            Event::LastAffected(text) => (text, false, false, true),
            Event::Limit(_) => continue,
        };
        let version = if introduced && text == "0" { None } else { Some(read(ecosystem, text)?) };
        points.push(Point { version, text, introduced, fixed, last_affected });
    }
    points.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.text.cmp(b.text)));
    points.dedup_by(|next, kept| {
        let same = next.version == kept.version;
        if same {
            kept.introduced |= next.introduced;
            kept.fixed |= next.fixed;
            kept.last_affected |= next.last_affected;
        }
        same
    });
    Ok(points)
}

/// The highest limit; `None` where there is none, or where it is `*`.
fn limit(ecosystem: Ecosystem, events: &[Event]) -> Result<Option<Point<'_>>, Unreadable> {
    let mut highest: Option<Point<'_>> = None;
    for event in events {
        let Event::Limit(text) = event else { continue };
        if text == "*" {
            return Ok(None);
        }
        let version = Some(read(ecosystem, text)?);
        if highest.as_ref().is_none_or(|highest| highest.version < version) {
            highest = Some(Point { version, text, introduced: false, fixed: false, last_affected: false });
        }
    }
    Ok(highest)
}

/// Walks the points upwards. The schema leaves open which of two events about one version comes first;
/// here such a pair changes nothing: an affected run goes on, and outside of one at most that version is affected.
fn spans<'a>(points: &[Point<'a>]) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut open: Option<Point<'a>> = None;
    for point in points {
        match open.take() {
            Some(from) if point.introduced => open = Some(from),
            Some(from) if point.fixed => spans.push(Span { from, to: SpanEnd::Before(point.clone()) }),
            Some(from) if point.last_affected => spans.push(Span { from, to: SpanEnd::UpTo(point.clone()) }),
            Some(from) => open = Some(from),
            None if !point.introduced || point.fixed => {}
            None if point.last_affected => {
                spans.push(Span { from: point.clone(), to: SpanEnd::UpTo(point.clone()) });
            }
            None => open = Some(point.clone()),
        }
    }
    spans.extend(open.map(|from| Span { from, to: SpanEnd::Open }));
    spans
}

impl<'a> Span<'a> {
    /// The part below the limit, if any.
    fn cut(self, limit: &Point<'a>) -> Option<Self> {
        if self.from.version >= limit.version {
            return None;
        }
        let keeps_end = match &self.to {
            SpanEnd::Open => false,
            SpanEnd::Before(end) => end.version <= limit.version,
            SpanEnd::UpTo(end) => end.version < limit.version,
        };
        Some(if keeps_end { self } else { Self { from: self.from, to: SpanEnd::Before(limit.clone()) } })
    }

    /// The affected run with the first fix that does not lie before its end; fixes are ascending.
    fn interval(self, fixes: &[&Point<'a>]) -> Interval {
        let (to, next) = match &self.to {
            SpanEnd::Open => (End::Open, fixes.len()),
            SpanEnd::Before(end) => {
                (End::Before(end.text.to_owned()), fixes.partition_point(|fix| fix.version < end.version))
            }
            SpanEnd::UpTo(end) => {
                (End::UpTo(end.text.to_owned()), fixes.partition_point(|fix| fix.version <= end.version))
            }
        };
        let fix = fixes.get(next).map(|fix| fix.text.to_owned());
        Interval { from: self.from.version.is_some().then(|| self.from.text.to_owned()), to, fix }
    }
}
