package io.kollaps.node.daemon;

import java.util.Locale;

/**
 * The settings of a node. Each has one name everywhere: {@code beat-millis} in the file, {@code
 * KOLLAPS_BEAT_MILLIS} in the environment, {@code --beat-millis} as a flag.
 */
public enum Setting {
  /** Where the node keeps its identity, keys and state. */
  NODE_FOLDER("", "Folder of the node's identity, keys and state."),
  /** What people call the node. */
  NAME("", "Name of the node in the cluster; default: the machine's name."),
  /** Where the other nodes reach this one. */
  ADDRESS("", "Address that the other nodes reach this one at; default: found out."),
  /** Port of calls and datagrams. */
  PORT("7700", "TCP and UDP port; the TCP port after it is used too.", 1024, 65_534),
  /** Port of discovery. */
  DISCOVERY_PORT("7702", "UDP port where nodes are looked for; 0: not to be found.", 0, 65_535),
  /** How often the leader pings a member. */
  BEAT_MILLIS("500", "The leader asks each node this often whether it lives.", 100, 60_000),
  /** After how many misses it pings densely. */
  BEAT_MISSES("3", "A node that misses so many, and a second of dense ones, is lost.", 1, 100),
  /** How long a join is tried. */
  JOIN_SECONDS("60", "How long a join is tried while no leader accepts it.", 1, 3600),
  /** How long a joining node waits for its turn. */
  QUEUE_SECONDS("3600", "How long a joining node waits while others join.", 1, 86_400),
  /** How long a joining node may be silent. */
  LEASE_SECONDS("6", "The leader gives up a joining node that is silent for so long.", 2, 600),
  /** How capacities are measured. */
  PROBE("iperf3", "How capacities are measured: iperf3, or off for no capacity map."),
  /** Where probes are served. */
  PROBE_PORT("7703", "UDP and TCP port of capacity probes; 0: any that is free.", 0, 65_535),
  /** Longest transfer of a probe. */
  PROBE_SECONDS("10", "Longest transfer of a probe, one direction.", 1, 120),
  /** How often a probe is tried. */
  PROBE_ATTEMPTS("4", "So often a probe is tried before its join is given up.", 1, 10),
  /** Error of a probe. */
  NOISE_PERCENT("3", "Capacities closer than this are not told apart.", 0, 20),
  /** Speed of the interface. */
  NIC_MBITS("0", "Speed of this node's interface in Mbit/s; 0: as it says.", 0, 10_000_000),
  /** How long measurements count. */
  FRESH_HOURS("24", "A node that comes back within this time is not measured again.", 0, 8760),
  /** How old entries may get. */
  VERIFY_MINUTES("60", "Capacities are verified when idle after this; 0: never.", 0, 525_600),
  /** How long tokens count. */
  TOKEN_HOURS("24", "A join token counts this long.", 1, 8760),
  /** How often tokens may be used. */
  TOKEN_USES("100", "So many nodes may join with one token.", 1, 4096),
  /** How long certificates count. */
  CERTIFICATE_DAYS("90", "A node's certificate counts this long, and is renewed before.", 1, 3650),
  /** Most endpoints of all runs. */
  MAX_ENDPOINTS("1000", "The node takes at most so many endpoints of all runs.", 0, 4096),
  /** Ports of the overlay. */
  OVERLAY_PORTS(
      "7800-8799",
      "UDP ports for packets between endpoints of different nodes, FIRST-LAST; default: 7800-8799."),
  /** Results that are kept. */
  RESULTS_KEPT("100", "The results of so many runs are kept on the node.", 1, 100_000),
  /** Port of commands from other machines. */
  REMOTE_PORT("0", "TCP port for commands of other machines, over TLS; 0: none.", 0, 65_535);

  private final String standard;
  private final String description;
  private final long least;
  private final long most;
  private final boolean number;

  Setting(String standard, String description) {
    this.standard = standard;
    this.description = description;
    number = false;
    least = 0;
    most = 0;
  }

  Setting(String standard, String description, long least, long most) {
    this.standard = standard;
    this.description = description;
    number = true;
    this.least = least;
    this.most = most;
  }

  /** Its name in the file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its name as a flag. */
  public String flag() {
    return "--" + key();
  }

  /** Its name in the environment. */
  public String variable() {
    return "KOLLAPS_" + name();
  }

  /** What it is for, with range and default. */
  public String description() {
    return number
        ? description + " " + least + " to " + most + ", default: " + standard + "."
        : description;
  }

  /** The value when nobody sets one; empty: found out. */
  String standard() {
    return standard;
  }

  /**
   * Reads a number.
   *
   * @param origin where the value stands, for the message
   * @throws DaemonFailure when it is none of the range
   */
  long number(String value, String origin) throws DaemonFailure {
    try {
      long parsed = Long.parseLong(value.strip());
      if (parsed >= least && parsed <= most) {
        return parsed;
      }
    } catch (NumberFormatException e) {
      // told below, with the range
    }
    throw DaemonFailure.badInput(
        origin
            + ": "
            + key()
            + " is a whole number from "
            + least
            + " to "
            + most
            + ", not '"
            + value
            + "'");
  }
}
