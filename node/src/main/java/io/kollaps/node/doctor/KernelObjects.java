package io.kollaps.node.doctor;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import java.io.IOException;

/** The objects of the kernel that checks make; whatever a method makes is gone when it returns. */
interface KernelObjects {
  /**
   * Makes an empty network namespace, the caller closes it.
   *
   * @throws LinuxException when the kernel refuses
   */
  NetworkNamespace makeNetworkNamespace() throws LinuxException;

  /**
   * Makes a TUN device with packet headers and offloads in a namespace.
   *
   * @throws LinuxException when the kernel refuses
   */
  void makeTunDevice(NetworkNamespace inside) throws LinuxException;

  /**
   * Makes a TUN device in a namespace and gives it an address, a route and a larger queue by
   * rtnetlink.
   *
   * @throws LinuxException when the kernel refuses
   */
  void configureDevice(NetworkNamespace inside) throws LinuxException;

  /** Asks for real-time priority for a thread that then ends; 0 or the error number. */
  int tryRealTime();

  /**
   * Makes a control group with a limit of processor time.
   *
   * @return where it was made
   * @throws IOException with the reason when it cannot be made or limited
   */
  String limitCpu() throws IOException;

  /**
   * Makes a control group with a limit of memory.
   *
   * @return where it was made
   * @throws IOException with the reason when it cannot be made or limited
   */
  String limitMemory() throws IOException;
}
