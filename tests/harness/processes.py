# SPDX-License-Identifier: MIT
"""Processes: run to their ends, what /proc tells about them, and their limits."""

import os
import re
import resource
import subprocess


def run(*command, status=0, seconds=600, env=None):
    """Its output, and its errors where it may fail; AssertionError where it ends otherwise (None: it may)."""
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=seconds, env={**os.environ, **(env or {})})
    both = done.stdout + done.stderr
    assert status is None or done.returncode == status, f"{command}: status {done.returncode}:\n{both}"
    return done.stdout if status == 0 else both


def raise_open_files_limit():
    """Of this process and those it starts, as far as it may: the usual limit is 1024. Returns the new one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def memory(pid, field="VmRSS"):
    """Bytes of a line of /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.MULTILINE).group(1)) * 1024


def forget_peak(pid):
    """VmHWM begins anew."""
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def memory_of_file(pid, path):
    """Bytes of this file, a program or a library, that are mapped and in memory."""
    with open(f"/proc/{pid}/smaps", encoding="ascii") as file:
        parts = re.findall(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)\n(?:.*\n)*?Rss: +(\d+) kB", file.read(),
                           re.MULTILINE)
    return sum(int(size) for name, size in parts if name == os.path.realpath(path)) * 1024


def end(process):
    """A Popen: SIGTERM, and SIGKILL if that does not help within 15 seconds."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def times_asleep(pid):
    """How often its threads went to sleep, all together."""
    count = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as file:
            count += sum(map(int, re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.MULTILINE)))
    return count


def waited_for_processor(task="self"):
    """Seconds in which it could have run, and others did."""
    return _schedstat(task)[1]


def _schedstat(task):
    with open(f"/proc/{task}/schedstat", encoding="ascii") as file:
        return [int(number) / 1e9 for number in file.read().split()[:2]]


def ran_by_thread(pid):
    """Seconds on a processor of each thread, far finer than cpu_seconds(). The main thread is the first."""
    threads = sorted(map(int, os.listdir(f"/proc/{pid}/task")))
    return [_schedstat(f"{pid}/task/{thread}")[0] for thread in threads]


def waited_for_processor_by_thread(pid):
    """The main thread is the first."""
    threads = sorted(map(int, os.listdir(f"/proc/{pid}/task")))
    return [waited_for_processor(f"{pid}/task/{thread}") for thread in threads]
