//! One call that is recorded: from its beginning to what came of it.

use super::Recorder;
use super::reel::Reel;
use crate::capability::calls::HostCalls;
use crate::capability::installation::Installation;
use crate::capability::scrub::scrub;
use crate::model::id::{Generation, InstallationId};
use crate::model::recording::{Ending, Input, Recording};
use crate::model::time::Millis;
use crate::model::usage::Usage;
use crate::policy::mask::mask;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A recording that is being made. Dropped without [`Tape::finish`], nothing is kept and the call
/// does not count.
#[derive(Debug)]
pub struct Tape {
    recorder: Recorder,
    of: InstallationId,
    installation: Arc<Installation>,
    begun: Millis,
    ended: Arc<AtomicBool>,
    reel: Arc<Reel>,
    finished: bool,
}

impl Tape {
    /// A tape, and the world that it listens to.
    pub(super) fn over(
        recorder: Recorder,
        live: Arc<dyn HostCalls>,
        of: InstallationId,
        installation: &Arc<Installation>,
        (begun, ended): (Millis, Arc<AtomicBool>),
    ) -> (Arc<dyn HostCalls>, Self) {
        let reel = Arc::new(Reel::new(live));
        let calls = Arc::clone(&reel) as Arc<dyn HostCalls>;
        let tape = Self {
            recorder,
            of,
            installation: Arc::clone(installation),
            begun,
            ended,
            reel,
            finished: false,
        };
        (calls, tape)
    }

    /// Writes down what came of the call, masks it and keeps it.
    pub fn finish(mut self, generation: Generation, input: Input, ending: Ending, usage: &Usage) {
        self.finished = true;
        let (steps, whole) = self.reel.take();
        let mut recording = Recording {
            id: ulid::Ulid::generate().to_string(),
            plugin: self.of.plugin.clone(),
            account: self.of.account.clone(),
            generation,
            begun: self.begun,
            input,
            settings: self.installation.settings.clone(),
            steps,
            whole,
            ending,
            usage: usage.clone(),
        };
        let secrets = &self.installation.secrets;
        recording.each_text(&mut |text| *text = scrub(secrets, std::mem::take(text)));
        if !self.recorder.0.plain {
            mask(&mut recording);
        }
        let mut bytes = 0;
        recording.each_text(&mut |text| bytes += text.len());
        match self.ended.load(Ordering::Relaxed) {
            true => self.recorder.give_back(&self.of.plugin, self.begun),
            false => self.recorder.keep(recording, bytes, self.begun),
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        if !self.finished {
            self.recorder.give_back(&self.of.plugin, self.begun);
        }
    }
}
