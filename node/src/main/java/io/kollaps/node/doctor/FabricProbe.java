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
}
