"""A real postfix with its own folder, as root: it sends what it is given to the servers that a test names."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.hosting.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtputf8_enable = no
recipient_delimiter = +
transport_maps = inline:{{ {transports} }}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """Why it cannot run here; empty when it can."""
    if shutil.which("postfix") is None:
        return "postfix is missing here: `apt-get install postfix`"
    return "" if os.geteuid() == 0 else "postfix wants to be started by root"


@contextmanager
def postfix(port: int, transports: Mapping[str, int]) -> Generator[Path]:
    """Take mail on that port; it goes on to the loopback port of its address or domain. Gives its log."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    try:
        folder.chmod(0o755)  # its programs give root's rights away
        (folder / "queue").mkdir()
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
        goes = ", ".join(f"{{ {whom} = smtp:[127.0.0.1]:{where} }}" for whom, where in transports.items())
        (folder / "main.cf").write_text(_MAIN.format(folder=folder, transports=goes))
        (folder / "master.cf").write_text(_MASTER.format(port=port))
        _run(folder, "start")
        try:
            yield folder / "log"
        finally:
            _run(folder, "abort")
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, command: str) -> None:
    done = subprocess.run(["postfix", "-c", str(folder), command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
