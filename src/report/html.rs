//! `report.html`: one self-contained file that needs neither network nor script.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Output, State, escape_formatter};

use crate::model::Report;

use super::charts::Chart;
use super::page::Page;
use super::text_safety;

const TEMPLATE: &str = include_str!("template/report.html");
const STYLE: &str = include_str!("template/report.css");
const SCRIPT: &str = include_str!("template/report.js");

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

/// Makes control characters visible in every text, then lets the engine escape it.
fn inert(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => {
            escape_formatter(out, state, &Value::from(text_safety::inert(text).as_ref()))
        }
        _ => escape_formatter(out, state, value),
    }
}
