package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses that a file asks for: literals only, nothing is ever looked up. */
final class Addresses {
  private static final Pattern DOTTED = Pattern.compile("(?:[0-9]{1,3}\\.){3}[0-9]{1,3}");
  private static final Pattern COLONS = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /** Longest literal of an IPv6 address. */
  private static final int MAX_LENGTH = 45;

  private static final int MAX_PREFIX_V4 = 30;
  private static final int MAX_PREFIX_V6 = 126;
  private static final int MIN_PREFIX = 8;

  private final Problems problems;
  private final Map<InetAddress, SourcePosition> taken = new HashMap<>();
  private InetAddress network;
  private int prefix;

  /** Starts with a valid subnet. */
  Addresses(String subnet, Problems problems) {
    this.problems = problems;
    int slash = subnet.indexOf('/');
    this.network = InetAddress.ofLiteral(subnet.substring(0, slash));
    this.prefix = Integer.parseInt(subnet.substring(slash + 1));
  }

  /** The address that a text writes, empty when it is none. */
  static Optional<InetAddress> parse(String text) {
    boolean literal =
        text.length() <= MAX_LENGTH
            && (DOTTED.matcher(text).matches() || COLONS.matcher(text).matches());
    if (!literal) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // looks like an address but has a part too large or too few parts
    }
  }

  /** Sets the subnet; a problem, and no change, when the text is none. */
  Optional<String> subnet(String text, SourcePosition position) {
    int slash = text.indexOf('/');
    Optional<InetAddress> base = parse(slash < 0 ? text : text.substring(0, slash));
    String digits = slash < 0 ? "" : text.substring(slash + 1);
    if (base.isEmpty() || !digits.matches("[0-9]{1,3}")) {
      problems.add(
          position,
          Problems.quote(text) + " is not an address range",
          "write for example 10.99.0.0/16 or fd00:99::/64");
      return Optional.empty();
    }
    int length = Integer.parseInt(digits);
    int longest = base.get() instanceof Inet4Address ? MAX_PREFIX_V4 : MAX_PREFIX_V6;
    if (length < MIN_PREFIX || length > longest) {
      problems.add(
          position,
          "a prefix of " + length + " bits is not possible",
          "write /" + MIN_PREFIX + " to /" + longest);
      return Optional.empty();
    }
    InetAddress masked = masked(base.get(), length);
    if (!masked.equals(base.get())) {
      problems.add(
          position,
          Problems.quote(text) + " has bits set behind its prefix",
          "write " + masked.getHostAddress() + "/" + length);
      return Optional.empty();
    }
    if (unusable(masked)) {
      problems.add(
          position,
          Problems.quote(text) + " is a range that endpoints cannot have",
          "write for example 10.99.0.0/16 or fd00:99::/64");
      return Optional.empty();
    }
    network = masked;
    prefix = length;
    return Optional.of(masked.getHostAddress() + "/" + length);
  }

  /** Takes an address for an endpoint; empty, and a problem, when it cannot be. */
  Optional<String> take(String text, SourcePosition position) {
    Optional<InetAddress> parsed = parse(text);
    if (parsed.isEmpty()) {
      problems.add(
          position,
          Problems.quote(text) + " is not an IP address",
          "write for example 10.99.0.5; names are not looked up");
      return Optional.empty();
    }
    InetAddress address = parsed.get();
    if (unusable(address) || address.isAnyLocalAddress() || address.isLinkLocalAddress()) {
      problems.add(
          position,
          Problems.quote(text) + " is an address that an endpoint cannot have",
          "write for example 10.99.0.5");
      return Optional.empty();
    }
    if (address instanceof Inet4Address != network instanceof Inet4Address) {
      problems.add(
          position,
          Problems.quote(text) + " and the subnet are not of the same IP version",
          "all endpoints are IPv4, or all IPv6: change the address or 'subnet'");
      return Optional.empty();
    }
    if (isEdge(address)) {
      problems.add(
          position,
          Problems.quote(text)
              + " is the first or last address of the subnet, which means all of it",
          "write an address between them");
      return Optional.empty();
    }
    SourcePosition before = taken.putIfAbsent(address, position);
    if (before != null) {
      problems.add(
          position,
          "address " + Problems.quote(text) + " is already used in line " + before.line(),
          "write another address");
      return Optional.empty();
    }
    return Optional.of(address.getHostAddress());
  }

  /**
   * Checks that the subnet has an address for every endpoint.
   *
   * @param endpoints number of endpoints that have not asked for one
   */
  void checkCapacity(long endpoints, SourcePosition position) {
    int bits = network.getAddress().length * 8 - prefix;
    long reserved = 3; // network, broadcast and one for the emulator
    long inside = taken.keySet().stream().filter(a -> masked(a, prefix).equals(network)).count();
    BigInteger free =
        BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.valueOf(reserved + inside));
    if (free.compareTo(BigInteger.valueOf(endpoints)) < 0) {
      problems.add(
          position,
          endpoints + " endpoints need addresses, the subnet has " + free.max(BigInteger.ZERO),
          "write a larger subnet, for example 10.99.0.0/16");
    }
  }

  /**
   * True for the network's and the broadcast address of an IPv4 subnet, and the subnet-router
   * anycast address of an IPv6 one (RFC 4291 2.6.1); subnets of two addresses have none.
   */
  private boolean isEdge(InetAddress address) {
    byte[] bytes = address.getAddress();
    int bits = bytes.length * 8;
    if (bits - prefix <= 1 || !masked(address, prefix).equals(network)) {
      return false;
    }
    BigInteger hosts = BigInteger.ONE.shiftLeft(bits - prefix);
    BigInteger host = new BigInteger(1, bytes).mod(hosts);
    boolean last = bytes.length == 4 && host.equals(hosts.subtract(BigInteger.ONE));
    return host.signum() == 0 || last;
  }

  private static boolean unusable(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean reserved = bytes.length == 4 && ((bytes[0] & 0xF0) == 0xF0 || bytes[0] == 0);
    return reserved || address.isLoopbackAddress() || address.isMulticastAddress();
  }

  private static InetAddress masked(InetAddress address, int prefix) {
    byte[] bytes = Arrays.copyOf(address.getAddress(), address.getAddress().length);
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
