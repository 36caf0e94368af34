package io.kollaps.node.daemon;

import io.kollaps.cluster.membership.LivenessSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings of a node, read and checked.
 *
 * @param folder the node's folder, absolute
 * @param name what people call it
 * @param address where others reach it; empty: to be found out
 * @param port TCP and UDP port
 * @param discoveryPort UDP port of discovery; 0: none
 * @param beat how often the leader pings a member
 * @param beatMisses after how many misses it pings densely
 * @param joinWait how long a join is tried
 * @param tokenLife how long tokens count
 * @param tokenUses how often tokens may be used
 * @param certificateLife how long certificates count
 * @param maxEndpoints most endpoints of all runs
 * @param overlayPorts UDP ports for packets between endpoints of different nodes
 * @param resultsKept of so many runs
 * @param remotePort TCP port for commands of other machines; 0: none
 * @param measuring how capacities are measured
 */
public record NodeSettings(
    Path folder,
    String name,
    Optional<String> address,
    int port,
    int discoveryPort,
    Duration beat,
    int beatMisses,
    Duration joinWait,
    Duration tokenLife,
    int tokenUses,
    Duration certificateLife,
    int maxEndpoints,
    PortRange overlayPorts,
    int resultsKept,
    int remotePort,
    MeasuringSettings measuring) {
  /** File that is read when it is there and no other is named. */
  public static final Path FILE = Path.of("/etc/kollaps/node.conf");

  /** Variable that names another file. */
  public static final String FILE_VARIABLE = "KOLLAPS_CONFIG";

  private static final Pattern PORTS = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
  private static final int FIRST_PORT = 1024;
  private static final int LAST_PORT = 65_535;
  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_FILE_BYTES = 64 * 1024;

  /**
   * UDP ports.
   *
   * @param first the first of them
   * @param last the last of them
   */
  public record PortRange(int first, int last) {}

  private record Value(String text, String origin) {}

  /**
   * Reads settings: flags before environment before file before defaults.
   *
   * @param flags by setting
   * @param environment of the process
   * @param file named by a flag; empty: that of {@link #FILE_VARIABLE}, else {@link #FILE}
   * @throws DaemonFailure with every wrong value and its allowed range
   */
  public static NodeSettings read(
      Map<Setting, String> flags, Map<String, String> environment, Optional<Path> file)
      throws DaemonFailure {
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      values.put(setting, new Value(setting.standard(), "default"));
    }
    readFile(environment, file, values);
    for (Setting setting : Setting.values()) {
      String variable = environment.getOrDefault(setting.variable(), "");
      if (!variable.isEmpty()) {
        values.put(setting, new Value(variable, setting.variable()));
      }
      String flag = flags.getOrDefault(setting, "");
      if (!flag.isEmpty()) {
        values.put(setting, new Value(flag, setting.flag()));
      }
    }
    return new Reader(values).settings();
  }

  /** The folder alone: what a command needs to find the daemon. */
  public static Path folderOf(
      Map<Setting, String> flags, Map<String, String> environment, Optional<Path> file)
      throws DaemonFailure {
    return read(flags, environment, file).folder();
  }

  /** How soon a silent member is lost. */
  LivenessSettings liveness() {
    return new LivenessSettings(
        beat.toNanos(),
        beatMisses,
        LivenessSettings.DEFAULT.confirmNanos(),
        LivenessSettings.DEFAULT.confirmPeriodNanos());
  }

  private static void readFile(
      Map<String, String> environment, Optional<Path> named, Map<Setting, Value> values)
      throws DaemonFailure {
    String variable = environment.getOrDefault(FILE_VARIABLE, "");
    Path file = named.orElse(variable.isEmpty() ? FILE : Path.of(variable));
    if (!Files.exists(file)) {
      if (named.isPresent() || !variable.isEmpty()) {
        throw DaemonFailure.badInput("the configuration file " + file + " is not there");
      }
      return;
    }
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      String text = line.strip();
      int equals = text.indexOf('=');
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      Optional<Setting> setting =
          equals < 0 ? Optional.empty() : byKey(text.substring(0, equals).strip());
      if (setting.isEmpty()) {
        wrong.add(
            file
                + ":"
                + number
                + ": '"
                + text
                + "' is no setting; write NAME = VALUE, NAME one of "
                + keys());
        continue;
      }
      values.put(setting.get(), new Value(text.substring(equals + 1).strip(), file + ":" + number));
    }
    if (!wrong.isEmpty()) {
      throw DaemonFailure.badInput(String.join("\n", wrong));
    }
  }

  private static List<String> lines(Path file) throws DaemonFailure {
    try {
      if (Files.size(file) > LONGEST_FILE_BYTES) {
        throw DaemonFailure.badInput(file + " is longer than any configuration of a node");
      }
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw DaemonFailure.badInput("cannot read " + file + ": " + e.getMessage());
    }
  }

  private static Optional<Setting> byKey(String key) {
    return java.util.Arrays.stream(Setting.values())
        .filter(setting -> setting.key().equals(key))
        .findFirst();
  }

  private static String keys() {
    return String.join(", ", java.util.Arrays.stream(Setting.values()).map(Setting::key).toList());
  }

  /** Checks all values, so that all wrong ones are told at once. */
  private static final class Reader {
    private final Map<Setting, Value> values;
    private final List<String> wrong = new ArrayList<>();

    Reader(Map<Setting, Value> values) {
      this.values = values;
    }

    NodeSettings settings() throws DaemonFailure {
      NodeSettings settings =
          new NodeSettings(
              folder(),
              name(),
              Optional.of(text(Setting.ADDRESS)).filter(text -> !text.isEmpty()),
              (int) number(Setting.PORT),
              (int) number(Setting.DISCOVERY_PORT),
              Duration.ofMillis(number(Setting.BEAT_MILLIS)),
              (int) number(Setting.BEAT_MISSES),
              Duration.ofSeconds(number(Setting.JOIN_SECONDS)),
              Duration.ofHours(number(Setting.TOKEN_HOURS)),
              (int) number(Setting.TOKEN_USES),
              Duration.ofDays(number(Setting.CERTIFICATE_DAYS)),
              (int) number(Setting.MAX_ENDPOINTS),
              ports(),
              (int) number(Setting.RESULTS_KEPT),
              (int) number(Setting.REMOTE_PORT),
              measuring());
      if (!wrong.isEmpty()) {
        throw DaemonFailure.badInput(String.join("\n", wrong));
      }
      return settings;
    }

    private MeasuringSettings measuring() {
      long nic = number(Setting.NIC_MBITS);
      return new MeasuringSettings(
          measures(),
          (int) number(Setting.PROBE_PORT),
          Duration.ofSeconds(number(Setting.PROBE_SECONDS)),
          (int) number(Setting.PROBE_ATTEMPTS),
          number(Setting.NOISE_PERCENT) / 100.0,
          nic == 0 ? OptionalLong.empty() : OptionalLong.of(nic * 1_000_000),
          Duration.ofSeconds(number(Setting.LEASE_SECONDS)),
          Duration.ofSeconds(number(Setting.QUEUE_SECONDS)),
          Duration.ofHours(number(Setting.FRESH_HOURS)),
          Duration.ofMinutes(number(Setting.VERIFY_MINUTES)));
    }

    private boolean measures() {
      String probe = text(Setting.PROBE);
      if (!probe.equals("iperf3") && !probe.equals("off")) {
        wrong.add(
            java.util.Objects.requireNonNull(values.get(Setting.PROBE)).origin()
                + ": probe is iperf3 or off, not '"
                + probe
                + "'");
      }
      return !probe.equals("off");
    }

    private String text(Setting setting) {
      return java.util.Objects.requireNonNull(values.get(setting)).text();
    }

    private long number(Setting setting) {
      Value value = java.util.Objects.requireNonNull(values.get(setting));
      try {
        return setting.number(value.text(), value.origin());
      } catch (DaemonFailure e) {
        wrong.add(String.valueOf(e.getMessage()));
        return 0;
      }
    }

    private PortRange ports() {
      Value value = java.util.Objects.requireNonNull(values.get(Setting.OVERLAY_PORTS));
      Matcher matcher = PORTS.matcher(value.text().strip());
      if (matcher.matches()) {
        PortRange range =
            new PortRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        if (range.first() >= FIRST_PORT
            && range.first() <= range.last()
            && range.last() <= LAST_PORT) {
          return range;
        }
      }
      wrong.add(
          value.origin()
              + ": overlay-ports is FIRST-LAST, both from "
              + FIRST_PORT
              + " to "
              + LAST_PORT
              + ", not '"
              + value.text()
              + "'");
      return new PortRange(FIRST_PORT, LAST_PORT);
    }

    private Path folder() {
      String named = text(Setting.NODE_FOLDER);
      if (!named.isEmpty()) {
        return Path.of(named).toAbsolutePath().normalize();
      }
      Path system = Path.of("/var/lib");
      return Files.isWritable(system)
          ? system.resolve("kollaps/node")
          : Path.of(System.getProperty("user.home", "/tmp"), ".local/share/kollaps/node");
    }

    private String name() {
      String named = text(Setting.NAME);
      String name = named.isEmpty() ? machineName() : named;
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || name.length() > LONGEST_NAME) {
        wrong.add(
            java.util.Objects.requireNonNull(values.get(Setting.NAME)).origin()
                + ": a name has 1 to "
                + LONGEST_NAME
                + " letters, digits, points, dashes and underscores, and begins with a letter or"
                + " digit, not '"
                + name
                + "'");
      }
      return name;
    }

    private static String machineName() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "node";
      }
    }
  }
}
