//! Strategic merge patches, as the API server applies them.
//!
//! Kubernetes: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go; merge keys from
//! the `patchMergeKey` tags in staging/src/k8s.io/api. Left out: `$retainKeys` and the order that
//! `$setElementOrder` asks for, which no property depends on.

use serde_json::{Map, Value as Json};

/// The deepest nesting.
const MAX_DEPTH: usize = 100;

/// The most items of a list.
const MAX_ITEMS: usize = 1_000;

/// Lists whose items have a name, by the field that holds the list; the key of an item.
const MERGE_KEYS: [(&str, &str); 14] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("imagePullSecrets", "name"),
    ("ports", "containerPort"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("conditions", "type"),
    ("ownerReferences", "uid"),
    ("resourceClaims", "name"),
];

/// Lists of plain values that are merged as sets.
const MERGED_SETS: [&str; 1] = ["finalizers"];

/// Applies a patch to a document.
///
/// # Errors
/// What is wrong with the patch.
pub fn merge(document: &mut Json, patch: &Json) -> Result<(), String> {
    let Json::Object(patch) = patch else {
        return Err("a strategic merge patch is a map".to_owned());
    };
    if !document.is_object() {
        *document = Json::Object(Map::new());
    }
    let Json::Object(fields) = document else {
        return Ok(());
    };
    merge_maps(fields, patch, 0)
}

fn merge_maps(
    document: &mut Map<String, Json>,
    patch: &Map<String, Json>,
    depth: usize,
) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("it is nested too deeply".to_owned());
    }
    match patch.get("$patch").and_then(Json::as_str) {
        Some("replace") => {
            document.clear();
            let plain = patch.iter().filter(|(key, _)| !key.starts_with('$'));
            document.extend(plain.map(|(key, value)| (key.clone(), value.clone())));
            return Ok(());
        }
        Some("delete") => {
            document.clear();
            return Ok(());
        }
        Some("merge") | None => (),
        Some(other) => return Err(format!("there is no `$patch: {other}`")),
    }
    for (key, value) in patch {
        if let Some(field) = key.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(Json::Array(items)), Json::Array(gone)) = (document.get_mut(field), value)
                && items.len().max(gone.len()) <= MAX_ITEMS
            {
                items.retain(|item| !gone.contains(item));
            }
            continue;
        }
        if key.starts_with('$') {
            continue;
        }
        match (value, document.get_mut(key)) {
            (Json::Null, _) => {
                document.shift_remove(key);
            }
            (Json::Object(patch), Some(Json::Object(old))) => merge_maps(old, patch, depth + 1)?,
            (Json::Object(patch), _) => {
                let mut new = Map::new();
                merge_maps(&mut new, patch, depth + 1)?;
                if patch.get("$patch").and_then(Json::as_str) != Some("delete") {
                    document.insert(key.clone(), Json::Object(new));
                }
            }
            (Json::Array(patch), Some(Json::Array(old))) => {
                merge_lists(key, old, patch, depth + 1)?;
            }
            (Json::Array(patch), _) => {
                let mut new = Vec::new();
                merge_lists(key, &mut new, patch, depth + 1)?;
                document.insert(key.clone(), Json::Array(new));
            }
            (value, _) => {
                document.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn merge_lists(
    field: &str,
    document: &mut Vec<Json>,
    patch: &[Json],
    depth: usize,
) -> Result<(), String> {
    if patch.len().max(document.len()) > MAX_ITEMS {
        return Err(format!("`{field}` has more than {MAX_ITEMS} items"));
    }
    if MERGED_SETS.contains(&field) && patch.iter().all(Json::is_string) {
        let mut named: Vec<Json> = Vec::new();
        for value in patch {
            if !named.contains(value) {
                named.push(value.clone());
            }
        }
        let old = std::mem::take(document);
        *document = interleaved(&old, &named, |a, b| a == b);
        return Ok(());
    }
    let key = MERGE_KEYS
        .iter()
        .find(|(name, _)| *name == field)
        .map(|(_, key)| *key);
    let Some(key) = key.filter(|_| patch.iter().all(Json::is_object)) else {
        *document = patch.to_vec();
        return Ok(());
    };
    let directive = |item: &Json| item.get("$patch").and_then(Json::as_str).map(str::to_owned);
    if patch
        .iter()
        .any(|item| directive(item).as_deref() == Some("replace"))
    {
        let kept = patch.iter().filter(|item| directive(item).is_none());
        *document = kept.cloned().collect();
        return Ok(());
    }
    let mut named: Vec<Json> = Vec::new();
    for item in patch {
        let Some(name) = item.get(key) else {
            return Err(format!("an item of `{field}` has no `{key}`"));
        };
        let is_same = |other: &Json| other.get(key) == Some(name);
        if directive(item).as_deref() == Some("delete") {
            document.retain(|old| !is_same(old));
            named.retain(|other| !is_same(other));
            continue;
        }
        let place = named.iter().position(is_same);
        let old = place.map(|place| named.remove(place));
        let old = old.or_else(|| document.iter().find(|old| is_same(old)).cloned());
        let mut new = match old {
            Some(Json::Object(old)) => old,
            _ => Map::new(),
        };
        if let Json::Object(item) = item {
            merge_maps(&mut new, item, depth + 1)?;
        }
        named.push(Json::Object(new));
    }
    let old = std::mem::take(document);
    *document = interleaved(&old, &named, |a, b| a.get(key) == b.get(key));
    Ok(())
}

/// The items that a patch names, in its order, and among them those that it does not name: one of
/// these stands before the next named one if it stood before that one already
/// (`mergeSortedSlice`).
fn interleaved(old: &[Json], named: &[Json], same: impl Fn(&Json, &Json) -> bool) -> Vec<Json> {
    let place = |item: &Json| old.iter().position(|other| same(other, item));
    let is_unnamed = |item: &&Json| !named.iter().any(|other| same(other, item));
    let mut unnamed = old.iter().filter(is_unnamed).peekable();
    let mut merged = Vec::new();
    for item in named {
        let limit = place(item);
        while let (Some(next), Some(limit)) = (unnamed.peek(), limit) {
            if place(next).is_none_or(|place| place > limit) {
                break;
            }
            merged.extend(unnamed.next().cloned());
        }
        merged.push(item.clone());
    }
    merged.extend(unnamed.cloned());
    merged
}

#[cfg(test)]
mod tests {
    use super::merge;
    use serde_json::json;

    #[test]
    fn lists_are_merged_by_their_keys() {
        let mut set =
            json!({ "spec": { "replicas": 3, "containers": [{ "name": "a", "image": "x" }] } });
        let patch = json!({ "spec": { "replicas": null, "containers": [{ "name": "b" }, { "name": "a", "image": "y" }] } });
        merge(&mut set, &patch).expect("it is right");
        assert_eq!(
            set,
            json!({ "spec": { "containers": [{ "name": "b" }, { "name": "a", "image": "y" }] } })
        );
    }
}
