package io.kollaps.fabric.kernel;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.bpf.BpfMap;
import io.kollaps.linux.bpf.BpfObject;
import java.util.HashMap;
import java.util.Map;

/** The maps of one fabric, sized by its number of endpoints. */
final class FabricMaps implements AutoCloseable {
  /** Paths are found by ints, and nobody has so many. */
  static final int MOST_SLOTS = 1 << 26;

  private final Map<String, BpfMap> maps = new HashMap<>();

  private FabricMaps() {}

  /**
   * Makes them; none is left when one cannot be made.
   *
   * @param object where they are defined
   * @param endpointCount number of endpoints
   */
  static FabricMaps create(BpfObject object, int endpointCount) throws LinuxException {
    FabricMaps made = new FabricMaps();
    try {
      made.create(object, "ports", endpointCount);
      made.create(object, "addresses", endpointCount * Port.MOST_ADDRESSES);
      made.create(object, "endpoints", endpointCount);
      made.create(object, "row", endpointCount);
      made.createOuter(object, "rows", endpointCount, "row");
      int slots = slots(endpointCount);
      made.create(object, "chunk", PathLayout.CHUNK_PATHS);
      made.createOuter(
          object, "chunks", (slots + PathLayout.CHUNK_PATHS - 1) / PathLayout.CHUNK_PATHS, "chunk");
      made.create(object, "touched", (slots + Long.SIZE - 1) / Long.SIZE);
      made.create(object, "totals", 1);
      made.create(object, "settings", 1);
      made.create(object, "peers", endpointCount);
      return made;
    } catch (LinuxException | RuntimeException e) {
      made.close();
      throw e;
    }
  }

  /** Most paths of so many endpoints. */
  static int slots(int endpointCount) {
    return (int) Math.min(MOST_SLOTS, (long) endpointCount * endpointCount);
  }

  private void create(BpfObject object, String name, int entries) throws LinuxException {
    maps.put(name, BpfMap.create(object.map(name).withEntries(entries)));
  }

  private void createOuter(BpfObject object, String name, int entries, String inner)
      throws LinuxException {
    maps.put(name, BpfMap.createOuter(object.map(name).withEntries(entries), get(inner)));
  }

  /** All by name. */
  Map<String, BpfMap> all() {
    return maps;
  }

  BpfMap get(String name) {
    BpfMap found = maps.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no map " + name + " among " + maps.keySet());
    }
    return found;
  }

  @Override
  public void close() {
    maps.values().forEach(BpfMap::close);
  }
}
