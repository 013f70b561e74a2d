//! `available`: enough ordinals serve.

use super::{Kind, Locality, Property, SIDES, Story};
use crate::actors::faults::{self, Reach};
use crate::history::{History, Taken};
use crate::world::World;
use crate::world::id::Ordinal;
use crate::world::setup::{AvailabilityRule, Budget, Group, Pool, Setup};

/// See [`Property::statement`] and [`Property::details`].
pub const PROPERTY: Property = Property {
    name: "available",
    kind: Kind::Always { holds, culprit },
    statement: "Enough ordinals serve: the scenario's availability rule holds.",
    details: "An ordinal serves if on some side its containers run and its Pod is Ready and not \
              terminating; otherwise it is down. Rules: at most a given number of ordinals down, a \
              majority serving, or a minimum serving in each group. With `faults: excused` an \
              ordinal that a fault has hit does not count as down until it has served again; with \
              `counted` the cause does not matter.",
    violated_in: "blog-redis-cluster",
    holds_in: "kep-3335-ordered",
    applies,
    locality: Locality::Down(most_down),
    story: Story {
        why,
        ..Story::of(sentence)
    },
};

fn applies(setup: &Setup) -> Result<(), &'static str> {
    if setup.availability.is_some() {
        Ok(())
    } else {
        Err("no availability rule is given")
    }
}

/// Whether the property holds in `world`.
fn holds(setup: &Setup, world: &World) -> bool {
    let Some(availability) = &setup.availability else {
        return true;
    };
    match &availability.rule {
        AvailabilityRule::MaxUnavailable(most) => at_most(*most, down(setup, world)),
        // Not local to any number of ordinals: it compares a count with N.
        AvailabilityRule::Majority => down(setup, world).count() * 2 < usize::from(setup.replicas),
        AvailabilityRule::Groups(groups) => groups.iter().all(|group| {
            let members = group.ordinals.iter();
            at_most(spare(*group), members.filter(|&one| is_down(world, one)))
        }),
    }
}

/// The ordinals that do not serve and are not excused.
fn down(setup: &Setup, world: &World) -> impl Iterator<Item = Ordinal> {
    setup.members().filter(|&ordinal| is_down(world, ordinal))
}

fn is_down(world: &World, ordinal: Ordinal) -> bool {
    !world.rows[ordinal].serves() && !world.rows[ordinal].excused
}

/// How many of a group may be down.
fn spare(group: Group) -> u8 {
    let size = u8::try_from(group.ordinals.len()).expect("at most 16 ordinals");
    size.saturating_sub(group.min)
}

/// Whether there are at most `most` of them.
fn at_most(most: u8, mut ordinals: impl Iterator<Item = Ordinal>) -> bool {
    ordinals.nth(usize::from(most)).is_none()
}

fn culprit(setup: &Setup, world: &World) -> Option<Ordinal> {
    down(setup, world).next()
}

/// How many ordinals may be down beside those that a fault has hit, so that the rule is kept.
fn most_down(setup: &Setup) -> Result<u8, &'static str> {
    let Some(availability) = &setup.availability else {
        return Err("no rule is given");
    };
    let most = match &availability.rule {
        AvailabilityRule::MaxUnavailable(most) => *most,
        AvailabilityRule::Majority => {
            return Err("a majority cannot be decided from a few ordinals");
        }
        AvailabilityRule::Groups(groups) => groups.iter().copied().map(spare).min().unwrap_or(0),
    };
    let hits = if availability.excused {
        0
    } else {
        most_hits(&setup.budget)
    };
    most.checked_sub(hits)
        .ok_or("the scenario's faults alone can take down more ordinals than the rule allows")
}

/// How many Pods the faults of a budget may hit.
fn most_hits(budget: &Budget) -> u8 {
    let strikes_pod = |pool: &&Pool| {
        let mut kinds = pool.kinds.iter();
        kinds.any(|id| faults::kind(id).reach() == Reach::Pod)
    };
    let pools = budget.pools.iter().filter(strikes_pod);
    pools.map(|pool| pool.at_most).sum()
}

fn sentence(history: &History<'_>) -> Option<String> {
    history.ordinal?;
    let down = down(history.setup, history.last());
    let down: Vec<String> = down.map(|ordinal| ordinal.to_string()).collect();
    let availability = history.setup.availability.as_ref();
    let rule = match availability.map(|availability| &availability.rule) {
        Some(AvailabilityRule::MaxUnavailable(0)) => "none may be".to_owned(),
        Some(AvailabilityRule::MaxUnavailable(most)) => format!("at most {most} may be"),
        Some(AvailabilityRule::Majority) => "a majority must serve".to_owned(),
        Some(AvailabilityRule::Groups(_)) => "too few of one group serve".to_owned(),
        None => String::new(),
    };
    Some(match down.as_slice() {
        [one] => format!("Ordinal {one} was down; {rule}."),
        several => format!(
            "Ordinals {} were down at the same time; {rule}.",
            listed(several)
        ),
    })
}

/// `0 and 1`, `0, 1 and 2`.
fn listed(ordinals: &[String]) -> String {
    match ordinals {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        few => few.concat(),
    }
}

/// Since which step each of the ordinals that are down has not served, and what was to wait.
fn why(history: &History<'_>) -> Vec<String> {
    if history.ordinal.is_none() {
        return Vec::new();
    }
    let ordinals: Vec<Ordinal> = down(history.setup, history.last()).collect();
    let lost = |&ordinal: &Ordinal| Some((ordinal, history.went_down(ordinal)?));
    let losses: Vec<(Ordinal, Taken<'_>)> = ordinals.iter().filter_map(lost).collect();
    let since = |(ordinal, taken): &(Ordinal, Taken<'_>)| {
        let text = taken.describe(history.setup);
        let side = taken.step.cluster();
        let side = side.map_or(String::new(), |side| format!(" in {}", side.name()));
        let number = taken.number;
        format!("Ordinal {ordinal} has been down since step {number} ({text}{side}).")
    };
    let mut sentences: Vec<String> = losses.iter().map(since).collect();
    if let Some((_, fault)) = losses.iter().find(|(_, taken)| taken.is_fault()) {
        sentences.push(format!(
            "Step {} is a fault, which no step of the program can prevent; with `faults: excused` \
             its ordinal does not count as down until it has served again.",
            fault.number
        ));
    } else if ordinals.len() > 1 {
        sentences.extend(no_wait(history, &ordinals));
    }
    sentences
}

/// At the time of the last request, one of the ordinals was on its way already.
fn no_wait(history: &History<'_>, down: &[Ordinal]) -> Option<String> {
    let request = history.last_request()?;
    let stays = |ordinal: Ordinal| {
        SIDES.into_iter().any(|side| {
            let side = request.before.side(side);
            side[ordinal].serves() && side.effective_slice().contains(ordinal)
        })
    };
    let moving = down.iter().find(|&&ordinal| !stays(ordinal))?;
    Some(format!(
        "Step {} was taken while ordinal {moving} was still moving; nothing waits for it to be \
         Ready again.",
        request.number
    ))
}
