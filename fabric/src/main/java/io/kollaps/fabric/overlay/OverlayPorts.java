package io.kollaps.fabric.overlay;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;

/** Finds a UDP port of the range that is free. */
public final class OverlayPorts {
  private OverlayPorts() {}

  /** Takes a port. */
  @FunctionalInterface
  public interface Taker<T> {
    /**
     * Takes it.
     *
     * @param port the port, 0 for any
     * @throws LinuxException EADDRINUSE or EEXIST when somebody has it
     */
    T take(int port) throws LinuxException;
  }

  /**
   * Takes the first free port of the range, beginning where the VNI says: runs that start together
   * do not all try the same ones.
   *
   * @throws FabricException when none is free, or the kernel refuses for another reason
   */
  public static <T> T take(OverlaySpec spec, Taker<T> taker) throws FabricException {
    int ports = spec.lastPort() - spec.firstPort() + 1;
    int begin = Integer.remainderUnsigned(spec.vni(), ports);
    for (int i = 0; i < ports; i++) {
      int port = spec.firstPort() + (begin + i) % ports;
      try {
        return taker.take(port);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EADDRINUSE && e.errno() != Errno.EEXIST) {
          throw new FabricException(
              "The overlay cannot be opened at "
                  + spec.local().getHostAddress()
                  + " port "
                  + port
                  + ": "
                  + e.getMessage()
                  + ". The address has to be one of this node's, given when the node was set up.",
              e);
        }
      }
    }
    throw new FabricException(
        "None of the UDP ports "
            + spec.firstPort()
            + " to "
            + spec.lastPort()
            + " is free for the overlay. Every run on a node takes one: raise the range (node"
            + " setting overlay-ports), or end some runs.");
  }
}
