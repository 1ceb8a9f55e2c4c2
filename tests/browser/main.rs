//! The pane in a real browser: what an agent sees and does, and what hostile cards come to.
//!
//! `cargo test -p e2e --test browser` runs it and prints a table; with words behind `--`, the tests
//! whose names contain one of them. `SIDEPANE_BLESS=1` takes the pictures of `docs/` anew.
//!
//! One program with one browser and one test after the other: starting a browser takes longer than
//! most of the tests. It needs chromium and chromedriver and speaks to nobody but this machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, prints its table and lets its servers end with it"
)]

mod driver;
mod stage;

mod actions;
mod attacks;
mod cards;
mod chatwoot;
mod desk;
mod example;
mod figures;
mod freshchat;
mod front;
mod keyboard;
mod look;
mod pictures;
mod sessions;
mod simulate;
mod straight;

use driver::Browser;
use futures_util::future::BoxFuture;
use stage::Stage;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than any test takes, on a machine that is busy with others.
const LONGEST: Duration = Duration::from_secs(120);

/// A test by its name.
struct Test {
    name: &'static str,
    run: fn(Arc<Stage>) -> BoxFuture<'static, ()>,
}

macro_rules! tests {
    ($($file:ident: $($name:ident),+;)+) => {
        vec![$($(Test {
            name: concat!(stringify!($file), "::", stringify!($name)),
            run: |stage| Box::pin(async move { $file::$name(&stage).await }),
        }),+),+]
    };
}

fn tests() -> Vec<Test> {
    tests! {
        cards: come_in_order_over_a_skeleton, slow_ones_delay_themselves_alone, one_that_fails_is_asked_again_alone,
            kept_ones_are_shown_again_until_the_agent_wants_them_new, nothing_known_is_no_failure, what_a_visitor_claims_is_marked, a_folded_block_stays_folded;
        actions: a_question_comes_first_and_many_clicks_act_once, a_form_wants_what_is_required_and_shows_what_is_wrong,
            what_fails_is_said_where_it_was_pressed;
        keyboard: everything_is_reached_in_the_order_it_stands_in, arrows_walk_and_enter_folds, everything_has_a_role_and_a_name;
        look: both_themes_can_be_read, nothing_is_wider_than_a_narrow_window, dates_and_amounts_are_local_and_copied_as_they_came,
            markup_stands_in_a_frame_without_an_origin;
        desk: another_contact_is_shown_as_it_was_and_then_as_it_is, nobody_else_may_show_it_or_tell_it, garbage_changes_nothing,
            commands_go_to_the_desk_and_what_it_cannot_becomes_text, the_frame_of_markup_takes_one_message_and_no_orders;
        front: the_pane_follows_what_is_selected, what_front_says_of_a_person_becomes_a_context,
            an_older_answer_never_shows_over_a_newer_conversation, front_does_what_it_has_functions_for,
            what_front_lacks_or_refuses_is_said_and_left_to_the_agent, a_press_never_touches_the_conversation_that_came_after,
            front_opens_links, nothing_is_asked_for_a_panel_that_nobody_sees, nobody_else_may_show_it_and_garbage_changes_nothing,
            it_says_what_fronts_own_library_says;
        chatwoot: the_pane_follows_who_is_open, what_chatwoot_says_of_a_person_becomes_a_context, only_chatwoot_is_listened_to,
            nothing_is_asked_for_an_app_that_nobody_sees;
        freshchat: what_is_to_be_pasted_shows_the_card, hostile_values_break_out_of_nothing;
        example: the_page_in_examples_shows_a_card, the_demos_desks_show_who_is_open;
        attacks: through_a_plugin_nothing_runs_or_loads, straight_into_the_frame_nothing_runs_or_loads, the_trap_catches_what_gets_out;
        straight: no_link_leads_where_it_must_not, cards_of_any_size_and_form_cost_their_own_place_alone, nobody_poses_as_another_or_as_the_host;
        figures: the_first_card_is_there_soon, eight_cards_come_without_a_jump, assets_are_small;
        sessions: a_page_renews_its_session_by_itself, a_session_of_nobody_sees_nothing, a_page_that_slept_too_long_says_so;
        simulate: the_seeds_events_succeed, an_invalid_payload_is_marked_in_its_line, a_failing_plugin_is_told_with_its_code,
            a_card_is_drawn_as_the_pane_draws_it, a_post_is_held_back_and_sent_by_choice, a_run_becomes_a_file, nothing_runs_on_the_page_but_its_own, a_new_build_is_tried_again_and_a_broken_one_is_told,
            the_pane_of_a_project_is_shown_anew_with_each_build;
        // It puts the clock forward by half an hour.
        actions: a_button_that_is_too_old_is_pressed_again;
    }
}

/// What is no test: it takes the pictures of `docs/` anew.
fn pictures() -> Vec<Test> {
    tests! { pictures: are_taken_of_the_demo; }
}

fn main() -> ExitCode {
    sidepane::compile_child();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut tests = tests();
    if std::env::var_os("SIDEPANE_BLESS").is_some() {
        tests.extend(pictures());
    }
    if arguments.iter().any(|word| word == "--list") {
        for test in &tests {
            println!("{}: test", test.name);
        }
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<&String> = arguments
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    tests.retain(|test| wanted.is_empty() || wanted.iter().any(|word| test.name.contains(*word)));
    if tests.is_empty() {
        // Another program's test was asked for.
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    match runtime.block_on(all(&tests)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs them, and ends the browser whatever comes; how many failed.
async fn all(tests: &[Test]) -> anyhow::Result<usize> {
    let begun = Instant::now();
    let stage = Arc::new(Stage::set(Browser::start(&[]).await?).await);
    println!(
        "\na browser and a host: {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let failed = tokio::select! {
        failed = each(tests, &stage) => failed,
        _ = tokio::signal::ctrl_c() => tests.len(),
    };
    stage.browser.end().await;
    println!(
        "{} tests of the pane in a browser, {failed} failed, {:.1} s\n",
        tests.len(),
        begun.elapsed().as_secs_f64()
    );
    Ok(failed)
}

async fn each(tests: &[Test], stage: &Arc<Stage>) -> usize {
    let mut failed = 0;
    for test in tests {
        let begun = Instant::now();
        let of_test = Arc::clone(stage);
        let run = test.run;
        // A task of its own: what panics in it has failed, and the browser is ended all the same.
        let task = tokio::spawn(async move {
            of_test.reset().await;
            run(of_test).await;
        });
        let ended = tokio::time::timeout(LONGEST, task).await;
        let verdict = match ended {
            Ok(Ok(())) => "ok   ",
            Ok(Err(_)) | Err(_) => "WRONG",
        };
        failed += usize::from(verdict != "ok   ");
        println!(
            "{verdict} {:66} {:6.2} s",
            test.name,
            begun.elapsed().as_secs_f64()
        );
    }
    failed
}
