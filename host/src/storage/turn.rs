//! Whose turn it is, and what becomes of those whose holder is gone: the rules, without the tables.

use super::FARTHEST_RETRY;
use crate::model::delivery::AttemptError;
use crate::model::problem::Code;
use crate::model::time::Millis;

/// Interruptions in a row after which a payload is set aside.
const MOST_ABORTS: u32 = 2;

/// Up to `most` of those that are due: never tried ones and ones to be tried again, neither side
/// more than half while the other has some.
pub(super) fn mix<T>(fresh: Vec<T>, mut again: Vec<T>, most: usize) -> Vec<T> {
    again.truncate(most.div_ceil(2).max(most.saturating_sub(fresh.len())));
    again.extend(fresh);
    again.truncate(most);
    again
}

/// When a retry is due that is wanted for `at`. Nothing is due at 0, which stands for at once.
pub(super) fn bounded(at: Millis, now: Millis) -> Millis {
    at.min(now.after(FARTHEST_RETRY)).max(Millis(1))
}

/// What is noted when the holder of a delivery was gone for the `aborts`th time in a row, and
/// whether the payload is taken for the cause.
pub(super) fn interruption(aborts: u32) -> (AttemptError, bool) {
    let poison = aborts >= MOST_ABORTS;
    let code = if poison {
        Code::EventPoison
    } else {
        Code::EventInterrupted
    };
    let error = AttemptError {
        code: code.as_str().into(),
        message: code.meaning().into(),
        detail: String::new(),
    };
    (error, poison)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_side_starves() {
        type Case = (&'static [u8], &'static [u8], usize, &'static [u8]);
        let cases: [Case; 6] = [
            (&[1, 2, 3, 4], &[5, 6, 7, 8], 4, &[5, 6, 1, 2]),
            (&[1, 2, 3, 4], &[5, 6, 7, 8], 1, &[5]),
            (&[1], &[5, 6, 7, 8], 4, &[5, 6, 7, 1]),
            (&[], &[5, 6], 4, &[5, 6]),
            (&[1, 2, 3], &[], 2, &[1, 2]),
            (&[1, 2, 3], &[5], 0, &[]),
        ];
        for (fresh, again, most, expected) in cases {
            assert_eq!(mix(fresh.to_vec(), again.to_vec(), most), expected);
        }
    }
}
