package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two namespaces with a plain veth pair between them: the baseline without any emulation. */
public final class VethPair implements AutoCloseable {
  private static final String FIRST = "10.97.0.1";
  private static final String SECOND = "10.97.0.2";
  private static final String VXLAN_FIRST = "10.96.0.1";
  private static final String VXLAN_SECOND = "10.96.0.2";
  private static final int COMMAND_SECONDS = 20;
  private static final int PRINTED_BYTES = 4096;

  private final Station first;
  private final Station second;

  private VethPair(Station first, Station second) {
    this.first = first;
    this.second = second;
  }

  /**
   * Makes one.
   *
   * @throws BenchmarkException when the machine cannot; {@code ip} of the package iproute2 is
   *     needed
   */
  public static VethPair open() throws BenchmarkException, InterruptedException {
    VethPair made = null;
    VethPair whole = null;
    try {
      made =
          new VethPair(
              new Station(NetworkNamespaces.create(), address(FIRST)),
              new Station(NetworkNamespaces.create(), address(SECOND)));
      NetworkNamespace a = made.first.namespace();
      NetworkNamespace b = made.second.namespace();
      ip(a, "link", "add", "veth0", "type", "veth", "peer", "name", "veth1");
      ip(a, "link", "set", "veth1", "netns", b.path());
      ip(a, "addr", "add", FIRST + "/30", "dev", "veth0");
      ip(b, "addr", "add", SECOND + "/30", "dev", "veth1");
      ip(a, "link", "set", "veth0", "up");
      ip(b, "link", "set", "veth1", "up");
      Lab.raiseTcpMemory(a);
      Lab.raiseTcpMemory(b);
      whole = made;
      return whole;
    } catch (LinuxException | IOException e) {
      throw new BenchmarkException(
          "cannot make a veth pair to compare with: " + e.getMessage() + "; is iproute2 installed?",
          e);
    } finally {
      if (whole == null && made != null) {
        made.close();
      }
    }
  }

  private static Inet4Address address(String text) throws IOException {
    return (Inet4Address) InetAddress.getByName(text);
  }

  private static void ip(NetworkNamespace inside, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>();
    command.addAll(List.of("nsenter", "--net=" + inside.path(), "--", "ip"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " did not end");
    }
    if (process.exitValue() != 0) {
      byte[] printed = process.getInputStream().readNBytes(PRINTED_BYTES);
      throw new IOException(
          String.join(" ", command) + ": " + new String(printed, StandardCharsets.UTF_8).strip());
    }
  }

  /**
   * Makes one with a VXLAN device of the kernel at each end, and gives the ends of that: what
   * encapsulation costs without emulation.
   *
   * @throws BenchmarkException when the machine cannot
   */
  public static VethPair openVxlan() throws BenchmarkException, InterruptedException {
    VethPair pair = open();
    boolean whole = false;
    try {
      vxlan(pair.first, SECOND, VXLAN_FIRST);
      vxlan(pair.second, FIRST, VXLAN_SECOND);
      VethPair ends =
          new VethPair(
              new Station(pair.first.namespace(), address(VXLAN_FIRST)),
              new Station(pair.second.namespace(), address(VXLAN_SECOND)));
      whole = true;
      return ends;
    } catch (IOException e) {
      throw new BenchmarkException(
          "cannot make a VXLAN pair to compare with: " + e.getMessage() + "; see 'kollaps doctor'",
          e);
    } finally {
      if (!whole) {
        pair.close();
      }
    }
  }

  private static void vxlan(Station end, String other, String address)
      throws IOException, InterruptedException {
    NetworkNamespace inside = end.namespace();
    ip(
        inside,
        "link",
        "add",
        "vx0",
        "type",
        "vxlan",
        "id",
        "42",
        "remote",
        other,
        "local",
        end.address().getHostAddress(),
        "dstport",
        "4789",
        "udpcsum");
    ip(inside, "addr", "add", address + "/30", "dev", "vx0");
    ip(inside, "link", "set", "vx0", "up");
  }

  /** One end. */
  public Station first() {
    return first;
  }

  /** The other end. */
  public Station second() {
    return second;
  }

  /** Takes it away. */
  @Override
  public void close() {
    first.namespace().close();
    second.namespace().close();
  }
}
