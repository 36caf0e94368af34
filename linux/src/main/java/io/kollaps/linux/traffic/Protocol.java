package io.kollaps.linux.traffic;

/** Protocol of the packets that a filter looks at. */
public enum Protocol {
  /** All. */
  ALL(3),
  /** IPv4. */
  IPV4(0x0800),
  /** IPv6. */
  IPV6(0x86dd);

  private final int number;

  Protocol(int number) {
    this.number = number;
  }

  /** As in linux/if_ether.h. */
  public int number() {
    return number;
  }
}
