--------------------------------- MODULE R ---------------------------------
(* The reference protocol for TLC; protocol.rs says what it is about.

     java -cp tla2tools.jar tlc2.TLC -deadlock -config R.cfg R.tla

   N ordinals, E evictions, C crashes of the driver. Nothing is left to do in
   the last state, hence -deadlock. *)
EXTENDS Integers, FiniteSets

CONSTANTS N, E, C

VARIABLES
  pods,       \* of each side, the phase of each ordinal
  volumes,    \* of each ordinal, the side that it is attached to, or "none"
  copied,     \* of each ordinal, whether the destination has its data
  replicas,   \* what the StatefulSet of each side asks for
  start,      \* the first ordinal of the destination
  driver,     \* its next instruction
  ordinal,    \* the one that it moves
  evictions,  \* faults so far
  crashes

objects == <<replicas, start>>
progress == <<driver, ordinal>>
faults == <<evictions, crashes>>

Ordinals == 0 .. N - 1
Sides == {"source", "destination"}

Init ==
  /\ pods = [source |-> [i \in Ordinals |-> "ready"],
             destination |-> [i \in Ordinals |-> "absent"]]
  /\ volumes = [i \in Ordinals |-> "source"]
  /\ copied = [i \in Ordinals |-> FALSE]
  /\ replicas = [source |-> N, destination |-> 0]
  /\ start = N
  /\ driver = "observe"
  /\ ordinal = 0
  /\ evictions = 0
  /\ crashes = 0

First(side) == IF side = "source" THEN 0 ELSE start
InRange(side, i) == First(side) <= i /\ i < First(side) + replicas[side]
Runs(side, i) == pods[side][i] = "pending" \/ pods[side][i] = "ready"
Healthy(side, i) == \/ pods[side][i] = "ready"
                    \/ pods[side][i] = "absent" /\ ~InRange(side, i)
Becomes(side, i, phase) == pods' = [pods EXCEPT ![side][i] = phase]

(* The StatefulSet controller. *)
Create(side, i) ==
  /\ InRange(side, i)
  /\ pods[side][i] = "absent"
  /\ \A j \in First(side) .. i - 1 : pods[side][j] = "ready"
  /\ Becomes(side, i, "pending")
  /\ UNCHANGED <<volumes, copied, objects, progress, faults>>

Delete(side, i) ==
  /\ ~InRange(side, i)
  /\ Runs(side, i)
  /\ \A j \in i + 1 .. N - 1 : InRange(side, j) \/ pods[side][j] = "absent"
  /\ \A j \in Ordinals \ {i} : Healthy(side, j)
  /\ Becomes(side, i, "terminating")
  /\ UNCHANGED <<volumes, copied, objects, progress, faults>>

(* The kubelet. *)
Start(side, i) ==
  /\ pods[side][i] = "pending"
  /\ volumes[i] = side \/ volumes[i] = "none"
  /\ Becomes(side, i, "ready")
  /\ volumes' = [volumes EXCEPT ![i] = side]
  /\ UNCHANGED <<copied, objects, progress, faults>>

Finish(side, i) ==
  /\ pods[side][i] = "terminating"
  /\ Becomes(side, i, "absent")
  /\ volumes' = IF volumes[i] = side THEN [volumes EXCEPT ![i] = "none"] ELSE volumes
  /\ UNCHANGED <<copied, objects, progress, faults>>

(* Faults. *)
Evict(side, i) ==
  /\ evictions < E
  /\ Runs(side, i)
  /\ Becomes(side, i, "terminating")
  /\ evictions' = evictions + 1
  /\ UNCHANGED <<volumes, copied, objects, progress, crashes>>

Crash ==
  /\ crashes < C
  /\ driver \notin {"observe", "done"}
  /\ driver' = "observe"
  /\ ordinal' = 0
  /\ crashes' = crashes + 1
  /\ UNCHANGED <<pods, volumes, copied, objects, evictions>>

(* The driver. *)
GoesTo(instruction, i) == driver' = instruction /\ ordinal' = i

Observe ==
  /\ driver = "observe"
  /\ CASE start > replicas["source"] -> GoesTo("wait gone", start - 1)
       [] OTHER ->
          IF \A i \in Ordinals : InRange("destination", i) => pods["destination"][i] = "ready"
          THEN IF replicas["source"] = 0
               THEN GoesTo("done", 0)
               ELSE GoesTo("scale down", replicas["source"] - 1)
          ELSE GoesTo("wait ready", start)
  /\ UNCHANGED objects

ScaleDown ==
  /\ driver = "scale down"
  /\ replicas' = [replicas EXCEPT !["source"] = ordinal]
  /\ GoesTo("wait gone", ordinal)
  /\ UNCHANGED start

WaitGone ==
  /\ driver = "wait gone"
  /\ pods["source"][ordinal] = "absent"
  /\ GoesTo("copy", ordinal)
  /\ UNCHANGED objects

ScaleUp ==
  /\ driver = "scale up"
  /\ start' = ordinal
  /\ replicas' = [replicas EXCEPT !["destination"] = N - ordinal]
  /\ GoesTo("wait ready", ordinal)

WaitReady ==
  /\ driver = "wait ready"
  /\ pods["destination"][ordinal] = "ready"
  /\ GoesTo("observe", 0)
  /\ UNCHANGED objects

Copy ==
  /\ driver = "copy"
  /\ copied' = [copied EXCEPT ![ordinal] = TRUE]
  /\ GoesTo("scale up", ordinal)
  /\ UNCHANGED <<pods, volumes, objects, faults>>

Drive ==
  \/ Copy
  \/ /\ Observe \/ ScaleDown \/ WaitGone \/ ScaleUp \/ WaitReady
     /\ UNCHANGED <<pods, volumes, copied, faults>>

Next ==
  \/ Drive
  \/ Crash
  \/ \E side \in Sides, i \in Ordinals :
       Create(side, i) \/ Delete(side, i) \/ Start(side, i) \/ Finish(side, i) \/ Evict(side, i)

Spec == Init /\ [][Next]_<<pods, volumes, copied, objects, progress, faults>>

AtMostOnePod ==
  \A i \in Ordinals : pods["source"][i] = "absent" \/ pods["destination"][i] = "absent"
ReadyIsAttached ==
  \A side \in Sides, i \in Ordinals : pods[side][i] = "ready" => volumes[i] = side
DataIsThere ==
  \A i \in Ordinals : pods["destination"][i] = "ready" => copied[i]
Available ==
  LET ready == {i \in Ordinals : \E side \in Sides : pods[side][i] = "ready"}
  IN  Cardinality(ready) + 1 + evictions >= N
=============================================================================
