"""How many files and connections this process may have open."""

import resource


def may_open(files: int) -> bool:
    """Whether it may have so many open. The system's soft limit is raised for that, as far as the hard one allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _enough(soft, files):
        return True
    if not _enough(hard, files):
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return True


def _enough(limit: int, files: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= files
