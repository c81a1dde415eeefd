//! Each schema of the contract is of one type. Of two types with one name the document would show one, and nothing would say so.

use std::collections::BTreeSet;

use naast_api::contract::CONTRACT;

use crate::named_tests::{root, sources};

/// The types of a source that derive a schema, in their order.
fn types(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut has_schema = false;
    for line in source.lines().map(str::trim) {
        has_schema |= !line.starts_with("use ") && !line.starts_with("//") && line.contains("ToSchema");
        let rest = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        let name = rest.strip_prefix("struct ").or_else(|| rest.strip_prefix("enum "));
        if let Some(name) = name {
            let name = name.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
            found.extend(has_schema.then_some(name));
            has_schema = false;
        }
    }
    found
}

#[test]
fn no_two_types_have_one_schema() {
    let root = root();
    let mut all = Vec::new();
    for part in ["api/src", "domain/src"] {
        sources(&root.join(part), &mut all);
    }
    let (mut once, mut twice) = (BTreeSet::new(), Vec::new());
    for name in all.iter().flat_map(|source| types(source)) {
        if !once.insert(name) {
            twice.push(name);
        }
    }
    assert_eq!(twice, [""; 0], "one name for two types: the contract shows one of them");
    let schemas = CONTRACT.document["components"]["schemas"].as_object().expect("schemas");
    let shown = once.iter().filter(|name| schemas.contains_key(**name)).count();
    assert!(shown > 100, "of {} types {shown} stand in the contract", once.len());
}

#[test]
fn a_type_that_derives_a_schema_is_found() {
    let source = "use utoipa::ToSchema;\n#[derive(Debug, ToSchema)]\n#[serde(x)]\npub struct One {\n}\nstruct Two;\n\
                  #[derive(\n    ToSchema,\n)]\nenum Three<T> {}";
    assert_eq!(types(source), ["One", "Three"]);
}
