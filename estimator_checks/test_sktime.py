"""Every check that sktime has for these estimators; none is excluded."""

import pytest
from sktime.utils.estimator_checks import check_estimator

from lightwaves_aeon.sktime import LightWaveS, LightWaveSClassifier, LightWaveSRegressor


@pytest.mark.parametrize("cls", [LightWaveS, LightWaveSClassifier, LightWaveSRegressor])
def test_sktime(cls, record_property):
    results = check_estimator(cls, raise_exceptions=False, verbose=False)
    failed = {check: found for check, found in results.items() if found != "PASSED"}
    record_property("passed", len(results) - len(failed))
    record_property("failed", len(failed))
    assert not failed
