//! What the writer is asked: the work, what there is to know of it, and where the answer goes.

use super::fault::Trouble;
use super::ledger::{Ledger, Outcome};
use crate::storage::StorageError;
use tokio::sync::oneshot;

/// One request to the writer. It may be run again when the transaction it ran in was undone.
pub(super) trait Job: Send {
    /// Whether it adds what was not there: such requests end first when there is no room.
    fn adds(&self) -> bool;
    /// Whether it may be refused when it has written something already. Then it has a savepoint of
    /// its own, which copies every page that others in the transaction have changed before.
    fn late(&self) -> bool;
    /// Does the work, inside its savepoint where it has one.
    fn run(&mut self, ledger: &Ledger) -> Result<(), Trouble>;
    /// Says why it was not done.
    fn fail(&mut self, error: StorageError);
    /// Answers who asked. What comes back is to be done next, since nobody waited for the answer.
    fn answer(self: Box<Self>) -> Option<Box<dyn Job>>;
}

/// What undoes an answer that nobody heard.
pub(super) type Undo<T> = fn(T) -> Option<Box<dyn Job>>;

/// What the writer has to know of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    adds: bool,
    late: bool,
}

impl Kind {
    /// It moves or removes what is there.
    pub(super) const MOVES: Self = Self {
        adds: false,
        late: false,
    };
    /// It adds what was not there.
    pub(super) const ADDS: Self = Self {
        adds: true,
        late: false,
    };

    /// The same, and it may be refused when it has written something already.
    pub(super) const fn late(self, late: bool) -> Self {
        Self { late, ..self }
    }
}

/// A request by what it does.
pub(super) struct Request<T, W> {
    work: W,
    kind: Kind,
    undo: Undo<T>,
    outcome: Result<T, StorageError>,
    to: oneshot::Sender<Result<T, StorageError>>,
}

impl<T, W> Request<T, W>
where
    W: FnMut(&Ledger) -> Outcome<T>,
{
    /// A request, and where its answer will be.
    pub(super) fn new(
        kind: Kind,
        undo: Undo<T>,
        work: W,
    ) -> (Self, oneshot::Receiver<Result<T, StorageError>>) {
        let (to, answer) = oneshot::channel();
        let outcome = Err(StorageError::Failed("it was not run".into()));
        let request = Self {
            work,
            kind,
            undo,
            outcome,
            to,
        };
        (request, answer)
    }
}

impl<T: Send, W> Job for Request<T, W>
where
    W: FnMut(&Ledger) -> Outcome<T> + Send,
{
    fn adds(&self) -> bool {
        self.kind.adds
    }

    fn late(&self) -> bool {
        self.kind.late
    }

    fn run(&mut self, ledger: &Ledger) -> Result<(), Trouble> {
        self.outcome = Ok((self.work)(ledger)?);
        Ok(())
    }

    fn fail(&mut self, error: StorageError) {
        self.outcome = Err(error);
    }

    fn answer(self: Box<Self>) -> Option<Box<dyn Job>> {
        match self.to.send(self.outcome) {
            Err(Ok(unheard)) => (self.undo)(unheard),
            _ => None,
        }
    }
}
