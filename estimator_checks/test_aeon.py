"""Every check that aeon has for these estimators; none is excluded."""

from aeon.testing.estimator_checking import parametrize_with_checks

from lightwaves_aeon import (
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
    LightWaveSRegressor,
)


ESTIMATORS = [
    LightWaveS,
    LightWaveSChannelSelector,
    LightWaveSClassifier,
    LightWaveSRegressor,
]


@parametrize_with_checks(ESTIMATORS)
def test_aeon(check, collective):
    with collective:
        check()
