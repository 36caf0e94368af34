package io.kollaps.node.prerequisites;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which package brings a well-known program. */
final class ProgramPackages {
  /**
   * A program's packages.
   *
   * @param debian name in Debian and Ubuntu
   * @param fedora name in Fedora and RHEL
   * @param service true when installing it also starts a service on the machine itself
   */
  record Names(String debian, String fedora, boolean service) {
    /** Name in a distribution; Debian's for an unknown one, as a hint. */
    String in(Distribution distribution) {
      return distribution == Distribution.FEDORA ? fedora : debian;
    }
  }

  private static final Map<String, Names> BY_PROGRAM = new HashMap<>();

  static {
    same("iperf3", "iperf", "netperf", "curl", "wget", "tcpdump", "traceroute", "wrk", "socat");
    same("fping", "hping3", "nmap", "ethtool", "tmux", "jq", "git", "make", "gcc", "perl");
    same("stress-ng", "sysbench", "python3", "nuttcp", "bc", "strace", "rsync", "ffmpeg", "ruby");
    put("mtr", "mtr-tiny", "mtr");
    put("ping", "iputils-ping", "iputils");
    put("arping", "iputils-arping", "iputils");
    put("tracepath", "iputils-tracepath", "iputils");
    put("nc", "netcat-openbsd", "nmap-ncat");
    put("netcat", "netcat-openbsd", "nmap-ncat");
    put("ncat", "ncat", "nmap-ncat");
    put("ab", "apache2-utils", "httpd-tools");
    put("dig", "dnsutils", "bind-utils");
    put("nslookup", "dnsutils", "bind-utils");
    put("host", "bind9-host", "bind-utils");
    put("ip", "iproute2", "iproute");
    put("ss", "iproute2", "iproute");
    put("tc", "iproute2", "iproute-tc");
    put("ifconfig", "net-tools", "net-tools");
    put("netstat", "net-tools", "net-tools");
    put("telnet", "telnet", "telnet");
    put("ssh", "openssh-client", "openssh-clients");
    put("scp", "openssh-client", "openssh-clients");
    put("tshark", "tshark", "wireshark-cli");
    put("java", "default-jre-headless", "java-latest-openjdk-headless");
    put("node", "nodejs", "nodejs");
    put("ps", "procps", "procps-ng");
    put("killall", "psmisc", "psmisc");
    put("gdb", "gdb", "gdb");
    put("redis-cli", "redis-tools", "redis");
    put("redis-benchmark", "redis-tools", "redis");
    put("memaslap", "libmemcached-tools", "libmemcached-awesome-tools");
    put("mosquitto_pub", "mosquitto-clients", "mosquitto");
    put("mosquitto_sub", "mosquitto-clients", "mosquitto");
    putService("redis-server", "redis-server", "redis");
    putService("memcached", "memcached", "memcached");
    putService("nginx", "nginx", "nginx");
    putService("haproxy", "haproxy", "haproxy");
    putService("mosquitto", "mosquitto", "mosquitto");
    putService("etcd", "etcd-server", "etcd");
    putService("sshd", "openssh-server", "openssh-server");
  }

  private ProgramPackages() {}

  /** The packages of a program, empty for one that is not known here. */
  static Optional<Names> of(String program) {
    return Optional.ofNullable(BY_PROGRAM.get(program));
  }

  private static void same(String... names) {
    for (String name : names) {
      put(name, name, name);
    }
  }

  private static void put(String program, String debian, String fedora) {
    BY_PROGRAM.put(program, new Names(debian, fedora, false));
  }

  private static void putService(String program, String debian, String fedora) {
    BY_PROGRAM.put(program, new Names(debian, fedora, true));
  }
}
