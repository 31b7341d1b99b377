"""Takes away from a process what the scanning of one file does not need: network, programs, files, other processes.

Every measure is applied where the system has it; ``probe`` tells which of them hold, by trying. Sources: prctl(2),
seccomp(2), landlock(7), capabilities(7), setrlimit(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import resource
import signal
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_PR_GET_NO_NEW_PRIVS = 39
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

#: Answered with "not permitted". Kept as a list of what is refused: which calls the C library makes for harmless
#: ends differs from version to version, so a list of what is allowed would break with an update of the system.
_REFUSED = (
    # Network, and sockets on this machine: the broker listens on one
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg"),
    *("recvmsg", "recvmmsg", "socketcall"),
    # Other programs and processes
    *("execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
    *("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "kcmp"),
    *("pidfd_send_signal", "setrlimit", "setpriority", "sched_setscheduler", "sched_setaffinity"),
    *("shmget", "shmat", "shmctl", "semget", "semop", "semctl", "msgget", "msgsnd", "msgrcv", "mq_open", "ipc"),
    # Changes to files
    *("creat", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat"),
    *("symlink", "symlinkat", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown"),
    *("lchown", "fchownat", "truncate", "ftruncate", "fallocate", "utime", "utimes", "utimensat", "futimesat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "open_by_handle_at"),
    # The system; io_uring would do all of the above past this list
    *("mount", "umount2", "move_mount", "fsopen", "open_tree", "pivot_root", "chroot", "unshare", "setns", "bpf"),
    *("perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"),
    *("swapon", "swapoff", "quotactl", "acct", "personality", "fanotify_init", "memfd_create", "memfd_secret"),
    *("settimeofday", "clock_settime", "sethostname", "setdomainname", "syslog", "iopl", "ioperm"),
)
#: Answered with "no such call", for which the C library has an older one whose arguments can be judged.
_UNKNOWN = ("clone3", "openat2")
_CLONE_THREAD = 0x00010000


def hide_process() -> None:
    """Keep processes of the same user from reading this one's memory and environment, where the system can."""
    if _LINUX:
        _prctl(_PR_SET_DUMPABLE, 0)


class Lockdown:
    """Made once before forking, because that costs; entered by every child in two steps, and never left again.

    ``memory_bytes`` may be allocated beyond what the process has when this is made, ``cpu_seconds`` be used.
    """

    def __init__(self, *, memory_bytes: int, cpu_seconds: int) -> None:
        self._memory = _address_space() + memory_bytes
        self._cpu = cpu_seconds
        self._filter = _seccomp_filter()
        self._landlock = _landlock_ruleset(_readable())

    @property
    def descriptors(self) -> set[int]:
        """Descriptors that ``prepare`` needs; it closes them."""
        return set() if self._landlock is None else {self._landlock}

    def prepare(self) -> None:
        """Give up all that a child does not need to receive its file: the greater part of the cost, paid ahead."""
        _set_limit("RLIMIT_CPU", self._cpu)
        _set_limit("RLIMIT_FSIZE", 0)
        _set_limit("RLIMIT_CORE", 0)
        _set_limit("RLIMIT_NOFILE", 64)
        _set_limit("RLIMIT_NPROC", 0)
        if not _LINUX:
            return
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if self._landlock is not None:
            _libc().syscall(_LANDLOCK_RESTRICT_SELF, self._landlock, 0)
            os.close(self._landlock)

    def enter(self, file_bytes: int = 0) -> None:
        """Give up the rest, before the first look at the file; ``file_bytes`` of it are mapped into memory."""
        _set_limit("RLIMIT_AS", self._memory + file_bytes)
        if self._filter:
            _install_filter(self._filter)


def probe() -> dict[str, bool]:
    """Return which measures hold in this process, found out by trying. To be called in lock-down."""
    return {
        "rlimits": resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 0 and _refused(_write_file),
        "no_new_privs": _LINUX and _libc().prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
        "seccomp": all(_refused(attempt) for attempt in (_internet_socket, _local_socket, _run_program, _signal_self)),
        "landlock": _refused(lambda: os.close(os.open("/", os.O_RDONLY))),
        "capabilities": _LINUX and not _has_capabilities(),
    }


def _refused(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _write_file() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def _internet_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def _local_socket() -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def _run_program() -> None:
    # A program that is not there is refused for another reason: only the filter says that it is not permitted.
    try:
        os.execv("/nonexistent", ["nonexistent"])  # noqa: S606 -- it is not there
    except FileNotFoundError:
        return


def _signal_self() -> None:
    os.kill(os.getpid(), 0)


def _has_capabilities() -> bool:
    header, data = _capability_structures()
    return _libc().capget(ctypes.byref(header), ctypes.byref(data)) != 0 or any(data)


def _drop_capabilities() -> None:
    """Give up what root has beyond a user; a process without capabilities has nothing to lose."""
    header, data = _capability_structures()
    _libc().capset(ctypes.byref(header), ctypes.byref(data))


def _capability_structures() -> tuple[Any, Any]:
    # struct __user_cap_header_struct (version, pid), and two sets of (effective, permitted, inheritable).
    return (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    _libc().prctl(option, value, 0, 0, 0)


def _set_limit(name: str, value: int) -> None:
    """Lower a limit for good; a value above what is allowed already, or a limit the system lacks, changes nothing."""
    which = getattr(resource, name, None)
    if which is None:
        return
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """Return the bytes of address space that this process has; half a gibibyte where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 512 * 1024 * 1024
    return pages * resource.getpagesize()


def _seccomp_filter() -> bytes:
    """Return the compiled filter, ready to be installed; empty where there is no libseccomp."""
    if not _LINUX:
        return b""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return b""
    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    _refuse(pyseccomp, calls, pyseccomp.ERRNO(errno.EPERM), _REFUSED)
    _refuse(pyseccomp, calls, pyseccomp.ERRNO(errno.ENOSYS), _UNKNOWN)
    not_permitted = pyseccomp.ERRNO(errno.EPERM)
    # Threads are fine, processes are not.
    calls.add_rule(not_permitted, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    # Limits may be read, not set.
    calls.add_rule(not_permitted, "prlimit64", pyseccomp.Arg(2, pyseccomp.NE, 0))
    for call, position in (("open", 1), ("openat", 2)):
        for mask, value in _WRITING:
            flags = pyseccomp.Arg(position, pyseccomp.MASKED_EQ, mask, value)
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                calls.add_rule(not_permitted, call, flags)
    with tempfile.TemporaryFile() as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()


#: (mask, value) of flags with which a file is opened to be changed.
_WRITING = (
    (os.O_ACCMODE, os.O_WRONLY),
    (os.O_ACCMODE, os.O_RDWR),
    (os.O_CREAT, os.O_CREAT),
    (os.O_TRUNC, os.O_TRUNC),
)


def _refuse(pyseccomp: Any, calls: Any, action: int, names: Iterable[str]) -> None:
    for name in names:
        # A call that this machine's architecture or library does not know needs no refusal.
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            calls.add_rule(action, name)


class _Program(ctypes.Structure):
    """``struct sock_fprog``: number of instructions (8 bytes each) and where they are."""

    _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _install_filter(compiled: bytes) -> None:
    program = _Program(len(compiled) // 8, compiled)
    _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
_LANDLOCK_PATH_BENEATH = 1
_READ_FILE = 1 << 2
_READ_FOLDER = 1 << 3


class _Ruleset(ctypes.Structure):
    """``struct landlock_ruleset_attr``; older kernels know only its first fields."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``, which is packed."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _readable() -> list[str]:
    """Where Python may still look for a module that it loads late, and how much memory there is, which a library
    asks before it unpacks. Nothing else of the machine can be read.
    """
    named = sysconfig.get_paths()
    folders = [named[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*folders, str(Path(__file__).resolve().parent.parent), "/proc/meminfo"]


def _landlock_ruleset(readable: Iterable[str]) -> int | None:
    """Return a descriptor of rules that leave only reading of these paths; None where the kernel has no Landlock."""
    if not _LINUX:
        return None
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
    if version < 1:
        return None
    # Rights by version: 13 of files at first, then moving, truncating, device control; TCP; signals and sockets.
    files = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    rules = _Ruleset((1 << files) - 1, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset: int = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return None
    for path in readable:
        with contextlib.suppress(OSError):
            _allow_reading(libc, ruleset, path)
    return ruleset


def _allow_reading(libc: Any, ruleset: int, path: str) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        # A right that only folders have is refused for a file.
        rights = _READ_FILE | _READ_FOLDER if Path(path).is_dir() else _READ_FILE
        rule = _PathBeneath(rights, descriptor)
        libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)
