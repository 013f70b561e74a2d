//! An API server that says yes to all requests but one, and writes them down as a recording does.

use straddle::internals::actors::api_server::Refusal;
use straddle::internals::actors::stateful_set_controller::request::{Api, Phase, Request};
use straddle::internals::actors::stateful_set_controller::seen::Template;
use straddle::internals::actors::stateful_set_controller::status::Status;

use super::case::{Refused, owners_text};

/// The requests of one sync, and who answers them.
#[derive(Default)]
pub struct Answers {
    refused: Option<Refused>,
    /// The request that has been refused.
    victim: Option<(Option<Phase>, Request)>,
    made: usize,
    words: Vec<String>,
    /// The phase under way, and the batch in it.
    phase: Option<(Phase, usize)>,
    /// The batch of that phase that the last word belongs to.
    written: Option<usize>,
}

impl Answers {
    /// Answers with yes, but for what is `refused`.
    pub fn new(refused: Option<Refused>) -> Self {
        Self {
            refused,
            ..Self::default()
        }
    }

    /// The words of an output.
    pub fn text(mut self, ended_well: bool) -> String {
        let end = if ended_well { "ok" } else { "err" };
        self.words.push(end.to_owned());
        self.words.join(" ")
    }

    fn answer(&mut self, request: Request) -> Result<(), Refusal> {
        let Some(refused) = self.refused else {
            return Ok(());
        };
        let this = (self.phase.map(|(phase, _)| phase), request);
        if self.made == refused.at {
            self.victim = Some(this);
        } else if !refused.again || self.victim != Some(this) {
            return Ok(());
        }
        Err(refused.answer)
    }

    /// Opens the phase and the batch that the next word belongs to.
    fn open(&mut self) {
        let Some((phase, batch)) = self.phase else {
            return;
        };
        let written = self.written.unwrap_or_else(|| {
            let word = match phase {
                Phase::Slots => "slots:",
                Phase::ClaimsOfCondemned => "owners:",
                Phase::Condemned => "condemned:",
            };
            self.words.push(word.to_owned());
            0
        });
        let bars = std::iter::repeat_n("|".to_owned(), batch - written);
        self.words.extend(bars);
        self.written = Some(batch);
    }
}

impl Api for Answers {
    fn request(&mut self, request: Request) -> Result<(), Refusal> {
        self.made += 1;
        self.open();
        let answer = self.answer(request);
        let mark = if answer.is_ok() { "" } else { "!" };
        self.words.push(word(request) + mark);
        answer
    }

    fn begin_batch(&mut self, phase: Phase) {
        self.phase = Some((phase, self.phase.map_or(0, |(_, batch)| batch + 1)));
    }

    fn end_phase(&mut self) {
        if self.written.take().is_some() {
            self.words.push(";".to_owned());
        }
        self.phase = None;
    }
}

fn letter(Template(letter): Template) -> char {
    char::from(letter)
}

fn word(request: Request) -> String {
    match request {
        Request::AdoptRevision(revision) => format!("@r{}", letter(revision)),
        Request::CreateRevision(revision) => format!("+r{}", letter(revision)),
        Request::NumberRevision(revision, number) => format!("~r{}={number}", letter(revision)),
        Request::DeleteRevision(revision) => format!("-r{}", letter(revision)),
        Request::AdoptPod(ordinal) => format!("@p{ordinal}"),
        Request::ReleasePod(ordinal) => format!("/p{ordinal}"),
        Request::CreateClaim(ordinal, _) => format!("+c{ordinal}"),
        Request::UpdateClaim(ordinal, _, owners) => format!("~c{ordinal}:{}", owners_text(owners)),
        Request::CreatePod(ordinal, revision) => format!("+p{ordinal}{}", letter(revision)),
        Request::UpdatePod(ordinal) => format!("~p{ordinal}"),
        Request::DeletePod(ordinal, _) => format!("-p{ordinal}"),
        Request::WriteStatus(status) => status_word(status),
    }
}

fn status_word(status: Status) -> String {
    let name = |revision: Option<Template>| revision.map_or('-', letter);
    format!(
        "={}/{}:{}.{}.{}.{}.{}",
        name(status.current_revision),
        name(status.update_revision),
        status.replicas,
        status.ready,
        status.available,
        status.current,
        status.updated
    )
}
