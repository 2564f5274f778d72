// A stream of samples, for a LightWaveS model, written by lightwaves-aeon.
//
// A sample is a line of numbers from the serial port, one a channel: put what reads your
// sensor in its place. Samples come at the pace of the training series.

#include <lightwaves_model.h>
#include <ctype.h>

#ifdef LIGHTWAVES_N_CLASSES
const int nScores = LIGHTWAVES_N_CLASSES;
#else
const int nScores = LIGHTWAVES_N_OUTPUTS;
#endif

static float sample[LIGHTWAVES_N_CHANNELS];
static float scores[nScores];

bool readSample() {
  while (Serial.available() && isspace(Serial.peek())) Serial.read();
  if (!Serial.available()) return false;
  for (int channel = 0; channel < LIGHTWAVES_N_CHANNELS; channel++)
    sample[channel] = Serial.parseFloat();
  return true;
}

void setup() {
  Serial.begin(115200);
}

void loop() {
  if (!readSample()) return;
  const int predicted = lightwaves_push(sample, scores);
  if (predicted == LIGHTWAVES_NO_DECISION) return;
  if (predicted < 0) {
    Serial.println("a value is infinite, far out of scale, or NaN");
    return;
  }
#ifdef LIGHTWAVES_N_CLASSES
  Serial.println(lightwaves_classes[predicted]);
#else
  Serial.println(scores[0], 6);
#endif
}
