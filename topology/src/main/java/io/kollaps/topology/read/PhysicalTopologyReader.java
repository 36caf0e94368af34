package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.physical.AddressRange;
import io.kollaps.topology.physical.PhysicalSwitch;
import io.kollaps.topology.physical.PhysicalTopology;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;

/**
 * Reads an administrator's description of the network between the nodes of a cluster.
 *
 * <pre>{@code
 * switches:
 *   core: {}
 *   rack-1: { uplink: core, rate: 10 Gbit/s, nodes: [10.0.1.0/24], node_rate: 1 Gbit/s }
 *   rack-2: { uplink: core, up: 1 Gbit/s, down: 500 Mbit/s, nodes: [10.0.2.10-10.0.2.40] }
 * }</pre>
 */
public final class PhysicalTopologyReader {
  /** Most switches in a file. */
  public static final int MAX_SWITCHES = 10_000;

  /** Most address ranges in a file. */
  public static final int MAX_RANGES = 10_000;

  private static final KeyTable FILE =
      new KeyTable("physical topology", List.of("switches"), keys("switches"));
  private static final KeyTable SWITCH =
      new KeyTable("switch", List.of(), keys("uplink", "rate", "up", "down", "nodes", "node_rate"));
  private static final String RANGE_EXAMPLE =
      "write for example 10.0.1.0/24, 10.0.1.10-10.0.1.40 or 10.0.1.7";

  private final Problems problems;
  private final Map<String, Declared> declared = new LinkedHashMap<>();
  private final List<Taken> taken = new ArrayList<>();

  private PhysicalTopologyReader(Problems problems) {
    this.problems = problems;
  }

  /** A switch as it stands in the file. */
  private record Declared(
      String name,
      Optional<YamlValue.Text> uplink,
      long up,
      long down,
      List<AddressRange> nodes,
      OptionalLong nodeRate,
      SourcePosition position) {}

  private record Taken(AddressRange range, SourcePosition position) {}

  private static SequencedSet<String> keys(String... keys) {
    return new LinkedHashSet<>(List.of(keys));
  }

  /**
   * Reads a description in YAML. Bounds are those of topology files, {@link #MAX_SWITCHES} and
   * {@link #MAX_RANGES}; more is a problem.
   *
   * @param content the file's bytes, UTF-8
   * @return the topology, or every problem of the file; never throws for bad content
   */
  public static PhysicalReadResult read(byte[] content) {
    Problems problems = new Problems();
    try {
      YamlValue root = YamlTree.parse(SourceText.decode(content, FileKind.PHYSICAL), problems);
      Optional<YamlFields> top = YamlFields.of(root, FILE, problems);
      Optional<PhysicalTopology> read =
          top.flatMap(fields -> new PhysicalTopologyReader(problems).topology(fields));
      if (problems.count() == 0 && read.isPresent()) {
        return new PhysicalReadResult.Valid(read.get());
      }
    } catch (UnreadableException e) {
      problems.add(e.problem());
    } catch (Problems.TooMany e) {
      return new PhysicalReadResult.Invalid(problems.problems());
    }
    return new PhysicalReadResult.Invalid(problems.problems());
  }

  private Optional<PhysicalTopology> topology(YamlFields top) {
    List<YamlValue.Field> fields = top.freeFields("switches");
    if (fields.size() > MAX_SWITCHES) {
      problems.add(
          top.position(),
          "there are " + fields.size() + " switches",
          "write at most " + MAX_SWITCHES);
      return Optional.empty();
    }
    for (YamlValue.Field field : fields) {
      YamlFields.of(field.value(), SWITCH, problems)
          .ifPresent(values -> declared.put(field.key(), declared(field, values)));
    }
    return problems.count() == 0 ? ordered(top.position()) : Optional.empty();
  }

  private Declared declared(YamlValue.Field field, YamlFields values) {
    Optional<YamlValue.Text> uplink = values.text("uplink");
    OptionalLong both = rate(values, "rate");
    OptionalLong up = rate(values, "up");
    OptionalLong down = rate(values, "down");
    boolean given = both.isPresent() || up.isPresent() || down.isPresent();
    if (both.isPresent() && (up.isPresent() || down.isPresent())) {
      problems.add(
          field.position(), "'rate' and 'up' or 'down' contradict each other", "keep one of them");
    }
    if (uplink.isEmpty() && given) {
      problems.add(
          field.position(),
          "switch " + Problems.quote(field.key()) + " has a rate and no uplink",
          "add 'uplink: ...' with the switch it goes to, or remove the rate");
    }
    boolean complete = both.isPresent() || (up.isPresent() && down.isPresent());
    boolean tried = values.has("rate") || (values.has("up") && values.has("down"));
    if (uplink.isPresent() && !complete && !tried) {
      problems.add(
          field.position(),
          "the uplink of switch " + Problems.quote(field.key()) + " has no rate",
          "add 'rate: 1 Gbit/s', or 'up' and 'down'");
    }
    return new Declared(
        field.key(),
        uplink,
        up.orElse(both.orElse(Long.MAX_VALUE)),
        down.orElse(both.orElse(Long.MAX_VALUE)),
        ranges(values),
        rate(values, "node_rate"),
        field.position());
  }

  private static OptionalLong rate(YamlFields values, String key) {
    return values.quantity(
        key,
        Quantities::rateBitsPerSecond,
        Quantities.MAX_RATE_BITS_PER_SECOND,
        Quantities.formatRate(Quantities.MAX_RATE_BITS_PER_SECOND));
  }

  private List<AddressRange> ranges(YamlFields values) {
    List<AddressRange> ranges = new ArrayList<>();
    for (YamlValue.Text text : values.texts("nodes")) {
      range(text).filter(range -> take(range, text.position())).ifPresent(ranges::add);
    }
    return ranges;
  }

  private boolean take(AddressRange range, SourcePosition position) {
    if (taken.size() >= MAX_RANGES) {
      problems.add(position, "there are too many ranges", "write at most " + MAX_RANGES);
      throw new Problems.TooMany();
    }
    for (Taken other : taken) {
      if (other.range().overlaps(range)) {
        problems.add(
            position,
            range
                + " and "
                + other.range()
                + " in line "
                + other.position().line()
                + " have addresses in common",
            "let every address hang on one switch");
        return false;
      }
    }
    taken.add(new Taken(range, position));
    return true;
  }

  private Optional<AddressRange> range(YamlValue.Text text) {
    String written = text.text().strip();
    int slash = written.indexOf('/');
    int dash = written.indexOf('-');
    Optional<AddressRange> range =
        slash >= 0
            ? prefix(written.substring(0, slash), written.substring(slash + 1))
            : dash >= 0
                ? between(written.substring(0, dash), written.substring(dash + 1))
                : between(written, written);
    if (range.isEmpty()) {
      problems.add(
          text.position(),
          Problems.quote(text.text()) + " is not a range of addresses",
          RANGE_EXAMPLE);
    }
    return range;
  }

  private static Optional<AddressRange> between(String first, String last) {
    Optional<InetAddress> low = Addresses.parse(first.strip());
    Optional<InetAddress> high = Addresses.parse(last.strip());
    try {
      return low.isPresent() && high.isPresent()
          ? Optional.of(new AddressRange(low.get(), high.get()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // of two versions, or the wrong way round
    }
  }

  /** The range of a prefix; empty when bits are set behind it. */
  private static Optional<AddressRange> prefix(String base, String digits) {
    Optional<InetAddress> first = Addresses.parse(base.strip());
    if (first.isEmpty() || !digits.matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    byte[] bytes = first.get().getAddress();
    int free = bytes.length * Byte.SIZE - Integer.parseInt(digits);
    if (free < 0) {
      return Optional.empty();
    }
    BigInteger low = new BigInteger(1, bytes);
    BigInteger mask = BigInteger.ONE.shiftLeft(free).subtract(BigInteger.ONE);
    return low.and(mask).signum() == 0
        ? Optional.of(new AddressRange(first.get(), address(low.or(mask), bytes.length)))
        : Optional.empty();
  }

  private static InetAddress address(BigInteger value, int length) {
    byte[] bytes = new byte[length];
    byte[] digits = value.toByteArray();
    int count = Math.min(length, digits.length);
    System.arraycopy(digits, digits.length - count, bytes, length - count, count);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** Puts every switch after the one that its uplink goes to. */
  private Optional<PhysicalTopology> ordered(SourcePosition position) {
    List<Declared> tops = declared.values().stream().filter(d -> d.uplink().isEmpty()).toList();
    if (tops.size() != 1) {
      problems.add(
          tops.isEmpty() ? position : tops.getLast().position(),
          tops.size() + " switches have no uplink",
          "let the uplinks of all switches but one lead to that one");
      return Optional.empty();
    }
    checkUplinks();
    Map<String, List<Declared>> below = new HashMap<>();
    for (Declared one : declared.values()) {
      one.uplink()
          .ifPresent(to -> below.computeIfAbsent(to.text(), _ -> new ArrayList<>()).add(one));
    }
    List<PhysicalSwitch> switches = new ArrayList<>();
    switches.add(built(tops.getFirst(), -1));
    for (int i = 0; i < switches.size(); i++) {
      for (Declared child : below.getOrDefault(switches.get(i).name(), List.of())) {
        switches.add(built(child, i));
        declared.remove(child.name());
      }
    }
    declared.remove(tops.getFirst().name());
    if (problems.count() > 0) {
      return Optional.empty();
    }
    for (Declared left : declared.values()) {
      problems.add(
          left.position(),
          "the uplinks from switch " + Problems.quote(left.name()) + " lead in a circle",
          "let them lead to " + Problems.quote(tops.getFirst().name()));
    }
    return problems.count() == 0 ? Optional.of(new PhysicalTopology(switches)) : Optional.empty();
  }

  private void checkUplinks() {
    for (Declared one : declared.values()) {
      one.uplink()
          .filter(to -> !declared.containsKey(to.text()))
          .ifPresent(
              to ->
                  problems.add(
                      to.position(),
                      Problems.quote(to.text()) + " is no switch",
                      Nearest.remedy(to.text(), declared.keySet(), "declare it below 'switches'")));
    }
  }

  private static PhysicalSwitch built(Declared from, int parent) {
    return new PhysicalSwitch(
        from.name(), parent, from.up(), from.down(), from.nodes(), from.nodeRate());
  }
}
