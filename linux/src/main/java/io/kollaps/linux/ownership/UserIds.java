package io.kollaps.linux.ownership;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The user this process runs as.
 *
 * @param inside the user id as this process sees it; 0 also for an ordinary user in a user
 *     namespace of its own
 * @param outside the same user as the parent user namespace sees it
 * @param initialNamespace true when the process is in no user namespace of an ordinary user: all
 *     ids are mapped to themselves
 */
public record UserIds(int inside, int outside, boolean initialNamespace) {
  private static final long ALL_IDS = 0xFFFF_FFFFL;

  /**
   * Reads them from {@code /proc/self}.
   *
   * @throws IOException when /proc cannot be read
   */
  public static UserIds current() throws IOException {
    return parse(ownerOf(Path.of("/proc/self")), Files.readAllLines(Path.of("/proc/self/uid_map")));
  }

  /** Applies the lines of a {@code uid_map} (inside, outside, count) to an id. */
  static UserIds parse(int inside, List<String> uidMap) {
    int outside = inside;
    boolean initial = false;
    for (String line : uidMap) {
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length != 3) {
        continue;
      }
      long first = Long.parseLong(fields[0]);
      long target = Long.parseLong(fields[1]);
      long count = Long.parseLong(fields[2]);
      initial |= first == 0 && target == 0 && count == ALL_IDS;
      if (inside >= first && inside < first + count) {
        outside = (int) (target + inside - first);
      }
    }
    return new UserIds(inside, outside, initial);
  }

  /** True for root of the machine (or of a container that is not an ordinary user's). */
  public boolean isRoot() {
    return inside == 0 && (initialNamespace || outside == 0);
  }

  static int ownerOf(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid");
  }
}
