//! What walks have shown, for people.

use super::{assumed, headline, join};
use crate::report::simulation::{Seen, SimulatedProperty, SimulatedScenario, WalkFigures};
use crate::report::story::{also_broken, circumstances, command, path_word};
use crate::report::text::{BAD, FAINT, STRONG};
use crate::report::text::{
    count, count_of, grouped, labelled, pad, paint, plain, seconds, width, wrap,
};
use crate::report::{Counterexample, Report, Settings, shell_word, timeline};

/// The column in which the text after a remark's label starts.
const LABEL: usize = 13;

/// What the figures of walks mean.
const MEANING: &str = "p is the probability that one such random walk violates the property; it \
                       describes these walks, not real clusters. Walks cannot show that a property \
                       holds: `straddle check` decides that.";

/// One scenario, with an empty line after it. The `earlier` ones have been shown.
#[must_use]
pub fn scenario(
    result: &SimulatedScenario,
    earlier: &[SimulatedScenario],
    settings: &Settings,
) -> String {
    let page = settings.width;
    let mut lines = headline(page, &result.scenario, &result.headline);
    let known: Vec<_> = earlier.iter().map(|one| &*one.assumed).collect();
    lines.extend(assumed::lines(page, &result.assumed, &known));
    lines.push(String::new());
    let mut earlier = Vec::new();
    for property in &result.properties {
        let told = property.counterexample.iter();
        for story in told.filter(|story| story.merged_into.is_none()) {
            lines.extend(block(result, property, story, settings, &earlier));
            lines.push(String::new());
            earlier.push((&*property.name, story));
        }
    }
    lines.extend(table(page, result));
    lines.push(String::new());
    lines.extend(remarks(page, result));
    lines.push(String::new());
    join(&lines)
}

/// The last line of a report.
#[must_use]
pub fn summary(simulation: &Report<SimulatedScenario>, settings: &Settings) -> String {
    let results = &simulation.results;
    let violated = results.iter().filter(|result| result.is_violated()).count();
    let mut parts = vec![count(results.len(), "scenario")];
    match violated {
        0 if results.is_empty() => (),
        0 => parts.push("no violation in these walks".to_owned()),
        violated => parts.push(format!("{violated} with violations")),
    }
    if simulation.unreadable > 0 {
        parts.push(format!("{} unreadable", simulation.unreadable));
    }
    let line = parts.join(", ");
    if results.is_empty() {
        return join(&[line]);
    }
    let walks = || results.iter().map(|result| &result.walks);
    let runs: u64 = walks().map(|walks| walks.runs).sum();
    let steps: u64 = walks().map(|walks| walks.steps).sum();
    let time: f64 = walks().map(|walks| walks.seconds).sum();
    let (runs, steps) = (count_of(runs, "walk"), count_of(steps, "step"));
    let costs = format!("{runs}, {steps}, {}", seconds(time));
    join(&wrap(&format!("{line}; {costs}"), settings.width))
}

/// The first run that breaks a property, up to where it does.
fn block(
    result: &SimulatedScenario,
    property: &SimulatedProperty,
    story: &Counterexample,
    settings: &Settings,
    earlier: &[(&str, &Counterexample)],
) -> Vec<String> {
    let page = settings.width;
    let circumstances = circumstances(Some(story));
    let title = format!("{}{circumstances}", plain(&property.name));
    let first = first_run(property);
    let mut lines = vec![format!("{}  {title}", paint(BAD, "VIOLATED"))];
    lines.push(format!(
        "{:10}walk {first}: {}, {}; not minimal",
        "",
        count(story.steps.len(), "step"),
        count(story.faults as usize, "fault"),
    ));
    lines.extend(wrap(&story.story, page));
    lines.extend(also_broken(page, story));
    lines.push(String::new());
    lines.extend(timeline::table(page, story, settings.full, earlier));
    lines.push(String::new());
    let path = path_word(&result.path);
    let property = format!("--property {}", shell_word(&property.name));
    let (program, flags) = (&settings.program, &settings.flags);
    let mut again = vec![
        format!("{program} simulate {path}"),
        property.clone(),
        format!("--seed {}", result.walks.seed),
        format!("--runs {}", u128::from(first) + 1),
    ];
    again.extend(flags.iter().cloned());
    lines.extend(command(page, "again", &again));
    let mut shortest = vec![format!("{program} check {path}"), property];
    let walks_only = |flag: &&String| !flag.starts_with("--max-steps");
    shortest.extend(flags.iter().filter(walks_only).cloned());
    lines.extend(command(page, "check", &shortest));
    lines
}

/// The number of the run that the story is from.
fn first_run(property: &SimulatedProperty) -> u64 {
    match property.seen {
        Seen::Broken { first, .. } => first,
        Seen::Never { .. } | Seen::Undecidable | Seen::NotApplicable(_) => 0,
    }
}

/// One line for each property.
fn table(page: usize, result: &SimulatedScenario) -> Vec<String> {
    let names = result.properties.iter();
    let column = names.map(|property| width(&property.name)).max();
    let column = column.unwrap_or_default().max("PROPERTY".len()) + 2;
    let runs = result.walks.runs;
    let mut lines = vec![paint(
        FAINT,
        format!("{}SEEN IN {}", pad("PROPERTY", column), walks(runs)),
    )];
    for property in &result.properties {
        let name = pad(&plain(&property.name), column);
        let text = seen(&property.seen, runs);
        let style = match property.seen {
            Seen::Broken { .. } => BAD,
            Seen::Never { .. } => STRONG,
            Seen::Undecidable | Seen::NotApplicable(_) => FAINT,
        };
        for (place, line) in wrap(&text, page - column).iter().enumerate() {
            let name = if place == 0 { name.as_str() } else { "" };
            lines.push(format!("{name:column$}{}", paint(style, line)));
        }
    }
    lines
}

fn walks(runs: u64) -> String {
    count_of(runs, "walk").to_uppercase()
}

/// What was seen of a property in `of` runs, in words.
fn seen(seen: &Seen, of: u64) -> String {
    match seen {
        Seen::Broken { runs, first } => format!(
            "violated in {} of {}, first in walk {first}",
            grouped(*runs),
            grouped(of)
        ),
        Seen::Never { bound } => format!(
            "not seen in {}: p < {} with 95% confidence",
            grouped(of),
            rounded_up(*bound)
        ),
        Seen::Undecidable => "a walk cannot show it".to_owned(),
        Seen::NotApplicable(reason) => format!("not applicable: {reason}"),
    }
}

/// A probability with two digits, rounded up, so that "below" stays true.
fn rounded_up(probability: f64) -> String {
    let mut decimals = 2;
    let mut scale = 100.0;
    while probability * scale < 10.0 && decimals < 18 {
        decimals += 1;
        scale *= 10.0;
    }
    format!("{:.decimals$}", (probability * scale).ceil() / scale)
}

/// What the walks came to, which faults never struck, and what the figures mean.
fn remarks(page: usize, result: &SimulatedScenario) -> Vec<String> {
    let mut lines = labelled(page, "walks", LABEL, STRONG, &figures(&result.walks));
    if !result.never_fired.is_empty() {
        let text = format!(
            "{}: allowed, but never struck in these walks",
            result.never_fired.join(", ")
        );
        lines.extend(labelled(page, "never fired", LABEL, STRONG, &text));
    }
    lines.extend(labelled(page, "meaning", LABEL, STRONG, MEANING));
    lines
}

fn figures(walks: &WalkFigures) -> String {
    let average = walks.steps.checked_div(walks.runs).unwrap_or_default();
    let asked = if walks.runs == walks.asked {
        String::new()
    } else {
        format!(" (interrupted; {} requested)", grouped(walks.asked))
    };
    let faults = count_of(walks.faults, "fault");
    let cut_off = match walks.cut_off {
        0 => "0 hit the step limit".to_owned(),
        some => format!(
            "{} hit the limit of {} (--max-steps)",
            grouped(some),
            count_of(u64::from(walks.max_steps), "step")
        ),
    };
    format!(
        "{} with seed {}{asked}: {} on average, {} at most, {faults} in total. {} reached the \
         goal, {} got stuck, {cut_off}.",
        grouped(walks.runs),
        walks.seed,
        count_of(average, "step"),
        grouped(u64::from(walks.longest)),
        grouped(walks.goal),
        grouped(walks.stuck),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_never_rounded_down() {
        let rows = [
            (0.95, "0.95"),
            (0.2589, "0.26"),
            (0.002_991_3, "0.0030"),
            (0.000_299_1, "0.00030"),
            (0.001, "0.0010"),
            (1.0, "1.00"),
        ];
        for (given, then) in rows {
            assert_eq!(rounded_up(given), then);
        }
    }
}
