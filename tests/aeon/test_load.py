"""Model files that tell what they hold."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from lightwaves_aeon import LightWaveSClassifier, LightWaveSRegressor
from lightwaves_aeon.aeon.load import load_model_file
from lightwaves_aeon.export.model_file import ModelFileError, load_model, save_model


@pytest.fixture(params=[LightWaveSClassifier, LightWaveSRegressor])
def kind(request):
    return request.param


def test_what_was_saved_comes_back(kind, problem, small, tmp_path):
    X, y = problem
    saved = kind(**small, random_state=0).fit(X, y)
    saved.save(tmp_path / "some.model")
    found = load_model_file(tmp_path / "some.model", n_jobs=2)
    assert type(found) is kind
    assert found.n_jobs == 2
    assert_array_equal(found.predict(X), saved.predict(X))


def test_files_of_sktime(problem, small, tmp_path):
    from lightwaves_aeon.sktime import LightWaveSRegressor as OfSktime

    X, y = problem
    saved = OfSktime(**small, random_state=0).fit(X, np.stack([y, -y], axis=1))
    saved.save(tmp_path / "some.model", "lightwaves")
    found = load_model_file(tmp_path / "some.model")
    assert type(found) is LightWaveSRegressor
    assert_array_equal(found.predict(X), saved.predict(X))


@pytest.mark.parametrize("estimator", ["Oracle", None, ["RidgeClassifierCV"]])
def test_neither(kind, problem, small, tmp_path, estimator):
    kind(**small, random_state=0).fit(*problem).save(tmp_path / "some.model")
    header, arrays = load_model(tmp_path / "some.model")
    save_model(tmp_path / "other.model", {**header, "estimator": estimator}, arrays)
    with pytest.raises(ModelFileError, match="no fitted classifier and no fitted reg"):
        load_model_file(tmp_path / "other.model")


def test_no_model_files(tmp_path):
    with pytest.raises(ModelFileError, match="no model file"):
        load_model_file(__file__)
    with pytest.raises(FileNotFoundError):
        load_model_file(tmp_path / "none")
