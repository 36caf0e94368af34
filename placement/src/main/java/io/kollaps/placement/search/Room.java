package io.kollaps.placement.search;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** Slots, processors and memory while a placement is built from nothing. */
final class Room {
  private final SearchCase searchCase;
  private final int quota;
  private final int[] nodeOf;
  private final int[] count;
  private final long[] milliCpus;
  private final long[] memoryBytes;

  private Room(SearchCase searchCase, int quota) {
    this.searchCase = searchCase;
    this.quota = quota;
    this.nodeOf = new int[searchCase.endpointCount()];
    this.count = new int[searchCase.nodeCount()];
    this.milliCpus = searchCase.freeMilliCpus().clone();
    this.memoryBytes = searchCase.freeMemoryBytes().clone();
    Arrays.fill(nodeOf, SearchCase.ANYWHERE);
  }

  /** With the pinned endpoints in their places; empty when they do not fit there. */
  static Optional<Room> withPinned(SearchCase searchCase, int quota) {
    Room room = new Room(searchCase, quota);
    return room.putPinned().isEmpty() ? Optional.of(room) : Optional.empty();
  }

  /** The first node on which the endpoints pinned to it do not fit. */
  static OptionalInt overfilledByPins(SearchCase searchCase) {
    return new Room(searchCase, Integer.MAX_VALUE).putPinned();
  }

  private OptionalInt putPinned() {
    for (int endpoint = 0; endpoint < nodeOf.length; endpoint++) {
      int node = searchCase.pinned()[endpoint];
      if (node != SearchCase.ANYWHERE) {
        if (!fits(endpoint, node)) {
          return OptionalInt.of(node);
        }
        put(endpoint, node);
      }
    }
    return OptionalInt.empty();
  }

  boolean fits(int endpoint, int node) {
    return count[node] < Math.min(quota, searchCase.freeSlots()[node])
        && searchCase.needMilliCpus()[endpoint] <= milliCpus[node]
        && searchCase.needMemoryBytes()[endpoint] <= memoryBytes[node];
  }

  void put(int endpoint, int node) {
    nodeOf[endpoint] = node;
    count[node]++;
    milliCpus[node] -= searchCase.needMilliCpus()[endpoint];
    memoryBytes[node] -= searchCase.needMemoryBytes()[endpoint];
  }

  boolean placed(int endpoint) {
    return nodeOf[endpoint] != SearchCase.ANYWHERE;
  }

  int nodeOf(int endpoint) {
    return nodeOf[endpoint];
  }

  int count(int node) {
    return count[node];
  }

  /** Where every endpoint is. A new array at each call. */
  int[] nodes() {
    return nodeOf.clone();
  }
}
