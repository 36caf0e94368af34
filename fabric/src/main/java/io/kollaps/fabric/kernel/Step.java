package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;

/** What the fabric does to the kernel, step by step: each may be refused, for its own reasons. */
enum Step {
  NAMESPACE("namespace", "make a network namespace of its own"),
  MAPS("bpf", "make its BPF maps"),
  PATHS("bpf", "make room for paths"),
  PROGRAMS("bpf-programs", "load its BPF programs"),
  FABRIC_DEVICE("veth", "make the veth pair that all packets pass"),
  FABRIC_QUEUE("sch_fq", "give that pair the queueing discipline fq"),
  FABRIC_PROGRAM("clsact", "attach its BPF program to that pair"),
  PORT_PAIR("veth", "make the veth pair of an endpoint"),
  PORT_PROGRAM("clsact", "attach its BPF program to the pair of an endpoint"),
  PORT_DEVICE("veth", "configure eth0 of an endpoint"),
  PORT_ADDRESSES("bpf", "enter the addresses of an endpoint"),
  PORT_SEGMENTS("gso-limits", "limit the super-packets of an endpoint"),
  PORT_REMOVAL("veth", "take the device of an endpoint away"),
  OVERLAY_DEVICE("vxlan", "make the VXLAN devices that lead to other nodes"),
  OVERLAY_PROGRAM("clsact", "attach its BPF program to the overlay"),
  OVERLAY_PEERS("vxlan", "enter the endpoints of other nodes"),
  OVERLAY_PROBES("packet-socket", "send probes to other nodes");

  private static final String OTHER = " `kollaps doctor` shows what this machine lacks.";

  private final String piece;
  private final String what;

  Step(String piece, String what) {
    this.piece = piece;
    this.what = what;
  }

  /** Name of what the kernel has to have for it. */
  String piece() {
    return piece;
  }

  /** The exception for a step that the kernel refused. */
  FabricException refused(LinuxException cause) {
    return new FabricException(
        "The kernel fabric cannot "
            + what
            + ": "
            + cause.getMessage()
            + "."
            + remedy(cause.errno()),
        cause);
  }

  private String remedy(int errno) {
    boolean forbidden = errno == Errno.EPERM || errno == Errno.EACCES;
    return switch (this) {
      case FABRIC_QUEUE ->
          errno == Errno.ENOENT
              ? " This kernel has no fq: load the module (modprobe sch_fq), or use another fabric"
                  + " (--fabric user-space)."
              : OTHER;
      case MAPS, PROGRAMS ->
          forbidden && errno == Errno.EPERM
              ? " It takes CAP_BPF and CAP_NET_ADMIN: start as root, or use another fabric"
                  + " (--fabric user-space)."
              : " Linux 5.18 or later with BPF is needed; use another fabric (--fabric user-space)."
                  + OTHER;
      case OVERLAY_DEVICE ->
          errno == Errno.EOPNOTSUPP
              ? " This kernel has no vxlan: load the module (modprobe vxlan), or use another fabric"
                  + " (--fabric user-space)."
              : OTHER;
      case PATHS -> " The table of paths lies in the kernel's memory: have fewer endpoints.";
      case NAMESPACE -> forbidden ? " It takes CAP_SYS_ADMIN: start as root." : OTHER;
      case PORT_PAIR ->
          errno == Errno.EEXIST
              ? " A device of that name is there already: take it away first."
              : OTHER;
      default -> OTHER;
    };
  }

  /** Called before each step; may refuse it in the kernel's place. */
  @FunctionalInterface
  interface Gate {
    /** Lets every step pass. */
    Gate OPEN = _ -> {};

    /**
     * Passes or refuses.
     *
     * @throws LinuxException to refuse
     */
    void before(Step step) throws LinuxException;
  }
}
