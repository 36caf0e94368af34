package io.kollaps.fabric.tc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.linux.traffic.Filter;
import io.kollaps.linux.traffic.Filter.U32;
import io.kollaps.linux.traffic.Filter.U32.Action;
import io.kollaps.linux.traffic.Filter.U32.Key;
import io.kollaps.linux.traffic.Filter.U32.Place;
import io.kollaps.linux.traffic.Filter.U32.Redirect;
import io.kollaps.linux.traffic.Filter.U32.ToClass;
import io.kollaps.linux.traffic.Filter.U32.ToTable;
import io.kollaps.linux.traffic.Filter.U32Table;
import io.kollaps.linux.traffic.Protocol;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DestinationFiltersTest {
  /** What the kernel does with u32 filters, as its documentation says. */
  private static final class Kernel {
    private final Map<Integer, Integer> tables = new HashMap<>();
    private final Map<Integer, TreeMap<Integer, U32>> buckets = new HashMap<>();
    private int compared;

    void add(List<DestinationFilters.Placed> added) {
      for (DestinationFilters.Placed placed : added) {
        switch (placed.filter()) {
          case U32Table table ->
              assertThat(tables.put(table.table(), table.buckets())).as("%s", table).isNull();
          case U32 filter -> {
            Place at = filter.place();
            if (at.table() != U32.ROOT_TABLE) {
              assertThat(tables.getOrDefault(at.table(), 0)).isGreaterThan(at.bucket());
            }
            assertThat(nodes(at, placed.protocol()).put(at.node(), filter)).isNull();
          }
          case Filter other -> throw new AssertionError("not u32: " + other);
        }
      }
    }

    void delete(List<DestinationFilters.Placed> deleted) {
      for (DestinationFilters.Placed placed : deleted) {
        Place at = ((U32) placed.filter()).place();
        assertThat(nodes(at, placed.protocol()).remove(at.node())).isNotNull();
      }
    }

    private TreeMap<Integer, U32> nodes(Place at, Protocol protocol) {
      int bucket = at.table() * 256 + at.bucket();
      // each protocol has a root of its own
      int root = at.table() == U32.ROOT_TABLE ? protocol.number() << 20 : 0;
      return buckets.computeIfAbsent(bucket + root, _ -> new TreeMap<>());
    }

    Optional<Action> find(InetAddress address) {
      byte[] bytes = address.getAddress();
      ByteBuffer packet = ByteBuffer.allocate(64);
      packet.position(bytes.length == 4 ? 16 : 24).put(bytes);
      compared = 0;
      Protocol protocol = bytes.length == 4 ? Protocol.IPV4 : Protocol.IPV6;
      return search(new Place(U32.ROOT_TABLE, 0, 0), protocol, packet);
    }

    private Optional<Action> search(Place at, Protocol protocol, ByteBuffer packet) {
      for (U32 filter : nodes(at, protocol).values()) {
        compared++;
        boolean matches = true;
        for (Key key : filter.keys()) {
          matches &= ((packet.getInt(key.offset()) ^ key.value()) & key.mask()) == 0;
        }
        if (matches && filter.action() instanceof ToTable to) {
          int shift = Integer.numberOfTrailingZeros(to.hashMask());
          int hash = (packet.getInt(to.hashOffset()) & to.hashMask()) >>> shift;
          Place next = new Place(to.table(), hash & (tables.get(to.table()) - 1), 0);
          Optional<Action> found = search(next, protocol, packet);
          if (found.isPresent()) {
            return found;
          }
        } else if (matches) {
          return Optional.of(filter.action());
        }
      }
      return Optional.empty();
    }
  }

  private static InetAddress random(Random random, int bytes, int freeBits) throws Exception {
    byte[] address = new byte[bytes];
    address[0] = (byte) (bytes == 4 ? 10 : 0xfd);
    for (int bit = 0; bit < freeBits; bit++) {
      if (random.nextBoolean()) {
        address[bytes - 1 - bit / 8] |= (byte) (1 << (bit % 8));
      }
    }
    return InetAddress.getByAddress(address);
  }

  @Test
  void shouldFindEachOfManyAddressesInAnyPrefix() throws Exception {
    long seed = 20261124;
    Random random = new Random(seed);
    for (int freeBits : new int[] {10, 16, 20, 24}) {
      DestinationFilters filters = new DestinationFilters();
      Kernel kernel = new Kernel();
      kernel.add(filters.roots());
      Map<InetAddress, Action> added = new HashMap<>();
      for (int i = 1; i <= 2000; i++) {
        InetAddress address = random(random, random.nextBoolean() ? 4 : 16, freeBits);
        Action action = new ToClass(i);
        if (added.putIfAbsent(address, action) == null) {
          kernel.add(filters.add(address, action));
        }
      }
      List<InetAddress> removed = new ArrayList<>(added.keySet()).subList(0, added.size() / 3);
      for (InetAddress address : removed) {
        kernel.delete(filters.remove(address, new ToClass(0)));
      }
      for (Map.Entry<InetAddress, Action> entry : added.entrySet()) {
        Optional<Action> expected =
            removed.contains(entry.getKey()) ? Optional.empty() : Optional.of(entry.getValue());
        assertThat(kernel.find(entry.getKey()))
            .as("%s, seed %d, %d bits", entry.getKey(), seed, freeBits)
            .isEqualTo(expected);
        // two tables on the way; those that share 16 bits are few
        assertThat(kernel.compared).isLessThan(20);
      }
      for (InetAddress address : removed) {
        kernel.add(filters.add(address, new Redirect(7)));
        assertThat(kernel.find(address)).contains(new Redirect(7));
      }
    }
  }

  @Test
  void shouldTellApartWhatSharesTheLast16Bits() throws Exception {
    DestinationFilters filters = new DestinationFilters();
    Kernel kernel = new Kernel();
    kernel.add(filters.roots());
    kernel.add(filters.unknown(new ToClass(99)));
    kernel.add(filters.add(InetAddress.getByName("10.1.2.3"), new ToClass(1)));
    kernel.add(filters.add(InetAddress.getByName("10.9.2.3"), new ToClass(2)));
    kernel.add(filters.add(InetAddress.getByName("fd00:1::203"), new ToClass(3)));
    kernel.add(filters.add(InetAddress.getByName("fd00:2::203"), new ToClass(4)));
    assertThat(kernel.find(InetAddress.getByName("10.1.2.3"))).contains(new ToClass(1));
    assertThat(kernel.find(InetAddress.getByName("10.9.2.3"))).contains(new ToClass(2));
    assertThat(kernel.find(InetAddress.getByName("fd00:1::203"))).contains(new ToClass(3));
    assertThat(kernel.find(InetAddress.getByName("fd00:2::203"))).contains(new ToClass(4));
    assertThat(kernel.find(InetAddress.getByName("10.5.2.3"))).contains(new ToClass(99));
    assertThat(kernel.find(InetAddress.getByName("fd00:3::203"))).contains(new ToClass(99));
  }

  @Test
  void shouldRefuseAnAddressTwice() throws Exception {
    DestinationFilters filters = new DestinationFilters();
    InetAddress address = InetAddress.getByName("10.1.2.3");
    filters.add(address, new ToClass(1));
    assertThatThrownBy(() -> filters.add(address, new ToClass(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.1.2.3");
    assertThat(filters.remove(InetAddress.getByName("10.1.2.4"), new ToClass(1))).isEmpty();
  }

  @Test
  void shouldRefuseMoreThanABucketHolds() throws Exception {
    DestinationFilters filters = new DestinationFilters();
    for (int i = 0; i < DestinationFilters.MAX_PER_BUCKET; i++) {
      filters.add(
          InetAddress.getByAddress(new byte[] {(byte) (10 + (i >> 8)), (byte) i, 1, 1}),
          new ToClass(1));
    }
    assertThatThrownBy(() -> filters.add(InetAddress.getByName("200.0.1.1"), new ToClass(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("200.0.1.1");
  }
}
