//! The list of all cases: this and what follows it are the only places that name them.

/// Calls a macro with every case of the conformance suite: `callback! { args subject { case case ... } ... }`.
///
/// The callback's path and its arguments are given in brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_case {
    ([$($callback:tt)*] [$($args:tt)*]) => {
        $crate::and_cases_of_messages! {
            [$($callback)*] [$($args)*]
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
            standings {
                a_new_user_is_a_plain_member_whom_nothing_keeps_out
                how_a_user_stands_comes_back_as_it_was_set
                standing_like_that_already_changes_nothing
                who_is_kept_out_loses_every_session_and_opens_none
                a_sign_in_finds_what_keeps_its_user_out
                a_session_leads_to_how_its_user_stands
                what_was_judged_on_another_standing_is_stale
                of_many_decisions_at_once_one_counts
                nobody_slips_in_while_they_are_shut_out
            }
            audit {
                every_change_of_a_standing_is_written_down
                what_is_done_to_others_in_a_group_is_written_down
                the_audit_is_asked_for_by_who_and_by_whom
                pages_of_the_audit_follow_each_other
            }
            reports {
                a_report_keeps_what_was_said_and_by_whom
                a_user_is_reported_for_any_reason
                the_same_report_again_is_the_one_that_is_open
                of_many_same_reports_at_once_one_is_filed
                what_is_not_there_is_not_reported
                open_and_resolved_reports_are_listed_apart
                a_report_is_resolved_once
                a_resolution_deletes_the_message
                a_resolution_shuts_the_user_out
                a_resolution_judged_on_another_standing_does_nothing
                of_many_resolutions_at_once_one_is_carried_out
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
            rooms {
                a_room_is_a_group_with_an_address
                a_slug_belongs_to_one_room
                of_many_at_once_one_gets_the_slug
                a_room_moves_to_a_slug_that_is_free
                of_two_that_move_to_one_slug_one_gets_there
                a_group_does_not_become_a_room
                public_rooms_are_found_by_a_part_of_slug_or_name
                a_room_is_found_as_it_is_now
                pages_of_rooms_follow_each_other_by_slug
                who_enters_a_public_room_is_a_member
                nobody_enters_what_is_no_public_room
                many_who_enter_at_once_come_in_as_far_as_there_is_room
            }
            bans {
                a_ban_takes_a_member_out_and_is_kept
                a_ban_of_somebody_outside_is_no_entry
                who_is_banned_does_not_come_in
                a_ban_ends_when_it_says_so
                a_ban_is_lifted
                a_ban_replaces_the_one_before
                bans_are_listed_by_id_in_pages
                there_is_nobody_to_ban
                a_ban_wins_against_a_coming_on_its_way
            }
            invites {
                an_invite_is_found_with_where_it_leads
                an_invite_lets_in_who_has_it
                a_member_uses_no_invite_up
                an_invite_that_is_over_lets_nobody_in
                an_invite_is_taken_back_once
                an_invite_judged_on_another_version_is_not_made
                an_invite_does_not_help_against_a_ban
                an_invite_lets_in_exactly_as_many_as_it_says
                invites_are_listed_by_code_in_pages
            }
            pacing {
                a_message_waits_for_the_one_before
                nobody_waits_for_somebody_else
                who_need_not_wait_does_not
                a_repeat_is_never_too_soon
                coming_back_does_not_shorten_the_wait
                of_many_at_once_one_is_stored
                a_pace_is_set_like_anything_else_of_a_group
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
            unread {
                what_is_no_message_is_nothing_to_read
                what_is_deleted_is_not_waited_for
                a_block_changes_no_count
                several_devices_end_where_the_farthest_is
                what_was_read_offline_counts_when_it_is_told
                in_a_group_everybody_waits_for_themselves
            }
        }
    };
}
