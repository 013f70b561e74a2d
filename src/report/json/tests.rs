//! The document as programs see it.

use super::*;
use crate::report::samples;
use serde_json::Value;

fn document(report: &Report) -> Value {
    serde_json::from_str(&render(report)).expect("the document is JSON")
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn shape_of_a_result() {
    let report = samples::report(vec![samples::violated()], vec![samples::unreadable()]);
    let mut document = document(&report);
    // One of each is enough to see the shape.
    let result = &mut document["results"][0];
    truncate(&mut result["assumed"]);
    let told = result["properties"][1].take();
    result["properties"] = Value::Array(vec![told]);
    let counterexample = &mut result["properties"][0]["counterexample"];
    truncate(&mut counterexample["alsoBroken"]);
    truncate(&mut counterexample["steps"]);
    let text = serde_json::to_string_pretty(&document).expect("it was JSON before");
    insta::assert_snapshot!(text, @r#######"
    {
      "apiVersion": "straddle.dev/v1alpha1",
      "kind": "Report",
      "tool": {
        "version": "0.1.0"
      },
      "exitCode": 0,
      "results": [
        {
          "scenario": "blog-redis-cluster",
          "path": "models/blog-redis-cluster/scenario.yaml",
          "modelHash": "00112233445566778899aabbccddeeff",
          "setup": {
            "replicas": 6,
            "podManagementPolicy": "Parallel",
            "kubernetes": "1.31",
            "faults": "no faults"
          },
          "verdict": "violated",
          "asExpected": true,
          "assumed": [
            {
              "field": "storage.backend",
              "value": "permissive",
              "text": "both clusters can attach a disk at once",
              "weight": "detail"
            }
          ],
          "account": [],
          "properties": [
            {
              "name": "at-most-one-running",
              "kind": "always",
              "verdict": "violated",
              "expected": "violated",
              "asExpected": true,
              "reason": null,
              "layers": [
                {
                  "faults": 0,
                  "verdict": "violated"
                }
              ],
              "counterexample": {
                "replicas": 6,
                "faults": 0,
                "shortest": true,
                "asked": null,
                "ordinal": 5,
                "scope": null,
                "mergedInto": null,
                "alsoBroken": [
                  {
                    "name": "at-most-one-pod",
                    "step": 8
                  }
                ],
                "loopStart": null,
                "fairness": [],
                "story": "redis-redis-cluster-5 was still running in source when destination started it, on the same disk.",
                "why": "Step 1 only stores `replicas: 5`; the source controller has not acted on it yet. Nothing between step 1 and step 6 waits until Pod 5 is gone from source.",
                "help": {
                  "text": "before line 10\n- wait: {cluster: source, pod: k, until: gone}",
                  "checked": true
                },
                "initial": {
                  "source": "######",
                  "destination": "......",
                  "disk": "S"
                },
                "steps": [
                  {
                    "number": 1,
                    "actor": "driver",
                    "cluster": null,
                    "ordinal": 5,
                    "action": "patch",
                    "text": "patch source replicas 5",
                    "fault": false,
                    "at": {
                      "file": "models/blog-redis-cluster/scenario.yaml",
                      "line": 8,
                      "column": 5
                    },
                    "where": {
                      "source": "######",
                      "destination": "......",
                      "disk": "S"
                    }
                  }
                ]
              }
            }
          ],
          "smaller": [],
          "neverFired": [],
          "vacuous": [],
          "deadEnds": null,
          "notes": [],
          "everyN": null,
          "search": {
            "engine": "exhaustive",
            "store": "exact",
            "expectedMissed": 0.0,
            "symmetry": false,
            "complete": true,
            "stopped": null,
            "bounds": {},
            "uniqueStates": 123456,
            "transitions": 654321,
            "depth": 34,
            "seconds": 0.75,
            "peakBytes": 8388608
          }
        }
      ],
      "errors": [
        {
          "code": "scenario::unknown-field",
          "message": "there is no field `replicsa` in a side",
          "at": {
            "file": "models/blog-redis-cluster/scenario.yaml",
            "line": 4,
            "column": 3
          },
          "help": "did you mean `replicas`?"
        }
      ],
      "summary": {
        "scenarios": 1,
        "asExpected": 1,
        "unexpected": 0,
        "undecided": 0,
        "violated": 1,
        "inconclusive": 0,
        "unreadable": 1
      }
    }
    "#######);
}

fn truncate(array: &mut Value) {
    array.as_array_mut().expect("an array").truncate(1);
}

#[test]
fn a_bound_that_is_not_set_is_left_out() {
    let report = samples::report(vec![samples::inconclusive(), samples::holds()], vec![]);
    let document = document(&report);
    let bounds = |index: usize| document["results"][index]["search"]["bounds"].to_string();
    assert_eq!(bounds(0), r#"{"states":1000}"#);
    assert_eq!(bounds(1), "{}");
    let reason = &document["results"][0]["properties"][0]["reason"];
    assert_eq!(*reason, "the bound of 1,000 states was reached");
    assert_eq!(document["summary"]["inconclusive"], 0);
    assert_eq!(document["summary"]["violated"], 1);
}
