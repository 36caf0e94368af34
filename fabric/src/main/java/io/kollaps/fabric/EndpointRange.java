package io.kollaps.fabric;

/**
 * The endpoints of a fabric, 0 to count - 1, and the dense ids of the paths between them: what
 * every fabric checks of a call before it changes anything.
 *
 * @param count number of endpoints
 */
public record EndpointRange(int count) {

  /**
   * Checks an endpoint.
   *
   * @throws FabricException when there is none of that index
   */
  public void requireEndpoint(int endpoint) throws FabricException {
    if (endpoint < 0 || endpoint >= count) {
      throw new FabricException(
          "There are endpoints 0 to " + (count - 1) + ", but not " + endpoint + ".");
    }
  }

  /**
   * Checks a batch of rates.
   *
   * @throws FabricException when the arrays differ in length, an id is none of a path between two
   *     endpoints, or a rate is below 1
   */
  public void requireRates(int[] pathIds, long[] ratesBitsPerSecond) throws FabricException {
    if (pathIds.length != ratesBitsPerSecond.length) {
      throw new FabricException(
          pathIds.length + " paths cannot have " + ratesBitsPerSecond.length + " rates.");
    }
    for (int i = 0; i < pathIds.length; i++) {
      if (pathIds[i] < 0 || pathIds[i] / count >= count || ratesBitsPerSecond[i] < 1) {
        throw new FabricException(
            "Path id "
                + pathIds[i]
                + " with rate "
                + ratesBitsPerSecond[i]
                + " bit/s is out of range.");
      }
    }
  }
}
