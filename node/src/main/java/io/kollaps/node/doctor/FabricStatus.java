package io.kollaps.node.doctor;

import java.util.List;

/**
 * Whether a fabric can be used here.
 *
 * @param name name as in {@code --fabric}
 * @param usable true when all that it needs is there
 * @param missing what is not, each with the name of its check; empty when usable
 * @param remedy what mends it, several parts separated by semicolons; empty when usable
 */
public record FabricStatus(String name, boolean usable, List<String> missing, String remedy) {
  /** Copies the list. */
  public FabricStatus {
    missing = List.copyOf(missing);
  }
}
