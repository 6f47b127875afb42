# SPDX-License-Identifier: MIT
"""The Debian package on a machine with systemd, from installation to purge. Usage: python3 -m systemd.run DEB [WORD...]

Changes the machine it runs on; packaging/test-systemd.sh calls it. With words only the checks whose names contain one
of them run, besides the first and the last one.
"""

import os
import sys
import time
import traceback

from systemd import check_crashes, check_event_unit, check_package, check_port, check_service, check_tls

# In this order: each finds the service running with its own config, and leaves it so.
CHECKS = [
    check_package.is_enabled_and_running_after_its_installation,
    check_service.takes_an_event_and_hands_it_out_once,
    check_service.has_the_sandbox_it_should_have,
    check_service.says_how_it_is_in_its_status,
    check_service.reloads_what_can_change_and_says_what_cannot,
    check_service.keeps_its_settings_when_the_file_is_bad_and_the_reload_fails,
    check_service.takes_its_environment_from_etc_default,
    check_event_unit.tells_how_another_unit_ended,
    check_event_unit.is_not_needed_for_an_event_after_every_end,
    check_event_unit.tells_another_server_and_keeps_secrets_off_the_command_line,
    check_port.is_restarted_under_load_without_a_gap,
    check_port.moves_to_another_port_with_the_config,
    check_port.listens_on_a_port_below_1024_with_the_lines_that_the_unit_names,
    check_port.listens_on_the_socket_of_a_socket_unit_and_says_what_differs,
    check_tls.serves_what_systemd_hands_it_and_a_renewed_certificate_after_a_restart,
    check_tls.reads_files_of_a_group_and_a_renewed_certificate_at_once,
    check_crashes.is_started_again_after_kill_9_and_loses_nothing,
    check_crashes.is_killed_under_load_and_loses_nothing_that_it_took,
    check_crashes.is_restarted_by_the_watchdog_when_one_thread_is_stuck,
    check_crashes.is_not_started_again_with_a_bad_config,
    check_crashes.waits_for_a_port_that_is_taken,
    check_package.is_upgraded_under_load_and_keeps_state_and_settings,
    check_service.logs_with_the_right_priorities_and_no_line_for_each_event,
    check_package.passes_the_test_that_debian_runs_of_each_package,
    check_package.leaves_nothing_behind_when_it_is_purged,
]


def main():
    deb, words = os.path.abspath(sys.argv[1]), sys.argv[2:]
    failed = 0
    wanted = [c for c in CHECKS if not words or c in (CHECKS[0], CHECKS[-1]) or any(w in c.__name__ for w in words)]
    for check in wanted:
        began = time.monotonic()
        word, fault = "ok", ""
        try:
            check(deb)
        except Exception:
            word, fault = "FAILED", traceback.format_exc()
            failed += 1
        print(f"{word:7} {time.monotonic() - began:6.2f} s  {check.__name__.replace('_', ' ')}", flush=True)
        if fault:
            print(fault, flush=True)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
