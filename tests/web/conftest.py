from __future__ import annotations

import pytest

from tests.web.site import Site


@pytest.fixture(scope="session")
def one_site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.close()


@pytest.fixture
def site(one_site):
    one_site.reset()
    return one_site


@pytest.fixture
def new_site(tmp_path):
    """An application of its own, for tests that change it."""
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture
def database(site):
    return site.database
