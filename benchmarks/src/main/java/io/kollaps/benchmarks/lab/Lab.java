package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Endpoints in network namespaces of their own over a fabric, without programs. Everything is held
 * by descriptors of this process: however it ends, nothing is left behind.
 */
public final class Lab implements AutoCloseable {
  private static final String SUBNET = "10.98.0.0";
  private static final int SUBNET_LENGTH = 16;
  private static final int HOSTS_PER_BYTE = 250;
  private static final double NANOS_PER_MILLI = 1e6;

  /** So that one TCP flow can fill 5 Gbit/s over 10 ms, which the usual 4 to 6 MB cannot. */
  private static final String TCP_MEMORY = "4096 131072 67108864";

  private final Fabric fabric;
  private final List<Station> stations = new ArrayList<>();

  private Lab(Fabric fabric) {
    this.fabric = fabric;
  }

  /**
   * Makes a fabric and its endpoints, without paths.
   *
   * @param kind which fabric
   * @param endpoints how many, 1 to 60 000
   * @param seed seed of loss and jitter
   * @throws BenchmarkException when the machine cannot
   */
  public static Lab open(FabricKind kind, int endpoints, long seed) throws BenchmarkException {
    Lab lab = null;
    try {
      lab = new Lab(kind.start(endpoints, seed));
      for (int i = 0; i < endpoints; i++) {
        lab.attach(i);
      }
      Lab made = lab;
      lab = null;
      return made;
    } catch (FabricException | LinuxException | IOException e) {
      throw new BenchmarkException(
          "cannot set up endpoints to measure: " + e.getMessage() + "; see 'kollaps doctor'", e);
    } finally {
      if (lab != null) {
        lab.close();
      }
    }
  }

  private void attach(int endpoint) throws FabricException, LinuxException, IOException {
    NetworkNamespace namespace = NetworkNamespaces.create();
    Inet4Address address = address(endpoint);
    stations.add(new Station(namespace, address));
    raiseTcpMemory(namespace);
    fabric.attach(
        new PortSpec(
            endpoint,
            namespace,
            List.of(address),
            List.of(new PortSpec.Prefix(InetAddress.getByName(SUBNET), SUBNET_LENGTH)),
            PortSpec.DEFAULT_MTU));
  }

  private static Inet4Address address(int endpoint) throws UnknownHostException {
    byte high = (byte) (endpoint / HOSTS_PER_BYTE);
    byte low = (byte) (endpoint % HOSTS_PER_BYTE + 1);
    return (Inet4Address) InetAddress.getByAddress(new byte[] {10, 98, high, low});
  }

  /** Where this is not allowed the fastest rates stay below their ideal: nothing else changes. */
  static void raiseTcpMemory(NetworkNamespace namespace) throws LinuxException {
    namespace.inside(
        () -> {
          for (String setting : List.of("tcp_rmem", "tcp_wmem")) {
            try {
              Files.writeString(Path.of("/proc/sys/net/ipv4", setting), TCP_MEMORY);
            } catch (IOException e) {
              return false;
            }
          }
          return true;
        });
  }

  /** The fabric. */
  public Fabric fabric() {
    return fabric;
  }

  /** An endpoint's place, by its index. */
  public Station station(int endpoint) {
    return stations.get(endpoint);
  }

  /** A path without jitter and loss, with the queue that a link has by default. */
  public static PathShape shape(long latencyNanos, long rateBitsPerSecond) {
    return shape(latencyNanos, Jitter.NONE, 0, rateBitsPerSecond);
  }

  /** A path with the queue that a link has by default. */
  public static PathShape shape(long latencyNanos, Jitter jitter, double loss, long rate) {
    return new PathShape(latencyNanos, jitter, loss, rate, Framing.IP, QueueLimit.DEFAULT);
  }

  /** A path that only delays. */
  public static PathShape delay(long latencyNanos) {
    return shape(latencyNanos, LinkProperties.UNLIMITED_RATE);
  }

  /** Sets both directions between two endpoints. */
  public void connect(int a, int b, PathShape there, PathShape back) throws BenchmarkException {
    set(
        List.of(
            new PathSetting(a, b, Optional.of(there)), new PathSetting(b, a, Optional.of(back))));
  }

  /** Sets paths at one instant. */
  public void set(List<PathSetting> settings) throws BenchmarkException {
    try {
      fabric.setPaths(settings);
    } catch (FabricException e) {
      throw new BenchmarkException("cannot set a path to measure: " + e.getMessage(), e);
    }
  }

  /** How punctual the fabric was so far, as one sentence for a reader of the figures. */
  public String health() {
    FabricHealth health = fabric.health();
    return String.format(
        Locale.ROOT,
        "packets left late by p50 %.3f ms, p99 %.3f ms, at most %.3f ms; %s; own drops %d, rested %d times",
        health.latenessP50Nanos() / NANOS_PER_MILLI,
        health.latenessP99Nanos() / NANOS_PER_MILLI,
        health.latenessMaxNanos() / NANOS_PER_MILLI,
        health.realTime() ? "real-time priority" : "no real-time priority",
        health.limitDroppedPackets() + health.deviceDroppedPackets(),
        health.rests());
  }

  /** Takes everything away. */
  @Override
  public void close() throws BenchmarkException {
    try {
      fabric.close();
    } catch (FabricException e) {
      throw new BenchmarkException("the fabric did not end: " + e.getMessage(), e);
    } finally {
      stations.forEach(station -> station.namespace().close());
    }
  }
}
