//! Lowers the steps of a migration to the driver's program.

use std::ops::Range;

use super::file::MigrationFile;
use super::lowering::Lowering;
use super::reader::Spanned;
use super::step::{
    CopyVolumeStep, CreateSetStep, DeletePodStep, DeleteSetStep, DeleteStep, PatchStep, Step,
    StepFile, WaitStep,
};
use super::storage;
use super::types::Lowered;
use super::words::{PodUntil, SetUntil, VolumeUntil};
use crate::diagnostic::Diagnostic;
use crate::world::id::ClusterId;
use crate::world::program::{
    AfterCrash, Cascade, Condition, Copied, Expression, Instruction, Look, MOST_INSTRUCTIONS,
    ObjectKind, ObjectRef, OnError, Operation, Program, Timeout,
};
use crate::world::volume::Template;

/// Lowers all steps. Mistakes are noted, and their steps left as they are.
pub fn lower(
    lowering: &mut Lowering<'_>,
    file: &MigrationFile,
    templates: &[String],
    crashes: bool,
) -> Lowered {
    let after_crash = match &file.after_crash {
        Some(word) => word.value,
        None => AfterCrash::FromTop,
    };
    let mut builder = Builder {
        lowering,
        templates,
        lowered: Lowered {
            program: Program {
                loop_order: file.for_each.as_ref().map(|each| each.k.value),
                after_crash,
                ..Program::default()
            },
            steps: Vec::new(),
            ordinals: Vec::new(),
            need_disk: Vec::new(),
            extras: Vec::new(),
        },
        saves: crashes && after_crash == AfterCrash::FromSaved,
        has_k: None,
        on_error: OnError::Fail,
    };
    builder.check_shape(file);
    builder.section(
        file.prepare.as_ref(),
        Some("`prepare` runs before the loop"),
    );
    builder.lowered.program.body_start = builder.position();
    let no_loop = "there is no `forEach: {k: …}`";
    let has_k = file.for_each.is_none().then_some(no_loop);
    builder.section(file.steps.as_ref(), has_k);
    builder.lowered.program.body_end = builder.position();
    builder.section(file.finish.as_ref(), Some("`finish` runs after the loop"));
    builder.check_length(file);
    let mut lowered = builder.lowered;
    lowered.program = lowered.program.linked();
    lowered
}

struct Builder<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    /// The names of the set's claim templates.
    templates: &'l [String],
    lowered: Lowered,
    /// A driver that may crash notes each step that is done.
    saves: bool,
    /// Why `k` has no value here, if it has none.
    has_k: Option<&'static str>,
    /// Of the step at hand.
    on_error: OnError,
}

impl Builder<'_, '_> {
    fn position(&self) -> usize {
        self.lowered.program.instructions.len()
    }

    fn check_shape(&mut self, file: &MigrationFile) {
        let is_empty = |steps: &Option<Vec<StepFile>>| steps.as_ref().is_none_or(Vec::is_empty);
        let problem = if let (Some(each), true) = (&file.for_each, is_empty(&file.steps)) {
            Diagnostic::new("scenario::no-steps", "the loop has no `steps`")
                .at(each.k.span.clone(), "")
                .help("add `steps:`, which run once for each ordinal")
        } else if [&file.prepare, &file.steps, &file.finish]
            .into_iter()
            .all(is_empty)
        {
            Diagnostic::new("scenario::no-steps", "the migration has no steps")
                .at(file.head.clone(), "")
                .help("add `steps:`, such as `- patch: {cluster: source, replicas: k}`")
        } else {
            return;
        };
        // Steps that could not be read have been reported and are missing here.
        if self.lowering.reader.problems.is_empty() {
            self.lowering.reader.report(problem);
        }
    }

    fn check_length(&mut self, file: &MigrationFile) {
        let length = self.position();
        if length > MOST_INSTRUCTIONS {
            let message = format!("the migration has {length} requests and waits");
            self.lowering.reader.report(
                Diagnostic::new("scenario::too-many-steps", message)
                    .at(file.head.clone(), "")
                    .help(format!(
                        "at most {MOST_INSTRUCTIONS} are supported; use the loop"
                    )),
            );
        }
    }

    fn section(&mut self, steps: Option<&Vec<StepFile>>, why_no_k: Option<&'static str>) {
        self.has_k = why_no_k;
        for step in steps.into_iter().flatten() {
            self.step(step);
        }
    }

    fn step(&mut self, file: &StepFile) {
        self.on_error = OnError::Fail;
        let before = self.position();
        match &file.step {
            Step::Patch(step) => self.patch(step),
            Step::Scale(step) => {
                self.react(step.on_error.as_ref());
                let replicas = self.amount("replicas", &step.replicas);
                self.push(Operation::Scale {
                    cluster: step.cluster.value,
                    replicas,
                });
            }
            Step::CopyVolume(step) => self.copy_volume(step, file),
            Step::RestoreDisk(step) => {
                self.react(step.on_error.as_ref());
                let ordinal = self.disk_of(&step.ordinal, file);
                for template in self.templates_of(step.template.as_ref()) {
                    self.push(Operation::RestoreDisk(ordinal, template));
                }
            }
            Step::SetReclaimPolicy(step) => {
                self.react(step.on_error.as_ref());
                let ordinal = self.disk_of(&step.ordinal, file);
                for template in self.templates_of(step.template.as_ref()) {
                    let kind = ObjectKind::Volume(template);
                    let volume = object(kind, step.cluster.value, ordinal);
                    self.push(Operation::SetReclaimPolicy(volume, step.policy.value));
                }
            }
            Step::DeleteClaim(step) => self.delete(ObjectKind::Claim, step, file),
            Step::DeleteVolume(step) => self.delete(ObjectKind::Volume, step, file),
            Step::DeletePod(step) => self.delete_pod(step),
            Step::DeleteSet(step) => self.delete_set(step),
            Step::CreateSet(step) => self.create_set(step, file),
            Step::Wait(wait) => self.wait(wait, file),
            Step::Sleep(sleep) => self.sleep(&sleep.value.0),
        }
        if self.position() > before {
            if self.saves {
                self.push(Operation::Save);
            }
            let source = self.lowering.step_source(file.kind, &file.key);
            self.lowered.steps.push(source);
        }
    }

    fn push(&mut self, operation: Operation) {
        // Longer programs than this are refused; the number then means nothing.
        let step = u16::try_from(self.lowered.steps.len()).unwrap_or(u16::MAX);
        self.lowered.program.instructions.push(Instruction {
            operation,
            on_error: self.on_error,
            step,
        });
    }

    fn react(&mut self, on_error: Option<&Spanned<OnError>>) {
        self.on_error = on_error.map_or(OnError::Fail, |word| word.value);
    }

    fn patch(&mut self, step: &PatchStep) {
        self.react(step.on_error.as_ref());
        let start = step.start.as_ref().map(|start| self.amount("start", start));
        let replicas = step.replicas.as_ref();
        let replicas = replicas.map(|replicas| self.amount("replicas", replicas));
        self.push(Operation::Patch {
            cluster: step.cluster.value,
            start,
            replicas,
        });
    }

    fn copy_volume(&mut self, step: &CopyVolumeStep, file: &StepFile) {
        self.react(step.on_error.as_ref());
        let ordinal = self.disk_of(&step.ordinal, file);
        let claim_ref = step.claim_ref.as_ref().map(|word| word.value);
        let claim_ref = claim_ref.unwrap_or_default();
        for template in self.templates_of(step.template.as_ref()) {
            let copied = Copied::Read(None);
            self.push(Operation::GetClaim(ordinal, template));
            self.push(Operation::GetVolume(ordinal, template));
            self.push(Operation::CreateVolume(
                ordinal, template, claim_ref, copied,
            ));
            self.push(Operation::CreateClaim(ordinal, template));
        }
    }

    fn delete(&mut self, kind: fn(Template) -> ObjectKind, step: &DeleteStep, file: &StepFile) {
        self.react(step.on_error.as_ref());
        let ordinal = self.disk_of(&step.ordinal, file);
        for template in self.templates_of(step.template.as_ref()) {
            let object = object(kind(template), step.cluster.value, ordinal);
            self.push(Operation::Delete(object));
            self.await_deleted(object, step.wait.as_ref());
        }
    }

    fn delete_pod(&mut self, step: &DeletePodStep) {
        self.react(step.on_error.as_ref());
        let pod = self.ordinal(&step.pod);
        let pod = object(ObjectKind::Pod, step.cluster.value, pod);
        let force = step.force.as_ref().is_some_and(|force| force.value);
        self.push(if force {
            Operation::ForceDeletePod(pod)
        } else {
            Operation::Delete(pod)
        });
        self.await_deleted(pod, step.wait.as_ref());
    }

    fn delete_set(&mut self, step: &DeleteSetStep) {
        self.react(step.on_error.as_ref());
        let cluster = step.cluster.value;
        let cascade = step.cascade.value;
        self.push(Operation::DeleteSet(cluster, cascade));
        if cascade == Cascade::Background {
            // It is gone already.
            return;
        }
        let set = object(ObjectKind::StatefulSet, cluster, Expression::default());
        self.await_deleted(set, step.wait.as_ref());
    }

    /// The wait inside `kubectl delete`, unless it is turned off.
    fn await_deleted(&mut self, object: ObjectRef, wait: Option<&Spanned<bool>>) {
        if wait.is_none_or(|wait| wait.value) {
            self.push(Operation::AwaitGone(
                object,
                Look::AfterDelete,
                Timeout::Never,
            ));
        }
    }

    fn create_set(&mut self, step: &CreateSetStep, file: &StepFile) {
        self.react(step.on_error.as_ref());
        let start = step.start.as_ref().map(|start| self.amount("start", start));
        let replicas = step.replicas.as_ref();
        let replicas = replicas.map(|replicas| self.amount("replicas", replicas));
        if replicas.is_none() {
            self.lowering.fix_at(file.key.start);
        }
        self.push(Operation::CreateSet {
            cluster: step.cluster.value,
            start: start.unwrap_or_default(),
            replicas: replicas.unwrap_or(Expression::number(1)),
        });
    }

    fn wait(&mut self, wait: &WaitStep, file: &StepFile) {
        let timeout = |word: &Option<Spanned<Timeout>>| {
            word.as_ref().map_or(Timeout::Never, |word| word.value)
        };
        match wait {
            WaitStep::Pod(wait) => {
                let ordinal = self.ordinal(&wait.pod);
                let end = timeout(&wait.timeout);
                self.push(await_pod(
                    wait.cluster.value,
                    ordinal,
                    wait.until.value,
                    end,
                ));
            }
            WaitStep::Volume(wait) => {
                let ordinal = self.disk_of(&wait.volume, file);
                let cluster = wait.cluster.value;
                let condition = match wait.until.value {
                    VolumeUntil::Detached => Condition::VolumeDetached,
                    VolumeUntil::Bound => Condition::VolumeBound,
                };
                for template in self.templates_of(wait.template.as_ref()) {
                    let condition = condition(cluster, ordinal, template);
                    self.push(Operation::Await(condition, timeout(&wait.timeout)));
                }
            }
            WaitStep::Set(wait) => {
                if !wait.set.value {
                    self.refuse_set_false(wait.set.span.clone());
                }
                let condition = match wait.until.value {
                    SetUntil::Observed => Condition::SetObserved(wait.cluster.value),
                };
                self.push(Operation::Await(condition, timeout(&wait.timeout)));
            }
            WaitStep::Field(wait) => {
                let value = self.amount("equals", &wait.equals);
                let condition =
                    Condition::StatusEquals(wait.cluster.value, wait.field.value, value);
                self.push(Operation::Await(condition, timeout(&wait.timeout)));
            }
        }
    }

    fn refuse_set_false(&mut self, span: Range<usize>) {
        self.lowering.reader.report(
            Diagnostic::new("scenario::out-of-range", "`set: false` waits for nothing")
                .at(span, "")
                .help("write `set: true`"),
        );
    }

    fn sleep(&mut self, duration: &str) {
        self.lowering.sleeps.push(duration.to_owned());
    }

    /// An expression that names an ordinal.
    fn ordinal(&mut self, expression: &Spanned<Expression>) -> Expression {
        self.check_k(expression);
        let value = expression.value;
        if value.k == 0 && value.n == 0 {
            self.lowered.ordinals.push(Spanned {
                value: value.constant,
                span: expression.span.clone(),
            });
        }
        value
    }

    /// An expression that names an ordinal whose disk the step is about.
    fn disk_of(&mut self, expression: &Spanned<Expression>, file: &StepFile) -> Expression {
        self.lowered.need_disk.push((file.kind, file.key.clone()));
        self.ordinal(expression)
    }

    /// The claim templates that a step is about: the one that it names, or all in their order.
    fn templates_of(&mut self, named: Option<&Spanned<String>>) -> Vec<Template> {
        let all = || (0..self.templates.len().max(1) as u8).map(Template);
        let Some(named) = named else {
            return all().collect();
        };
        let mut places = self.templates.iter().zip(all());
        if let Some((_, template)) = places.find(|(name, _)| **name == named.value) {
            return vec![template];
        }
        // A set without any has been reported.
        if !self.templates.is_empty() {
            storage::report_unknown_template(self.lowering, self.templates, named);
        }
        Vec::new()
    }

    /// An expression for a field that is never negative.
    fn amount(&mut self, field: &str, expression: &Spanned<Expression>) -> Expression {
        self.check_k(expression);
        let value = expression.value;
        if value.k == 0 && value.n == 0 && value.constant < 0 {
            let message = format!("`{field}` is {}, which is less than 0", value.constant);
            self.lowering.reader.report(
                Diagnostic::new("scenario::out-of-range", message)
                    .at(expression.span.clone(), "")
                    .help(format!("`{field}` is never negative in Kubernetes")),
            );
        }
        value
    }

    fn check_k(&mut self, expression: &Spanned<Expression>) {
        if expression.value.is_fixed_number() {
            self.lowering.fix_at(expression.span.start);
        }
        let Some(why) = self.has_k.filter(|_| expression.value.k != 0) else {
            return;
        };
        self.lowering.reader.report(
            Diagnostic::new("scenario::no-k", "`k` is not defined here")
                .at(expression.span.clone(), why)
                .help(
                    "`k` is the ordinal of the loop; use it in `steps` with `forEach: {k: \
                       descending}`",
                ),
        );
    }
}

const fn object(kind: ObjectKind, cluster: ClusterId, ordinal: Expression) -> ObjectRef {
    ObjectRef {
        kind,
        cluster,
        ordinal,
    }
}

const fn await_pod(
    cluster: ClusterId,
    ordinal: Expression,
    until: PodUntil,
    timeout: Timeout,
) -> Operation {
    match until {
        PodUntil::Gone => {
            let pod = object(ObjectKind::Pod, cluster, ordinal);
            Operation::AwaitGone(pod, Look::First, timeout)
        }
        PodUntil::Ready => Operation::Await(Condition::PodReady(cluster, ordinal), timeout),
        PodUntil::Available => Operation::Await(Condition::PodAvailable(cluster, ordinal), timeout),
    }
}
