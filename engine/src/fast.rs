//! Maps for what is done once a row.

use std::collections::HashMap;

/// A map with a quick hash. Its order is another in every process: nothing may depend on it.
pub(crate) type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
