package io.kollaps.topology.path;

import io.kollaps.topology.Problem;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives every endpoint its address: the one asked for, else the lowest free one of the subnet.
 *
 * <p>Never assigned are the subnet's first address (IPv4: network, IPv6: subnet-router anycast, RFC
 * 4291 2.6.1), the last one of an IPv4 subnet (broadcast), and addresses that somebody asked for.
 * Both exceptions fall away where the subnet has at most two addresses (RFC 3021, RFC 6164).
 */
final class AddressPlan {
  private final Map<InetAddress, String> owners = new HashMap<>();
  private final List<Problem> problems;
  private final Optional<Range> range;
  private BigInteger next;

  private record Range(BigInteger network, int addressBits, int hostBits, String text) {
    BigInteger size() {
      return BigInteger.ONE.shiftLeft(hostBits);
    }

    boolean reservesEnds() {
      return hostBits > 1;
    }

    /** First offset that may be assigned. */
    BigInteger first() {
      return reservesEnds() ? BigInteger.ONE : BigInteger.ZERO;
    }

    /** Offset after the last one that may be assigned. */
    BigInteger end() {
      return reservesEnds() && addressBits == 32 ? size().subtract(BigInteger.ONE) : size();
    }
  }

  AddressPlan(String subnet, List<Problem> problems) {
    this.problems = problems;
    this.range = parseRange(subnet, problems);
    this.next = range.map(Range::first).orElse(BigInteger.ZERO);
  }

  private static Optional<Range> parseRange(String subnet, List<Problem> problems) {
    try {
      int slash = subnet.indexOf('/');
      InetAddress base = InetAddress.ofLiteral(subnet.substring(0, Math.max(slash, 0)));
      int prefix = Integer.parseInt(subnet.substring(slash + 1));
      int bits = base.getAddress().length * 8;
      if (prefix >= 0 && prefix <= bits) {
        int hostBits = bits - prefix;
        BigInteger value = new BigInteger(1, base.getAddress());
        BigInteger network = value.shiftRight(hostBits).shiftLeft(hostBits);
        return Optional.of(new Range(network, bits, hostBits, subnet));
      }
    } catch (IllegalArgumentException e) {
      // Reported below like a prefix that is out of range: the text is not a range of addresses.
    }
    problems.add(
        new Problem(
            SourcePosition.UNKNOWN,
            "subnet '" + subnet + "' is not an address range",
            "write an address and a prefix length, such as 10.99.0.0/16 or fd00:99::/64"));
    return Optional.empty();
  }

  /** Reserves what a service asks for; to be called for all services before any is assigned. */
  void reserve(Service service) {
    for (int i = 0; i < service.addresses().size(); i++) {
      String text = service.addresses().get(i);
      if (i >= service.replicas()) {
        report(
            service,
            "asks for "
                + service.addresses().size()
                + " addresses but has "
                + service.replicas()
                + " endpoints",
            "give at most one address for each endpoint");
        return;
      }
      reserve(service, text);
    }
  }

  private void reserve(Service service, String text) {
    Optional<InetAddress> parsed = parse(text);
    if (parsed.isEmpty()) {
      report(service, "address '" + text + "' is not an IP address", "write it as 10.99.0.7");
      return;
    }
    InetAddress address = parsed.get();
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isMulticastAddress()) {
      report(
          service,
          "address " + text + " cannot be an endpoint's own",
          "use a unicast address that is not loopback");
    } else if (isEndOfRange(address)) {
      report(
          service,
          "address " + text + " is the first or last of the subnet and means the subnet itself",
          "use an address between them");
    }
    String owner = owners.putIfAbsent(address, service.name());
    if (owner != null) {
      report(
          service,
          "address " + text + " is asked for twice, also by service " + owner,
          "give each endpoint an address of its own");
    }
  }

  private boolean isEndOfRange(InetAddress address) {
    if (range.isEmpty() || address.getAddress().length * 8 != range.get().addressBits()) {
      return false;
    }
    Range subnet = range.get();
    BigInteger offset = new BigInteger(1, address.getAddress()).subtract(subnet.network());
    boolean inside = offset.signum() >= 0 && offset.compareTo(subnet.size()) < 0;
    return inside && (offset.compareTo(subnet.first()) < 0 || offset.compareTo(subnet.end()) >= 0);
  }

  /** The address of a service's replica (1-based); empty after a problem was reported. */
  Optional<InetAddress> assign(Service service, int replica) {
    if (replica <= service.addresses().size()) {
      return parse(service.addresses().get(replica - 1));
    }
    if (range.isEmpty()) {
      return Optional.empty();
    }
    Range subnet = range.get();
    // Ends after at most one step more than there are reserved addresses.
    while (next.compareTo(subnet.end()) < 0) {
      InetAddress address = addressAt(subnet, next);
      next = next.add(BigInteger.ONE);
      if (owners.putIfAbsent(address, service.name()) == null) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }

  /** Reports that {@code missing} endpoints got no address. */
  void reportTooSmall(int missing) {
    range.ifPresent(
        subnet ->
            problems.add(
                new Problem(
                    SourcePosition.UNKNOWN,
                    "subnet "
                        + subnet.text()
                        + " is too small: "
                        + missing
                        + " endpoints are left without an address",
                    "choose a larger subnet, such as 10.99.0.0/16")));
  }

  /** Reports when addresses of both families stand in one experiment. */
  void checkOneFamily(List<Endpoint> endpoints) {
    if (endpoints.isEmpty()) {
      return;
    }
    Endpoint first = endpoints.getFirst();
    for (Endpoint endpoint : endpoints) {
      if (isIpv4(endpoint) != isIpv4(first)) {
        report(
            endpoint.service(),
            "endpoint "
                + endpoint.name()
                + " has "
                + endpoint.address().getHostAddress()
                + " but "
                + first.name()
                + " has "
                + first.address().getHostAddress()
                + ": IPv4 and IPv6 endpoints cannot reach each other",
            "use one family for all addresses and the subnet");
        return;
      }
    }
  }

  private static boolean isIpv4(Endpoint endpoint) {
    return endpoint.address() instanceof Inet4Address;
  }

  private static InetAddress addressAt(Range subnet, BigInteger offset) {
    byte[] magnitude = subnet.network().add(offset).toByteArray();
    byte[] bytes = new byte[subnet.addressBits() / 8];
    int length = Math.min(magnitude.length, bytes.length);
    System.arraycopy(magnitude, magnitude.length - length, bytes, bytes.length - length, length);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes, not " + bytes.length, e);
    }
  }

  private static Optional<InetAddress> parse(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void report(Service service, String message, String remedy) {
    problems.add(
        new Problem(service.position(), "service " + service.name() + ": " + message, remedy));
  }
}
