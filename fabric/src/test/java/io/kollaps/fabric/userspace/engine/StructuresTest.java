package io.kollaps.fabric.userspace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The engine's data structures against the JDK's, on random operations. */
class StructuresTest {

  @Test
  void shouldKeepTimersInOrder() {
    record Key(long time, long sequence) implements Comparable<Key> {
      @Override
      public int compareTo(Key other) {
        int byTime = Long.compare(time, other.time);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
      }
    }
    for (long seed = 1; seed <= 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      DepartureHeap heap = new DepartureHeap();
      TreeMap<Key, Integer> model = new TreeMap<>();
      Map<Integer, Key> paths = new HashMap<>();
      for (int path = 0; path < 3000; path++) {
        heap.addPath(path);
      }
      for (int step = 0; step < 20_000; step++) {
        Key key = new Key(random.nextLong(1000), step);
        int choice = random.nextInt(10);
        int path = random.nextInt(3000);
        if (choice < 5) {
          heap.setPath(path, key.time(), key.sequence());
          Key old = paths.put(path, key);
          if (old != null) {
            model.remove(old);
          }
          model.put(key, path);
        } else if (choice < 7) {
          heap.addPacket(step, key.time(), key.sequence());
          model.put(key, ~step);
        } else if (choice < 8) {
          heap.removePath(path);
          Key old = paths.remove(path);
          if (old != null) {
            model.remove(old);
          }
        } else if (!model.isEmpty()) {
          int item = model.pollFirstEntry().getValue();
          assertThat(heap.firstItem()).as("seed %d step %d", seed, step).isEqualTo(item);
          heap.removeFirst();
          paths.remove(item);
        }
        long first = model.isEmpty() ? Long.MAX_VALUE : model.firstKey().time();
        assertThat(heap.firstTime()).as("seed %d step %d", seed, step).isEqualTo(first);
      }
      assertThat(heap.size()).isEqualTo(model.size());
    }
  }

  @Test
  void shouldFindAddressesAsAMapDoes() {
    SplittableRandom random = new SplittableRandom(4);
    AddressTable table = new AddressTable(9);
    Map<List<Long>, Integer> model = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      long high = random.nextLong(3);
      long low = random.nextLong(3000);
      int endpoint = random.nextInt(200);
      if (random.nextInt(200) == 0) {
        table.removeAll(endpoint);
        model.values().removeIf(owner -> owner == endpoint);
      } else {
        Integer owner = model.putIfAbsent(List.of(high, low), endpoint);
        assertThat(table.add(high, low, endpoint)).isEqualTo(owner == null || owner == endpoint);
      }
      long otherLow = random.nextLong(3000);
      assertThat(table.find(high, otherLow))
          .isEqualTo(model.getOrDefault(List.of(high, otherLow), AddressTable.NONE));
    }
  }

  @Test
  void shouldNeverHandOutMemoryTwice() {
    long memoryBytes = EngineMemory.MIN_SIZE_BYTES;
    try (Arena arena = Arena.ofConfined()) {
      long base = arena.allocate(memoryBytes, 64).address();
      BufferPool pool = new BufferPool(new EngineMemory(base, memoryBytes));
      SplittableRandom random = new SplittableRandom(8);
      TreeMap<Long, Integer> held = new TreeMap<>();
      List<Integer> buffers = new ArrayList<>();
      int refused = 0;
      for (int step = 0; step < 200_000; step++) {
        if (buffers.isEmpty() || random.nextInt(1000) < (step % 20_000 < 12_000 ? 600 : 300)) {
          int bytes = random.nextInt(1, 1 << random.nextInt(4, 17));
          int packetBytes = Math.min(bytes, BufferPool.MAX_PACKET_BYTES);
          int buffer = pool.allocate(packetBytes);
          if (buffer == BufferPool.NONE) {
            refused++;
            continue;
          }
          long address = pool.address(buffer);
          int size = packetBytes + PacketHeader.BYTES;
          assertThat(address).isGreaterThanOrEqualTo(base);
          assertThat(address + size).isLessThanOrEqualTo(base + memoryBytes);
          Map.Entry<Long, Integer> below = held.lowerEntry(address + size);
          if (below != null) {
            assertThat(below.getKey() + below.getValue()).isLessThanOrEqualTo(address);
          }
          held.put(address, size);
          buffers.add(buffer);
        } else {
          int buffer = buffers.remove(random.nextInt(buffers.size()));
          held.remove(pool.address(buffer));
          pool.free(buffer);
        }
      }
      assertThat(refused).isPositive();
    }
  }
}
