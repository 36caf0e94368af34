package io.kollaps.benchmarks.run;

/**
 * What a sharing benchmark does.
 *
 * @param congestion congestion control of the TCP flows, {@code cubic} or {@code bbr}
 * @param stepSeconds time from one client's coming or going to the next, 2 to 600
 * @param clients how many of the six clients come, 1 to 6
 * @param leaving true when they also leave, in reverse order
 * @param withUdp true when two application-limited UDP flows send all the time
 */
public record SharingOptions(
    String congestion, int stepSeconds, int clients, boolean leaving, boolean withUdp) {
  /** Clients of the published experiment. */
  public static final int MAX_CLIENTS = 6;

  /** Checks the ranges. */
  public SharingOptions {
    if (clients < 1 || clients > MAX_CLIENTS || stepSeconds < 2 || stepSeconds > 600) {
      throw new IllegalArgumentException(
          "1 to 6 clients, and steps of 2 to 600 s; not " + clients + " and " + stepSeconds);
    }
    if (!congestion.matches("[a-z0-9_]{1,15}")) {
      throw new IllegalArgumentException(
          "'" + congestion + "' is not a congestion control; give for example cubic or bbr");
    }
  }

  /** Number of steps. */
  int steps() {
    return leaving ? 2 * clients - 1 : clients;
  }
}
