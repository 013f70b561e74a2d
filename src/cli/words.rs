//! The words by which the values of a search are typed.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::engine::{Order, StoreKind};
use crate::vocabulary::Engine;

impl ValueEnum for Engine {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Exhaustive, Self::StaterightBfs, Self::StaterightDfs]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let word = PossibleValue::new(self.name());
        Some(match self {
            Self::Exhaustive => word
                .alias("ours")
                .help("Straddle's own: fewest faults first, then fewest steps"),
            Self::StaterightBfs => word.help("stateright's breadth-first checker"),
            Self::StaterightDfs => word.help("stateright's depth-first checker"),
        })
    }
}

impl ValueEnum for Order {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::FewestFaults, Self::Shortest]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (word, help) = match self {
            Self::FewestFaults => ("fewest-faults", "The fewest faults, then the fewest steps"),
            Self::Shortest => ("shortest", "The fewest steps, regardless of faults"),
        };
        Some(PossibleValue::new(word).help(help))
    }
}

impl ValueEnum for StoreKind {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Exact, Self::Fingerprint]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (word, help) = match self {
            Self::Exact => ("exact", "The whole state: no state is missed"),
            Self::Fingerprint => ("fingerprint", "A 128-bit hash of the state"),
        };
        Some(PossibleValue::new(word).help(help))
    }
}
