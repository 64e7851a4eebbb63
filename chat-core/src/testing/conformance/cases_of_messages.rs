//! The second half of the list of all cases: what is said, what becomes of it, and what goes wrong.

/// Calls the macro with the cases before these and with these.
#[doc(hidden)]
#[macro_export]
macro_rules! and_cases_of_messages {
    ([$($callback:tt)*] [$($args:tt)*] $($before:tt)*) => {
        $($callback)*! {
            [$($args)*]
            $($before)*
            personal {
                settings_are_of_one_member_alone
                what_is_put_away_comes_back_by_what_others_say
                what_is_muted_stays_away
                what_is_put_away_is_listed_in_pages
                a_draft_is_kept_until_it_is_forgotten
                what_a_member_keeps_goes_with_them
                what_is_set_at_once_is_all_set
            }
            mentions {
                whom_a_message_calls_is_shown_wherever_it_is_read
                messages_that_call_and_others_are_stored_together
                mentions_are_unread_until_they_are_read
                edits_and_deletions_move_the_count
                newcomers_are_not_called_by_the_past
                members_without_a_block_may_be_called
            }
            forwards {
                whose_words_they_are_is_shown_wherever_they_are_read
                a_message_is_handed_on_once_under_a_key
                an_edit_makes_words_ones_own
            }
            jumps {
                a_time_is_passed_at_its_place_in_the_log
                every_place_of_a_log_is_found
            }
            messages {
                a_message_is_stored_as_it_was_given
                places_are_counted_per_conversation_and_ids_over_all
                an_unknown_message_is_none
                a_repeat_answers_the_first_message_and_writes_nothing
                a_repeat_answers_the_message_as_it_stands
                the_same_key_with_something_else_is_a_conflict
                the_same_key_elsewhere_is_another_message
                keys_are_told_apart_to_the_letter
                without_a_key_every_message_is_a_new_one
                a_stale_message_leaves_no_trace
                a_message_to_nowhere_is_stale
                a_repeat_is_recognised_after_the_version_moved
                who_left_still_finds_what_they_sent
                sending_raises_nobodys_marks
                sending_does_not_move_the_version
            }
            pages {
                the_newest_page_goes_back_to_the_beginning
                the_pages_after_a_place_go_on_to_the_end
                a_cursor_is_never_part_of_its_page
                where_nothing_was_said_the_page_is_empty
                pages_are_not_moved_by_new_messages
                a_page_holds_messages_alone
                a_page_shows_the_messages_of_its_conversation_as_they_stand
            }
            log {
                a_log_holds_everything_in_order_without_a_gap
                every_part_of_a_log_tells_the_head
                a_conversation_that_is_not_has_no_log
                logs_do_not_mix
                a_log_shows_messages_as_they_stand
                a_users_own_log_is_dense_over_all_kinds_of_entries
                a_users_own_log_is_read_in_parts
                a_log_goes_on_after_somebody_left
            }
            receipts {
                a_rise_is_reported_with_all_that_is_known
                what_raises_nothing_is_passed_over
                reading_implies_delivery_and_is_reported_once
                beyond_the_head_counts_as_the_head
                what_is_not_about_a_member_is_passed_over
                of_several_for_one_mark_in_one_call_the_highest_counts
                both_marks_in_one_call_are_reported_without_repetition
                one_call_serves_many_members_and_conversations
                each_author_covered_is_told_the_newest_of_their_messages
                a_rise_over_nobody_elses_messages_tells_nobody
                at_most_twenty_authors_are_told_the_newest_ones
                racing_receipts_end_at_the_highest_and_never_fall
            }
            reach {
                a_message_in_a_group_shows_how_far_it_got_with_each
                many_are_counted_as_each_by_itself
                who_came_later_or_left_is_not_counted
                receipts_come_by_id_in_pages
                a_direct_message_got_as_far_as_its_state_says
                a_large_group_is_counted_without_times
                a_block_freezes_what_two_see_of_each_other_in_a_group
                nothing_got_nowhere
            }
            finding {
                words_and_their_beginnings_are_found_in_any_order
                capitals_and_accents_do_not_matter
                text_without_spaces_is_found_anywhere_in_it
                emoji_are_found
                every_character_of_a_search_means_itself_or_nothing
                similar_words_and_some_of_the_words_are_found_far
                filters_leave_out_other_conversations_authors_and_times
                everybody_finds_what_they_may_read_and_nothing_else
                an_edited_message_is_found_by_its_present_text_and_a_deleted_one_by_none
                looking_for_something_changes_nothing
                a_message_that_is_found_is_shown_as_it_stands
                windows_follow_each_other_while_others_speak
                what_was_said_is_found_as_soon_as_it_is_said
            }
            states {
                a_message_shows_when_it_was_first_covered
                what_was_read_first_was_delivered_then
                ones_own_marks_do_not_change_ones_own_message
                what_waited_shows_when_it_was_delivered
                a_message_in_a_group_stays_sent
                the_time_of_a_receipt_is_exact
            }
            silence {
                a_block_freezes_what_each_side_sees_of_the_others_marks
                a_block_freezes_the_states_of_ones_messages
                a_block_freezes_what_a_repeat_answers
                during_a_block_everybody_sees_their_own_marks
                after_a_block_the_marks_of_now_show
                of_two_blocks_the_first_that_stands_counts
                who_asks_for_nobody_sees_what_both_sides_may
                a_block_freezes_marks_in_a_group_too
                of_many_pairs_those_with_a_block_are_told
            }
            text {
                a_body_comes_back_to_the_letter
                the_longest_bodies_are_stored_whole
                the_longest_names_and_keys_are_stored_whole
                labels_come_back_to_the_letter
                a_name_comes_back_as_its_owner_wrote_it
                an_address_comes_back_to_the_letter
                times_come_back_to_the_microsecond
                nul_never_reaches_a_store
                half_a_surrogate_pair_never_reaches_a_store
            }
            races {
                many_senders_at_once_get_a_dense_log
                many_repeats_at_once_store_one_message
                one_key_with_different_words_at_once_stores_one
                every_kind_of_answer_at_once_is_given_to_the_right_one
                each_sender_keeps_their_own_order
                calls_that_do_not_wait_keep_their_order
                many_conversations_at_once_are_each_dense
                a_message_judged_before_a_block_is_stale_after_it
                a_block_wins_against_messages_on_their_way
                a_block_wins_against_an_opening_on_its_way
                who_left_says_nothing_more
                two_who_write_at_once_see_one_log
            }
            storms {
                a_reader_misses_nothing_while_many_write
                an_answer_is_of_one_moment_while_others_write
                a_reader_of_their_own_log_misses_nothing_while_many_write
                groups_of_the_same_people_at_once_are_all_made
                receipts_in_opposite_orders_at_once_all_count
                a_call_about_very_many_is_answered
                everything_at_once_leaves_every_log_dense
            }
            identities {
                a_subject_has_one_user_for_good
                a_name_that_is_taken_links_nobody
                one_subject_at_once_on_many_ways_is_one_user
            }
            erasures {
                a_deleted_user_is_an_id_and_nothing_else
                a_deleted_user_is_never_found
                the_address_of_a_deleted_user_is_free_and_the_name_is_not
                sessions_and_tickets_end_with_the_account
                an_account_is_deleted_on_the_password_that_was_judged_on_and_once
                what_deleted_accounts_leave_to_do_is_kept_until_it_is_done
                what_somebody_said_is_walked_through_stretch_by_stretch
            }
            failures {
                a_message_that_cannot_be_written_fails_alone
                messages_whose_callers_stop_waiting_are_stored_once_or_not_at_all
                changes_whose_callers_stop_waiting_happen_wholly_or_not_at_all
                receipts_whose_callers_stop_waiting_never_break_the_marks
            }
            database {
                a_store_answers
                writing_nothing_changes_nothing
                the_epoch_stays
            }
        }
    };
}
