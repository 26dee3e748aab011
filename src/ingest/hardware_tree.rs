//! The tree of hardware that `lshw` prints in four forms: which of its nodes say what the machine is.

use super::host_facts::HostFacts;
use super::sink::Sink;
use super::smbios::size_bytes;
use crate::model::spelling;

/// A node of the tree, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub id: String,
    pub class: String,
    pub description: String,
    pub product: String,
    pub vendor: String,
    pub version: String,
    pub date: String,
    pub size_bytes: u64,
    pub microcode: String,
}

/// The machine that the nodes make up.
#[derive(Debug, Default)]
pub struct Tree {
    pub facts: HostFacts,
}

impl Tree {
    /// Takes one node; nodes come in any order.
    pub fn node(&mut self, node: &Node) {
        let id = node.id.split(':').next().unwrap_or_default();
        match (node.class.as_str(), id) {
            ("system", _) => {
                self.facts.name(&node.id);
                self.facts.put("model", without_order_number(&node.product));
                self.facts.put("vendor", &node.vendor);
            }
            (_, "firmware") => self.facts.put_bios(
                &node.version,
                Some(&node.date).filter(|date| !date.is_empty()).map(String::as_str),
            ),
            ("memory", "memory") if node.size_bytes > 0 && !self.facts.has("memory") => {
                self.facts.put_memory_bytes(node.size_bytes);
            }
            ("processor", "cpu") => {
                self.facts.put("cpu_model", &node.product);
                self.facts.put("microcode", &hexadecimal(&node.microcode));
            }
            _ => {}
        }
    }

    pub fn keep(self, sink: &mut Sink<'_>) {
        if !self.facts.is_empty() {
            self.facts.keep(sink);
        }
    }
}

/// lshw prints the microcode's revision in decimal.
fn hexadecimal(text: &str) -> String {
    text.parse::<u64>().map_or_else(|_| text.to_owned(), |revision| format!("{revision:#x}"))
}

/// lshw appends the SKU in brackets to the name of the system.
#[must_use]
pub fn without_order_number(product: &str) -> &str {
    let product = product.trim();
    match product.rfind(" (") {
        Some(at) if product.ends_with(')') => {
            let inside = &product[at + 2..product.len() - 1];
            // Some names end in brackets of their own: `Standard PC (i440FX + PIIX, 1996)`.
            let is_sku = !inside.contains(' ') || inside.contains("SKU=") || spelling::says_nothing(inside);
            if is_sku { product[..at].trim_end() } else { product }
        }
        _ if product.starts_with("(SKU=") => "",
        // What lshw calls a machine whose firmware does not name it.
        _ if product == "Computer" => "",
        _ => product,
    }
}

/// A size as lshw prints it in text: `64GiB`.
#[must_use]
pub fn printed_size(text: &str) -> u64 {
    size_bytes(text).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_order_numbers_are_cut_off() {
        assert_eq!(without_order_number("ProLiant DL360 Gen10 (868703-B21)"), "ProLiant DL360 Gen10");
        assert_eq!(without_order_number("X11 (To be filled by O.E.M.)"), "X11");
        assert_eq!(
            without_order_number("Standard PC (i440FX + PIIX, 1996)"),
            "Standard PC (i440FX + PIIX, 1996)"
        );
        assert_eq!(without_order_number("(SKU=0715;ModelName=)"), "");
    }
}
