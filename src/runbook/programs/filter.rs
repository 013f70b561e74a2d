//! The filters of `yq` and `jq`: expressions over documents, evaluated by jaq.
//!
//! Only filters that end, and soon, are let in ([`super::filter_limits`]).

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::rc::Rc;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};
use serde_json::Value as Json;

use super::filter_fields::{Unknown, complete};
use super::filter_limits::{MAX_OUTPUT, cost, refusal};
use super::filter_parts::{deleted, lenient, split};

/// The most filters that one script may have, parts between `|` counted by themselves.
const MAX_FILTERS: usize = 400;

/// What a part of a filter takes for each value, in bytes of text that take as long.
const STAGE_WORK: usize = 1_000;

/// The most work of one filter.
const MAX_WORK: usize = 8 << 20;

/// Filters that are compiled already, by their text.
#[derive(Clone, Default)]
pub struct Filters {
    known: BTreeMap<String, Rc<Filter>>,
    /// What runs of filters have taken so far, in bytes or what takes as long.
    pub work: usize,
}

/// A filter that jaq can run.
type Filter = jaq_core::Filter<data::JustLut<Val>>;

impl Filters {
    /// The values that a filter gives for a document.
    ///
    /// # Errors
    /// What is wrong, or not modelled, in words.
    pub fn evaluate(
        &mut self,
        expression: &str,
        document: &Json,
        unknown: &mut Unknown<'_>,
    ) -> Result<Vec<Json>, String> {
        if let Some(refusal) = refusal(expression) {
            return Err(refusal);
        }
        let mut values = vec![document.clone()];
        let before = self.work;
        for stage in split(expression, '|') {
            let mut next = Vec::new();
            let mut length = 0;
            self.work += STAGE_WORK * values.len();
            if self.work - before > MAX_WORK {
                return Err("it could take too long".to_owned());
            }
            for mut value in values {
                if let Some(paths) = deleted(stage) {
                    for path in &paths {
                        delete(&mut value, path);
                    }
                    next.push(value);
                    continue;
                }
                complete(stage, &mut value, unknown)?;
                let text = value.to_string();
                self.work += cost(stage, &value, text.len())?;
                for text in run_filter(&*self.compiled(&lenient(stage))?, &text)? {
                    length += text.len();
                    if length > MAX_OUTPUT {
                        return Err("its output is too large".to_owned());
                    }
                    next.push(serde_json::from_str(&text).map_err(|error| error.to_string())?);
                }
            }
            values = next;
        }
        Ok(values)
    }

    fn compiled(&mut self, stage: &str) -> Result<Rc<Filter>, String> {
        if let Some(filter) = self.known.get(stage) {
            return Ok(Rc::clone(filter));
        }
        if self.known.len() >= MAX_FILTERS {
            return Err("the script has too many different expressions".to_owned());
        }
        let filter = Rc::new(compiled(stage)?);
        self.known.insert(stage.to_owned(), Rc::clone(&filter));
        Ok(filter)
    }
}

fn compiled(stage: &str) -> Result<Filter, String> {
    let defs = jaq_core::defs().chain(jaq_std::defs());
    let defs = defs.chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs());
    let funs = funs.chain(jaq_json::funs());
    let arena = Arena::default();
    let file = File {
        code: stage,
        path: (),
    };
    let modules = Loader::new(defs).load(&arena, file);
    let modules = modules.map_err(|_| "jq cannot parse this expression".to_owned())?;
    let filter = Compiler::default().with_funs(funs).compile(modules);
    filter.map_err(|_| "jq does not know a name in this expression".to_owned())
}

/// The values that a filter gives, as texts.
fn run_filter(filter: &Filter, document: &str) -> Result<Vec<String>, String> {
    let input = read::parse_single(document.as_bytes());
    let input = input.map_err(|error| error.to_string())?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut texts = Vec::new();
    let mut left = MAX_OUTPUT;
    for value in filter.id.run((context, input)).map(unwrap_valr) {
        let value = value.map_err(|error| error.to_string())?;
        let mut text = Bounded {
            text: String::new(),
            left,
        };
        write!(text, "{value}").map_err(|_| "its output is too large".to_owned())?;
        // An empty text takes its room, too.
        left = text.left.saturating_sub(16);
        texts.push(text.text);
    }
    Ok(texts)
}

/// A text that does not grow beyond its room.
struct Bounded {
    text: String,
    left: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.left = self.left.checked_sub(more.len()).ok_or(fmt::Error)?;
        self.text.push_str(more);
        Ok(())
    }
}

fn delete(value: &mut Json, path: &[String]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let parent = parents.iter().try_fold(value, |value, step| match value {
        Json::Object(fields) => fields.get_mut(step),
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    });
    match parent {
        Some(Json::Object(fields)) => {
            fields.shift_remove(last);
        }
        Some(Json::Array(items)) => {
            if let Some(index) = last
                .parse()
                .ok()
                .filter(|&index: &usize| index < items.len())
            {
                items.remove(index);
            }
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use super::Filters;
    use serde_json::{Value as Json, json};

    fn evaluate(expression: &str, document: &Json) -> Result<Vec<Json>, String> {
        Filters::default().evaluate(expression, document, &mut |field| field)
    }

    #[test]
    fn filters_of_runbooks_are_evaluated() {
        let claim = json!({ "metadata": { "uid": "1", "name": "a" }, "spec": { "volumeName": "v" }, "status": {} });
        let one = |filter: &str| evaluate(filter, &claim).expect("it is right");
        assert_eq!(one(".spec.volumeName"), [json!("v")]);
        assert_eq!(
            one("del(.metadata.uid, .status)"),
            [json!({ "metadata": { "name": "a" }, "spec": { "volumeName": "v" } })]
        );
        assert_eq!(
            one(".spec.replicas = 2 | .spec"),
            [json!({ "volumeName": "v", "replicas": 2 })]
        );
        // What is not there need not be deleted.
        assert_eq!(
            one("del(.spec.x.y, .metadata[\"uid\"]) | .metadata"),
            [json!({ "name": "a" })]
        );
        assert_eq!(one("del(.a.b)"), std::slice::from_ref(&claim));
        assert!(one("select(.kind == \"x\")").is_empty());
        // Inside of brackets, too, and by their names alone.
        assert_eq!(
            one("(.metadata | del(.uid, .x.y, .z[0]))"),
            [json!({ "name": "a" })]
        );
        assert_eq!(one("{spec, a: {status}} | .a"), [json!({ "status": {} })]);
        // Parts that are not there are made.
        assert_eq!(one(".spec.a.b = 1 | .spec.a"), [json!({ "b": 1 })]);
    }

    #[test]
    fn what_may_never_end_is_refused() {
        for filter in [
            "def f: f; f",
            "repeat(.)",
            "[range(1e9)]",
            "env",
            "now",
            "input",
            "recurse",
            "until(false; .)",
            "limit(3; .)",
            // Texts and comments hide nothing.
            "\"\\(repeat(1))\"",
            "# \"\nrepeat(1) # \"",
            // What grows, or goes through the same again and again.
            "\"x\" * 1000000000",
            "\"x\" * .a",
            &format!("[{}1]", "[.,.] | ".repeat(40)),
            &format!("{}1", "[.,.] | ".repeat(40)),
            &format!("(.a // \"x\"){}", " | . + .".repeat(40)),
            &format!("[(.a // \"x\"){}]", " | \"\\(.)\\(.)\"".repeat(40)),
            "[.. as $a | .. as $b | .. as $c | .. as $d | .. as $e | .. as $f | empty]",
            &format!(
                "[{}]",
                ". as $x | map($x) | flatten | ".repeat(4) + "length"
            ),
            &format!("[{}empty]", "(.,.) | ".repeat(40)),
            &format!("[{}.]", "(.a = .) | ".repeat(40)),
            // What nests too deeply to be compiled.
            &format!("1{}", "+1".repeat(50_000)),
            &format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)),
        ] {
            let document = json!({ "a": "x", "b": (0..30).collect::<Vec<_>>() });
            assert!(evaluate(filter, &document).is_err(), "{filter}");
        }
        assert!(evaluate(".a |", &json!(1)).is_err());
    }
}
