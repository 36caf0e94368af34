package io.kollaps.node.doctor;

import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.ThreadPriority;
import io.kollaps.linux.TunDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The objects of this machine's kernel. */
final class LinuxKernelObjects implements KernelObjects {
  private static final String DEVICE = "kollaps0";
  private static final int QUEUE_PACKETS = 1000;
  private static final int LOWEST_REAL_TIME = 1;

  /** TEST-NET-1 of RFC 5737: belongs to nobody. */
  private static final byte[] ADDRESS = {(byte) 192, 0, 2, 1};

  private static final byte[] PREFIX = {(byte) 192, 0, 2, 0};
  private static final int PREFIX_LENGTH = 24;
  private static final int HOST_LENGTH = 32;
  private static final String CPU_QUOTA_MICROS = "50000";
  private static final String MEMORY_BYTES = "67108864";

  @Override
  public NetworkNamespace makeNetworkNamespace() throws LinuxException {
    return NetworkNamespaces.create();
  }

  @Override
  public void makeTunDevice(NetworkNamespace inside) throws LinuxException {
    inside.inside(
        () -> {
          TunDevice.create(DEVICE).close();
          return true;
        });
  }

  @Override
  public void configureDevice(NetworkNamespace inside) throws LinuxException {
    inside.inside(
        () -> {
          try (TunDevice _ = TunDevice.create(DEVICE);
              RouteNetlink links = RouteNetlink.open()) {
            int index = links.linkIndex(DEVICE);
            links.setQueueLength(index, QUEUE_PACKETS);
            links.addAddress(index, address(ADDRESS), HOST_LENGTH);
            links.setUp(index, true);
            links.addRoute(index, address(PREFIX), PREFIX_LENGTH);
            return true;
          }
        });
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
    }
  }

  @Override
  public int tryRealTime() {
    // on a thread of its own, which takes the priority with it when it ends
    FutureTask<Integer> task = new FutureTask<>(() -> ThreadPriority.tryRealTime(LOWEST_REAL_TIME));
    Thread.ofPlatform().daemon().name("real-time trial").start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Errno.EINTR;
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking for real-time priority failed itself", e);
    }
  }

  @Override
  public String limitCpu() throws IOException {
    return group().limit("cpu", "cpu.cfs_quota_us", "cpu.max", CPU_QUOTA_MICROS);
  }

  @Override
  public String limitMemory() throws IOException {
    return group().limit("memory", "memory.limit_in_bytes", "memory.max", MEMORY_BYTES);
  }

  private static ScratchGroup group() {
    return new ScratchGroup(
        Path.of("/proc/self"), "kollaps-doctor-" + ProcessHandle.current().pid());
  }
}
