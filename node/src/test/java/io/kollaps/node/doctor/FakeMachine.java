package io.kollaps.node.doctor;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.node.prerequisites.ProgramOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A healthy Debian machine with root, until a test takes something away. */
final class FakeMachine implements Machine, KernelObjects {
  final Map<String, String> files = new HashMap<>();
  final Map<String, String> environment = new HashMap<>();
  final Set<String> missingPrograms = new HashSet<>();
  final List<String> ran = new ArrayList<>();
  boolean tunAccessible = true;
  int processors = 4;
  String laterStat = "cpu  10 0 10 900 0 0 0 0 0 0\n";
  ProgramOutcome outcome = new ProgramOutcome(0, "");
  int namespaceErrno;
  int tunErrno;
  int linkErrno;
  int realTimeErrno;
  String groupFailure = "";
  int openNamespaces;

  FakeMachine() {
    files.put("/proc/self/status", "Name:\tjava\nUid:\t0\t0\t0\t0\n");
    files.put("/proc/self/uid_map", "         0          0 4294967295\n");
    files.put("/etc/os-release", "PRETTY_NAME=\"Debian 12\"\nID=debian\n");
    files.put("/proc/version", "Linux version 6.1\n");
    files.put("/dev/net/tun", "");
    files.put(
        "/proc/self/limits",
        "Max open files            1024                 8192                 files\n");
    files.put("/proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1\n");
    files.put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    files.put("/proc/sys/net/ipv4/tcp_available_congestion_control", "reno cubic\n");
  }

  FakeMachine ordinary() {
    files.put("/proc/self/status", "Uid:\t1000\t1000\t1000\t1000\n");
    return this;
  }

  @Override
  public Optional<String> read(String path) {
    return Optional.ofNullable(files.get(path));
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public boolean accessible(String path) {
    return tunAccessible;
  }

  @Override
  public Optional<String> environment(String name) {
    return Optional.ofNullable(environment.get(name));
  }

  @Override
  public Optional<String> program(String name) {
    return missingPrograms.contains(name) ? Optional.empty() : Optional.of("/usr/bin/" + name);
  }

  @Override
  public int processors() {
    return processors;
  }

  @Override
  public ProgramOutcome run(List<String> command, Duration limit) {
    ran.add(String.join(" ", command));
    return outcome;
  }

  @Override
  public void pause(Duration time) {
    files.put("/proc/stat", laterStat);
  }

  @Override
  public NetworkNamespace makeNetworkNamespace() throws LinuxException {
    failWhen(namespaceErrno, "unshare");
    openNamespaces++;
    return new FakeNamespace();
  }

  @Override
  public void makeTunDevice(NetworkNamespace inside) throws LinuxException {
    failWhen(tunErrno, "TUNSETIFF");
  }

  @Override
  public void configureDevice(NetworkNamespace inside) throws LinuxException {
    failWhen(linkErrno, "rtnetlink");
  }

  @Override
  public int tryRealTime() {
    return realTimeErrno;
  }

  @Override
  public String limitCpu() throws IOException {
    return group();
  }

  @Override
  public String limitMemory() throws IOException {
    return group();
  }

  private String group() throws IOException {
    if (!groupFailure.isEmpty()) {
      throw new IOException(groupFailure);
    }
    return "version 2, /sys/fs/cgroup/x";
  }

  private static void failWhen(int errno, String call) throws LinuxException {
    if (errno != 0) {
      throw new LinuxException(call + " failed", errno);
    }
  }

  private final class FakeNamespace implements NetworkNamespace {
    @Override
    public int fileDescriptor() {
      return 7;
    }

    @Override
    public String path() {
      return "/proc/1/fd/7";
    }

    @Override
    public <T> T inside(Body<T> body) throws LinuxException {
      return body.run();
    }

    @Override
    public void close() {
      openNamespaces--;
    }
  }
}
