//! When a DELETE removes a Pod at once, by the real registry's strategy.

use straddle::internals::actors::api_server::deletes_pod_at_once;
use straddle::internals::world::pod::PodPhase;

use super::recordings;

/// Pods without a grace period of their own are refused in a scenario, and so left out here; so is
/// a second request for a Pod that is terminating already.
#[test]
fn a_pod_is_removed_at_once_as_the_real_registry_does() {
    for minor in recordings::minors() {
        let mut compared = 0;
        let text = recordings::text(&minor, "grace");
        let (_, cases) = recordings::blocks(&text)
            .next()
            .expect("a block of first requests");
        for line in cases.lines() {
            let (input, output) = line.split_once(" => ").expect("a case has an arrow");
            let words = input.split(' ');
            let field = |name: &str| {
                let value = words.clone().find_map(|word| word.strip_prefix(name));
                value.unwrap_or_else(|| panic!("no {name} in {input}"))
            };
            let answer = output.split(' ').next();
            if field("own=") == "0" || field("own=") == "-" || answer == Some("conflict") {
                continue;
            }
            let phase = match field("phase=") {
                "Pending" => PodPhase::Pending,
                "Running" => PodPhase::Running,
                "Failed" => PodPhase::Failed,
                "Succeeded" => PodPhase::Succeeded,
                _ => continue,
            };
            let at_once = deletes_pod_at_once(field("asked=") == "0", field("node=") != "-", phase);
            assert_eq!(answer == Some("remove"), at_once, "{minor}: {line}");
            compared += 1;
        }
        assert!(compared > 100, "only {compared} requests of {minor}");
    }
}
