//! `report.html`: one self-contained file that needs neither network nor script.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Output, State, escape_formatter};

use crate::model::Report;

use super::charts::Chart;
use super::page::Page;
use super::text_safety;

/// The page, section by section. A macro stands in front of the section that uses it.
const TEMPLATE: &str = concat!(
    include_str!("template/sections/head.html"),
    include_str!("template/sections/summary.html"),
    include_str!("template/sections/hypotheses.html"),
    include_str!("template/sections/changes.html"),
    include_str!("template/sections/timeline.html"),
    include_str!("template/sections/incidents.html"),
    include_str!("template/sections/novelty.html"),
    include_str!("template/sections/patterns.html"),
    include_str!("template/sections/fleet.html"),
    include_str!("template/sections/sources.html"),
    include_str!("template/sections/method.html"),
    include_str!("template/sections/foot.html"),
);
const STYLE: &str = concat!(
    include_str!("template/style/page.css"),
    include_str!("template/style/incidents.css"),
    include_str!("template/style/print.css"),
);
/// One script; what a file declares, those after it use.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("template/script/tables.js"),
    include_str!("template/script/incidents.js"),
    include_str!("template/script/filter.js"),
    include_str!("template/script/timeline.js"),
    include_str!("template/script/address.js"),
    "})();\n",
);

/// The template ends in `.html`, which turns on escaping.
const NAME: &str = "report.html";

/// The page could not be rendered: the template does not fit the page.
#[derive(Debug, thiserror::Error)]
#[error("render the HTML report")]
pub struct RenderError(#[from] minijinja::Error);

/// The page, with the charts put inside.
///
/// # Errors
///
/// If the template and the page disagree, which is a bug.
pub fn report(report: &Report, charts: &[Chart]) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_formatter(inert);
    environment.add_template(NAME, TEMPLATE)?;
    let context = minijinja::context! {
        page => Value::from(Serde(Page::of(report, charts))),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
    };
    Ok(environment.get_template(NAME)?.render(context)?)
}

/// No text of a page is longer than this many columns: lines of a megabyte exist, and help nobody.
const TEXT_COLUMNS: usize = 4_000;

/// Makes control characters visible in every text and cuts it, then lets the engine escape it.
fn inert(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => {
            let text = if text.len() > TEXT_COLUMNS {
                text_safety::cut(text, TEXT_COLUMNS).into()
            } else {
                text_safety::inert(text)
            };
            escape_formatter(out, state, &Value::from(text.as_ref()))
        }
        _ => escape_formatter(out, state, value),
    }
}
