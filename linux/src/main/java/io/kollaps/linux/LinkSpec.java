package io.kollaps.linux;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A device to make.
 *
 * @param name its name, at most 15 bytes
 * @param namespace where it goes; empty for the namespace of the client that makes it
 * @param address its hardware address; empty to let the kernel draw one
 * @param mtu largest packet in bytes; empty for the kind's default
 * @param group number by which devices are deleted together; 0 is every device's default
 */
public record LinkSpec(
    String name,
    Optional<NetworkNamespace> namespace,
    Optional<MacAddress> address,
    OptionalInt mtu,
    int group) {

  /** A device of that name in the client's namespace, with the kernel's defaults. */
  public static LinkSpec named(String name) {
    return new LinkSpec(name, Optional.empty(), Optional.empty(), OptionalInt.empty(), 0);
  }

  /** The same in another namespace. */
  public LinkSpec in(NetworkNamespace other) {
    return new LinkSpec(name, Optional.of(other), address, mtu, group);
  }

  /** The same with a hardware address. */
  public LinkSpec withAddress(MacAddress other) {
    return new LinkSpec(name, namespace, Optional.of(other), mtu, group);
  }

  /** The same with a largest packet. */
  public LinkSpec withMtu(int bytes) {
    return new LinkSpec(name, namespace, address, OptionalInt.of(bytes), group);
  }

  /** The same in a group. */
  public LinkSpec withGroup(int number) {
    return new LinkSpec(name, namespace, address, mtu, number);
  }
}
