//! The promises of `Storage`, one test each, for every implementation.

mod holders;
mod keep;
mod look;
mod rows;
mod values;

use crate::kit::{Folder, QUOTAS};
use sidepane::storage::Storage;
use sidepane::storage::memory::MemoryStorage;
use std::sync::Arc;

/// A storage to be tested, with what it stands on.
struct Subject {
    storage: Arc<dyn Storage>,
    _folder: Option<Folder>,
}

impl Subject {
    fn sqlite() -> Self {
        let folder = Folder::new();
        Self {
            storage: Arc::new(folder.open()),
            _folder: Some(folder),
        }
    }

    fn memory() -> Self {
        Self {
            storage: Arc::new(MemoryStorage::new(QUOTAS)),
            _folder: None,
        }
    }
}

/// Every promise under its name, for each implementation.
macro_rules! promises {
    ($($file:ident { $($name:ident)* })*) => {
        promises!(sqlite: $($($file $name)*)*);
        promises!(memory: $($($file $name)*)*);
    };
    ($kind:ident: $($file:ident $name:ident)*) => {
        mod $kind {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$file::$name(super::Subject::$kind()).await;
                }
            )*
        }
    };
}
promises! {
    rows {
        an_event_is_taken_once
        an_event_that_nobody_takes_is_known_too
        one_id_is_many_where_account_or_source_differ
        a_key_goes_one_after_the_other
        keys_do_not_wait_for_each_other
        a_retry_waits_and_holds_its_key_alone
        a_retry_is_never_beyond_the_horizon
        a_dead_letter_lets_its_key_go_on
        quotas_of_deliveries_are_each_plugins_own
        whoever_waits_is_stirred
        one_event_a_hundred_times_at_once_is_one
        what_a_plugin_takes_is_written_down
    }
    holders {
        a_released_delivery_was_never_claimed
        only_who_holds_it_finishes_it
        a_holder_that_is_gone_twice_was_killed_by_the_payload
        a_failure_in_between_clears_the_suspicion
        clocks_that_jump_lose_nothing
        an_unheard_claim_is_given_back
    }
    values {
        writes_are_there_when_their_delivery_is
        a_value_that_changed_is_a_conflict
        versions_are_never_used_twice
        values_expire
        keys_are_listed_by_their_bytes
        installations_do_not_see_each_other
        quotas_of_values_are_each_installations_own
    }
    look {
        listings_filter
        listings_page
        a_delivery_in_full_has_its_tries_and_its_event
        the_backlog_counts_every_state
    }
    keep {
        a_replay_begins_a_series_at_the_end_of_its_row
        a_replay_takes_what_the_filter_finds
        two_replays_at_once_replay_once
        a_sweep_lets_go_by_age
        a_sweep_drops_what_waited_too_long
        somebody_is_forgotten
    }
}
