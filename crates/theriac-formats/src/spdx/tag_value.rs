//! SPDX tag-value: one `Tag: value` a line, a longer text between `<text>` and `</text>`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::json::tool;
use super::{Graph, described, edge, party, reference_type, said, settle, too_many};
use crate::bom::{Bom, Component, Hash, Licence, Metadata, Purl};
use crate::error::{Defect, ErrorKind, Place, ReadError, quote};
use crate::limits::{Limits, Strictness};
use crate::recognise::Format;
use crate::rules::{Syntax, Version};
use crate::text::is_date_time;

/// The SPDX version of a text, or `None` when it is no tag-value document.
pub(crate) fn version(text: &str) -> Option<Result<Version, ReadError>> {
    for (index, line) in text.lines().enumerate().take(200) {
        if let Some(value) = line.trim_start().strip_prefix("SPDXVersion:") {
            return Some(super::version(value.trim(), Place::line(index + 1)));
        }
    }
    None
}

/// Reads a document of a known version. That all of it is well-formed comes before what it says.
pub(crate) fn read(text: &str, version: Version, limits: &Limits) -> Result<Bom, ReadError> {
    entries(text).try_for_each(|entry| entry.map(drop))?;
    let mut reader = Reader::new(version, limits);
    for entry in entries(text) {
        let Entry { line, tag, value } = entry?;
        let place = Place::line(line);
        match tag {
            Some(tag) => reader.tag(tag, value.trim(), place)?,
            None => reader.defect(place, format!("{} is not of the form 'Tag: value'", quote(&value)))?,
        }
    }
    reader.finish()
}

/// One statement of the document; without a tag, a line that is none.
struct Entry<'t> {
    line: usize,
    tag: Option<&'t str>,
    value: Cow<'t, str>,
}

/// The statements in their order, comments and empty lines left out.
fn entries(text: &str) -> impl Iterator<Item = Result<Entry<'_>, ReadError>> {
    let mut lines = text.lines().enumerate();
    std::iter::from_fn(move || {
        let (line, statement) = lines
            .by_ref()
            .map(|(index, line)| (index + 1, line.trim()))
            .find(|(_, statement)| !statement.is_empty() && !statement.starts_with('#'))?;
        let Some((tag, value)) = statement.split_once(':') else {
            return Some(Ok(Entry { line, tag: None, value: statement.into() }));
        };
        let value = match value.trim().strip_prefix("<text>") {
            Some(start) => long_text(start, &mut lines),
            None => Some(value.into()),
        };
        let entry = value.map(|value| Entry { line, tag: Some(tag.trim()), value });
        Some(entry.ok_or_else(|| {
            let reason = "the text is not closed by </text>; the file seems truncated";
            ReadError::new(ErrorKind::Syntax, Place::line(line), reason)
        }))
    })
}

/// The text up to the line that ends with `</text>`. Each line is looked at once.
fn long_text<'t>(start: &'t str, lines: &mut impl Iterator<Item = (usize, &'t str)>) -> Option<Cow<'t, str>> {
    if let Some(text) = start.trim_end().strip_suffix("</text>") {
        return Some(text.into());
    }
    let mut text = start.to_owned();
    loop {
        let (_, line) = lines.next()?;
        text.push('\n');
        match line.trim_end().strip_suffix("</text>") {
            Some(last) => {
                text.push_str(last);
                return Some(text.into());
            }
            None => text.push_str(line),
        }
    }
}

struct Reader {
    bom: Bom,
    limits: Limits,
    graph: Graph,
    ids: HashSet<String>,
    /// Purls that packages have beside the first one, with the index of the package.
    further: Vec<(usize, Purl)>,
    in_package: bool,
    named: bool,
}

impl Reader {
    fn new(version: Version, limits: &Limits) -> Self {
        let bom = Bom {
            format: Format::SpdxTagValue(version.into()),
            serial: None,
            revision: None,
            metadata: Metadata::default(),
            components: Vec::new(),
            dependencies: Vec::new(),
            defects: Vec::new(),
        };
        let ids = HashSet::new();
        let (graph, further) = (Graph::default(), Vec::new());
        Self { bom, limits: *limits, graph, ids, further, in_package: false, named: false }
    }

    fn defect(&mut self, place: Place, reason: String) -> Result<(), ReadError> {
        if self.limits.strictness == Strictness::Refuse {
            return Err(ReadError::new(ErrorKind::Structure, place, reason));
        }
        if self.bom.defects.len() >= self.limits.defects {
            let reason = format!("more than {} defects; the last: {reason}", self.limits.defects);
            return Err(ReadError::new(ErrorKind::Limit, place, reason));
        }
        self.bom.defects.push(Defect { place, reason });
        Ok(())
    }

    fn tag(&mut self, tag: &str, value: &str, place: Place) -> Result<(), ReadError> {
        if value.len() > self.limits.text {
            let reason = format!("a text is longer than {} bytes", self.limits.text);
            return Err(ReadError::new(ErrorKind::Limit, place, reason));
        }
        match tag {
            "DocumentName" => self.named = true,
            "DocumentNamespace" => self.bom.serial = said(value),
            "Creator" => self.bom.metadata.tools.extend(tool(value)),
            "Created" if !is_date_time(value, Syntax::Json) => {
                self.defect(place, format!("{} is not a date with time", quote(value)))?;
            }
            "Created" => self.bom.metadata.timestamp = Some(value.to_owned()),
            "PackageName" => self.open(value, place)?,
            "FileName" | "SnippetSPDXID" => self.in_package = false,
            "Relationship" => self.relationship(value, place)?,
            _ if self.in_package => self.package(tag, value, place)?,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, name: &str, place: Place) -> Result<(), ReadError> {
        if self.bom.components.len() >= self.limits.components {
            return Err(ReadError { place, ..too_many(&self.limits) });
        }
        if name.is_empty() {
            self.defect(place.clone(), "a package lacks its name".to_owned())?;
        }
        self.in_package = true;
        self.bom.components.push(Component {
            bom_ref: None,
            kind: "library".to_owned(),
            group: None,
            name: name.to_owned(),
            version: None,
            purl: None,
            cpe: None,
            hashes: Vec::new(),
            licences: Vec::new(),
            supplier: None,
            scope: None,
            parent: None,
            place,
        });
        Ok(())
    }

    fn package(&mut self, tag: &str, value: &str, place: Place) -> Result<(), ReadError> {
        let Some(package) = self.bom.components.last_mut() else { return Ok(()) };
        match tag {
            "SPDXID" => {
                package.bom_ref = Some(value.to_owned());
                if !self.ids.insert(value.to_owned()) {
                    return self.defect(place, format!("the SPDXID {} is given twice", quote(value)));
                }
            }
            "PackageVersion" => package.version = said(value),
            "PackageSupplier" => package.supplier = party(value),
            "PrimaryPackagePurpose" => package.kind = value.to_lowercase(),
            "PackageLicenseConcluded" | "PackageLicenseDeclared" if package.licences.is_empty() => {
                package.licences.extend(said(value).map(Licence::Expression));
            }
            "PackageChecksum" => match value.split_once(':') {
                Some((algorithm, digest)) => package
                    .hashes
                    .push(Hash { algorithm: algorithm.trim().to_owned(), value: digest.trim().to_owned() }),
                None => {
                    return self
                        .defect(place, format!("{} is not of the form 'SHA256: digest'", quote(value)));
                }
            },
            "ExternalRef" => match value.split_whitespace().collect::<Vec<_>>()[..] {
                [_, kind, locator] => match (reference_type(kind), &package.purl) {
                    ("purl", None) => package.purl = Some(Purl::read(locator)),
                    ("purl", Some(_)) => {
                        self.further.push((self.bom.components.len() - 1, Purl::read(locator)));
                    }
                    ("cpe23Type" | "cpe22Type", _) if package.cpe.is_none() => {
                        package.cpe = Some(locator.to_owned());
                    }
                    _ => {}
                },
                _ => {
                    let reason = format!("{} is not of the form 'category type locator'", quote(value));
                    return self.defect(place, reason);
                }
            },
            _ => {}
        }
        Ok(())
    }

    fn relationship(&mut self, value: &str, place: Place) -> Result<(), ReadError> {
        match value.split_whitespace().collect::<Vec<_>>()[..] {
            [from, kind, to] => {
                if let Some((from, on)) = edge(from, kind, to) {
                    self.graph.add(from, on);
                }
                if let Some(package) = described(from, kind, to) {
                    self.bom.metadata.describe(package);
                }
                Ok(())
            }
            _ => self.defect(place, format!("{} is not of the form 'id TYPE id'", quote(value))),
        }
    }

    fn finish(mut self) -> Result<Bom, ReadError> {
        let due = [
            (self.named, "DocumentName"),
            (self.bom.serial.is_some(), "DocumentNamespace"),
            (self.bom.metadata.timestamp.is_some(), "Created"),
        ];
        for (_, tag) in due.iter().filter(|(there, _)| !there) {
            self.defect(Place::Whole, format!("the document lacks its {}", quote(tag)))?;
        }
        let nameless = self.bom.components.iter().find(|package| package.bom_ref.is_none());
        if let Some(place) = nameless.map(|package| package.place.clone()) {
            self.defect(place, "a package lacks its 'SPDXID'".to_owned())?;
        }
        self.bom.dependencies = self.graph.nodes;
        settle(&mut self.bom, self.further, &self.limits)?;
        Ok(self.bom)
    }
}
