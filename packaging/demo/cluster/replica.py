# SPDX-License-Identifier: MIT
"""A replica: a server that keeps its events in the engine, together with others."""

import os

from processes import Process


class Replica(Process):
    def __init__(self, program, folder, name, port, engine, scrapers):
        listed = ", ".join(f'"{address}"' for address in engine)
        names = ", ".join(f'"{scraper}"' for scraper in scrapers)
        with open(os.path.join(folder, "config.toml"), "w", encoding="utf-8") as config:
            config.write(f'[server]\nhost = "127.0.0.1"\nport = {port}\n\n[scrapers]\nnames = [{names}]\n\n'
                         f'[storage]\ncapacity_mib = 8\n\n[cluster]\nservers = [{listed}]\nreplica = "{name}"\n')
        super().__init__(name, folder, [program, "--config", "config.toml"], port, "/readyz")
