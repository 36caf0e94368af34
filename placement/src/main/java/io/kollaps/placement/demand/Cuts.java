package io.kollaps.placement.demand;

/**
 * The most that can flow between the endpoints inside and those outside of each of several sets,
 * kept while endpoints change sides. Not safe to share between threads.
 *
 * <p>The value of a set is the maximal flow over all endpoints inside as sources to all outside as
 * sinks, the largest over the epochs. A single fixed route for each pair carries at most that. An
 * endpoint whose side is open ({@link #FREE}) neither sends nor receives; giving it a side never
 * makes a value smaller.
 */
public interface Cuts {
  /** An endpoint outside of a set. */
  byte OUTSIDE = 0;

  /** An endpoint inside of a set. */
  byte INSIDE = 1;

  /** An endpoint whose side is open. */
  byte FREE = 2;

  /**
   * An endpoint changes its side of one set.
   *
   * @param set which set
   * @param endpoint which endpoint
   * @param before its side so far
   * @param after its new side
   */
  void change(int set, int endpoint, byte before, byte after);

  /** The most that can flow from inside to outside, in bits per second. */
  long outBitsPerSecond(int set);

  /** The most that can flow from outside to inside, in bits per second. */
  long inBitsPerSecond(int set);
}
