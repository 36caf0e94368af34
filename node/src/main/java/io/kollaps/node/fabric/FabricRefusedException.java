package io.kollaps.node.fabric;

/** No fabric, or not the one asked for, can carry an experiment here; nothing was started. */
public final class FabricRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the reason and what to do. */
  public FabricRefusedException(String message) {
    super(message);
  }
}
