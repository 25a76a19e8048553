//! A checked CycloneDX tree into a [`Bom`].

use crate::bom::{Bom, Component, Dependency, Hash, Licence, Metadata, Purl, Tool};
use crate::check::{Report, Step};
use crate::error::{ErrorKind, ReadError};
use crate::limits::Limits;
use crate::recognise::Format;
use crate::tree::{Node, Value};

pub(super) fn bom<'n>(
    mut report: Report<'n>,
    root: &'n Node<'_>,
    format: Format,
    limits: &Limits,
) -> Result<Bom, ReadError> {
    let metadata = report.within(Step::Member("metadata"), |report| {
        root.get("metadata").map_or(Ok(Metadata::default()), |node| metadata(report, node, limits))
    })?;
    let mut components = Components { read: Vec::new(), most: limits.components };
    components.list(&mut report, root, None)?;
    Ok(Bom {
        format,
        serial: root.owned("serialNumber"),
        revision: revision(root),
        metadata,
        components: components.read,
        dependencies: root.list("dependencies").iter().filter_map(dependency).collect(),
        defects: report.defects,
    })
}

fn revision(root: &Node<'_>) -> Option<u64> {
    match root.get("version")?.value {
        Value::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

fn metadata<'n>(report: &mut Report<'n>, node: &'n Node<'_>, limits: &Limits) -> Result<Metadata, ReadError> {
    let mut modules = Components { read: Vec::new(), most: limits.components };
    let subject = match node.get("component") {
        Some(subject) => report.within(Step::Member("component"), |report| {
            modules.list(report, subject, None).map(|()| Some(component(report, subject, None)))
        })?,
        None => None,
    };
    Ok(Metadata {
        timestamp: node.owned("timestamp"),
        tools: node.get("tools").map(tools).unwrap_or_default(),
        subject,
        modules: modules.read,
        supplier: node.get("supplier").and_then(|supplier| supplier.owned("name")),
        describes: Vec::new(),
    })
}

/// Tools are a list up to 1.4, and components and services since.
fn tools(node: &Node<'_>) -> Vec<Tool> {
    node.items()
        .iter()
        .chain(node.list("components"))
        .chain(node.list("services"))
        .map(|tool| Tool {
            vendor: ["vendor", "publisher", "group"].into_iter().find_map(|name| tool.owned(name)),
            name: tool.owned("name").unwrap_or_default(),
            version: tool.owned("version"),
        })
        .collect()
}

struct Components {
    read: Vec<Component>,
    most: usize,
}

impl Components {
    /// The components that a node holds, each followed by those it holds itself.
    fn list<'n>(
        &mut self,
        report: &mut Report<'n>,
        holder: &'n Node<'_>,
        parent: Option<usize>,
    ) -> Result<(), ReadError> {
        report.within(Step::Member("components"), |report| {
            for (index, node) in holder.list("components").iter().enumerate() {
                report.within(Step::Item(index), |report| self.one(report, node, parent))?;
            }
            Ok(())
        })
    }

    fn one<'n>(
        &mut self,
        report: &mut Report<'n>,
        node: &'n Node<'_>,
        parent: Option<usize>,
    ) -> Result<(), ReadError> {
        if self.read.len() >= self.most {
            let reason = format!("the file lists more than {} components", self.most);
            return Err(ReadError::new(ErrorKind::Limit, report.place(node.at), reason));
        }
        let index = self.read.len();
        self.read.push(component(report, node, parent));
        self.list(report, node, Some(index))
    }
}

fn component(report: &mut Report<'_>, node: &Node<'_>, parent: Option<usize>) -> Component {
    let organisation = |name| node.get(name).and_then(|party: &Node<'_>| party.owned("name"));
    Component {
        bom_ref: node.owned("bom-ref"),
        kind: node.owned("type").unwrap_or_default(),
        group: node.owned("group"),
        name: node.owned("name").unwrap_or_default(),
        version: node.owned("version"),
        purl: node.text("purl").filter(|purl| !purl.is_empty()).map(Purl::read),
        cpe: node.owned("cpe"),
        hashes: node.list("hashes").iter().filter_map(hash).collect(),
        licences: node.list("licenses").iter().filter_map(licence).collect(),
        supplier: organisation("supplier").or_else(|| organisation("manufacturer")),
        scope: node.owned("scope"),
        parent,
        place: report.place(node.at),
    }
}

fn hash(node: &Node<'_>) -> Option<Hash> {
    Some(Hash { algorithm: node.owned("alg")?, value: node.owned("content")? })
}

fn licence(node: &Node<'_>) -> Option<Licence> {
    if let Some(expression) = node.owned("expression") {
        return Some(Licence::Expression(expression));
    }
    let licence = node.get("license")?;
    licence.owned("id").map(Licence::Id).or_else(|| licence.owned("name").map(Licence::Name))
}

fn dependency(node: &Node<'_>) -> Option<Dependency> {
    let on = node.list("dependsOn").iter().filter_map(Node::as_text).map(str::to_owned).collect();
    Some(Dependency { from: node.owned("ref")?, on })
}
