//! The list of all cases: the only place that names them.

/// Calls a macro with every case of the conformance suite: `callback! { args subject { case case ... } ... }`.
///
/// The callback's path and its arguments are given in brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_case {
    ([$($callback:tt)*] [$($args:tt)*]) => {
        $($callback)*! {
            [$($args)*]
            accounts {
                a_user_is_found_by_id_by_name_and_by_address
                who_was_never_made_is_not_found
                an_account_tells_where_its_own_log_stands
                a_login_that_no_name_can_be_finds_nobody
                users_come_in_the_order_of_their_ids_each_once
                capitals_do_not_make_another_name
                look_alikes_do_not_make_another_name
                names_that_look_alike_only_as_they_are_written_are_one_name
                names_of_every_script_live_side_by_side
                an_address_has_one_account
                users_without_address_do_not_collide
                a_taken_name_is_told_before_a_taken_address
                a_refused_user_leaves_no_trace
                of_many_at_once_one_gets_the_name
                of_many_at_once_one_gets_the_address
                many_different_users_at_once_are_all_made
                a_status_replaces_the_one_before_with_its_line
                last_seen_never_moves_back
                the_latest_of_many_last_seen_stays
                what_is_set_for_nobody_is_passed_over
            }
            search {
                the_beginning_of_the_folded_name_is_searched
                names_of_every_script_are_found_in_any_capitals
                a_search_does_not_mix_up_look_alikes
                every_character_is_meant_literally
                nothing_finds_everybody
                pages_of_a_search_follow_each_other_by_id
                a_new_user_does_not_shift_the_pages
                the_beginning_of_a_display_name_is_searched_too
                who_is_found_by_both_names_comes_once
                a_former_display_name_finds_nobody
            }
            sessions {
                the_current_token_is_followed_by_the_next
                a_predecessor_within_grace_gets_the_same_successor
                a_predecessor_after_grace_ends_the_session
                without_grace_no_repeat_is_allowed
                an_older_token_ends_the_session_even_within_grace
                another_nonce_is_no_session_and_harms_none
                a_generation_never_issued_is_no_session_and_harms_none
                of_many_sessions_those_are_told_that_go_on
                an_unknown_session_is_gone
                an_ended_session_is_over
                an_expired_session_is_over
                every_session_lives_for_itself
                a_nonce_keeps_all_of_its_bits
                one_token_presented_by_many_at_once_gets_one_successor
                of_many_at_once_one_ends_the_session
            }
            profiles {
                what_a_user_says_of_themselves_comes_back_to_the_letter
                what_is_not_given_stays_and_what_is_given_as_none_goes
                different_parts_changed_at_once_are_all_changed
                a_display_name_is_nobodys_alone
                nobody_says_nothing
            }
            own_sessions {
                a_user_sees_their_own_sessions_that_go_on
                pages_of_sessions_follow_each_other_by_id
                one_of_ones_own_sessions_is_ended
                all_others_are_ended_and_told_in_order
                somebody_elses_sessions_are_not_there
                of_many_at_once_that_end_all_others_each_session_is_told_once
            }
            passwords {
                a_hash_is_replaced_where_it_is_the_one_that_was_judged_on
                a_hash_that_was_replaced_meanwhile_stays
                another_password_ends_all_sessions_but_the_one_that_asks
                a_change_judged_on_a_former_password_changes_and_ends_nothing
                a_session_judged_on_a_former_password_is_not_opened
                nobody_has_no_password_and_no_session
                of_many_changes_at_once_one_happens
                a_sign_in_beside_a_change_is_ended_or_refused
            }
            tickets {
                a_ticket_is_taken_once
                of_many_at_once_one_gets_the_ticket
                an_expired_ticket_is_none
                a_hash_is_any_bytes_and_all_of_them_count
                a_purge_forgets_what_expired_and_nothing_else
                the_id_of_a_forgotten_session_is_never_used_again
            }
            relations {
                nothing_written_means_strangers
                every_step_reads_back_as_the_rules_say
                each_state_is_kept_with_its_time
                a_stale_change_leaves_no_trace
                a_change_judged_on_a_version_to_come_is_stale
                of_many_first_changes_at_once_one_is_written
                pairs_do_not_touch_each_other
                friends_are_listed_by_id_in_pages
                blocks_are_listed_for_the_blocker_alone
                a_block_moves_the_version_of_the_pairs_direct_conversation
                the_presence_circle_is_friends_and_partners_without_blocks
                who_knows_nobody_has_empty_lists
                a_block_silences_both_sides
            }
            requests {
                pending_requests_are_listed_by_direction_in_pages
                only_pending_requests_are_listed
                a_request_from_a_blocked_user_is_hidden_from_the_blocker_alone
                hidden_requests_do_not_shorten_a_page
                notices_land_in_the_logs_of_those_concerned
                an_entry_shows_its_request_as_it_stands_now
                an_entry_about_a_block_names_no_request
                of_two_crossing_requests_one_is_written
                crossing_requests_that_are_judged_again_end_in_friendship
                a_new_request_is_another_request
            }
            directs {
                a_direct_conversation_is_made_for_both
                a_pair_has_one_direct_conversation
                different_pairs_have_different_conversations
                looking_for_a_direct_conversation_makes_none
                an_existing_one_is_found_whatever_the_relation_is
                a_relation_that_moved_makes_no_new_one
                with_an_unknown_user_none_is_made
                many_that_open_at_once_get_the_same_one
                facts_tell_each_side_who_blocks
                a_third_user_is_no_part_of_it
            }
            groups {
                a_group_is_made_with_its_members
                a_group_can_begin_with_its_owner_alone
                groups_are_not_unique_by_anything
                a_group_with_an_unknown_member_leaves_no_trace
                facts_tell_members_from_everybody_else
                leaving_is_an_entry_of_the_log
                who_left_is_gone_from_every_list
                a_stale_departure_leaves_no_trace
                who_is_not_a_member_cannot_leave
                of_many_that_leave_at_once_on_one_version_one_does
                members_are_listed_by_id_in_pages
            }
            members {
                who_comes_in_sees_the_log_from_its_end_on
                who_comes_into_a_shared_history_sees_all_of_it
                what_is_said_after_somebody_came_is_unread
                several_who_come_at_once_are_consecutive_entries
                who_is_in_it_already_stays_what_they_are
                with_an_unknown_user_nobody_comes_in
                nobody_comes_into_a_direct_conversation
                who_comes_in_is_told_in_their_own_log
                who_is_taken_out_is_told_in_their_own_log
                who_comes_back_is_a_newcomer
                a_role_is_given_and_taken
                standing_tells_what_somebody_is_beside_the_others
            }
            changes {
                every_change_is_the_next_entry_of_the_log
                a_change_moves_the_version_only_where_rules_look
                a_change_is_activity_only_where_it_says_so
                a_change_judged_on_another_version_is_stale
                a_change_of_nowhere_is_stale
                what_is_so_already_writes_nothing
                what_is_not_there_cannot_be_changed
                a_group_changes_as_far_as_it_is_said
                of_many_changes_at_once_on_one_version_one_is_written
                reactions_of_many_at_once_are_all_written
                messages_and_changes_at_once_share_one_log
            }
            edits {
                an_edit_is_seen_wherever_the_message_is_read
                former_texts_are_kept_oldest_first
                an_edit_that_is_read_later_shows_what_the_message_says_then
                an_edit_does_not_touch_the_state_of_a_message
                a_deleted_message_is_gone_wherever_it_was_read
                the_log_keeps_the_entries_about_a_deleted_message
                a_repeat_after_an_edit_or_a_deletion_answers_the_message_as_it_stands
                a_deleted_message_is_not_unread
                a_deleted_message_can_be_the_last_one
                an_edit_of_the_same_text_keeps_no_former_one
            }
            annotations {
                an_emoji_counts_once_for_each_user
                emoji_come_in_the_order_of_the_first_of_each
                reactors_are_listed_by_id_in_pages
                many_are_dressed_each_with_its_own
                pins_come_latest_first_in_pages
                pins_do_not_mix
                answers_come_oldest_first_in_pages
                a_deleted_answer_keeps_its_place_and_is_not_counted
            }
            lists {
                conversations_come_by_their_newest_activity
                a_list_shows_what_a_view_shows
                pages_of_a_list_survive_ties
                pages_of_a_list_survive_new_messages
                unread_counts_exactly_what_others_said_since
                unread_is_counted_among_the_newest_messages
                the_last_message_is_shown_as_it_stands
                a_direct_view_shows_both_sides
                a_list_holds_only_ones_own_conversations
                a_block_hides_no_conversation
                positions_tell_where_every_conversation_stands
                heads_are_told_of_those_that_exist
            }
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
                a_block_freezes_nothing_in_a_group
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
