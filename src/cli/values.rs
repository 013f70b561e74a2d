//! Values as people type them: counts, sizes, durations.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::runbook::may_be_harmless;

/// Where distinct states stop.
pub(super) fn states(text: &str) -> Result<u64, String> {
    bounded(text, u64::MAX, NO_BOUND)
}

/// Where steps from the start stop.
pub(super) fn depth(text: &str) -> Result<u32, String> {
    steps(text, NO_BOUND)
}

/// Where a walk is cut off.
pub(super) fn walk(text: &str) -> Result<u32, String> {
    steps(text, "10000 steps")
}

/// A number of walks.
pub(super) fn runs(text: &str) -> Result<u64, String> {
    bounded(text, u64::MAX, "1000 walks")
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = bounded(text, 1024, "one per processor")?;
    let threads = usize::try_from(threads).ok().and_then(NonZeroUsize::new);
    threads.ok_or_else(|| TOO_LARGE.to_owned())
}

/// Where random numbers start: anything that fits.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let (number, rest) = split(text);
    let number = number.parse().ok().filter(|_| rest.is_empty());
    number.ok_or_else(|| format!("it must be a whole number from 0 to {}", u64::MAX))
}

/// `512MiB`, `4GiB`, `4G`, or plain bytes. As in Kubernetes `Ki`, `Mi`, … count in 1024s and
/// `k`, `M`, … in 1000s; the `B` may be left out.
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let number = whole(number, "a size such as 512MiB, 4GiB or 4G")?;
    if unit.starts_with(FRACTION) {
        return Err("write whole numbers: 1536MiB for 1.5GiB".to_owned());
    }
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (prefix, base) = match unit.strip_suffix('i') {
        Some(prefix) => (prefix, 1024_u64),
        None => (unit, 1000),
    };
    let exponent = match (prefix, base) {
        ("", 1000) => 0,
        ("k", _) => 1,
        ("m", _) => 2,
        ("g", _) => 3,
        ("t", _) => 4,
        _ => {
            return Err(format!(
                "`{}` is not a unit of size; use KiB, MiB, GiB or TiB",
                split(text).1
            ));
        }
    };
    let bytes = number.checked_mul(base.pow(exponent));
    bytes.ok_or_else(|| TOO_LARGE.to_owned())
}

/// The least memory that a search can do anything with: the room that it takes before it begins.
const LEAST_MEMORY: u64 = 4 << 20;

/// A size that a search can do something with.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes < LEAST_MEMORY {
        return Err(
            "it must be 4MiB or more, which a search needs to start; omit the flag for half of the \
             free memory"
                .to_owned(),
        );
    }
    Ok(bytes)
}

/// How long a search may take.
pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    duration(text, NO_BOUND)
}

/// The time between two checkpoints.
pub(super) fn checkpoint_every(text: &str) -> Result<Duration, String> {
    duration(text, "one per minute")
}

/// `30s`, `5m`, `1h30m`, `500ms`, or plain seconds.
fn duration(text: &str, left_out: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    let mut milliseconds = 0_u64;
    loop {
        let (number, after) = split(rest);
        let number = whole(number, "a duration such as 30s, 5m or 1h30m")?;
        if after.starts_with(FRACTION) {
            return Err("write whole numbers: 1500ms for 1.5s".to_owned());
        }
        let (unit, after) = match after.find(|character: char| character.is_ascii_digit()) {
            Some(end) => after.split_at(end),
            None => (after, ""),
        };
        let part = number
            .checked_mul(unit_milliseconds(unit)?)
            .ok_or(TOO_LARGE)?;
        milliseconds = milliseconds.checked_add(part).ok_or(TOO_LARGE)?;
        if after.is_empty() {
            return above_zero(milliseconds, left_out).map(Duration::from_millis);
        }
        rest = after;
    }
}

/// What comes of a flag that is left out.
const NO_BOUND: &str = "no bound";
/// What begins the part of a number after its integer part.
const FRACTION: [char; 2] = ['.', ','];
const TOO_LARGE: &str = "it is too large";

fn unit_milliseconds(unit: &str) -> Result<u64, String> {
    match unit.trim() {
        "ms" => Ok(1),
        "" | "s" => Ok(1000),
        "m" | "min" => Ok(60 * 1000),
        "h" => Ok(60 * 60 * 1000),
        other => Err(format!(
            "`{other}` is not a unit of time; use ms, s, m or h"
        )),
    }
}

/// Splits before the first character that is not a digit.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

fn steps(text: &str, left_out: &str) -> Result<u32, String> {
    let steps = bounded(text, u64::from(u32::MAX), left_out)?;
    u32::try_from(steps).map_err(|_| TOO_LARGE.to_owned())
}

fn bounded(text: &str, most: u64, left_out: &str) -> Result<u64, String> {
    let (number, rest) = split(text);
    let number = if rest.is_empty() { number } else { "" };
    let number = above_zero(whole(number, "a whole number of at least 1")?, left_out)?;
    if number > most {
        return Err(format!("it must be {most} or less"));
    }
    Ok(number)
}

fn whole(digits: &str, wanted: &str) -> Result<u64, String> {
    if digits.is_empty() {
        return Err(format!("it must be {wanted}"));
    }
    digits.parse().map_err(|_| TOO_LARGE.to_owned())
}

fn above_zero(number: u64, left_out: &str) -> Result<u64, String> {
    if number == 0 {
        return Err(format!(
            "it must be 1 or more; omit the flag for {left_out}"
        ));
    }
    Ok(number)
}

/// A program that may be taken to be harmless.
pub(super) fn harmless(text: &str) -> Result<String, String> {
    may_be_harmless(text).map(|()| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        check(
            |text| size(text).map(|bytes| bytes.to_string()),
            "given    | then
             512MiB   | 536870912
             4GiB     | 4294967296
             4Gi      | 4294967296
             4G       | 4000000000
             4GB      | 4000000000
             64kib    | 65536
             64k      | 64000
             1000     | 1000
             7 B      | 7
             2TiB     | 2199023255552
             0        | 0
             0GiB     | 0
             GiB      | error: it must be a size such as 512MiB, 4GiB or 4G
             -1G      | error: it must be a size such as 512MiB, 4GiB or 4G
             4X       | error: `X` is not a unit of size; use KiB, MiB, GiB or TiB
             4i       | error: `i` is not a unit of size; use KiB, MiB, GiB or TiB
             1.5GiB   | error: write whole numbers: 1536MiB for 1.5GiB
             99999999999999999999 | error: it is too large
             20000000TiB          | error: it is too large",
        );
    }

    #[test]
    fn bounds_of_memory() {
        assert_eq!(memory("4MiB"), Ok(4_194_304));
        assert_eq!(memory("4GiB"), Ok(4_294_967_296));
        for given in ["4194303", "1KiB", "0", "0GiB"] {
            let error = memory(given).expect_err("too little");
            let expected = "it must be 4MiB or more, which a search needs to start; omit the flag \
                            for half of the free memory";
            assert_eq!(error, expected, "given {given}");
        }
    }

    #[test]
    fn durations() {
        check(
            |text| timeout(text).map(|time| format!("{time:?}")),
            "given  | then
             30s    | 30s
             90     | 90s
             5m     | 300s
             5min   | 300s
             2h     | 7200s
             1h30m  | 5400s
             500ms  | 500ms
             0      | error: it must be 1 or more; omit the flag for no bound
             0s     | error: it must be 1 or more; omit the flag for no bound
             s      | error: it must be a duration such as 30s, 5m or 1h30m
             -5     | error: it must be a duration such as 30s, 5m or 1h30m
             -5s    | error: it must be a duration such as 30s, 5m or 1h30m
             1.5s   | error: write whole numbers: 1500ms for 1.5s
             1h0,5m | error: write whole numbers: 1500ms for 1.5s
             3d     | error: `d` is not a unit of time; use ms, s, m or h
             99999999999999999h | error: it is too large",
        );
    }

    #[test]
    fn counts() {
        check(
            |text| states(text).map(|number| number.to_string()),
            "given | then
             1     | 1
             10    | 10
             0     | error: it must be 1 or more; omit the flag for no bound
             -1    | error: it must be a whole number of at least 1
             1e6   | error: it must be a whole number of at least 1
             x     | error: it must be a whole number of at least 1
             99999999999999999999 | error: it is too large",
        );
        assert_eq!(threads("2").map(NonZeroUsize::get), Ok(2));
        assert!(threads("4096").is_err());
        assert_eq!(depth("34"), Ok(34));
        assert!(depth("4294967296").is_err());
    }

    /// What a flag does when it is left out is not the same for all of them.
    #[test]
    fn zeros() {
        let hint = |error: Option<String>| {
            let error = error.expect("0 is refused");
            let hint = error.strip_prefix("it must be 1 or more; omit the flag for ");
            hint.expect(&error).to_owned()
        };
        assert_eq!(hint(states("0").err()), "no bound");
        assert_eq!(hint(depth("0").err()), "no bound");
        assert_eq!(hint(timeout("0s").err()), "no bound");
        assert_eq!(hint(threads("0").err()), "one per processor");
        assert_eq!(hint(runs("0").err()), "1000 walks");
        assert_eq!(hint(walk("0").err()), "10000 steps");
        assert_eq!(hint(checkpoint_every("0").err()), "one per minute");
    }

    #[test]
    fn seeds() {
        check(
            |text| seed(text).map(|number| number.to_string()),
            "given | then
             0     | 0
             18446744073709551615 | 18446744073709551615
             18446744073709551616 | error: it must be a whole number from 0 to 18446744073709551615
             -1    | error: it must be a whole number from 0 to 18446744073709551615
             abc   | error: it must be a whole number from 0 to 18446744073709551615
             7x    | error: it must be a whole number from 0 to 18446744073709551615",
        );
    }

    /// Runs each row of `table` through `parse`.
    fn check(parse: impl Fn(&str) -> Result<String, String>, table: &str) {
        for row in table.lines().skip(1) {
            let (given, then) = row.split_once('|').expect("two columns");
            let found = parse(given.trim());
            let found = found.unwrap_or_else(|error| format!("error: {error}"));
            assert_eq!(found, then.trim(), "given {}", given.trim());
        }
    }
}
