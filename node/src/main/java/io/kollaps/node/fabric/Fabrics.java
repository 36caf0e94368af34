package io.kollaps.node.fabric;

import java.util.List;

/** The fabrics of this version. */
public final class Fabrics {
  private static final List<FabricFactory> ALL =
      List.of(new UserSpaceFactory(), new KernelFactory(), new TcFactory());

  private Fabrics() {}

  /** All of them; names as in {@code --fabric}. */
  public static List<FabricFactory> all() {
    return ALL;
  }

  /** The choice among all of them. */
  public static FabricChooser chooser() {
    return new FabricChooser(ALL);
  }
}
