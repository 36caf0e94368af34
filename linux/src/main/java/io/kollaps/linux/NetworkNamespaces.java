package io.kollaps.linux;

/** Makes and opens network namespaces. */
public final class NetworkNamespaces {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final String OF_THIS_THREAD = "/proc/thread-self/ns/net";

  private NetworkNamespaces() {}

  /**
   * Makes an empty one, with its loopback device up. It has no name: this process' descriptor holds
   * it.
   *
   * @throws LinuxException when the kernel refuses: it takes CAP_SYS_ADMIN, which an ordinary user
   *     has in a user namespace of their own
   */
  public static NetworkNamespace create() throws LinuxException {
    return NamespaceThread.call(
        "namespace-create",
        () -> {
          Native.check(ProcessCalls.unshare(CLONE_NEWNET), "unshare", "CLONE_NEWNET");
          NetworkNamespace made = open(OF_THIS_THREAD);
          try (RouteNetlink links = RouteNetlink.open()) {
            links.setUp(links.linkIndex("lo"), true);
            return made;
          } catch (LinuxException e) {
            made.close();
            throw e;
          }
        });
  }

  /**
   * Opens one that exists.
   *
   * @param path for example {@code /proc/PID/ns/net} or {@code /run/netns/NAME}
   * @throws LinuxException when it cannot be opened
   */
  public static NetworkNamespace open(String path) throws LinuxException {
    return new HeldNamespace(
        FileDescriptors.open(path, FileDescriptors.O_RDONLY | FileDescriptors.O_CLOEXEC));
  }
}
