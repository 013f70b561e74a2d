//! The budget of faults: from the scenario, or from the command line instead.

use std::fmt;

use super::catalogue;
use super::file::{AtMostFile, CapsFile, FaultName, FaultsFile};
use super::reader::{Reader, Spanned};
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::world::setup::{Budget, FaultId, FaultSet, Pool};

/// The most faults of one pool.
const MOST: u8 = 15;

/// Faults asked for on the command line, in place of those of the scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultsOverride {
    /// No fault strikes.
    None,
    /// Any of some kinds, so many in all.
    AtMost(u8, Vec<FaultId>),
    /// A cap for each kind.
    Caps(Vec<(FaultId, u8)>),
}

impl FaultsOverride {
    /// Reads `none`, `2`, `2:eviction,driverCrash` or `eviction=1,driverCrash=1`.
    ///
    /// # Errors
    /// A sentence about the first thing that is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "none" {
            return Ok(Self::None);
        }
        if text.contains('=') {
            return parse_caps(text).map(Self::Caps);
        }
        let (number, kinds) = match text.split_once(':') {
            Some((number, kinds)) => (number, Some(kinds)),
            None => (text, None),
        };
        let at_most = match kinds {
            Some(_) => parse_number(number)?,
            None => parse_number(number).map_err(|error| bare_kind(number).unwrap_or(error))?,
        };
        let kinds: Vec<FaultId> = match kinds {
            Some(kinds) => kinds.split(',').map(parse_kind).collect::<Result<_, _>>()?,
            None => catalogue::ordinary().collect(),
        };
        refuse_twice(&kinds)?;
        Ok(Self::AtMost(at_most, kinds))
    }

    /// The budget that was asked for.
    #[must_use]
    pub fn budget(&self) -> Budget {
        match self {
            Self::None => Budget::default(),
            Self::AtMost(at_most, kinds) => at_most_of(*at_most, kinds.iter().copied()),
            Self::Caps(caps) => caps_of(caps),
        }
    }
}

impl fmt::Display for FaultsOverride {
    /// As it is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |words: Vec<String>| words.join(",");
        match self {
            Self::None => f.write_str("none"),
            Self::AtMost(at_most, kinds) => {
                let names = kinds
                    .iter()
                    .map(|&kind| catalogue::fault_name(kind).to_owned());
                write!(f, "{at_most}:{}", listed(names.collect()))
            }
            Self::Caps(caps) => {
                let caps = caps.iter();
                let caps =
                    caps.map(|&(kind, cap)| format!("{}={cap}", catalogue::fault_name(kind)));
                f.write_str(&listed(caps.collect()))
            }
        }
    }
}

fn parse_caps(text: &str) -> Result<Vec<(FaultId, u8)>, String> {
    let mut caps = Vec::new();
    for part in text.split(',') {
        let Some((kind, number)) = part.split_once('=') else {
            return Err(format!(
                "`{}` has no cap; write `{0}=1`, with a cap for each kind",
                part.trim()
            ));
        };
        caps.push((parse_kind(kind)?, parse_number(number)?));
    }
    let kinds: Vec<FaultId> = caps.iter().map(|&(kind, _)| kind).collect();
    refuse_twice(&kinds)?;
    Ok(caps)
}

fn parse_kind(text: &str) -> Result<FaultId, String> {
    let text = text.trim();
    catalogue::fault(text).ok_or_else(|| {
        let names = catalogue::fault_names();
        match did_you_mean(text, names) {
            Some(name) => format!("`{text}` is not a kind of fault; did you mean `{name}`?"),
            None if catalogue::UNSUPPORTED_FAULTS.contains(&text) => {
                format!("the fault `{text}` is not supported yet")
            }
            None => format!(
                "`{text}` is not a kind of fault; there are {}",
                listed(names)
            ),
        }
    })
}

/// What to write in place of a kind of fault that stands alone.
fn bare_kind(text: &str) -> Option<String> {
    let text = text.trim();
    match did_you_mean(text, catalogue::fault_names()) {
        Some(name) if name == text => Some(format!(
            "`{name}` has no cap; write `{name}=1` for one fault of this kind"
        )),
        Some(name) => Some(format!(
            "`{text}` is not a fault budget; did you mean `{name}=1`?"
        )),
        None => (did_you_mean(text, &["none"]).is_some())
            .then(|| format!("`{text}` is not a fault budget; did you mean `none`?")),
    }
}

fn parse_number(text: &str) -> Result<u8, String> {
    let text = text.trim();
    match text.parse() {
        Ok(0) => Err("0 faults is written `none`".to_owned()),
        Ok(number) if number <= MOST => Ok(number),
        _ => Err(format!(
            "`{text}` is not a number of faults from 1 to {MOST}; write, for example, `2`, \
             `2:eviction,driverCrash`, `eviction=1` or `none`"
        )),
    }
}

fn refuse_twice(kinds: &[FaultId]) -> Result<(), String> {
    match first_repeated(kinds) {
        Some(place) => Err(format!(
            "`{}` is given twice",
            catalogue::fault_name(kinds[place])
        )),
        None => Ok(()),
    }
}

fn first_repeated(kinds: &[FaultId]) -> Option<usize> {
    (1..kinds.len()).find(|&place| kinds[..place].contains(&kinds[place]))
}

/// The budget that a scenario asks for.
pub fn lower(reader: &mut Reader<'_>, faults: &FaultsFile) -> Budget {
    match faults {
        FaultsFile::AtMost(at_most) => lower_at_most(reader, at_most),
        FaultsFile::Caps(CapsFile(caps)) => {
            let caps: Vec<(FaultId, u8)> = caps
                .iter()
                .filter_map(|(kind, cap)| Some((*kind, bound(reader, cap)?)))
                .collect();
            caps_of(&caps)
        }
    }
}

fn lower_at_most(reader: &mut Reader<'_>, file: &AtMostFile) -> Budget {
    let at_most = bound(reader, &file.at_most).unwrap_or(1);
    let Some(of) = &file.of else {
        return at_most_of(at_most, catalogue::ordinary());
    };
    let kinds: Vec<FaultId> = of.iter().map(|name| name.value.0).collect();
    if let Some(place) = first_repeated(&kinds) {
        reader.report(repeated(&of[place]));
    }
    at_most_of(at_most, kinds)
}

fn repeated(name: &Spanned<FaultName>) -> Diagnostic {
    let fault = catalogue::fault_name(name.value.0);
    Diagnostic::new("scenario::repeated", format!("`{fault}` is listed twice"))
        .at(name.span.clone(), "again here")
        .help("name each kind of fault once")
}

fn bound(reader: &mut Reader<'_>, number: &Spanned<i64>) -> Option<u8> {
    let found = u8::try_from(number.value)
        .ok()
        .filter(|number| (1..=MOST).contains(number));
    if found.is_none() {
        let help = match number.value {
            0 => "omit `faults` to check without faults".to_owned(),
            _ => format!("a bound is a number from 1 to {MOST}"),
        };
        let message = format!("{} is not a valid bound for faults", number.value);
        reader.report(
            Diagnostic::new("scenario::out-of-range", message)
                .at(number.span.clone(), "")
                .help(help),
        );
    }
    found
}

fn at_most_of(at_most: u8, kinds: impl IntoIterator<Item = FaultId>) -> Budget {
    let kinds = kinds.into_iter().collect();
    budget(vec![Pool { kinds, at_most }])
}

fn caps_of(caps: &[(FaultId, u8)]) -> Budget {
    let pool = |&(kind, at_most)| Pool {
        kinds: FaultSet::from_iter([kind]),
        at_most,
    };
    budget(caps.iter().map(pool).collect())
}

fn budget(pools: Vec<Pool>) -> Budget {
    let mut budget = Budget {
        pools,
        ..Budget::default()
    };
    let pool_of = |name| budget.pool_of(catalogue::fault(name)?);
    let lag_pool = pool_of("controllerRestartStale").and_then(|pool| u8::try_from(pool).ok());
    let never_ready = pool_of("podNeverReady").is_some();
    budget.lag_pool = lag_pool;
    budget.never_ready = never_ready;
    budget
}

/// Whether the driver may crash.
#[must_use]
pub fn crashes(budget: &Budget) -> bool {
    catalogue::fault("driverCrash").is_some_and(|crash| budget.pool_of(crash).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_the_command_line() {
        let eviction = FaultId(0);
        let crash = FaultId(3);
        assert_eq!(FaultsOverride::parse("none"), Ok(FaultsOverride::None));
        assert_eq!(
            FaultsOverride::parse("2"),
            Ok(FaultsOverride::AtMost(2, (0..5).map(FaultId).collect()))
        );
        assert_eq!(
            FaultsOverride::parse("2:eviction, driverCrash"),
            Ok(FaultsOverride::AtMost(2, vec![eviction, crash]))
        );
        assert_eq!(
            FaultsOverride::parse("driverCrash=1,eviction=3"),
            Ok(FaultsOverride::Caps(vec![(crash, 1), (eviction, 3)]))
        );
    }

    #[test]
    fn faults_are_written_as_they_are_typed() {
        for text in ["none", "2:eviction,driverCrash", "driverCrash=1,eviction=3"] {
            let faults = FaultsOverride::parse(text).expect("a budget");
            assert_eq!(faults.to_string(), text);
        }
        let ordinary = FaultsOverride::parse("2").expect("a budget");
        assert_eq!(FaultsOverride::parse(&ordinary.to_string()), Ok(ordinary));
    }

    #[test]
    fn mistakes_on_the_command_line() {
        let rows = [
            ("0", "0 faults is written `none`"),
            (
                "2:evicton",
                "`evicton` is not a kind of fault; did you mean `eviction`?",
            ),
            ("eviction=1,eviction=2", "`eviction` is given twice"),
            (
                "eviction=1,driverCrash",
                "`driverCrash` has no cap; write `driverCrash=1`, with a cap for each kind",
            ),
            ("1:nodeCrash", "the fault `nodeCrash` is not supported yet"),
        ];
        for (text, message) in rows {
            assert_eq!(
                FaultsOverride::parse(text),
                Err(message.to_owned()),
                "{text}"
            );
        }
        assert!(FaultsOverride::parse("").is_err());
        assert!(FaultsOverride::parse("16").is_err());
    }
}
