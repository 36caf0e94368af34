package io.kollaps.node.doctor;

import java.util.List;

/** Tells what one fabric needs. A new fabric is one more implementation. */
public interface FabricProbe {
  /** Name as in {@code --fabric}. */
  String name();

  /**
   * The checks that must all be ok for the fabric to be usable, those first on which others build.
   */
  List<Check> needs();

  /**
   * Tries the fabric itself, once all that it needs is there.
   *
   * @return one result for each piece that is missing, or one that all of them work; empty where
   *     {@link #needs} tells all
   * @throws Exception when it cannot be tried; the doctor reports it as not ok
   */
  default List<CheckResult> pieces() throws Exception {
    return List.of();
  }
}
