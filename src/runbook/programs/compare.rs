//! Values of a cluster in `[ … ]` and `[[ … ]]`: the comparison becomes a look at the cluster.

use crate::runbook::session::{Outcome, Runner, State};
use crate::runbook::shell::conditions::{look, not_compared, swapped};
use crate::runbook::shell::programs::Comparison;
use crate::runbook::shell::runner::Halt;
use crate::runbook::values::{Value, Zero};
use crate::world::program::{Condition, Expression, Operation};

/// Whether a value of a cluster has any text.
///
/// # Errors
/// The script cannot be followed any further.
pub fn has_text(
    runner: &mut Runner<'_>,
    value: Value,
    text: &str,
    wanted: bool,
    state: State,
) -> Result<Outcome, Halt> {
    match value {
        Value::Status(cluster, field, at, Zero::LeftOut) => {
            let zero = Condition::StatusEquals(cluster, field, Expression::number(0));
            let outcome = look(runner, Operation::Test(zero), at, state)?;
            Ok(if wanted { swapped(outcome) } else { outcome })
        }
        Value::If(..) => {
            runner.not_modelled(
                format!("whether `{text}` is empty is not modelled"),
                "compare it with the expected value",
            );
            Ok(Outcome::of(state, wanted))
        }
        Value::Unknown(field) => {
            runner.not_modelled(
                format!(
                    "whether {field} is empty is not known: the model's objects do not have it"
                ),
                "decide it in the script: write the value that the cluster has",
            );
            Ok(Outcome::of(state, wanted))
        }
        // Names, uids and numbers that are printed are never empty.
        _ => Ok(Outcome::of(state, wanted)),
    }
}

/// A value of a cluster, compared with a text.
///
/// # Errors
/// The script cannot be followed any further.
pub fn compare(
    runner: &mut Runner<'_>,
    value: &Value,
    comparison: Comparison<'_>,
    state: State,
) -> Result<Outcome, Halt> {
    let Comparison {
        left,
        operator,
        right,
        is_double,
    } = comparison;
    let is_equality = comparison.is_equality();
    let is_numeric = comparison.is_numeric();
    let is_negated = comparison.is_negated();
    let condition = match *value {
        Value::Status(_, _, _, Zero::Printed) if is_equality && right.is_empty() => {
            return Ok(Outcome::of(state, is_negated));
        }
        Value::Status(_, _, _, Zero::LeftOut)
            if is_numeric && !is_double && (is_negated || right.trim() == "0") =>
        {
            runner.mistake(
                "runbook::no-number",
                format!(
                    "`[ {left} {operator} {right} ]` fails where the number is 0, because \
                         nothing is printed then"
                ),
                "give it a default, `\"${name:-0}\"`, or use `[[ … ]]`, where an empty value \
                 counts as 0",
            );
            return Ok(Outcome::failed(state));
        }
        Value::Status(cluster, field, at, zero) if is_equality => {
            let number = if right.is_empty() {
                Some(0)
            } else {
                let is_shown = |number: &i16| *number > 0 || zero == Zero::Printed;
                let number = right.parse::<i16>().ok();
                number.filter(|number| is_shown(number) || is_numeric)
            };
            let equals =
                |number| Condition::StatusEquals(cluster, field, Expression::number(number));
            number.map(|number| (equals(number), at))
        }
        Value::If(condition, value, at) if is_equality && value == right => Some((condition, at)),
        _ => None,
    };
    let Some((condition, at)) = condition else {
        return Ok(not_compared(runner, comparison, state));
    };
    let outcome = look(runner, Operation::Test(condition), at, state)?;
    Ok(if is_negated {
        swapped(outcome)
    } else {
        outcome
    })
}
