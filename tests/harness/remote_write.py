# SPDX-License-Identifier: MIT
"""Prometheus in agent mode, which keeps nothing but a log of what it has to send, and a Prometheus that receives it."""

from .prometheus import Prometheus


class Receiver(Prometheus):
    """Scrapes nothing."""

    def __init__(self, program, host=None, **place):
        super().__init__(program, {}, host, flags=("--web.enable-remote-write-receiver",), **place)


class Agent(Prometheus):
    """Sends what it scrapes to the store with this URL. Its flag has another name since version 3."""

    def __init__(self, program, jobs, to, host=None, flag="--agent"):
        super().__init__(program, jobs, host, options={"remote_write": [{"url": f"{to}/api/v1/write"}]},
                         flags=(flag,))

    def storage(self):
        return [f"--storage.agent.path={self.folder}/data"]
