//! The licences of all dependencies against the list in `deny.toml`, as far as their authors name them: what
//! `cargo xtask test` can check without cargo-deny, which also reads licence texts and knows of advisories.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::shell;

/// Fails when a dependency is under a licence that is not allowed.
pub fn check() -> Result<()> {
    let allowed = allowed(&fs::read_to_string("deny.toml").context("deny.toml cannot be read")?)?;
    let metadata = ["metadata", "--locked", "--all-features", "--format-version", "1"];
    let output = shell::cargo(&metadata).output().context("cargo metadata does not run")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let others: Vec<&Value> = packages.iter().filter(|package| !package["source"].is_null()).collect();
    let refused: Vec<String> = others
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|words| fits(words, &allowed)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    if !refused.is_empty() {
        bail!("not under a licence that deny.toml allows:\n  {}", refused.join("\n  "));
    }
    println!("{} dependencies are under licences that deny.toml allows", others.len());
    Ok(())
}

/// The list `allow` of the table `[licenses]`.
fn allowed(text: &str) -> Result<Vec<String>> {
    let table = text.split("[licenses]").nth(1).context("deny.toml has no [licenses]")?;
    let list = table.split("allow = [").nth(1).and_then(|rest| rest.split(']').next());
    let list = list.context("deny.toml allows no licence")?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Whether an expression (SPDX; older packages write `/` for OR) can be met by what is allowed.
fn fits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut fits = all(rest, allowed);
    while let ["OR", more @ ..] = rest {
        *rest = more;
        fits |= all(rest, allowed);
    }
    fits
}

fn all(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut fits = one(rest, allowed);
    while let ["AND", more @ ..] = rest {
        *rest = more;
        fits &= one(rest, allowed);
    }
    fits
}

fn one(rest: &mut &[&str], allowed: &[String]) -> bool {
    match *rest {
        ["(", more @ ..] => {
            *rest = more;
            let fits = either(rest, allowed);
            let [")", more @ ..] = *rest else { return false };
            *rest = more;
            fits
        }
        [licence, "WITH", exception, more @ ..] => {
            *rest = more;
            allowed.contains(&format!("{licence} WITH {exception}"))
        }
        [licence, more @ ..] => {
            *rest = more;
            allowed.iter().any(|one| one == licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_what_is_allowed() {
        let allowed =
            allowed("[licenses]\nallow = [\n  \"MIT\",\n  \"Apache-2.0 WITH LLVM-exception\",\n]\n[bans]\n");
        let allowed = allowed.unwrap_or_default();
        let met = [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/GPL-3.0",
            "(GPL-3.0 OR MIT) AND MIT",
            "Apache-2.0 WITH LLVM-exception",
        ];
        for expression in met {
            assert!(fits(expression, &allowed), "{expression}");
        }
        for expression in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "", "(MIT", "MIT MIT"] {
            assert!(!fits(expression, &allowed), "{expression}");
        }
    }
}
