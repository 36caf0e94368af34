package io.kollaps.node.doctor;

import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import java.util.List;

/**
 * The user-space fabric: a TUN device in the network namespace of every endpoint, set up by
 * rtnetlink, and programs started inside.
 */
final class UserSpaceProbe implements FabricProbe {
  static final String NAME = UserSpaceFabric.NAME;

  private static final String DEVICE = "/dev/net/tun";
  private static final String NO_FABRIC = "no endpoint can be made: a run cannot start";

  private final Machine machine;
  private final KernelObjects kernel;
  private final Remedies remedies;

  UserSpaceProbe(Machine machine, KernelObjects kernel) {
    this.machine = machine;
    this.kernel = kernel;
    this.remedies = new Remedies(machine);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Check> needs() {
    return List.of(
        networkNamespaceCheck(),
        new NamedCheck("tun-access", this::tunAccess),
        new NamedCheck("tun-device", this::tunDevice),
        new NamedCheck("rtnetlink", this::rtnetlink),
        new ProgramsCheck(machine, kernel));
  }

  /** Every fabric needs it. */
  Check networkNamespaceCheck() {
    return new NamedCheck("network-namespace", this::networkNamespace);
  }

  private CheckResult networkNamespace() {
    String check = "network-namespace";
    try (NetworkNamespace made = kernel.makeNetworkNamespace()) {
      return CheckResult.ok(check, "made one with its loopback device up: " + made.path());
    } catch (LinuxException e) {
      return CheckResult.missing(
          check, "making one failed: " + e.getMessage(), NO_FABRIC, namespaceRemedy(e.errno()));
    }
  }

  private String namespaceRemedy(int errno) {
    if (remedies.wsl1()) {
      return "in Windows: wsl --set-version <name of the distribution> 2";
    }
    if (errno == Errno.EPERM || errno == Errno.EACCES) {
      if (Privileges.of(machine) == Privileges.ORDINARY) {
        return "see user-namespaces, or start as root: sudo ./kollaps ...";
      }
      return remedies.container().isEmpty()
          ? "start as root: sudo ./kollaps ..."
          : Remedies.containerRights();
    }
    if (errno == Errno.EINVAL) {
      return "use a kernel with CONFIG_NET_NS; those of all distributions have it";
    }
    return remedies.sysctl("user.max_net_namespaces", "10000");
  }

  private CheckResult tunAccess() {
    String check = "tun-access";
    if (!machine.exists(DEVICE)) {
      String remedy =
          remedies.container().isEmpty()
              ? remedies.module("tun")
              : "start the container with --device /dev/net/tun";
      return CheckResult.missing(check, DEVICE + " is not there", NO_FABRIC, remedy);
    }
    if (!machine.accessible(DEVICE)) {
      return CheckResult.missing(
          check,
          DEVICE + " is there, but this user may not read and write it",
          NO_FABRIC,
          "as root: chmod 0666 "
              + DEVICE
              + " (its usual mode; a device is still made only by who owns the namespace)");
    }
    return CheckResult.ok(check, DEVICE + " can be read and written");
  }

  private CheckResult tunDevice() {
    return inScratchNamespace(
        "tun-device",
        kernel::makeTunDevice,
        "made one in a scratch namespace, with packet headers and checksum and TSO offloads",
        "making one in a scratch namespace failed: ");
  }

  private String tunRemedy(int errno) {
    if (errno == Errno.ENOENT || errno == Errno.ENODEV) {
      return remedies.module("tun");
    }
    if (errno == Errno.EINVAL) {
      return "use a kernel whose TUN device knows IFF_VNET_HDR and offloads (Linux 2.6.27 or newer)";
    }
    return remedies.container().isEmpty()
        ? "see tun-access; when that is ok, start as root: sudo ./kollaps ..."
        : Remedies.containerRights();
  }

  private CheckResult rtnetlink() {
    return inScratchNamespace(
        "rtnetlink",
        kernel::configureDevice,
        "gave a device in a scratch namespace an address, a route and a queue length",
        "setting up a device in a scratch namespace failed: ");
  }

  /** Does something with a namespace. */
  @FunctionalInterface
  private interface Trial {
    void in(NetworkNamespace namespace) throws LinuxException;
  }

  private CheckResult inScratchNamespace(String check, Trial trial, String done, String failed) {
    NetworkNamespace scratch;
    try {
      scratch = kernel.makeNetworkNamespace();
    } catch (LinuxException e) {
      // what mends it stands at the check network-namespace
      return CheckResult.missing(
          check, "not tried: no network namespace (" + e.getMessage() + ")", NO_FABRIC, "");
    }
    try (scratch) {
      trial.in(scratch);
      return CheckResult.ok(check, done);
    } catch (LinuxException e) {
      return CheckResult.missing(check, failed + e.getMessage(), NO_FABRIC, tunRemedy(e.errno()));
    }
  }
}
