package io.kollaps.fabric.userspace;

import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.Epoll;
import io.kollaps.linux.LinuxException;

/** A change that the fabric's thread makes between two packets. */
@FunctionalInterface
interface Change {
  /**
   * Makes it, whole or not at all.
   *
   * @throws LinuxException when the kernel refuses
   */
  void apply(PathEngine engine, PortTable ports, Epoll epoll) throws LinuxException;
}
