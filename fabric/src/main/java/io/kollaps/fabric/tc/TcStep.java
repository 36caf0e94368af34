package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;

/** What the fabric does to the kernel, step by step: each may be refused, for its own reasons. */
enum TcStep {
  NAMESPACE("namespace", "make a network namespace of its own"),
  SHARED_FILTERS("clsact", "make the filters that its ports share"),
  PORT_ENTRY("namespace", "enter the namespace of an endpoint"),
  PORT_PAIR("veth", "make the veth pair of an endpoint"),
  PORT_FILTERS("clsact", "let the port of an endpoint use the shared filters"),
  PORT_DEVICE("veth", "configure eth0 of an endpoint"),
  INTERFACE("interface", "find the interface to shape"),
  SEGMENTS("gso-limits", "switch super-packets off at an interface"),
  ROOT("htb", "put the queueing discipline htb on an interface"),
  UNKNOWN("u32", "drop what goes to unknown addresses"),
  REDIRECT("mirred", "lead packets to the port of an endpoint"),
  CLASSES("htb", "make the classes of paths"),
  DISCIPLINES("netem", "make the disciplines netem and bfifo of paths"),
  FILTERS("u32", "tell packets of paths apart by their destination"),
  CHANGE("htb", "change paths"),
  READING("htb", "read the counters of paths"),
  REMOVAL("htb", "take paths away"),
  PORT_REMOVAL("veth", "take the device of an endpoint away");

  private static final String LOOK = " `kollaps doctor` shows what this machine lacks.";

  private final String piece;
  private final String what;

  TcStep(String piece, String what) {
    this.piece = piece;
    this.what = what;
  }

  /** Name of what the kernel has to have for it. */
  String piece() {
    return piece;
  }

  /**
   * The exception for a step that the kernel refused.
   *
   * @param where the endpoint or the interface
   */
  FabricException refused(String where, LinuxException cause) {
    return new FabricException(
        "The tc fabric cannot "
            + what
            + " ("
            + where
            + "): "
            + cause.getMessage()
            + "."
            + remedy(cause.errno()),
        cause);
  }

  private String remedy(int errno) {
    if (errno == Errno.EPERM || errno == Errno.EACCES) {
      return " It takes CAP_NET_ADMIN and CAP_SYS_ADMIN: start as root.";
    }
    if (errno == Errno.ENOMEM || errno == Errno.ENOBUFS) {
      return " The kernel has no memory for it: have fewer paths, or use --fabric user-space.";
    }
    if (errno == Errno.ENOENT || errno == Errno.EOPNOTSUPP) {
      return " The kernel may have no "
          + piece
          + ": load its module, or use --fabric user-space."
          + LOOK;
    }
    if (errno == Errno.EEXIST && this == PORT_PAIR) {
      return " A device of that name is there already: take it away first.";
    }
    if (errno == Errno.EEXIST && this == ROOT) {
      return " Somebody else shapes that interface already: tc qdisc del dev <interface> root.";
    }
    return LOOK;
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
    void before(TcStep step) throws LinuxException;
  }

  /** Does a step. */
  @FunctionalInterface
  interface Action<T> {
    /**
     * Does it.
     *
     * @throws LinuxException when the kernel refuses
     */
    T run() throws LinuxException;
  }

  /** Does a step without a result. */
  @FunctionalInterface
  interface Task {
    /**
     * Does it.
     *
     * @throws LinuxException when the kernel refuses
     */
    void run() throws LinuxException;
  }

  /**
   * Does this step where the gate lets it pass.
   *
   * @throws FabricException when the gate or the kernel refuses
   */
  <T> T attempt(Gate gate, String where, Action<T> action) throws FabricException {
    try {
      gate.before(this);
      return action.run();
    } catch (LinuxException e) {
      throw refused(where, e);
    }
  }

  /**
   * As {@link #attempt}, without a result.
   *
   * @throws FabricException when the gate or the kernel refuses
   */
  void perform(Gate gate, String where, Task task) throws FabricException {
    attempt(
        gate,
        where,
        () -> {
          task.run();
          return true;
        });
  }
}
