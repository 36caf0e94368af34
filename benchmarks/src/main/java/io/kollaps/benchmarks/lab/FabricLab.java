package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.node.fabric.FabricFactory;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Endpoints over a fabric. Everything is held by descriptors of this process. */
final class FabricLab implements Lab {
  private static final String SUBNET = "10.98.0.0";
  private static final int SUBNET_LENGTH = 16;
  private static final int HOSTS_PER_BYTE = 250;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Fabric fabric;
  private final List<Station> stations = new ArrayList<>();

  private FabricLab(Fabric fabric) {
    this.fabric = fabric;
  }

  /** As {@link Lab#open}. */
  static Lab open(FabricFactory factory, int endpoints, long seed) throws BenchmarkException {
    FabricLab lab = null;
    try {
      lab = new FabricLab(factory.start(endpoints, seed));
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
    Lab.raiseTcpMemory(namespace);
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

  @Override
  public Station station(int endpoint) {
    return stations.get(endpoint);
  }

  @Override
  public long busyNanos() {
    return fabric.busyNanos();
  }

  @Override
  public void set(List<PathSetting> settings) throws BenchmarkException {
    try {
      fabric.setPaths(settings);
    } catch (FabricException e) {
      throw new BenchmarkException("cannot set a path to measure: " + e.getMessage(), e);
    }
  }

  @Override
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
