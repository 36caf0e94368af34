package io.kollaps.node.results;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.UUID;

/** Names of the files of a results folder. */
public final class ResultFiles {
  /** Facts known before the start. */
  public static final String RUN = "run.json";

  /** One event in a line. */
  public static final String EVENTS = "events.jsonl";

  /** One sample of one flow in a line. */
  public static final String FLOWS = "flows.csv";

  /** One sample of the machine in a line. */
  public static final String HEALTH = "health.csv";

  /** Every run of every program. */
  public static final String PROGRAMS = "programs.json";

  /** What makes a folder one of a part of a run; a run with one part has none. */
  public static final String PART = "part.json";

  /** The verdict with its reasons and the summaries; there only when the run is over. */
  public static final String VERDICT = "verdict.json";

  /** The page for people. */
  public static final String REPORT = "report.html";

  /** Folder of the programs' logs. */
  public static final String ENDPOINTS = "endpoints";

  /** The topology file is kept as this, with its extension. */
  public static final String TOPOLOGY_STEM = "topology";

  /** First line of {@link #FLOWS}. */
  public static final String FLOWS_HEADER =
      "time_s,from,to,granted_bps,measured_bps,dropped_packets,limited_by,interval_s\n";

  /** First line of {@link #HEALTH}. */
  public static final String HEALTH_HEADER =
      "time_s,host_idle_share,host_steal_share,fabric_busy_share\n";

  private static final int MAX_NAME_CHARS = 200;
  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

  private ResultFiles() {}

  /** Name of the log of an endpoint's standard output, below {@link #ENDPOINTS}. */
  public static String outLog(String endpoint) {
    return safeName(endpoint) + ".out.log";
  }

  /** Name of the log of an endpoint's standard error, below {@link #ENDPOINTS}. */
  public static String errLog(String endpoint) {
    return safeName(endpoint) + ".err.log";
  }

  /** Name under which the topology file is kept; an extension that is not plain becomes "txt". */
  static String topologyCopy(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    String extension = lower.substring(lower.lastIndexOf('.') + 1);
    return TOPOLOGY_STEM + "." + (extension.matches("[a-z0-9]{1,8}") ? extension : "txt");
  }

  /**
   * A file name that stays inside its folder: bytes that are not letters, digits, '-', '_' or an
   * inner '.' become %XX; a very long name is cut and told apart by a hash.
   */
  static String safeName(String name) {
    StringBuilder safe = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean inner = c == '.' && !safe.isEmpty();
      if (inner || PLAIN.indexOf(c) >= 0) {
        safe.append(c);
      } else {
        safe.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return safe.length() <= MAX_NAME_CHARS
        ? safe.toString()
        : safe.substring(0, MAX_NAME_CHARS)
            + "-"
            + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file so that it is there whole or not at all. */
  public static void writeWhole(Path file, byte[] content) throws IOException {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".unfinished");
    Files.write(unfinished, content);
    try {
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
