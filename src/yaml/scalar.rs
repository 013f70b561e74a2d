//! What an unquoted scalar of a manifest means to `kubectl`.
//!
//! Kubernetes: `resolve` in goyaml.v2/resolve.go of sigs.k8s.io/yaml. That is YAML 1.1 with
//! liberties: `yes` and `off` are booleans, `010` is eight, a date stays text.

use serde_json::{Number, Value as Json};

const TRUE: [&str; 11] = [
    "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
];
const FALSE: [&str; 11] = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// The scalar as JSON. Infinities, which JSON does not have, stay text.
pub(super) fn plain(text: &str) -> Json {
    if NULL.contains(&text) {
        return Json::Null;
    }
    if TRUE.contains(&text) || FALSE.contains(&text) {
        return Json::Bool(TRUE.contains(&text));
    }
    let number = match text.as_bytes()[0] {
        b'.' => text.parse().ok().and_then(fraction),
        b'+' | b'-' | b'0'..=b'9' => number(&text.replace('_', "")),
        _ => None,
    };
    number.map_or_else(|| Json::String(text.to_owned()), Json::Number)
}

/// An integer in the base that its prefix says, or else a decimal fraction.
fn number(text: &str) -> Option<Number> {
    integer(text).or_else(|| {
        let is_decimal = text.bytes().all(|byte| b"+-.eE0123456789".contains(&byte));
        let number = is_decimal.then(|| text.parse().ok()).flatten();
        number.and_then(fraction)
    })
}

/// On its way to the API server a whole number loses its point: `replicas: 2.0` is two.
fn fraction(value: f64) -> Option<Number> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "as whole numbers these are exact"
    )]
    const EXACT: f64 = (1_u64 << 53) as f64;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = match text.as_bytes()[0] {
        b'+' | b'-' => text.split_at(1),
        _ => ("", text),
    };
    let prefixes = [
        ("0x", 16),
        ("0X", 16),
        ("0b", 2),
        ("0B", 2),
        ("0o", 8),
        ("0O", 8),
        ("0", 8),
    ];
    let based = prefixes
        .iter()
        .find_map(|&(prefix, base)| Some((digits.strip_prefix(prefix)?, base)));
    let (digits, base) = match based {
        Some((rest, base)) if !rest.is_empty() => (rest, base),
        _ => (digits, 10),
    };
    // Rust would take a second sign.
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), base).map(Number::from);
    let unsigned = || {
        u64::from_str_radix(digits, base)
            .ok()
            .filter(|_| sign.is_empty())
    };
    signed.ok().or_else(|| unsigned().map(Number::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_mean_what_kubectl_takes_them_for() {
        let table = [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("nULL", json!("nULL")),
            ("y", json!(true)),
            ("on", json!(true)),
            ("True", json!(true)),
            ("tRUE", json!("tRUE")),
            ("N", json!(false)),
            ("off", json!(false)),
            ("oFF", json!("oFF")),
            ("0", json!(0)),
            ("3", json!(3)),
            ("+3", json!(3)),
            ("-3", json!(-3)),
            ("1_000", json!(1000)),
            ("010", json!(8)),
            ("-010", json!(-8)),
            ("0644", json!(420)),
            ("08", json!(8)),
            ("0x1F", json!(31)),
            ("-0x1f", json!(-31)),
            ("0o17", json!(15)),
            ("0b101", json!(5)),
            ("0b102", json!("0b102")),
            ("0x", json!("0x")),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("5.", json!(5)),
            ("1e3", json!(1000)),
            ("-1.5E-3", json!(-0.0015)),
            ("1e", json!("1e")),
            ("1.5.2", json!("1.5.2")),
            ("--1", json!("--1")),
            ("+-1", json!("+-1")),
            ("0x-1", json!("0x-1")),
            ("-", json!("-")),
            (".", json!(".")),
            (".inf", json!(".inf")),
            (".NaN", json!(".NaN")),
            ("2026-12-01", json!("2026-12-01")),
            ("100m", json!("100m")),
            ("10Gi", json!("10Gi")),
            ("inf", json!("inf")),
            ("+inf", json!("+inf")),
            ("<<", json!("<<")),
        ];
        for (text, meant) in table {
            assert_eq!(plain(text), meant, "{text}");
        }
    }
}
