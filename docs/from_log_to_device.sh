#!/usr/bin/env bash
# From a CSV log to decisions on a device, in six commands:
#
#     docs/from_log_to_device.sh FOLDER [DATASET [ARCHIVE]]
#
# The logs are made of a data set of the UEA archive, by default BasicMotions, which comes
# with aeon: log.csv of its training cases, some of one class after the other in each
# recording, and live.csv of test cases of all classes, which stands for a device at work.
# At last it is seen that Python, as the samples come and from the file, and the program in
# C decide alike.
set -euo pipefail
mkdir -p "$1" && cd "$1"
dataset=${2:-BasicMotions} archive=${3:-}

python - "$dataset" "$archive" <<'PYTHON'
import sys

import numpy as np
import pandas as pd
from aeon.datasets import load_classification

RATE = 10  # samples a second


def log_of(series, labels):
    """The samples of series that follow each other, a row each."""
    n_cases, n_channels, n_timepoints = series.shape
    samples = series.transpose(0, 2, 1).reshape(-1, n_channels)
    log = pd.DataFrame(samples, columns=[f"sensor {i}" for i in range(n_channels)])
    log.insert(0, "label", np.repeat(labels, n_timepoints))
    log.insert(0, "time", np.arange(len(log)) / RATE)
    return log


name, archive = sys.argv[1], sys.argv[2] or None
X, y = load_classification(name, split="train", extract_path=archive)
recordings = []
for label in np.unique(y):
    for number, cases in enumerate(np.array_split(np.flatnonzero(y == label), 5)):
        log = log_of(X[cases], y[cases])
        log.insert(0, "recording", f"{label} {number}")
        recordings.append(log)
pd.concat(recordings).to_csv("log.csv", index=False)

X, y = load_classification(name, split="test", extract_path=archive)
some = np.concatenate([np.flatnonzero(y == label)[:3] for label in np.unique(y)])
log_of(X[some], y[some]).to_csv("live.csv", index=False)
with open("length", "w") as file:
    print(X.shape[2], file=file)
PYTHON

window=$(cat length) hop=$(($(cat length) / 2))
columns=(--time time --label label --hop "$hop")
set -x

lightwaves evaluate log.csv --recording recording "${columns[@]}" --window "$window"
lightwaves fit --data log.csv --recording recording "${columns[@]}" --window "$window" \
    --out device.model
lightwaves report device.model --data live.csv "${columns[@]}" --out report.html
lightwaves export device.model --to c --hop "$hop" --out device
lightwaves watch device.model --time time --hop "$hop" --proba < live.csv > watched.tsv
cat > main.c <<'C'
#include <stdio.h>
#include "device/device_model.h"

int main(void)
{
    static float sample[DEVICE_N_CHANNELS], scores[DEVICE_N_CLASSES];
    int channel = 0;
    while (scanf("%f%*[,\r\n]", &sample[channel]) == 1) {
        channel = (channel + 1) % DEVICE_N_CHANNELS;
        if (channel > 0)
            continue;
        const int decision = device_push(sample, scores);
        if (decision >= 0)
            printf("%s\n", device_classes[decision]);
    }
    return 0;
}
C
cc -std=c99 -O2 -ffp-contract=off main.c device/device_model.c -lm -o stream

# The decisions, without anything else, of all three.
tail -n +2 live.csv | cut -d , -f 3- | ./stream > of_c
tail -n +2 watched.tsv | cut -f 3 > of_watch
lightwaves predict device.model --data live.csv --time time --hop "$hop" --out predicted.csv
tail -n +2 predicted.csv | cut -d , -f 2 | tr -d '\r' > of_predict
cmp of_c of_watch
cmp of_predict of_watch
{ set +x; } 2> /dev/null
echo "$(wc -l < of_c) decisions, the same of all three"
