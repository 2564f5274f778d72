// A stream of samples, for a LightWaveS model in integers, written by lightwaves-aeon.
//
// A sample is a line of numbers from the serial port, one a channel: put what reads your
// sensor in its place. They are counts where the program takes counts. Samples come at
// the pace of the training series.

#include <lightwaves_model.h>
#include <ctype.h>

#ifdef LIGHTWAVES_N_CLASSES
const int nScores = LIGHTWAVES_N_CLASSES;
#else
const int nScores = LIGHTWAVES_N_OUTPUTS;
static const float units[nScores] = {LIGHTWAVES_UNITS};
static const float offsets[nScores] = {LIGHTWAVES_OFFSETS};
#endif

static int16_t sample[LIGHTWAVES_N_CHANNELS];
static int32_t scores[nScores];
#ifndef LIGHTWAVES_COUNTS
static float values[LIGHTWAVES_N_CHANNELS];
#endif

bool readSample() {
  while (Serial.available() && isspace(Serial.peek())) Serial.read();
  if (!Serial.available()) return false;
#ifdef LIGHTWAVES_COUNTS
  for (int channel = 0; channel < LIGHTWAVES_N_CHANNELS; channel++)
    sample[channel] = (int16_t)Serial.parseInt();
#else
  for (int channel = 0; channel < LIGHTWAVES_N_CHANNELS; channel++)
    values[channel] = Serial.parseFloat();
  lightwaves_quantise(values, 1, sample);
#endif
  return true;
}

void setup() {
  Serial.begin(115200);
}

void loop() {
  if (!readSample()) return;
  const int predicted = lightwaves_push(sample, scores);
  if (predicted == LIGHTWAVES_NO_DECISION) return;
#ifdef LIGHTWAVES_N_CLASSES
  Serial.println(lightwaves_classes[predicted]);
#else
  Serial.println(scores[0] * units[0] + offsets[0], 6);
#endif
}
