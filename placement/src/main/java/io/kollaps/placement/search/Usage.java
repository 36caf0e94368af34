package io.kollaps.placement.search;

/** What a given placement asks for. */
public final class Usage {
  private Usage() {}

  /** What a placement asks of each limit, times the limit's divisor. */
  public static long[] demand(SearchCase searchCase, int[] nodeOf) {
    return new Assignment(searchCase, nodeOf).meter().demand();
  }

  /** True when the nodes have slots, processors and memory for a placement. */
  public static boolean hasRoom(SearchCase searchCase, int[] nodeOf) {
    int[] slots = searchCase.freeSlots().clone();
    long[] milliCpus = searchCase.freeMilliCpus().clone();
    long[] memory = searchCase.freeMemoryBytes().clone();
    for (int endpoint = 0; endpoint < nodeOf.length; endpoint++) {
      int node = nodeOf[endpoint];
      slots[node]--;
      milliCpus[node] -= searchCase.needMilliCpus()[endpoint];
      memory[node] -= searchCase.needMemoryBytes()[endpoint];
      boolean need =
          searchCase.needMilliCpus()[endpoint] > 0 || searchCase.needMemoryBytes()[endpoint] > 0;
      if (slots[node] < 0 || (need && (milliCpus[node] < 0 || memory[node] < 0))) {
        return false;
      }
    }
    return true;
  }
}
