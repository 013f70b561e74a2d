//! Goes through the objects of a manifest and takes account of each of their fields.

use super::kinds::{self, Kind};
use super::path::{self, Step};
use super::relation::{self, Named};
use super::subject::{self, Subject, text};
use super::types::{self, Shape};
use super::writers::{self, Writer};
use super::{Field, Line, Object, Rule, Treatment, health, table};
use crate::diagnostic::{Diagnostic, Source, did_you_mean, help_with, listed};
use crate::yaml::{self, Node, Value};

/// What becomes of everything in a manifest.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The objects, in their order.
    pub objects: Vec<Object>,
    /// What is assumed of them.
    pub lines: Vec<Line>,
    /// Who else may write the set.
    pub writers: Vec<Writer>,
    /// What is refused.
    pub problems: Vec<Diagnostic>,
    /// A volume of the set that one node alone can reach.
    pub of_one_node: Option<String>,
    /// The set has a status, so that the start is known.
    pub is_observed: bool,
}

/// The code of a value that Kubernetes' own type of the field cannot have.
pub const INVALID_FIELD: &str = "manifest::invalid-field";

const EMPTY: &str = "empty: as if it were left out";
const REPLACED: &str = "the claim of the template of this name is mounted in its place";
const UNRELATED: &str = "neither names nor is named by the set, its Pods, claims or volumes";

/// Takes account of the documents of a manifest. `set` is the one of their objects that is moved.
#[must_use]
pub fn take(documents: &[Node], set: &Node, source: &Source) -> Account {
    let mut taking = Taking {
        source,
        account: Account::default(),
        subject: Subject::of(set),
    };
    let mut objects = Vec::new();
    for document in documents {
        taking.flatten(document, &mut objects);
    }
    let is_claim = |object: &&Named<'_>| object.kind == "PersistentVolumeClaim";
    for claim in objects.iter().filter(is_claim) {
        if relation::of(claim, &taking.subject).is_some() {
            taking.subject.add_claim(claim.node);
        }
    }
    taking.selector(set);
    let owners = writers::owners(set, &taking.subject);
    taking.account.writers.extend(owners);
    for object in &objects {
        taking.object(object, std::ptr::eq(object.node, set));
    }
    let mut account = taking.account;
    account.is_observed = health::is_observed(set);
    let said = health::of_set(set);
    if !said.is_empty() {
        account.assume(said.join(", "), health::SET, true, false);
    }
    writers::distinct(&mut account.writers);
    account.relate_writers();
    account
}

impl Account {
    fn assume(&mut self, about: String, text: &str, weighs: bool, beside: bool) {
        match self.lines.iter_mut().find(|line| line.text == text) {
            Some(line) => {
                if !line.about.contains(&about) {
                    line.about.push(about);
                }
            }
            None => self.lines.push(Line {
                about: vec![about],
                text: text.to_owned(),
                weighs,
                beside,
            }),
        }
    }

    /// Objects that the set names as its keepers are related, whatever their kind.
    fn relate_writers(&mut self) {
        for object in &mut self.objects {
            let writer = self
                .writers
                .iter()
                .find(|writer| writer.called() == object.called);
            if let (Some(writer), [field]) = (writer, &mut object.fields[..])
                && field.path.is_empty()
            {
                "may write the set".clone_into(&mut object.relation);
                field.treatment = "assumed";
                writer.does.clone_into(&mut field.reason);
            }
        }
    }
}

struct Taking<'s> {
    source: &'s Source,
    account: Account,
    subject: Subject,
}

/// An object's fields, on the way through them.
struct Walk<'w, 'n> {
    kind: &'static Kind,
    object: &'w Named<'n>,
    is_set: bool,
    path: Vec<Step<'n>>,
    nodes: Vec<&'n Node>,
    fields: Vec<Field>,
}

impl Taking<'_> {
    fn refuse(&mut self, at: std::ops::Range<usize>, what: String, help: String) {
        let problem = Diagnostic::new("manifest::not-modelled", what).within(self.source);
        let problem = problem.at(self.source.first_line(&at), "").help(help);
        self.account.problems.push(problem);
    }

    /// The set's selector has to select its own Pods.
    fn selector(&mut self, set: &Node) {
        let Some(selector) = subject::at(set, &["spec", "selector"]) else {
            return;
        };
        if !relation::matches(Some(selector), &self.subject) {
            let what = "the set's selector does not select the Pods of its template";
            let help = "Kubernetes would refuse this manifest; give the template these labels";
            self.refuse(selector.span.clone(), what.to_owned(), help.to_owned());
        }
    }

    /// Appends the objects of a document; a list stands for its items.
    fn flatten<'n>(&mut self, node: &'n Node, objects: &mut Vec<Named<'n>>) {
        if node.is_null() {
            return;
        }
        let (Some(kind), Some(version)) = (text(node, &["kind"]), text(node, &["apiVersion"]))
        else {
            let what = "this is not a Kubernetes object: it has no `apiVersion` or no `kind`";
            let help = "write both, or take the document out of the manifest";
            return self.refuse(node.span.clone(), what.to_owned(), help.to_owned());
        };
        match node.get("items").map(|items| &items.value) {
            Some(Value::List(items)) if kind.ends_with("List") => {
                self.list(node);
                items.iter().for_each(|item| self.flatten(item, objects));
            }
            _ => objects.push(Named {
                group: kinds::group(version),
                kind,
                name: text(node, &["metadata", "name"]).unwrap_or_default(),
                namespace: text(node, &["metadata", "namespace"]),
                node,
            }),
        }
    }

    /// What a list has beside its items.
    fn list(&mut self, list: &Node) {
        let mut rest = list.clone();
        if let Value::Map(entries) = &list.value {
            let others = entries.iter().filter(|entry| &*entry.name != "items");
            rest.value = Value::Map(others.cloned().collect());
        }
        let object = Named {
            group: "",
            kind: "List",
            name: "",
            namespace: None,
            node: &rest,
        };
        if let Some(kind) = kinds::kind("", "List") {
            self.related(&object, kind, "the list of the objects", false);
        }
    }

    fn object(&mut self, object: &Named<'_>, is_set: bool) {
        let kind = kinds::kind(object.group, object.kind);
        let relation = if is_set {
            Some("the set")
        } else {
            kind.and_then(|_| relation::of(object, &self.subject))
        };
        match (kind, relation) {
            (None, Some(_)) => self.foreign_set(object),
            (Some(kind), Some(relation)) => self.related(object, kind, relation, is_set),
            (Some(_), None) => self.other(object, Treatment::Irrelevant(UNRELATED), false),
            (None, _) => match kinds::whole(object.group, object.kind) {
                Some(treatment) => self.other(object, treatment, false),
                None if kinds::is_own_group(object.group) => self.unknown_kind(object),
                None => self.other(object, Treatment::Irrelevant(UNRELATED), true),
            },
        }
    }

    /// A set of another API group, whose controller does what it sees fit.
    fn foreign_set(&mut self, object: &Named<'_>) {
        let place = object.node.get("apiVersion").unwrap_or(object.node);
        let what = format!(
            "the StatefulSets of `{}` are not Kubernetes' own",
            object.group
        );
        let help = "only those of `apps/v1` are modelled";
        self.refuse(place.span.clone(), what, help.to_owned());
    }

    fn unknown_kind(&mut self, object: &Named<'_>) {
        let what = format!("`{}` is not a known kind of object", object.kind);
        let help = match did_you_mean(object.kind, &kinds::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "correct its `apiVersion` or `kind`, or take it out of the manifest".to_owned(),
        };
        let place = object.node.get("kind").unwrap_or(object.node);
        self.refuse(place.span.clone(), what, help);
    }

    /// An object of which the whole is treated alike, unless it may write the set.
    fn other(&mut self, object: &Named<'_>, treatment: Treatment, is_custom: bool) {
        let writer = writers::other(object, &self.subject, is_custom);
        let (relation, treatment) = match &writer {
            Some(writer) => ("may write the set", Treatment::Assumed(writer.does)),
            None => ("not related", treatment),
        };
        if let (None, Treatment::Assumed(text)) = (&writer, treatment) {
            let about = format!("{} {}", object.kind, object.name);
            self.account.assume(about, text, false, true);
        }
        self.account.writers.extend(writer);
        let whole = Field {
            path: String::new(),
            treatment: treatment.name(),
            reason: treatment.reason().to_owned(),
        };
        self.add(object, relation, vec![whole]);
    }

    fn add(&mut self, object: &Named<'_>, relation: &str, fields: Vec<Field>) {
        self.account.objects.push(Object {
            called: format!("{}/{}", object.kind, object.name),
            relation: relation.to_owned(),
            fields,
        });
    }

    /// An object that has to do with the set, field by field.
    fn related(&mut self, object: &Named<'_>, kind: &'static Kind, relation: &str, is_set: bool) {
        let version = text(object.node, &["apiVersion"]).unwrap_or_default();
        let shape = types::kind(version, object.kind).unwrap_or(Shape::Any);
        let versions = types::versions(object.group, object.kind);
        if shape == Shape::Any && !versions.is_empty() {
            let place = object.node.get("apiVersion").unwrap_or(object.node);
            let what = format!("Kubernetes has no `{version}` {}", object.kind);
            let help = format!("write {}", listed(versions));
            return self.refuse(place.span.clone(), what, help);
        }
        let mut walk = Walk {
            kind,
            object,
            is_set,
            path: Vec::new(),
            nodes: vec![object.node],
            fields: Vec::new(),
        };
        self.walk(&mut walk, shape);
        let fields = walk.fields;
        self.add(object, relation, fields);
        self.account
            .writers
            .extend(writers::related(object, relation));
        if let Some(said) = health::of_other(object, &self.subject) {
            self.account.assume(said, health::OTHERS, true, true);
        }
        let is_local = |field: &str| object.node.get("spec").and_then(|spec| spec.get(field));
        if object.kind == "PersistentVolume"
            && ["local", "hostPath"]
                .iter()
                .any(|field| is_local(field).is_some())
        {
            let first = self.account.of_one_node.take();
            self.account.of_one_node = first.or_else(|| Some(object.name.to_owned()));
        }
    }

    fn walk(&mut self, walk: &mut Walk<'_, '_>, shape: Shape) {
        let node = walk.nodes[walk.nodes.len() - 1];
        if !shape.fits(node) {
            return self.invalid(walk, shape);
        }
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                let fields = match shape {
                    Shape::Struct(name) => types::fields(name),
                    _ => None,
                };
                for entry in entries.iter() {
                    let below = match fields {
                        None => shape.inside(),
                        Some(fields) => {
                            if let Some(below) = types::field(fields, &entry.name) {
                                below
                            } else {
                                self.unknown_field(walk, entry, fields);
                                continue;
                            }
                        }
                    };
                    walk.path.push(Step::Key(&entry.name));
                    walk.nodes.push(&entry.value);
                    self.walk(walk, below);
                    walk.path.pop();
                    walk.nodes.pop();
                }
            }
            Value::List(items) if !items.is_empty() => {
                for (number, item) in items.iter().enumerate() {
                    walk.path.push(Step::Item(number));
                    walk.nodes.push(item);
                    self.walk(walk, shape.inside());
                    walk.path.pop();
                    walk.nodes.pop();
                }
            }
            _ => self.field(walk),
        }
    }

    /// A value that is not of its field's type.
    fn invalid(&mut self, walk: &Walk<'_, '_>, shape: Shape) {
        let node = walk.nodes[walk.nodes.len() - 1];
        let found = match &node.value {
            Value::Scalar(text, true) => format!("`{text}`"),
            Value::Scalar(text, false) => format!("\"{text}\""),
            Value::List(_) | Value::Map(_) => node.what().to_owned(),
        };
        let what = format!(
            "`{}` of the {} is not valid: expected {}, found {found}",
            path::written(&walk.path),
            walk.object.kind,
            shape.what(),
        );
        let place = self.source.first_line(&node.span);
        let help = match self.source.text.get(place.clone()) {
            Some(text) if text.contains("{{") => yaml::TEMPLATE,
            _ => "Kubernetes would reject this manifest; correct it",
        };
        let problem = Diagnostic::new(INVALID_FIELD, what).within(self.source);
        self.account.problems.push(problem.at(place, "").help(help));
    }

    fn unknown_field(
        &mut self,
        walk: &Walk<'_, '_>,
        entry: &crate::yaml::Entry,
        fields: &types::Fields,
    ) {
        let known: Vec<&str> = fields.keys().copied().collect();
        let place = path::written(&walk.path);
        let within = if place.is_empty() {
            walk.object.kind
        } else {
            &place
        };
        let what = format!("there is no field `{}` in `{within}`", entry.name);
        let help = match did_you_mean(&entry.name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.len() < 12 => help_with(&entry.name, &known),
            None => "Kubernetes does not know it; take it out".to_owned(),
        };
        let problem = Diagnostic::new("manifest::unknown-field", what).within(self.source);
        let problem = problem.at(entry.span.clone(), "").help(help);
        self.account.problems.push(problem);
    }

    /// A field without fields.
    fn field(&mut self, walk: &mut Walk<'_, '_>) {
        let node = walk.nodes[walk.nodes.len() - 1];
        let found = table::rule(walk.kind, &walk.path, &walk.nodes);
        let is_empty =
            node.is_null() || !matches!(&node.value, Value::Scalar(text, _) if !text.is_empty());
        let treatment = match found {
            _ if node.is_null() => Treatment::Irrelevant(EMPTY),
            _ if self.is_replaced(walk) => Treatment::Irrelevant(REPLACED),
            Some((rule, _)) if is_empty && rule.values.is_empty() => match rule.treatment {
                Treatment::Assumed(_) => Treatment::Irrelevant(EMPTY),
                other => other,
            },
            Some((rule, _)) => rule.treatment,
            None if is_empty => Treatment::Irrelevant(EMPTY),
            None => Treatment::Refused(
                "nothing is known of this field, and a verdict that leaves it out could be wrong",
                "take it out, or see the table of fields in docs/account.md",
            ),
        };
        match (treatment, found) {
            (Treatment::Refused(why, help), _) => {
                let mut place = node.span.clone();
                if place.is_empty() {
                    place = node.head();
                }
                self.refuse(place, why.to_owned(), help.to_owned());
            }
            (Treatment::Assumed(text), Some((rule, depth))) => {
                self.assumed(walk, rule, depth, text);
            }
            _ => (),
        }
        walk.fields.push(Field {
            path: path::written(&walk.path),
            treatment: treatment.name(),
            reason: treatment.reason().to_owned(),
        });
    }

    /// Whether a field is of a volume of the template that the claim of a template stands for.
    fn is_replaced(&self, walk: &Walk<'_, '_>) -> bool {
        let is_volume = path::covers("spec.template.spec.volumes[]", &walk.path) == Some(5);
        let name = walk.nodes.get(5).and_then(|volume| text(volume, &["name"]));
        let is_claim = |name| self.subject.templates.iter().any(|other| other == name);
        walk.is_set && is_volume && name.is_some_and(is_claim)
    }

    /// Notes what is assumed of a field: the set's by its name, another object by the object's.
    fn assumed(&mut self, walk: &Walk<'_, '_>, rule: &Rule, depth: usize, text: &'static str) {
        let node = walk.nodes[walk.nodes.len() - 1];
        if let Some(kind) = rule.writer {
            let writer = writers::keeper(kind, text, node, &self.subject.name);
            self.account.writers.push(writer);
            return;
        }
        if text == writers::SCALES || text == writers::RESIZES {
            return;
        }
        let about = if walk.is_set {
            let names: Vec<&str> = walk.path[..depth]
                .iter()
                .filter_map(|step| match step {
                    Step::Key(key) => Some(*key),
                    Step::Item(_) => None,
                })
                .collect();
            let names = names
                .strip_prefix(&["spec", "template", "spec"])
                .unwrap_or(&names);
            let names = names.strip_prefix(&["spec"]).unwrap_or(names);
            let ends_here = depth == walk.path.len() || rule.weighs;
            let value = node
                .text()
                .filter(|_| ends_here)
                .map(|text| format!(" {text}"));
            format!("{}{}", names.join("."), value.unwrap_or_default())
        } else {
            format!("{} {}", walk.object.kind, walk.object.name)
        };
        // What is assumed of a template is assumed of its Pods.
        let is_said = self.account.lines.iter().any(|line| line.text == text);
        if walk.object.kind != "Pod" || !is_said {
            self.account.assume(about, text, rule.weighs, !walk.is_set);
        }
    }
}
