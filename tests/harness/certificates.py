# SPDX-License-Identifier: MIT
"""Certificates for tests, made with openssl: authorities, and what they sign. All keys are ECDSA P-256."""

import os
import shutil
import ssl
import time
from collections import namedtuple

from . import processes, programs

_DAY = 86400.0
# Where servers of tests are reached: on the loopback, and as hosts.SERVER by other hosts.
HERE = ("DNS:localhost", "IP:127.0.0.1", "IP:::1", "IP:198.51.100.254", "IP:10.9.0.1")

_CA = """[ca]
default_ca = this
[this]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


def need():
    """Skips the test where there is no openssl."""
    return programs.need("openssl")


class Pair(namedtuple("Pair", "certificate key")):
    """Paths of a certificate and its key."""

    def copy_to(self, other, order=("certificate", "key"), between=lambda: None):
        """Over the files of another pair, as a renewal does it: each comes by a rename, one after the other."""
        for number, which in enumerate(order):
            if number:
                between()
            target = getattr(other, which)
            shutil.copyfile(getattr(self, which), target + ".new")
            os.rename(target + ".new", target)

    def expires(self):
        """Unix seconds."""
        said = processes.run(need(), "x509", "-in", self.certificate, "-noout", "-enddate")
        return ssl.cert_time_to_seconds(said.strip().partition("=")[2])


class Authority:
    """A CA with a folder of its own inside of `folder`; its certificate is the file `certificate`."""

    def __init__(self, folder, name="authority"):
        self.name = name
        self._folder = os.path.join(folder, name)
        os.mkdir(self._folder)
        self._issued = 0
        self.certificate, self.key = self._path("ca.pem"), self._path("ca.key")
        self._make_key(self.key)
        processes.run(need(), "req", "-x509", "-new", "-key", self.key, "-days", "30", "-subj", f"/CN={name}", "-out",
                      self.certificate, "-addext", "basicConstraints=critical,CA:TRUE")
        self._write("ca.cnf", _CA.format(folder=self._folder))
        self._write("index", "")

    def issue(self, name, sans=HERE, begins=-_DAY, ends=10 * _DAY, key=None, ca=False, more=""):
        """A new pair. Times are seconds from now; key: of another pair, instead of a new one; ca: it may sign
        others; more: lines of extensions."""
        self._issued += 1
        stem = self._path(f"{self._issued}-{name}")
        pair = Pair(stem + ".pem", key or stem + ".key")
        if key is None:
            self._make_key(pair.key)
        names = f"subjectAltName = {','.join(sans)}\n" if sans else ""
        self._write(os.path.basename(stem) + ".ext", f"basicConstraints = critical,CA:{str(ca).upper()}\n{names}{more}")
        processes.run(need(), "req", "-new", "-key", pair.key, "-subj", f"/CN={name}", "-out", stem + ".csr")
        processes.run(need(), "ca", "-batch", "-notext", "-config", self._path("ca.cnf"), "-in", stem + ".csr",
                      "-cert", self.certificate, "-keyfile", self.key, "-extfile", stem + ".ext", "-startdate",
                      _asn1(begins), "-enddate", _asn1(ends), "-out", pair.certificate)
        return pair

    def trusted_by(self, client=None, **options):
        """The context of a client that trusts this CA, and shows this pair, if any."""
        context = ssl.create_default_context(cafile=self.certificate)
        if client is not None:
            context.load_cert_chain(client.certificate, client.key)
        for name, value in options.items():
            setattr(context, name, value)
        return context

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _write(self, name, text):
        with open(self._path(name), "w", encoding="ascii") as file:
            file.write(text)

    @staticmethod
    def _make_key(path):
        processes.run(need(), "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)


def _asn1(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))
