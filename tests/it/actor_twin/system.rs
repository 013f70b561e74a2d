//! API servers, StatefulSet controllers, kubelets and a driver that send each other messages.
//!
//! Each client of an API server has one request in flight. It acts on what it was told, which
//! may be old by then. A set of one replica: its ordinal is in range, or nothing is.
//!
//! Left out: faults, volumes, the status of the set. Whether Pods are managed in order or in
//! parallel makes no difference to one of them.

use std::borrow::Cow;
use std::sync::Arc;

use stateright::actor::{Actor, Id, Out};

/// The number of the source's API server among the components.
pub const SOURCE_SERVER: usize = 0;
/// The number of the destination's.
pub const DESTINATION_SERVER: usize = 1;

/// One program that runs somewhere.
#[derive(Clone, Debug)]
pub enum Component {
    /// Keeps the objects of one cluster, and starts with so many replicas, all Ready.
    ApiServer { replicas: u8 },
    /// The StatefulSet controller of a cluster.
    Controller { server: Id },
    /// The kubelet of a cluster's only node.
    Kubelet { server: Id },
    /// Whoever migrates.
    Driver { waits: Waits },
}

/// What the driver waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waits {
    /// That the source's Pod is gone, and that the destination's is Ready.
    Both,
    /// Nothing.
    Neither,
    /// The same as both, but a Pod that is terminating is taken for gone.
    Hasty,
}

/// A Pod object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pod {
    uid: u8,
    ready: bool,
    terminating: bool,
}

/// What an API server tells about the set and its Pod.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Objects {
    replicas: u8,
    pod: Option<Pod>,
}

/// A request or an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Message {
    /// Asks for the objects.
    Get,
    /// The objects as they were when the request arrived.
    Objects(Objects),
    /// Asks for the Pod; refused while one of that name exists.
    CreatePod,
    /// Asks that the Pod go, by name.
    DeletePod,
    /// A kubelet's report on the containers of a Pod.
    Report { uid: u8, ready: bool },
    /// A kubelet's confirmation that nothing of a terminating Pod is left.
    ConfirmDeletion { uid: u8 },
    /// Asks for so many replicas.
    Patch { replicas: u8 },
    /// A request has been carried out, or refused. Nobody asks which: who wants to know looks.
    Answered,
}

/// What a component remembers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// The objects, and how many Pods have been made so far.
    ApiServer(Objects, u8),
    /// Nothing: each sync starts from what it is told.
    Controller,
    /// The Pod whose containers run.
    Kubelet(Option<u8>),
    /// Where it is in its program.
    Driver(Position),
}

/// Where the driver is: what it has asked for and not been answered yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Position {
    /// The source has been patched.
    PatchSource,
    /// A first look at the Pod that is to go.
    Look,
    /// Another look, until that Pod is gone.
    AwaitGone(u8),
    /// The destination has been patched.
    PatchDestination,
    /// A look, until the Pod is Ready.
    AwaitReady,
    /// There is nothing more to do.
    Finished,
}

impl Actor for Component {
    type Msg = Message;
    type Timer = ();
    type State = State;
    type Storage = ();
    type Random = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> State {
        match *self {
            Self::ApiServer { replicas } => {
                let pod = (replicas > 0).then_some(Pod {
                    uid: 0,
                    ready: true,
                    terminating: false,
                });
                State::ApiServer(Objects { replicas, pod }, replicas)
            }
            Self::Controller { server } => {
                out.send(server, Message::Get);
                State::Controller
            }
            Self::Kubelet { server } => {
                out.send(server, Message::Get);
                State::Kubelet((server == Id::from(SOURCE_SERVER)).then_some(0))
            }
            Self::Driver { .. } => {
                out.send(SOURCE_SERVER.into(), Message::Patch { replicas: 0 });
                State::Driver(Position::PatchSource)
            }
        }
    }

    fn on_msg(
        &self,
        _: Id,
        state: &mut Cow<State>,
        from: Id,
        message: Message,
        out: &mut Out<Self>,
    ) {
        let (next, to, reply) = match (self, **state) {
            (Self::ApiServer { .. }, State::ApiServer(objects, made)) => {
                let (next, answer) = serve(objects, made, message);
                (next, from, Some(answer))
            }
            (Self::Controller { server }, State::Controller) => {
                (State::Controller, *server, Some(sync(message)))
            }
            (Self::Kubelet { server }, State::Kubelet(running)) => {
                let (running, request) = tend(running, message);
                (State::Kubelet(running), *server, Some(request))
            }
            (Self::Driver { waits }, State::Driver(position)) => {
                let (position, server, request) = advance(*waits, position, message);
                (State::Driver(position), server.into(), request)
            }
            _ => unreachable!("{self:?} is {state:?}"),
        };
        if next != **state {
            *state.to_mut() = next;
        }
        if let Some(reply) = reply {
            out.send(to, reply);
        }
    }
}

/// What an API server makes of a request.
fn serve(mut objects: Objects, mut made: u8, request: Message) -> (State, Message) {
    match request {
        Message::Get => return (State::ApiServer(objects, made), Message::Objects(objects)),
        Message::CreatePod if objects.pod.is_none() => {
            objects.pod = Some(Pod {
                uid: made,
                ready: false,
                terminating: false,
            });
            made += 1;
        }
        Message::CreatePod => (),
        Message::DeletePod => {
            if let Some(pod) = &mut objects.pod {
                pod.terminating = true;
            }
        }
        Message::Report { uid, ready } => {
            if let Some(pod) = objects.pod.as_mut().filter(|pod| pod.uid == uid) {
                pod.ready = ready;
            }
        }
        Message::ConfirmDeletion { uid } => {
            objects.pod = objects.pod.filter(|pod| pod.uid != uid);
        }
        Message::Patch { replicas } => objects.replicas = replicas,
        Message::Objects(_) | Message::Answered => unreachable!("{request:?} is no request"),
    }
    (State::ApiServer(objects, made), Message::Answered)
}

/// What a controller asks for next: one write for what it saw, or to see again.
fn sync(answer: Message) -> Message {
    match answer {
        Message::Objects(Objects { replicas, pod }) => match pod {
            None if replicas > 0 => Message::CreatePod,
            Some(pod) if replicas == 0 && !pod.terminating => Message::DeletePod,
            _ => Message::Get,
        },
        _ => Message::Get,
    }
}

/// What a kubelet does to containers, and what it asks for next.
fn tend(running: Option<u8>, answer: Message) -> (Option<u8>, Message) {
    let Message::Objects(Objects { pod, .. }) = answer else {
        return (running, Message::Get);
    };
    let Some(Pod {
        uid,
        ready,
        terminating,
    }) = pod
    else {
        return (None, Message::Get);
    };
    match (terminating, running == Some(uid)) {
        (true, true) => (None, Message::Report { uid, ready: false }),
        (true, false) => (None, Message::ConfirmDeletion { uid }),
        (false, false) => (Some(uid), Message::Report { uid, ready: false }),
        (false, true) if !ready => (running, Message::Report { uid, ready: true }),
        (false, true) => (running, Message::Get),
    }
}

/// Where the driver is after an answer, and what it asks of whom.
fn advance(
    waits: Waits,
    position: Position,
    answer: Message,
) -> (Position, usize, Option<Message>) {
    let look_at = |server, position| (position, server, Some(Message::Get));
    let hand_over = (
        Position::PatchDestination,
        DESTINATION_SERVER,
        Some(Message::Patch { replicas: 1 }),
    );
    let finished = (Position::Finished, DESTINATION_SERVER, None);
    match (position, answer) {
        (Position::PatchSource, Message::Answered) if waits == Waits::Neither => hand_over,
        (Position::PatchSource, Message::Answered) => look_at(SOURCE_SERVER, Position::Look),
        (Position::Look | Position::AwaitGone(_), Message::Objects(Objects { pod, .. })) => {
            match pod {
                Some(pod) if pod.terminating && waits == Waits::Hasty => hand_over,
                Some(pod) if position == Position::Look => {
                    look_at(SOURCE_SERVER, Position::AwaitGone(pod.uid))
                }
                Some(pod) if position == Position::AwaitGone(pod.uid) => {
                    look_at(SOURCE_SERVER, position)
                }
                _ => hand_over,
            }
        }
        (Position::PatchDestination, Message::Answered) if waits == Waits::Neither => finished,
        (Position::PatchDestination, Message::Answered) => {
            look_at(DESTINATION_SERVER, Position::AwaitReady)
        }
        (Position::AwaitReady, Message::Objects(Objects { pod, .. })) => {
            if pod.is_some_and(|pod| pod.ready) {
                finished
            } else {
                look_at(DESTINATION_SERVER, Position::AwaitReady)
            }
        }
        _ => unreachable!("{answer:?} is no answer to {position:?}"),
    }
}

/// What the properties ask about.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Pod objects in both clusters.
    pub pods: usize,
    /// Pods whose containers run, in both clusters.
    pub running: usize,
    /// The Pod has arrived, and nothing of it is left behind.
    pub is_goal: bool,
}

impl Condition {
    /// The condition of the whole system.
    pub fn of(states: &[Arc<State>]) -> Self {
        let mut objects = Vec::new();
        let mut kubelets = Vec::new();
        let mut finished = false;
        for state in states {
            match **state {
                State::ApiServer(stored, _) => objects.push(stored),
                State::Kubelet(running) => kubelets.push(running),
                State::Driver(position) => finished = position == Position::Finished,
                State::Controller => (),
            }
        }
        let (source, destination) = (objects[SOURCE_SERVER], objects[DESTINATION_SERVER]);
        let serves = |pod: Pod| {
            pod.ready && !pod.terminating && kubelets[DESTINATION_SERVER] == Some(pod.uid)
        };
        let has_left = source.pod.is_none() && kubelets[SOURCE_SERVER].is_none();
        Self {
            pods: objects.iter().filter(|stored| stored.pod.is_some()).count(),
            running: kubelets.iter().flatten().count(),
            is_goal: finished && has_left && destination.pod.is_some_and(serves),
        }
    }
}
