package io.kollaps.cli;

import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.network.CapacityMap;
import io.kollaps.placement.network.CapacityTree;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.PhysicalNetwork;
import io.kollaps.topology.read.Quantities;
import io.kollaps.topology.read.QuantityException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A file that describes a cluster; docs/plan.md has its format. */
final class NodesFile {
  /** Largest file that is read. */
  static final int MAX_FILE_BYTES = 4 * 1024 * 1024;

  private static final int DEFAULT_ENDPOINTS = 1000;
  private static final double MILLI = 1000;
  private static final String ONLY_SWITCH = "switch";
  private static final int MAX_DEPTH = 100;

  /**
   * What a file says.
   *
   * @param cluster the nodes and their network
   * @param pins nodes by the names of endpoints or services
   */
  record Content(Cluster cluster, Map<String, String> pins) {}

  private final Path path;
  private final List<String> names = new ArrayList<>();
  private final List<NodeCapacity> capacities = new ArrayList<>();
  private final List<KnownTree.Vertex> vertices = new ArrayList<>();
  private final List<String> above = new ArrayList<>();

  private NodesFile(Path path) {
    this.path = path;
  }

  /** Reads a file, or ends the command with what is wrong with it. */
  static Content read(Path path) {
    return new NodesFile(path).content();
  }

  private CommandFailure wrong(String message) {
    return new CommandFailure(ExitCode.BAD_INPUT, path + ": " + message);
  }

  private Content content() {
    Map<String, Object> file = map("the file", parsed());
    only("the file", file, "nodes", "links", "capacities", "pins");
    map("nodes", file.getOrDefault("nodes", Map.of())).forEach(this::node);
    if (names.isEmpty()) {
      throw wrong("no nodes; write nodes: { NAME: { link: 1 Gbit/s } }");
    }
    try {
      PhysicalNetwork network =
          file.containsKey("capacities")
              ? new CapacityMap(names.size(), group(file.get("capacities"), 0))
              : tree(file.getOrDefault("links", List.of()));
      Map<String, String> pins = new LinkedHashMap<>();
      map("pins", file.getOrDefault("pins", Map.of()))
          .forEach((who, node) -> pins.put(who, String.valueOf(node)));
      return new Content(new Cluster(capacities, network), pins);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage() + "; correct nodes, links or capacities");
    }
  }

  private Object parsed() {
    try {
      if (Files.size(path) > MAX_FILE_BYTES) {
        throw wrong("larger than " + MAX_FILE_BYTES + " bytes; describe fewer nodes");
      }
      String text = Files.readString(path, StandardCharsets.UTF_8);
      Object value =
          new Load(LoadSettings.builder().setMaxAliasesForCollections(0).build())
              .loadFromString(text);
      return value == null ? Map.of() : value;
    } catch (IOException e) {
      throw wrong("cannot be read: " + e + "; name a readable file");
    } catch (YamlEngineException e) {
      throw wrong("is no YAML: " + e.getMessage());
    }
  }

  private Map<String, Object> map(String what, Object value) {
    if (!(value instanceof Map<?, ?> found)) {
      throw wrong(what + " must be { KEY: VALUE }, not " + value);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    found.forEach((key, entry) -> result.put(String.valueOf(key), entry == null ? "" : entry));
    return result;
  }

  private void only(String what, Map<String, Object> map, String... known) {
    Set<String> unknown = new LinkedHashSet<>(map.keySet());
    unknown.removeAll(List.of(known));
    if (!unknown.isEmpty()) {
      throw wrong(what + " has " + unknown + "; known are " + String.join(", ", known));
    }
  }

  private void node(String name, Object value) {
    Map<String, Object> map = map("node " + name, value.equals("") ? Map.of() : value);
    only("node " + name, map, "endpoints", "cpus", "memory", "unreliability", "link", "to");
    names.add(name);
    capacities.add(
        new NodeCapacity(
            name,
            (int) number(map, "endpoints", DEFAULT_ENDPOINTS, 1),
            map.containsKey("cpus") ? number(map, "cpus", 0, MILLI) : NodeCapacity.UNLIMITED,
            map.containsKey("memory") ? size(map.get("memory")) : NodeCapacity.UNLIMITED,
            (int) number(map, "unreliability", 0, 1)));
    vertex(name, map, String.valueOf(map.getOrDefault("to", ONLY_SWITCH)), "link");
  }

  private long number(Map<String, Object> map, String key, double absent, double factor) {
    Object value = map.getOrDefault(key, absent);
    if (!(value instanceof Number number)
        || number.doubleValue() < 0
        || number.doubleValue() > 1e6) {
      throw wrong(key + " must be a number from 0 to 1000000, not " + value);
    }
    return (long) (number.doubleValue() * factor);
  }

  private long size(Object value) {
    try {
      return Quantities.sizeBytes(String.valueOf(value));
    } catch (QuantityException e) {
      throw wrong(e.problem() + "; " + e.remedy());
    }
  }

  private long rate(Map<String, Object> map, String key, long absent) {
    try {
      return map.containsKey(key)
          ? Quantities.rateBitsPerSecond(String.valueOf(map.get(key)))
          : absent;
    } catch (QuantityException e) {
      throw wrong(e.problem() + "; " + e.remedy());
    }
  }

  /** A vertex whose link has one rate, or one for each direction: {@code { up: , down: }}. */
  private void vertex(String name, Map<String, Object> map, String to, String key) {
    Map<String, Object> rates = new LinkedHashMap<>();
    if (map.get(key) instanceof Map<?, ?> both) {
      rates.putAll(map(key, both));
      only(key, rates, "up", "down");
    } else if (map.containsKey(key)) {
      rates.put("up", map.get(key));
      rates.put("down", map.get(key));
    }
    vertices.add(
        new KnownTree.Vertex(
            name,
            Optional.empty(),
            rate(rates, "up", PhysicalNetwork.UNLIMITED),
            rate(rates, "down", PhysicalNetwork.UNLIMITED)));
    above.add(to);
  }

  private KnownTree tree(Object links) {
    if (!(links instanceof List<?> list)) {
      throw wrong("links must be a list of { from: SWITCH, to: SWITCH, rate: RATE }");
    }
    for (Object link : list) {
      Map<String, Object> map = map("a link", link);
      only("a link", map, "from", "to", "rate");
      vertex(
          String.valueOf(map.getOrDefault("from", "")),
          map,
          String.valueOf(map.getOrDefault("to", "")),
          "rate");
    }
    Map<String, Integer> index = new LinkedHashMap<>();
    for (KnownTree.Vertex vertex : vertices) {
      if (index.put(vertex.name(), index.size()) != null) {
        throw wrong(vertex.name() + " has two links upwards; a tree has one");
      }
    }
    for (String name : List.copyOf(above)) {
      if (!index.containsKey(name)) {
        index.put(name, index.size());
        vertices.add(new KnownTree.Vertex(name, Optional.empty(), 0, 0));
      }
    }
    List<KnownTree.Vertex> result = new ArrayList<>();
    for (int i = 0; i < vertices.size(); i++) {
      KnownTree.Vertex vertex = vertices.get(i);
      Optional<Integer> parent =
          i < above.size() ? Optional.ofNullable(index.get(above.get(i))) : Optional.empty();
      result.add(
          new KnownTree.Vertex(
              vertex.name(), parent, vertex.upBitsPerSecond(), vertex.downBitsPerSecond()));
    }
    return new KnownTree(names.size(), result);
  }

  private CapacityTree group(Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong("capacities are nested more than " + MAX_DEPTH + " deep");
    }
    if (value instanceof String name) {
      int node = names.indexOf(name);
      if (node < 0) {
        throw wrong("capacities name " + name + ", which is no node");
      }
      return new CapacityTree.Leaf(
          node, name, vertices.get(node).upBitsPerSecond(), vertices.get(node).downBitsPerSecond());
    }
    Map<String, Object> map = map("a group of capacities", value);
    only("a group of capacities", map, "level", "confirmed", "members");
    if (!(map.get("members") instanceof List<?> members)) {
      throw wrong("a group of capacities needs members: [NODE or group, ...]");
    }
    List<CapacityTree> children = new ArrayList<>();
    for (Object member : members) {
      children.add(group(member, depth + 1));
    }
    return new CapacityTree.Group(
        rate(map, "level", PhysicalNetwork.UNLIMITED),
        Boolean.TRUE.equals(map.get("confirmed")),
        children);
  }
}
