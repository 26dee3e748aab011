//! The cover page as HTML and as Markdown, each with its own escapes.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Output, State, escape_formatter};

use crate::report::text_safety;

const HTML: &str = include_str!("../template/case.html");
const MARKDOWN: &str = include_str!("../template/case.md");
const STYLE: &str = include_str!("../template/case.css");

/// One file that needs neither network nor script.
pub fn html(cover: &serde_json::Value) -> Result<String, minijinja::Error> {
    render(HTML, cover, in_html, AutoEscape::Html)
}

/// The same as Markdown, with tables.
pub fn markdown(cover: &serde_json::Value) -> Result<String, minijinja::Error> {
    render(MARKDOWN, cover, in_markdown, AutoEscape::None)
}

type Formatter = fn(&mut Output<'_>, &mut State<'_, '_>, &Value) -> Result<(), minijinja::Error>;

fn render(
    template: &str,
    cover: &serde_json::Value,
    formatter: Formatter,
    escape: AutoEscape,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(move |_| escape.clone());
    environment.set_formatter(formatter);
    environment.add_filter("code", |text: String| Value::from_safe_string(text_safety::markdown_code(&text)));
    environment
        .add_filter("cell", |text: String| Value::from_safe_string(text_safety::markdown_code_cell(&text)));
    environment.add_template("case", template)?;
    let context = minijinja::context! {
        case => Value::from(Serde(cover)),
        style => Value::from_safe_string(STYLE.to_owned()),
    };
    environment.get_template("case")?.render(context)
}

/// Escapes what HTML gives a meaning, and nothing else: names stay as they are for whoever searches the page.
fn in_html(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    written(out, state, value, text_safety::html)
}

fn in_markdown(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    written(out, state, value, text_safety::markdown)
}

fn written(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
    escaped: fn(&str) -> String,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
        _ => escape_formatter(out, state, value),
    }
}
