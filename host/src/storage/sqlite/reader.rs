//! A thread that looks: one connection, one question after the other.

use super::ledger::Outcome;
use crate::model::problem::Problem;
use crate::storage::StorageError;
use rusqlite::Connection;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Questions that may wait.
const WAITING: usize = 256;

type Question = Box<dyn FnOnce(&Connection) + Send>;

/// The door to a reading thread.
#[derive(Debug)]
pub(super) struct Reader {
    questions: Option<mpsc::Sender<Question>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts the thread, with its connection.
    pub(super) fn start(name: &str, db: Connection) -> Result<Self, Problem> {
        let (questions, mut receiver) = mpsc::channel::<Question>(WAITING);
        let thread = std::thread::Builder::new()
            .name(format!("storage-{name}"))
            .spawn(move || {
                while let Some(question) = receiver.blocking_recv() {
                    question(&db);
                }
            })
            .map_err(|error| super::no_thread(&error))?;
        Ok(Self {
            questions: Some(questions),
            thread: Some(thread),
        })
    }

    /// Asks, and waits for the answer.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (to, answer) = oneshot::channel();
        let question: Question = Box::new(move |db| {
            // Whoever does not wait any more needs no answer.
            if !to.is_closed() {
                let _ = to.send(work(db).map_err(StorageError::from));
            }
        });
        let questions = self.questions.as_ref().ok_or_else(super::ended)?;
        questions.send(question).await.map_err(|_| super::ended())?;
        answer.await.map_err(|_| super::ended())?
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.questions = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
