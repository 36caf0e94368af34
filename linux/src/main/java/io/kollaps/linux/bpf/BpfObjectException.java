package io.kollaps.linux.bpf;

/** A compiled object is not what the loader takes. The message says where and why. */
public final class BpfObjectException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With its reason. */
  public BpfObjectException(String message) {
    super(message);
  }
}
