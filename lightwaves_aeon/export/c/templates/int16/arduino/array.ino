// A series in an array, for a LightWaveS model in integers, written by lightwaves-aeon.
//
// The series is one of which is known what Python says: the sketch tells whether this
// board says the same, to the bit. Put your own in its place, row by row, one row a
// channel.

#define LIGHTWAVES_KNOWN_CASE
#include <lightwaves_model.h>
#include <string.h>

#ifdef LIGHTWAVES_N_CLASSES
const int nScores = LIGHTWAVES_N_CLASSES;
#else
const int nScores = LIGHTWAVES_N_OUTPUTS;
static const float units[nScores] = {LIGHTWAVES_UNITS};
static const float offsets[nScores] = {LIGHTWAVES_OFFSETS};
#endif

const uint32_t nValues = (uint32_t)LIGHTWAVES_N_CHANNELS * LIGHTWAVES_N_TIMEPOINTS;

static int16_t series[nValues];
static int32_t scores[nScores];
static const int32_t knownScores[nScores] = {KNOWN_SCORES};

void writeKnownCase() {
  for (uint32_t i = 0; i < nValues; i++) {
    uint32_t mixed = i * 2654435769u;
    mixed = (mixed ^ mixed >> 16) * 2246822507u;
    series[i] = (int16_t)((int32_t)(mixed >> KNOWN_SHIFT)
                          - ((int32_t)1 << (31 - KNOWN_SHIFT)));
  }
}

void setup() {
  Serial.begin(115200);
  writeKnownCase();
}

void loop() {
  const unsigned long start = micros();
  const int predicted = lightwaves_predict(series, scores);
  const unsigned long duration = micros() - start;
#ifdef LIGHTWAVES_N_CLASSES
  Serial.print(lightwaves_classes[predicted]);
#else
  (void)predicted;
  Serial.print(scores[0] * units[0] + offsets[0], 6);
#endif
  const bool isAsInPython = memcmp(scores, knownScores, sizeof scores) == 0;
  Serial.print(isAsInPython ? ", as in Python, in " : ", not as in Python, in ");
  Serial.print(duration);
  Serial.println(" microseconds");
  delay(1000);
}
