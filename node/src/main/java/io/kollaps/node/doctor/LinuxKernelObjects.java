package io.kollaps.node.doctor;

import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.ThreadPriority;
import io.kollaps.linux.TunDevice;
import io.kollaps.linux.cgroup.ControlGroups;
import io.kollaps.linux.cgroup.ControlGroups.Controller;
import io.kollaps.linux.cgroup.LimitedGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
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
  private static final double CPUS = 0.5;
  private static final long MEMORY_BYTES = 64L << 20;

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
    return limited(Controller.CPU, group -> group.limitCpus(CPUS));
  }

  @Override
  public String limitMemory() throws IOException {
    return limited(Controller.MEMORY, group -> group.limitMemory(MEMORY_BYTES));
  }

  /** Writes a limit. */
  @FunctionalInterface
  private interface Limit {
    void to(LimitedGroup group) throws IOException;
  }

  /** At the place and in the way of a run's groups. */
  private static String limited(Controller controller, Limit limit) throws IOException {
    ControlGroups groups = ControlGroups.detect();
    ControlGroups.Place place =
        groups.place(controller).orElseThrow(() -> new IOException(groups.reason(controller)));
    String name = "kollaps-doctor-" + ProcessHandle.current().pid();
    LimitedGroup group =
        new LimitedGroup(place.parent().resolve(name), controller, place.version());
    Optional<String> left;
    try {
      group.make();
      limit.to(group);
    } finally {
      left = group.remove();
    }
    if (left.isPresent()) {
      throw new IOException("it could not be removed again: " + left.get());
    }
    return "version " + place.version() + ", " + group.path();
  }
}
