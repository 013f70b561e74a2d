//! The fields of Kubernetes' types, recorded from the types themselves.
//!
//! Each type is read from a deserializer that offers every field once and notes what is asked of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use k8s_openapi::api::{
    apps::v1 as apps, autoscaling::v1 as autoscaling1, autoscaling::v2 as autoscaling2,
    core::v1 as core, networking::v1 as networking, policy::v1 as policy,
    scheduling::v1 as scheduling, storage::v1 as storage,
};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

/// What is recorded of the types that have been read.
#[derive(Default)]
struct Recorder {
    /// The fields of each type, with what they are.
    types: RefCell<BTreeMap<String, Vec<(&'static str, String)>>>,
    /// The types that are being read.
    open: RefCell<Vec<String>>,
    /// What the value read last is: `[]` for a list, `{}` for a map, then the type's name.
    last: RefCell<String>,
}

impl Recorder {
    fn found(&self, what: &str) {
        what.clone_into(&mut self.last.borrow_mut());
    }

    fn wrap(&self, in_what: &str) {
        self.last.borrow_mut().insert_str(0, in_what);
    }
}

#[derive(Clone, Copy)]
struct Probe<'r> {
    recorder: &'r Recorder,
    is_time: bool,
}

/// `core.v1.PodSpec` of `k8s_openapi::v1_33::api::core::v1::pod_spec::PodSpec`.
fn short<T>() -> String {
    let name = std::any::type_name::<T>();
    let parts: Vec<&str> = name.split("::").collect();
    match parts[..] {
        [.., group, version, _, name] if version.starts_with('v') => {
            format!("{group}.{version}.{name}")
        }
        _ => name.to_owned(),
    }
}

macro_rules! numbers {
    ($($name:ident $visit:ident $what:literal),+) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.recorder.found($what);
            visitor.$visit(Default::default())
        }
    )+};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    numbers!(
        deserialize_bool visit_bool "bool",
        deserialize_i32 visit_i32 "int32",
        deserialize_i64 visit_i64 "int64",
        deserialize_f64 visit_f64 "number",
        deserialize_u8 visit_u8 "int32"
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let is_text = !std::any::type_name::<V::Value>().contains("serde_json");
        let value = visitor.visit_str("");
        self.recorder.found(if is_text { "scalar" } else { "*" });
        value
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.recorder.found("text");
        visitor.visit_str(if self.is_time {
            "2024-01-01T00:00:00Z"
        } else {
            ""
        })
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let is_time = name.ends_with("Time");
        visitor.visit_newtype_struct(Self { is_time, ..self })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = visitor.visit_seq(One(Some(self)));
        self.recorder.wrap("[]");
        value
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = visitor.visit_map(One(Some(self)));
        self.recorder.wrap("{}");
        value
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name = short::<V::Value>();
        // A type within itself is offered nothing, or there would be no end.
        let is_new = !self.recorder.open.borrow().contains(&name);
        self.recorder.open.borrow_mut().push(name.clone());
        // The words of the version and kind have to be right, and say nothing else.
        let own = name.ends_with("Reference") || !fields.contains(&"metadata");
        let offered = fields.iter().filter(|_| is_new);
        let offered = offered.filter(|field| own || !["apiVersion", "kind"].contains(field));
        let mut all: Vec<(&'static str, String)> = Vec::new();
        let value = visitor.visit_map(Each {
            probe: self,
            fields: offered.copied().collect(),
            seen: &mut all,
        })?;
        self.recorder.open.borrow_mut().pop();
        if is_new {
            all.extend(
                fields
                    .iter()
                    .filter(|name| !all.iter().any(|(seen, _)| seen == *name))
                    .map(|&name| (name, "text".to_owned()))
                    .collect::<Vec<_>>(),
            );
            all.sort();
            self.recorder.types.borrow_mut().insert(name.clone(), all);
        }
        self.recorder.found(&name);
        Ok(value)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct
        enum identifier ignored_any
    }
}

/// One item of a list, or one entry of a map.
struct One<'r>(Option<Probe<'r>>);

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0
            .take()
            .map(|probe| seed.deserialize(probe))
            .transpose()
    }
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let key: StrDeserializer<'_, Error> = "key".into_deserializer();
        self.0.is_some().then(|| seed.deserialize(key)).transpose()
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.0.take().expect("a key came first"))
    }
}

/// Every field of a struct.
struct Each<'r, 's> {
    probe: Probe<'r>,
    fields: Vec<&'static str>,
    seen: &'s mut Vec<(&'static str, String)>,
}

impl<'de> MapAccess<'de> for Each<'_, '_> {
    type Error = Error;
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(&field) = self.fields.last() else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(key).map(Some)
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let field = self.fields.pop().expect("a key came first");
        let value = seed.deserialize(self.probe)?;
        self.seen
            .push((field, self.probe.recorder.last.borrow().clone()));
        Ok(value)
    }
}

fn record<T>(recorder: &Recorder, text: &mut String)
where
    T: DeserializeOwned + k8s_openapi::Resource,
{
    let probe = Probe {
        recorder,
        is_time: false,
    };
    T::deserialize(probe).unwrap_or_else(|error| panic!("{}: {error}", T::KIND));
    let _ = writeln!(text, "{} {} {}", T::API_VERSION, T::KIND, short::<T>());
}

macro_rules! record_all {
    ($recorder:expr, $text:expr, $($kind:ty),+ $(,)?) => {$(record::<$kind>($recorder, $text);)+};
}

/// The types as `src/account/types.txt` has them: the kinds, an empty line, then each type with its
/// fields.
pub fn types() -> String {
    let recorder = Recorder::default();
    let mut text = String::new();
    record_all!(
        &recorder,
        &mut text,
        apps::StatefulSet,
        autoscaling1::HorizontalPodAutoscaler,
        autoscaling2::HorizontalPodAutoscaler,
        core::ConfigMap,
        core::LimitRange,
        core::Namespace,
        core::Node,
        core::PersistentVolume,
        core::PersistentVolumeClaim,
        core::Pod,
        core::ResourceQuota,
        core::Secret,
        core::Service,
        core::ServiceAccount,
        networking::NetworkPolicy,
        policy::PodDisruptionBudget,
        scheduling::PriorityClass,
        storage::StorageClass,
        storage::VolumeAttachment,
    );
    text.push('\n');
    for (name, fields) in recorder.types.borrow().iter() {
        text.push_str(name);
        for (field, what) in fields {
            let _ = write!(text, " {field}:{what}");
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_fields_of_all_types_are_recorded() {
    super::current("src/account/types.txt", &types());
}
