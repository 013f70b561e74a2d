/* The reference protocol for SPIN; protocol.rs says what it is about.
 *
 *   spin -a -DN=5 -DE=4 -DC=1 R.pml && cc -O3 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan
 *
 * N ordinals, at most 10; E evictions; C crashes of the driver. Everything is a bit mask with one
 * bit for each ordinal. There is one process with one place to be in, and each step is
 * one d_step: the stored states are those of the protocol, and only the start of the process is
 * counted as a transition more.
 */
#ifndef N
#define N 5
#endif
#ifndef E
#define E 4
#endif
#ifndef C
#define C 1
#endif

#define BELOW(n) ((1 << (n)) - 1)
#define EVERY BELOW(N)
#define HAS(mask, i) ((mask) & (1 << (i)))

/* What the driver does next. */
#define OBSERVE 0
#define SCALE_DOWN 1
#define WAIT_GONE 2
#define COPY 3
#define SCALE_UP 4
#define WAIT_READY 5
#define DONE 6

/* Pods by phase; a Pod in none of the masks of its side is absent. */
short source_pending = 0, source_ready = EVERY, source_ending = 0;
short target_pending = 0, target_ready = 0, target_ending = 0;
/* Volumes by the side that they are attached to. */
short source_volumes = EVERY, target_volumes = 0;
short copied = 0;
/* What the StatefulSets ask for. */
byte source_replicas = N, target_start = N, target_replicas = 0;
/* The driver, and the faults so far. */
byte next = OBSERVE, ordinal = 0, evictions = 0, crashes = 0;

#define SOURCE_RANGE BELOW(source_replicas)
#define TARGET_RANGE (BELOW(target_start + target_replicas) & ~BELOW(target_start))
#define SOURCE_PODS (source_pending | source_ready | source_ending)
#define TARGET_PODS (target_pending | target_ready | target_ending)

/* Ordinals of the range below i that are not ready hold back the creation of i. */
#define MAY_CREATE(i, range, pods, ready) \
  (HAS(range, i) && !HAS(pods, i) && !((range) & ~(ready) & BELOW(i)))

/* Pods that nobody asked for go one by one, highest first, while all others are healthy. */
#define MAY_DELETE(i, range, pods, ready, ending) \
  ((((pods) & ~(range)) >> (i)) == 1 && !HAS(ending, i) \
    && !(((range) | (pods)) & ~(ready) & ~(1 << (i))))

/* The steps of one Pod. */
#define POD(i, range, pods, pending, ready, ending, own, other) \
  :: d_step { MAY_CREATE(i, range, pods, ready) -> pending = pending | (1 << i) } \
  :: d_step { MAY_DELETE(i, range, pods, ready, ending) -> \
       pending = pending & ~(1 << i); ready = ready & ~(1 << i); ending = ending | (1 << i) } \
  :: d_step { HAS(pending, i) && !HAS(other, i) -> \
       pending = pending & ~(1 << i); ready = ready | (1 << i); own = own | (1 << i) } \
  :: d_step { HAS(ending, i) -> ending = ending & ~(1 << i); own = own & ~(1 << i) } \
  :: d_step { evictions < E && HAS(pending | ready, i) -> \
       pending = pending & ~(1 << i); ready = ready & ~(1 << i); ending = ending | (1 << i); \
       evictions++ }

#define ORDINAL(i) \
  POD(i, SOURCE_RANGE, SOURCE_PODS, source_pending, source_ready, source_ending, \
    source_volumes, target_volumes) \
  POD(i, TARGET_RANGE, TARGET_PODS, target_pending, target_ready, target_ending, \
    target_volumes, source_volumes)

#define ONE(i) (((source_ready | target_ready) >> (i)) & 1)
#define READY_PODS \
  (ONE(0) + ONE(1) + ONE(2) + ONE(3) + ONE(4) + ONE(5) + ONE(6) + ONE(7) + ONE(8) + ONE(9))

#define AT_MOST_ONE_POD !(SOURCE_PODS & TARGET_PODS)
#define READY_IS_ATTACHED \
  (!(source_ready & ~source_volumes) && !(target_ready & ~target_volumes))
#define DATA_IS_THERE !(target_ready & ~copied)
#define AVAILABLE (READY_PODS + 1 + evictions >= N)

active proctype protocol() {
end:
  do
  :: d_step {
       !(AT_MOST_ONE_POD && READY_IS_ATTACHED && DATA_IS_THERE && AVAILABLE) -> assert(false) }
  ORDINAL(0)
#if N > 1
  ORDINAL(1)
#endif
#if N > 2
  ORDINAL(2)
#endif
#if N > 3
  ORDINAL(3)
#endif
#if N > 4
  ORDINAL(4)
#endif
#if N > 5
  ORDINAL(5)
#endif
#if N > 6
  ORDINAL(6)
#endif
#if N > 7
  ORDINAL(7)
#endif
#if N > 8
  ORDINAL(8)
#endif
#if N > 9
  ORDINAL(9)
#endif
  :: d_step { next == OBSERVE && target_start > source_replicas ->
       next = WAIT_GONE; ordinal = target_start - 1 }
  :: d_step { next == OBSERVE && target_start <= source_replicas &&
         (TARGET_RANGE & ~target_ready) ->
       next = WAIT_READY; ordinal = target_start }
  :: d_step { next == OBSERVE && target_start <= source_replicas &&
         !(TARGET_RANGE & ~target_ready) && source_replicas > 0 ->
       next = SCALE_DOWN; ordinal = source_replicas - 1 }
  :: d_step { next == OBSERVE && target_start == 0 && source_replicas == 0 &&
         !(TARGET_RANGE & ~target_ready) -> next = DONE }
  :: d_step { next == SCALE_DOWN -> next = WAIT_GONE; source_replicas = ordinal }
  :: d_step { next == WAIT_GONE && !HAS(SOURCE_PODS, ordinal) -> next = COPY }
  :: d_step { next == COPY -> next = SCALE_UP; copied = copied | (1 << ordinal) }
  :: d_step { next == SCALE_UP ->
       next = WAIT_READY; target_start = ordinal; target_replicas = N - ordinal }
  :: d_step { next == WAIT_READY && HAS(target_ready, ordinal) -> next = OBSERVE; ordinal = 0 }
  :: d_step { crashes < C && next != OBSERVE && next != DONE ->
       next = OBSERVE; ordinal = 0; crashes++ }
  od
}
