package io.kollaps.benchmarks.lab;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;
import java.util.Arrays;
import java.util.List;

/** The fabrics that can be measured. */
public enum FabricKind {
  /** {@link UserSpaceFabric}. */
  USER_SPACE(UserSpaceFabric.NAME);

  private final String word;

  FabricKind(String word) {
    this.word = word;
  }

  /** Name as in {@code --fabric}. */
  public String word() {
    return word;
  }

  /**
   * The fabrics of a name.
   *
   * @param name one fabric's, or {@code all}
   * @return none when no fabric has that name
   */
  public static List<FabricKind> named(String name) {
    return Arrays.stream(values())
        .filter(kind -> name.equals("all") || kind.word.equals(name))
        .toList();
  }

  /** Starts one without ports, as a run would. */
  Fabric start(int endpoints, long seed) throws FabricException {
    return switch (this) {
      case USER_SPACE ->
          UserSpaceFabric.start(endpoints, UserSpaceFabricOptions.DEFAULT.withSeed(seed));
    };
  }
}
