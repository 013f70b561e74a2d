//! `storage:`, of all claim templates and of one.

use super::super::file::{StorageFile, TemplateStorageFile};
use super::super::reader::{Decode, Reader};
use crate::yaml::Node;

const LATER_OF_STORAGE: &[(&str, &str)] = &[(
    "nodeAffinity",
    "remove it; `reachableFrom` says which side can attach the disks",
)];

impl Decode for StorageFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader
            .fields(node, "`storage`")?
            .unsupported(LATER_OF_STORAGE);
        let backend = fields.optional(reader, "backend");
        let reclaim_policy = fields.optional(reader, "reclaimPolicy");
        let reachable_from = fields.list(reader, "reachableFrom");
        let shared = fields.optional(reader, "shared");
        let volumes = fields.optional(reader, "volumes");
        let templates = fields.list(reader, "templates");
        fields.finish::<Self>(reader);
        Some(Self {
            backend,
            reclaim_policy,
            reachable_from,
            shared,
            volumes,
            templates,
        })
    }
}

impl Decode for TemplateStorageFile {
    fn decode(reader: &mut Reader<'_>, node: &Node) -> Option<Self> {
        let mut fields = reader.fields(node, "a template's storage")?;
        let name = fields.required(reader, "name");
        let backend = fields.optional(reader, "backend");
        let reclaim_policy = fields.optional(reader, "reclaimPolicy");
        let reachable_from = fields.list(reader, "reachableFrom");
        let shared = fields.optional(reader, "shared");
        let volumes = fields.optional(reader, "volumes");
        fields.finish::<Self>(reader);
        Some(Self {
            name: name?,
            backend,
            reclaim_policy,
            reachable_from,
            shared,
            volumes,
        })
    }
}
