package io.kollaps.cluster.capacity;

import java.util.List;
import java.util.OptionalInt;

/**
 * A level of the capacity map: the capacity between any two nodes below different children of it.
 * Levels rise from the top down, but for noise: two estimates may stand the wrong way round by as
 * much as the noise explains.
 *
 * @param id its identity, which stays as long as it is there
 * @param parent number of the level above, which is smaller than this one's; empty for the top
 * @param meanBitsPerSecond mean of the samples: the estimate
 * @param lowBitsPerSecond lowest capacity that explains a sample
 * @param highBitsPerSecond highest capacity that explains a sample
 * @param samples number of samples
 * @param asymmetric true when a probe of this level found its directions different; the level is
 *     then the smaller one
 * @param sampledAtNanos when the last sample was taken, on the leader's clock
 * @param basis pairs whose probes are the latest samples; a node among them may have left
 */
public record Level(
    long id,
    OptionalInt parent,
    double meanBitsPerSecond,
    double lowBitsPerSecond,
    double highBitsPerSecond,
    int samples,
    boolean asymmetric,
    long sampledAtNanos,
    List<NodePair> basis) {
  /** Copies the list. */
  public Level {
    basis = List.copyOf(basis);
  }
}
