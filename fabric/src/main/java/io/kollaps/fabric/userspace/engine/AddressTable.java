package io.kollaps.fabric.userspace.engine;

import java.util.Arrays;

/**
 * Which endpoint has an address: open addressing with linear probing over 128-bit keys, at most
 * half full, so that a lookup touches little memory and always ends.
 */
final class AddressTable {
  /** No endpoint. */
  static final int NONE = -1;

  private final long seed;
  private long[] high = new long[64];
  private long[] low = new long[64];
  private int[] endpoints = filled(64);
  private int count;

  /**
   * An empty table.
   *
   * @param seed decides the order inside, not the results
   */
  AddressTable(long seed) {
    this.seed = seed;
  }

  /** The endpoint that has the address, or {@link #NONE}. */
  int find(long addressHigh, long addressLow) {
    int mask = endpoints.length - 1;
    int at = hash(addressHigh, addressLow) & mask;
    while (endpoints[at] != NONE && (high[at] != addressHigh || low[at] != addressLow)) {
      at = (at + 1) & mask;
    }
    return endpoints[at];
  }

  /**
   * Gives an address to an endpoint.
   *
   * @return false when another endpoint has it
   */
  boolean add(long addressHigh, long addressLow, int endpoint) {
    int owner = find(addressHigh, addressLow);
    if (owner != NONE) {
      return owner == endpoint;
    }
    if (2 * (count + 1) > endpoints.length) {
      rebuild(2 * endpoints.length, NONE);
    }
    insert(addressHigh, addressLow, endpoint);
    return true;
  }

  /** Takes all addresses of an endpoint away. */
  void removeAll(int endpoint) {
    rebuild(endpoints.length, endpoint);
  }

  private void insert(long addressHigh, long addressLow, int endpoint) {
    int mask = endpoints.length - 1;
    int at = hash(addressHigh, addressLow) & mask;
    while (endpoints[at] != NONE) {
      at = (at + 1) & mask;
    }
    high[at] = addressHigh;
    low[at] = addressLow;
    endpoints[at] = endpoint;
    count++;
  }

  private void rebuild(int capacity, int without) {
    long[] oldHigh = high;
    long[] oldLow = low;
    int[] oldEndpoints = endpoints;
    high = new long[capacity];
    low = new long[capacity];
    endpoints = filled(capacity);
    count = 0;
    for (int i = 0; i < oldEndpoints.length; i++) {
      if (oldEndpoints[i] != NONE && oldEndpoints[i] != without) {
        insert(oldHigh[i], oldLow[i], oldEndpoints[i]);
      }
    }
  }

  private int hash(long addressHigh, long addressLow) {
    return (int) (RandomStream.mix(RandomStream.mix(addressHigh + seed) ^ addressLow) >>> 32);
  }

  private static int[] filled(int capacity) {
    int[] array = new int[capacity];
    Arrays.fill(array, NONE);
    return array;
  }
}
