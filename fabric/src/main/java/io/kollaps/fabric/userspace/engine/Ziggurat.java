package io.kollaps.fabric.userspace.engine;

/**
 * Normal random numbers by the ziggurat method, exact and in nearly every case without a logarithm:
 * Marsaglia and Tsang, "The Ziggurat Method for Generating Random Variables" (2000), in the form of
 * Doornik, "An Improved Ziggurat Method to Generate Normal Random Samples" (2005), where layer and
 * place in it come from bits that do not overlap. The density is covered by {@link #LAYERS} layers
 * of equal area, of which the lowest holds the tail.
 */
final class Ziggurat {
  private static final int LAYERS = 128;

  /** Where the tail begins, and the area of a layer, for 128 layers (Doornik 2005). */
  private static final double TAIL = 3.442619855899;

  private static final double AREA = 9.91256303526217e-3;

  /** Each try fails with probability 0.012; after so many the formula of Box and Muller decides. */
  private static final int TRIES = 16;

  private static final double[] RIGHT = new double[LAYERS + 1];
  private static final double[] INNER = new double[LAYERS];

  static {
    double density = density(TAIL);
    RIGHT[0] = AREA / density;
    RIGHT[1] = TAIL;
    for (int i = 2; i < LAYERS; i++) {
      RIGHT[i] = StrictMath.sqrt(-2 * StrictMath.log(AREA / RIGHT[i - 1] + density));
      density = density(RIGHT[i]);
    }
    for (int i = 0; i < LAYERS; i++) {
      INNER[i] = RIGHT[i + 1] / RIGHT[i];
    }
  }

  private Ziggurat() {}

  private static double density(double x) {
    return StrictMath.exp(-0.5 * x * x);
  }

  /** A draw that belongs to two states; what it needs beyond the first is derived from both. */
  static double normal(long first, long second) {
    int layer = (int) RandomStream.mix(first) & (LAYERS - 1);
    double place = 2 * RandomStream.unit(first) - 1;
    if (Math.abs(place) < INNER[layer]) {
      return place * RIGHT[layer];
    }
    return rare(first, second, layer, place);
  }

  private static double rare(long first, long second, int firstLayer, double firstPlace) {
    int layer = firstLayer;
    double place = firstPlace;
    // states of this draw alone: how many are needed does not shift the draws that follow
    long state = RandomStream.start(first, second);
    for (int i = 0; i < TRIES; i++) {
      if (Math.abs(place) < INNER[layer]) {
        return place * RIGHT[layer];
      }
      state = RandomStream.next(state);
      if (layer == 0) {
        double distance = StrictMath.log(RandomStream.unit(state)) / TAIL;
        state = RandomStream.next(state);
        // Marsaglia (1964): the tail by an exponential and a rejection; tried again from here
        for (int j = 0; j < TRIES; j++) {
          if (-2 * StrictMath.log(RandomStream.unit(state)) >= distance * distance) {
            return place < 0 ? distance - TAIL : TAIL - distance;
          }
          state = RandomStream.next(state);
          distance = StrictMath.log(RandomStream.unit(state)) / TAIL;
          state = RandomStream.next(state);
        }
      } else if (underCurve(layer, place * RIGHT[layer], RandomStream.unit(state))) {
        return place * RIGHT[layer];
      }
      state = RandomStream.next(state);
      layer = (int) RandomStream.mix(state) & (LAYERS - 1);
      place = 2 * RandomStream.unit(state) - 1;
    }
    return RandomStream.boxMuller(state, RandomStream.next(state));
  }

  /** Whether a place in a layer, at a height drawn uniformly within it, is under the density. */
  private static boolean underCurve(int layer, double x, double height) {
    double low = StrictMath.exp(-0.5 * (RIGHT[layer] * RIGHT[layer] - x * x));
    double high = StrictMath.exp(-0.5 * (RIGHT[layer + 1] * RIGHT[layer + 1] - x * x));
    return high + height * (low - high) < 1;
  }
}
