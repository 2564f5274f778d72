// A series in an array, for a LightWaveS model, written by lightwaves-aeon.
//
// The series is one of which is known what Python says: the sketch tells whether this
// board says the same. Put your own in its place, row by row, one row a channel.

#define LIGHTWAVES_KNOWN_CASE
#include <lightwaves_model.h>
#include <math.h>

#ifdef LIGHTWAVES_N_CLASSES
const int nScores = LIGHTWAVES_N_CLASSES;
#else
const int nScores = LIGHTWAVES_N_OUTPUTS;
#endif

static float series[LIGHTWAVES_N_CHANNELS * LIGHTWAVES_MAX_TIMEPOINTS];
static float scores[nScores];

// All values are at the lower level of their channel, or a step above it.
static const struct {
  int channel;
  float low, step;
} knownChannels[] = {KNOWN_CHANNELS};
static const float knownScores[nScores] = {KNOWN_SCORES};
static const float knownTolerances[nScores] = {KNOWN_TOLERANCES};

void writeKnownCase() {
  uint32_t count = KNOWN_FIRST;
  for (const auto &known : knownChannels) {
    float *row = series + known.channel * LIGHTWAVES_MAX_TIMEPOINTS;
    for (int t = 0; t < LIGHTWAVES_MAX_TIMEPOINTS; t++) {
      uint32_t mixed = count++ * 2654435769u;
      mixed = (mixed ^ mixed >> 16) * 2246822507u;
      row[t] = known.low;
      if (mixed >> 31) row[t] += known.step;
    }
  }
}

bool isAsInPython() {
  for (int k = 0; k < nScores; k++)
    if (!(fabsf(scores[k] - knownScores[k]) <= knownTolerances[k])) return false;
  return true;
}

void setup() {
  Serial.begin(115200);
  writeKnownCase();
}

void loop() {
  const unsigned long start = micros();
  const int predicted = lightwaves_predict(series, scores);
  const unsigned long duration = micros() - start;
  if (predicted < 0) {
    Serial.println("a value is infinite, far out of scale, or NaN");
  } else {
#ifdef LIGHTWAVES_N_CLASSES
    Serial.print(lightwaves_classes[predicted]);
#else
    Serial.print(scores[0], 6);
#endif
    Serial.print(isAsInPython() ? ", as in Python, in " : ", not as in Python, in ");
    Serial.print(duration);
    Serial.println(" microseconds");
  }
  delay(1000);
}
