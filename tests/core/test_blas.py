"""BLAS works in one thread while a model is fitted, and as before after it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from threadpoolctl import OpenBLASController, threadpool_info, threadpool_limits

from lightwaves_aeon import LightWaveSChannelSelector, LightWaveSClassifier
from lightwaves_aeon.core.parallel.blas import one_blas_thread


def n_threads():
    return {
        library["num_threads"]
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }


@pytest.fixture(autouse=True)
def _two_threads():
    # Not as a context, which would keep other threads from setting it.
    limits = threadpool_limits(2, user_api="blas")
    OpenBLASController.clear_controlling_thread()
    yield
    limits.restore_original_limits()
    OpenBLASController.clear_controlling_thread()


def test_one_thread_inside_and_as_many_as_before_outside():
    with one_blas_thread:
        assert n_threads() == {1}
        with one_blas_thread:
            assert n_threads() == {1}
        assert n_threads() == {1}
    assert n_threads() == {2}


def test_threads_are_put_back_after_an_error():
    @one_blas_thread
    def fail():
        assert n_threads() == {1}
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert n_threads() == {2}


def test_threads_are_put_back_after_several_threads_were_inside():
    all_inside = Barrier(3)

    def enter():
        with one_blas_thread:
            all_inside.wait(60)
            assert n_threads() == {1}
            all_inside.wait(60)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(enter) for _ in range(3)]:
            done.result()
    assert n_threads() == {2}


def test_the_last_to_leave_puts_them_back():
    both_inside, first_left = Barrier(2), Barrier(2)

    def first():
        with one_blas_thread:
            both_inside.wait(60)
        first_left.wait(60)

    def last():
        with one_blas_thread:
            both_inside.wait(60)
            first_left.wait(60)
            return n_threads()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(first)
        assert pool.submit(last).result() == {1}
    assert n_threads() == {2}


def test_a_model_does_not_depend_on_threads_of_blas():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 6, 40)), np.arange(90) % 3
    X[y == 1, 2] += np.sin(np.arange(40))
    found = []
    for n in (1, 2):
        with threadpool_limits(n, user_api="blas"):
            clf = LightWaveSClassifier(variant="plus", n_features=60, random_state=0)
            scores = clf.set_params(max_channels=3).fit(X, y).decision_function(X)
            selector = LightWaveSChannelSelector(random_state=0).fit(X, y)
            found.append((scores, selector.channel_path_["loo_error"].to_numpy()))
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)
    assert n_threads() == {2}
