package io.kollaps.linux.rootless;

import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How an ordinary user runs experiments: Kollaps starts inside user, network and mount namespaces
 * of the user's own, in which it is root over what it makes and over nothing else.
 *
 * <p>The launcher, when {@code id -u} is not 0, runs {@code unshare --user --map-root-user --net
 * --mount --propagation private -- java ...} ({@link #PREFIX}). There is no {@code --fork}: unshare
 * replaces itself by java, so process id, signals, terminal and exit code are java's own. A process
 * with several threads cannot make itself a user namespace, so this cannot be done by java later.
 *
 * <p>What is different inside:
 *
 * <ul>
 *   <li>The user is 0 inside and the same as ever outside: files it makes are its own. Files of all
 *       others look like those of user 65534. The state folder is found outside and inside alike
 *       ({@link io.kollaps.linux.ownership.StateFolder}).
 *   <li>The network is empty but for loopback (down), so nothing can be downloaded after the entry.
 *   <li>/dev/net/tun must be open to all (mode 0666, which it is by default where udev runs).
 *   <li>There is no real-time priority, and no control group of the machine's can be made.
 *   <li>A sweep for the user is best run before the entry: from inside, the environment of
 *       processes of an earlier run's user namespace cannot be read ({@link
 *       io.kollaps.linux.ownership.Sweep}).
 * </ul>
 */
public final class RootlessEntry {
  /** What stands before the command line of java. */
  public static final List<String> PREFIX =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--net",
          "--mount",
          "--propagation",
          "private",
          "--");

  private static final long SECONDS = 10;
  private static final Path TUN = Path.of("/dev/net/tun");

  /** A kernel setting that can forbid user namespaces. */
  private record Setting(String path, String forbids, String remedy) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(
              "/proc/sys/user/max_user_namespaces",
              "0",
              "as root: sysctl -w user.max_user_namespaces=10000"),
          new Setting(
              "/proc/sys/kernel/unprivileged_userns_clone",
              "0",
              "as root: sysctl -w kernel.unprivileged_userns_clone=1"),
          new Setting(
              "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
              "1",
              "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give"
                  + " /usr/bin/unshare an AppArmor profile that allows userns"));

  private RootlessEntry() {}

  /**
   * What a probe found.
   *
   * @param what what was tried
   * @param works whether it works
   * @param detail why not; empty when it works
   * @param remedy what to do; empty when it works
   */
  public record Finding(String what, boolean works, String detail, String remedy) {}

  /** Tries everything that an ordinary user's run needs, by really doing it. */
  public static List<Finding> probe() {
    return List.of(probeNamespaces(), probeTun(TUN));
  }

  /** Makes the namespaces for a program that ends at once. */
  private static Finding probeNamespaces() {
    String what = "user, network and mount namespaces";
    List<String> command = new ArrayList<>(PREFIX);
    command.add("true");
    String failure = run(command);
    if (failure.isEmpty()) {
      return new Finding(what, true, "", "");
    }
    for (Setting setting : SETTINGS) {
      if (read(setting.path()).equals(setting.forbids())) {
        return new Finding(
            what,
            false,
            failure + " (" + setting.path() + " is " + setting.forbids() + ")",
            setting.remedy());
      }
    }
    return new Finding(
        what,
        false,
        failure,
        "run as root; in a container, allow it user namespaces (Docker: --privileged, or a seccomp"
            + " profile with unshare)");
  }

  /** Opens the TUN device as the fabric does. */
  static Finding probeTun(Path device) {
    String what = "read and write " + device;
    try {
      FileDescriptors.close(
          FileDescriptors.open(
              device.toString(), FileDescriptors.O_RDWR | FileDescriptors.O_CLOEXEC));
      return new Finding(what, true, "", "");
    } catch (LinuxException e) {
      String remedy =
          Files.exists(device)
              ? "as root: chmod 0666 " + device
              : "as root: modprobe tun; where there is no udev: mkdir -p /dev/net && mknod "
                  + device
                  + " c 10 200 && chmod 0666 "
                  + device;
      return new Finding(what, false, String.valueOf(e.getMessage()), remedy);
    }
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no answer within " + SECONDS + " s";
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.exitValue() == 0
          ? ""
          : output.isEmpty() ? "exit code " + process.exitValue() : output;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static String read(String path) {
    try {
      return Files.readString(Path.of(path)).strip();
    } catch (NoSuchFileException e) {
      return ""; // this kernel has no such setting
    } catch (IOException e) {
      return "unreadable: " + e.getMessage();
    }
  }
}
