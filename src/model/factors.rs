//! What is known of a host at a time.

use std::{collections::BTreeMap, sync::Arc};

/// Factor → value. Shared, because most of a large fleet never changes and every stage asks for it.
pub type Factors = Arc<BTreeMap<String, String>>;
