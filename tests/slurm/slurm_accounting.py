"""Accounting for a test cluster: slurmdbd with a database of its own, which nobody reaches over a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

PROGRAMS = ("slurmdbd", "sacctmgr", "mariadbd", "mariadb-install-db")
_CONFIG = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdPort={port}
SlurmUser={user}
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=accounts
"""
_DATABASE = (
    "--no-defaults",
    "--skip-networking",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
)


def missing_programs() -> list[str]:
    """The programs that accounting needs and this machine has not."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [program for program in PROGRAMS if shutil.which(program, path=path) is None]


def settings(folder: Path, port: int) -> Mapping[str, str]:
    """The lines of slurm.conf with which limits are asked of slurmdbd, and hold."""
    return {
        "AccountingStorageType": "accounting_storage/slurmdbd",
        "AccountingStorageHost": "127.0.0.1",
        "AccountingStoragePort": str(port),
        "AccountingStoragePass": str(folder / "munge.socket"),
        "AccountingStorageEnforce": "associations,limits,qos",
        "AccountingStorageTRES": "gres/gpu",
    }


def place(config: Path) -> Mapping[str, str]:
    """The lines of another cluster's slurm.conf that say where its accounting is."""
    lines = (line.partition("=") for line in config.read_text(encoding="utf-8").splitlines())
    return {key: value for key, _, value in lines if key == "AccountingStoragePort"}


def socket_of(folder: Path) -> Path:
    """The socket of the database, as MYSQL_UNIX_PORT names it to slurmdbd."""
    return folder / "mariadb.socket"


def write_config(folder: Path, user: str, port: int) -> None:
    """Write what slurmdbd reads, which nobody else may."""
    config = folder / "slurmdbd.conf"
    config.touch(mode=0o600)
    config.write_text(_CONFIG.format(folder=folder, port=port, user=user))


def database_commands(folder: Path, user: str) -> Iterator[tuple[str, ...]]:
    """The commands that make the database and start it."""
    data, scratch = folder / "database", folder / "database-scratch"
    scratch.mkdir()
    shutil.chown(scratch, user)
    made_by = ("--auth-root-authentication-method=normal", "--skip-test-db", f"--tmpdir={scratch}")
    yield "mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}", *made_by
    paths = (
        f"--datadir={data}",
        f"--tmpdir={scratch}",  # a database that starts removes what others have begun in /tmp
        f"--socket={socket_of(folder)}",
        f"--pid-file={folder / 'mariadbd.pid'}",
        f"--log-error={folder / 'mariadbd.log'}",
    )
    yield "setsid", "--fork", "mariadbd", *_DATABASE, *paths, f"--user={user}"
