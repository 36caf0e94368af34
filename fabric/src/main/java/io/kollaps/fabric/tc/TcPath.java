package io.kollaps.fabric.tc;

import io.kollaps.fabric.PathShape;
import java.util.Optional;

/** What a path was set to, and what it did; whether its endpoints have ports or not. */
final class TcPath {
  private final PathTotals totals = new PathTotals();
  private Optional<PathShape> shape = Optional.empty();
  private boolean exists;

  PathTotals totals() {
    return totals;
  }

  /** Whether it ever had a shape. */
  boolean wasSet() {
    return shape.isPresent();
  }

  /** Its last shape. */
  PathShape shape() {
    return shape.orElseThrow();
  }

  /** Whether it leads anywhere. */
  boolean exists() {
    return exists;
  }

  void set(PathShape newShape) {
    shape = Optional.of(newShape);
    exists = true;
  }

  void unset() {
    exists = false;
  }

  void setRate(long bitsPerSecond) {
    shape = shape.map(s -> s.withRate(bitsPerSecond));
  }
}
