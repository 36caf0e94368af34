package io.kollaps.fabric.overlay;

import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes off the latency of paths to other nodes what their packets take by themselves, down to 0,
 * and says where that is not enough. For one thread at a time.
 */
public final class TransitPaths {
  private final int endpointCount;
  private final Map<Long, PathShape> asked = new HashMap<>();
  private PeerDirectory directory;
  private Excess excess = new Excess(0, 0);
  private boolean stale;

  /** Without peers. */
  public TransitPaths(int endpointCount) {
    this.endpointCount = endpointCount;
    this.directory = PeerDirectory.empty(endpointCount);
  }

  /** Settings as the fabric has to make them; what was asked for is remembered. */
  public List<PathSetting> adjusted(List<PathSetting> settings) {
    List<PathSetting> adjusted = new ArrayList<>(settings.size());
    stale = true;
    for (PathSetting setting : settings) {
      long path = (long) setting.from() * endpointCount + setting.to();
      if (setting.shape().isPresent()) {
        asked.put(path, setting.shape().get());
      } else {
        asked.remove(path);
      }
      adjusted.add(adjusted(setting));
    }
    return adjusted;
  }

  private PathSetting adjusted(PathSetting setting) {
    long transit = directory.transitNanos(setting.to());
    if (transit == 0 || setting.shape().isEmpty()) {
      return setting;
    }
    return new PathSetting(
        setting.from(), setting.to(), setting.shape().map(shape -> shape.sooner(transit)));
  }

  /** Settings of the paths that other peers change; they begin at the path's own rate again. */
  public List<PathSetting> move(PeerDirectory peers) {
    PeerDirectory before = directory;
    directory = peers;
    stale = true;
    List<PathSetting> changed = new ArrayList<>();
    asked.forEach(
        (path, shape) -> {
          int to = (int) (path % endpointCount);
          if (before.transitNanos(to) != peers.transitNanos(to)) {
            int from = (int) (path / endpointCount);
            changed.add(adjusted(new PathSetting(from, to, Optional.of(shape))));
          }
        });
    return changed;
  }

  /**
   * Paths whose latency is less than their transit.
   *
   * @param count how many
   * @param largestExcessNanos by how much at most
   */
  public record Excess(int count, long largestExcessNanos) {}

  /** Paths whose latency is less than their transit, as they are now. */
  public Excess excess() {
    if (stale) {
      excess = computed();
      stale = false;
    }
    return excess;
  }

  private Excess computed() {
    int count = 0;
    long largest = 0;
    for (Map.Entry<Long, PathShape> path : asked.entrySet()) {
      long transit = directory.transitNanos((int) (path.getKey() % endpointCount));
      long excess = transit - path.getValue().latencyNanos();
      if (transit > 0 && excess > 0) {
        count++;
        largest = Math.max(largest, excess);
      }
    }
    return new Excess(count, largest);
  }
}
