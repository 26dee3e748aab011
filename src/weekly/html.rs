//! An edition as one page of HTML that clients of mail accept: no script, no style sheet, nothing to fetch.

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};

use super::page::Page;

const TEMPLATE: &str = include_str!("template/weekly.html");

/// The template ends in `.html`, which turns on escaping.
const NAME: &str = "weekly.html";

/// The page could not be rendered: the template does not fit the page.
#[derive(Debug, thiserror::Error)]
#[error("render the weekly page")]
pub struct RenderError(#[from] minijinja::Error);

/// The page. All its text is inert already; the engine escapes it.
///
/// # Errors
/// If the template and the page disagree, which is a bug.
pub fn html(page: &Page) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template(NAME, TEMPLATE)?;
    let context = minijinja::context! { page => Value::from(Serde(page)) };
    Ok(environment.get_template(NAME)?.render(context)?)
}
