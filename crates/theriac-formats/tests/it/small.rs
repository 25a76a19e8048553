//! Behaviour that small documents show.

use theriac_formats::{ErrorKind, Format, Limits, Place, Strictness, read_bom, recognise};

const SMALL: &str = include_str!("../../testdata/small.cdx.json");
const SMALL_XML: &str = include_str!("../../testdata/small.cdx.xml");
const SPDX: &str = include_str!("../../testdata/small.spdx.json");
const TAGS: &str = include_str!("../../testdata/small.spdx");

fn refused(text: &str) -> theriac_formats::ReadError {
    read_bom(text.as_bytes(), &Limits::default()).unwrap_err()
}

#[test]
fn json_and_xml_of_one_document_read_alike() {
    let json = read_bom(SMALL.as_bytes(), &Limits::default()).unwrap();
    let xml = read_bom(SMALL_XML.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(json.components.len(), 3);
    assert_eq!(json.components[1].parent, Some(0));
    assert_eq!(json.components[1].place, Place::Pointer("/components/0/components/0".to_owned()));
    assert_eq!(json.dependencies, xml.dependencies);
    assert_eq!(json.serial, xml.serial);
    assert_eq!(json.revision, xml.revision);
    assert_eq!(json.metadata.tools, xml.metadata.tools);
    for (json, xml) in json.components.iter().zip(&xml.components) {
        let mut xml = xml.clone();
        assert!(matches!(xml.place, Place::Position { .. }));
        xml.place = json.place.clone();
        assert_eq!(*json, xml);
    }
    let purl = json.components[0].purl.as_ref().unwrap().parsed.as_ref().unwrap();
    let name = (purl.namespace.as_deref(), purl.name.as_str(), purl.version.as_deref());
    assert_eq!(name, (Some("@acme"), "pump", Some("1.0.0")));
}

#[test]
fn spdx_in_json_and_tag_value_read_alike() {
    let json = read_bom(SPDX.as_bytes(), &Limits::default()).unwrap();
    let tags = read_bom(TAGS.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(json.dependencies, tags.dependencies);
    assert_eq!(json.dependencies.len(), 1);
    assert_eq!(json.metadata, tags.metadata);
    assert_eq!(json.components.len(), 2);
    for (json, tags) in json.components.iter().zip(&tags.components) {
        let mut tags = tags.clone();
        tags.place = json.place.clone();
        assert_eq!(*json, tags);
    }
}

/// SPDX 2.3, 6.8: `Tool: NAME-VERSION`, where either may have hyphens of its own.
#[test]
fn the_tool_of_an_spdx_document_has_a_name_and_a_version() {
    for (creator, name, version) in [
        ("maker-2.0", "maker", Some("2.0")),
        ("Microsoft.SBOMTool-0.2.7", "Microsoft.SBOMTool", Some("0.2.7")),
        ("syft-v1.18.0", "syft", Some("v1.18.0")),
        ("bom-tool-3.1-rc-2", "bom-tool", Some("3.1-rc-2")),
        ("log4j-2-scanner-1.4", "log4j-2-scanner", Some("1.4")),
        ("scanner-2026-01-31", "scanner", Some("2026-01-31")),
        ("log4j-2-scanner", "log4j-2-scanner", None),
        ("GitHub.com-Dependency-Graph", "GitHub.com-Dependency-Graph", None),
        ("-1.0", "-1.0", None),
    ] {
        for text in [SPDX, TAGS] {
            let text = text.replace("maker-2.0", creator);
            let bom = read_bom(text.as_bytes(), &Limits::default()).unwrap();
            let [tool] = &bom.metadata.tools[..] else { panic!("{creator}: {:?}", bom.metadata.tools) };
            assert_eq!((tool.name.as_str(), tool.version.as_deref()), (name, version), "{creator}");
        }
    }
}

/// CycloneDX 1.6 and 1.7: the schema gives `version` a default.
#[test]
fn a_bom_needs_its_version_only_where_the_schema_asks_for_it() {
    for (version, needed) in [("1.4", true), ("1.5", true), ("1.6", false), ("1.7", false)] {
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"{version}"}}"#);
        match read_bom(text.as_bytes(), &Limits::default()) {
            Ok(_) => assert!(!needed, "{version}"),
            Err(error) => {
                assert!(needed && error.to_string().contains("lacks its 'version'"), "{version}: {error}")
            }
        }
    }
}

#[test]
fn a_format_is_told_by_content_in_every_encoding() {
    let as_utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once('\u{feff}')
            .chain(text.chars())
            .collect::<String>()
            .encode_utf16()
            .flat_map(unit)
            .collect()
    };
    let mut with_mark = b"\xef\xbb\xbf".to_vec();
    with_mark.extend(SMALL.as_bytes());
    for bytes in
        [with_mark, as_utf16(SMALL, u16::to_le_bytes), as_utf16(SMALL, u16::to_be_bytes), SMALL.into()]
    {
        let format = recognise(&bytes).unwrap();
        assert!(matches!(format, Format::CycloneDxJson(version) if version.as_str() == "1.6"));
        assert_eq!(read_bom(&bytes, &Limits::default()).unwrap().components.len(), 3);
    }
    assert_eq!(recognise(SPDX.as_bytes()).unwrap().to_string(), "SPDX 2.3 JSON");
    assert_eq!(recognise(TAGS.as_bytes()).unwrap().to_string(), "SPDX 2.3 tag-value");
    assert_eq!(recognise(b"<testsuites/>").unwrap(), Format::JunitXml);
}

#[test]
fn other_things_are_named_and_what_is_accepted_is_said() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"PK\x03\x04rest", "zip"),
        (b"[1]", "list"),
        (b"{\"a\": 1}", "'a'"),
        (b"<svg/>", "'svg'"),
        (b"hello", "neither"),
    ];
    for (bytes, word) in cases {
        let error = recognise(bytes).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unrecognised, "{error}");
        assert!(error.reason.contains(word), "{error}");
        assert!(error.reason.contains(Format::ACCEPTED), "{error}");
    }
    let three = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#;
    let one = SMALL.replace("\"1.6\"", "\"1.1\"");
    for text in [three, &one] {
        assert_eq!(refused(text).kind, ErrorKind::Unsupported);
    }
}

#[test]
fn errors_name_place_and_reason() {
    let change = |from: &str, to: &str| {
        assert!(SMALL.contains(from), "{from}");
        refused(&SMALL.replacen(from, to, 1)).to_string()
    };
    let cases = [
        (change("\"library\"", "\"libary\""), "/components/0/type: 'libary' is not one of application"),
        (change("\"name\": \"pump\"", "\"nmae\": \"pump\""), "/components/0/nmae: 'nmae' is not known"),
        (change("\"bom-ref\": \"b\"", "\"bom-ref\": \"a\""), "the bom-ref 'a' is given twice"),
        (
            change("\"dependsOn\": [\"b\"]", "\"dependsOn\": [\"x\"]"),
            "/dependencies/0: the dependency names 'x'",
        ),
        (change("\"Apache-2.0\"", "\"Apache-2\""), "an id of the SPDX licence list"),
        (change("urn:uuid:3e67", "urn:uuid:XXXX"), "/serialNumber: "),
        (change("\"version\": 1,", "\"version\": 1, \"version\": 2,"), "the key 'version' stands twice"),
        (change("\"version\": 1,", "\"version\": 1, \"citations\": [],"), "allowed from version 1.7 on"),
    ];
    for (error, expected) in cases {
        assert!(error.contains(expected), "{error}\nshould say: {expected}");
    }
}

#[test]
fn listed_defects_are_accepted_only_when_asked_and_only_defects_of_structure() {
    let limits = Limits { strictness: Strictness::AcceptListedDefects, ..Limits::default() };
    for (text, from, to) in [(SMALL, "\"library\"", "\"libary\""), (SMALL_XML, "\"library\"", "\"libary\"")] {
        let broken = text.replacen(from, to, 1);
        assert_eq!(refused(&broken).kind, ErrorKind::Structure);
        let bom = read_bom(broken.as_bytes(), &limits).unwrap();
        assert_eq!(bom.defects.len(), 1, "{:?}", bom.defects);
        assert_eq!(bom.components.len(), 3);
    }
    let truncated = &SMALL[..SMALL.len() / 2];
    assert_eq!(read_bom(truncated.as_bytes(), &limits).unwrap_err().kind, ErrorKind::Syntax);
}

#[test]
fn xml_with_a_dtd_or_an_entity_is_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY a \"b\">]><bom/>";
    let entity = SMALL_XML.replacen("pump", "&a;", 1);
    for text in [bomb, &entity] {
        assert_eq!(refused(text).kind, ErrorKind::Syntax, "{}", refused(text));
    }
}

#[test]
fn xml_that_is_not_well_formed_is_refused() {
    for (from, to) in [
        ("pump", "pu\u{1}mp"),
        ("pump", "pu&#1;mp"),
        ("pump", "pu]]>mp"),
        ("type=\"library\"", "type=\"lib<rary\""),
        ("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\""),
    ] {
        let text = SMALL_XML.replacen("pump", "p\u{fc}mp pump", 1).replacen(from, to, 1);
        assert_ne!(text, SMALL_XML.replacen("pump", "p\u{fc}mp pump", 1), "{from}");
        assert_eq!(refused(&text).kind, ErrorKind::Syntax, "{to}: {}", refused(&text));
    }
}

/// A package of an SPDX document in both forms, with external references of these types and locators.
fn spdx_with(references: &[(&str, &str)]) -> [theriac_formats::Bom; 2] {
    let json: Vec<_> = references
        .iter()
        .map(|(kind, locator)| {
            format!(
                r#"{{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "{kind}", "referenceLocator": "{locator}"}}"#
            )
        })
        .collect();
    let json = SPDX.replace(
        r#""name": "valve", "#,
        &format!(r#""name": "valve", "externalRefs": [{}], "#, json.join(", ")),
    );
    let tags: String = references
        .iter()
        .map(|(kind, locator)| format!("ExternalRef: PACKAGE-MANAGER {kind} {locator}\n"))
        .collect();
    let tags = format!("  {}", TAGS.replace("\nRelationship:", &format!("{tags}\nRelationship:")));
    [json, tags].map(|text| read_bom(text.as_bytes(), &Limits::default()).unwrap())
}

#[test]
fn a_package_under_several_purls_is_looked_up_under_each() {
    let long = "http://spdx.org/rdf/references/purl";
    for bom in spdx_with(&[
        ("purl", "pkg:deb/debian/valve@1"),
        (long, "pkg:npm/valve@1"),
        ("purl", "pkg:npm/valve@1"),
    ]) {
        let purls: Vec<_> =
            bom.components.iter().filter_map(|one| Some(one.purl.as_ref()?.written.as_str())).collect();
        assert_eq!(purls, ["pkg:pypi/pump@1.0.0", "pkg:deb/debian/valve@1", "pkg:npm/valve@1"]);
        assert!(bom.components[2].bom_ref.is_none() && bom.components[2].name == "valve");
    }
}

#[test]
fn the_product_that_an_spdx_document_describes_is_no_part_of_it() {
    let json =
        SPDX.replace(r#""relationships": ["#, r#""documentDescribes": ["SPDXRef-pump"], "relationships": ["#);
    let tags = format!("{TAGS}\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-pump\n");
    for text in [json, tags] {
        let bom = read_bom(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(bom.metadata.subject.as_ref().unwrap().name, "pump");
        assert_eq!(bom.components.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["valve"]);
        assert_eq!(bom.subject_purl("1").as_deref(), Some("pkg:pypi/pump@1.0.0"));
    }
}

#[test]
fn long_texts_of_tag_value_are_read_line_by_line() {
    let lines = "a line\n".repeat(300_000);
    let text = TAGS.replace("Two lines,\none text.", &lines);
    assert_eq!(
        read_bom(text.as_bytes(), &Limits { text: 8 << 20, ..Limits::default() }).unwrap().components.len(),
        2
    );
}

#[test]
fn what_a_document_describes_gives_the_purl_of_the_product() {
    let spdx = |describes: &str| {
        let text = format!(
            r#"{{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"d",
            "documentNamespace":"https://example.org/d","creationInfo":{{"created":"2026-01-01T00:00:00Z","creators":["Tool: x"]}},
            "packages":[{{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","externalRefs":[{{"referenceCategory":
            "PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a"}}]}},
            {{"SPDXID":"SPDXRef-b","name":"b","downloadLocation":"NONE"}}],{describes}}}"#
        );
        theriac_formats::read_bom(text.as_bytes(), &Limits::default()).unwrap().subject_purl("1.0")
    };
    let named = Some("pkg:npm/a@1.0".to_owned());
    assert_eq!(spdx(r#""documentDescribes":["SPDXRef-a"]"#), named);
    let relationship = |from: &str, kind: &str, to: &str| {
        format!(
            r#""relationships":[{{"spdxElementId":"{from}","relationshipType":"{kind}","relatedSpdxElement":"{to}"}}]"#
        )
    };
    assert_eq!(spdx(&relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-a")), named);
    assert_eq!(spdx(&relationship("SPDXRef-a", "DESCRIBED_BY", "SPDXRef-DOCUMENT")), named);
    assert_eq!(spdx(&relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-b")), None);
    assert_eq!(spdx(r#""documentDescribes":["SPDXRef-a","SPDXRef-b"]"#), None);
}
