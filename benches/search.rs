//! What a state costs: to step from, to pack, to find, to keep.
//!
//! `cargo bench --bench search`; `docs/performance.md` has the figures of one run.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::Path;

use criterion::{Criterion, Throughput};
use stateright::Model;
use straddle::Migration;
use straddle::engine::{Bounds, Outcome, Question, Searchable, Unobserved, exhaustive};
use straddle::internals::check::question;
use straddle::internals::scenario::{Overrides, Scenario};
use straddle::internals::world::World;

/// Small enough to be searched many times, large enough for its size to matter.
const REPLICAS: u8 = 3;

/// Steps from the initial state to the world that is stepped from and packed.
const STEPS: usize = 30;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (model, question) = blog();
    one_world(&mut criterion, &model);
    one_search(&mut criterion, &model, &question);
    criterion.final_summary();
}

/// The demo of the blog, with fewer replicas.
fn blog() -> (Migration, Question<Migration>) {
    let file = "models/blog-redis-cluster/scenario.yaml";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let scenario = Scenario::read(&path, &Overrides::default()).expect("a bundled scenario");
    let setup = scenario.with_replicas(REPLICAS);
    let model = Migration::new(setup.expect("it names no fixed ordinal"));
    let question = question(&model, &scenario.properties, false);
    (model, question)
}

/// A world in the middle of the migration, always the same one.
fn midway(model: &Migration) -> World {
    let mut world = model.init_states()[0];
    let mut steps = Vec::new();
    for number in 0..STEPS {
        steps.clear();
        model.steps(&world, &mut steps);
        world = model.after(&world, steps[number * 5 % steps.len()]);
    }
    world
}

fn one_world(criterion: &mut Criterion, model: &Migration) {
    let world = midway(model);
    let mut successors = 0;
    model.successors(&world, &mut |_, _| successors += 1);
    let mut words = vec![0; model.words()];
    model.pack(&world, &mut words);

    let mut group = criterion.benchmark_group("world");
    group.throughput(Throughput::Elements(successors));
    group.bench_function("successors", |bencher| {
        bencher.iter(|| {
            model.successors(black_box(&world), &mut |step, next| {
                black_box((step, next));
            });
        });
    });
    let mut row = vec![0; model.words()];
    group.bench_function("successors and rows", |bencher| {
        bencher.iter(|| {
            let world = model.unpack(black_box(&words));
            model.successors(&world, &mut |step, next| {
                model.pack_successor(&words, &world, &step, next, &mut row);
                black_box(&row);
            });
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("pack", |bencher| {
        bencher.iter(|| model.pack(black_box(&world), black_box(&mut words)));
    });
    group.bench_function("unpack", |bencher| {
        bencher.iter(|| model.unpack(black_box(&words)));
    });
    group.finish();
}

type Found = Outcome<<Migration as Model>::Action>;

fn search(model: &Migration, question: &Question<Migration>) -> Found {
    let bounds = Bounds::default();
    exhaustive::check(model, question, &bounds, NonZeroUsize::MIN, &Unobserved)
}

fn one_search(criterion: &mut Criterion, model: &Migration, question: &Question<Migration>) {
    let found = search(model, question).statistics;
    assert!(found.complete, "the whole space is searched");
    describe(model, found.unique_states, found.peak_bytes);

    let mut group = criterion.benchmark_group("search");
    group.sample_size(10);
    group.throughput(Throughput::Elements(found.unique_states));
    group.bench_function("blog-redis-cluster, one thread", |bencher| {
        bencher.iter(|| search(model, question));
    });
    group.finish();
}

#[expect(clippy::print_stdout, reason = "a benchmark is for people to read")]
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn describe(model: &Migration, states: u64, bytes: u64) {
    println!(
        "{states} states, {} bits each packed, {:.1} bytes each at the search's peak",
        model.layout().bits,
        bytes as f64 / states as f64
    );
}
