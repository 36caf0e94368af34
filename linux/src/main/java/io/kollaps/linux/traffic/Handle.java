package io.kollaps.linux.traffic;

/** Handles of queueing disciplines and classes: 16 bits major, 16 bits minor. */
public final class Handle {
  /** Parent of a device's root queueing discipline. */
  public static final int ROOT = 0xffffffff;

  /** Parent of the clsact and ingress queueing disciplines. */
  public static final int CLSACT = 0xfffffff1;

  /** Parent of filters that see what comes in. */
  public static final int INGRESS = 0xfffffff2;

  /** Parent of filters that see what goes out, before the root queueing discipline. */
  public static final int EGRESS = 0xfffffff3;

  /** Largest major that the kernel gives to nobody by itself when it is asked for one. */
  public static final int MAX_MAJOR = 0xfffe;

  private Handle() {}

  /** Puts both together. */
  public static int of(int major, int minor) {
    return (major << 16) | (minor & 0xffff);
  }

  /** As tc prints it, for example {@code 1:2f}. */
  public static String text(int handle) {
    return Integer.toHexString(handle >>> 16) + ":" + Integer.toHexString(handle & 0xffff);
  }
}
