package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.QueueLimit;

/** Checks the shapes of paths and writes them into the paths' state. */
final class PathSettings {
  private final PathTable paths;
  private final PathShaper shaper;

  PathSettings(PathTable paths, PathShaper shaper) {
    this.paths = paths;
    this.shaper = shaper;
  }

  /**
   * Makes a path, or changes it.
   *
   * @throws IllegalArgumentException when a value of the shape is out of range; nothing is changed
   *     then
   */
  void apply(int from, int to, PathShape shape, long now) {
    check(shape);
    int path = paths.findOrCreate(from, to);
    shaper.addPath(path);
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    // What was served until now gets the delay that was in force.
    shaper.advance(page, base, path, now);
    page[base + PathTable.FLAGS] = flags(shape);
    page[base + PathTable.LATENCY] = shape.latencyNanos();
    page[base + PathTable.DEVIATION] = shape.jitter().deviationNanos();
    page[base + PathTable.LIMIT] =
        switch (shape.queueLimit()) {
          case QueueLimit.Time(long nanos) -> nanos;
          case QueueLimit.Bytes(long bytes) -> bytes;
        };
    double logSurvival = StrictMath.log1p(-shape.lossProbability());
    if (Double.longBitsToDouble(page[base + PathTable.LOSS_LOG]) != logSurvival) {
      page[base + PathTable.LOSS_LOG] = Double.doubleToLongBits(logSurvival);
      // The geometric distribution has no memory: the gap to the next loss may be drawn anew.
      page[base + PathTable.LOSS_GAP] = Admission.drawGap(page, base, logSurvival);
    }
    shaper.setRate(path, shape.rateBitsPerSecond(), now);
  }

  private static long flags(PathShape shape) {
    Jitter jitter = shape.jitter();
    boolean uniform = jitter.distribution() == Jitter.Distribution.UNIFORM;
    boolean inTime = shape.queueLimit() instanceof QueueLimit.Time;
    return PathTable.EXISTS
        | (jitter.reorders() ? PathTable.REORDERS : 0)
        | (uniform ? PathTable.UNIFORM : 0)
        | (inTime ? PathTable.LIMIT_IN_TIME : 0)
        | (long) shape.framing().overheadBytes() << PathTable.OVERHEAD_SHIFT;
  }

  static void check(PathShape shape) {
    long latency = shape.latencyNanos();
    long deviation = shape.jitter().deviationNanos();
    double loss = shape.lossProbability();
    long limit =
        switch (shape.queueLimit()) {
          case QueueLimit.Time(long nanos) -> nanos;
          case QueueLimit.Bytes(long bytes) -> bytes;
        };
    check(latency >= 0 && latency <= PathEngine.MAX_DELAY_NANOS, "latency", shape);
    check(deviation >= 0 && deviation <= PathEngine.MAX_DELAY_NANOS, "jitter", shape);
    check(loss >= 0 && loss <= 1, "loss", shape);
    check(shape.rateBitsPerSecond() >= 1, "rate", shape);
    check(limit >= 0, "queue limit", shape);
  }

  private static void check(boolean fits, String what, PathShape shape) {
    if (!fits) {
      throw new IllegalArgumentException("a path's " + what + " is out of range: " + shape);
    }
  }
}
