package io.kollaps.topology.read;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Keys of other tools (Compose, Kubernetes, containerlab, Mininet, Shadow, tc), and the key here
 * that says the same, or where the thing is instead. A key that only looks like one of here is not
 * what its writer meant: {@code restart} is not {@code start}.
 */
final class ForeignWords {
  private static final Map<String, Map<String, String>> REMEDIES = new HashMap<>();

  static {
    Words service = new Words(KeyTable.SERVICE);
    service.key("env", "environment", "env_file", "envs", "vars");
    service.key("wait_for", "depends_on", "requires", "after", "start_after", "startup_delay");
    service.key("command", "cmd", "exec", "run", "entrypoint", "args", "path", "program", "script");
    service.key("directory", "working_dir", "workdir", "cwd", "dir");
    service.key("replicas", "scale", "count", "instances", "quantity", "deploy");
    service.key("memory", "mem", "mem_limit", "ram", "limits");
    service.key("cpus", "cpu", "cpu_limit", "cpu_quota", "cores");
    service.key("address", "ip", "ipv4", "ipv6", "ipv4_address", "mgmt-ipv4", "ip_addr");
    service.key("stop_grace", "stop_grace_period", "shutdown_time", "grace", "kill_timeout");
    service.key("start", "autostart");
    service.key("image", "build", "container");
    service.key("background", "daemon", "detach");
    service.key("paths_to", "links");
    service.say(
        "remove it: every port of an endpoint is reachable from the others by its name",
        "ports",
        "expose",
        "publish");
    service.say(
        "remove it: who reaches whom is said by 'links' at the top of the file",
        "networks",
        "network",
        "network_mode",
        "network_node_id");
    service.say(
        "remove it: a program sees the files of this machine under their own paths",
        "volumes",
        "binds",
        "mounts",
        "tmpfs");
    service.say(
        "remove it: the host name of an endpoint is its name", "hostname", "container_name");
    service.say(
        "remove it: the names of all endpoints are in /etc/hosts of each",
        "dns",
        "extra_hosts",
        "dns_search");
    service.say(
        "remove it: nothing restarts a program by itself; start it again with a 'join' event",
        "restart",
        "restart_policy");
    service.say(
        "remove it: a program has the rights of who runs Kollaps, within its own namespaces",
        "cap_add",
        "cap_drop",
        "privileged",
        "security_opt",
        "user");
    service.say(
        "write it into 'command': sysctl -w NAME=VALUE before the program", "sysctls", "sysctl");
    service.say(
        "remove it: kinds of nodes are not known; say 'command' or 'image'", "kind", "type");

    for (KeyTable table : List.of(KeyTable.LINK, KeyTable.DIRECTION, KeyTable.EVENT)) {
      Words link = new Words(table);
      link.key("latency", "delay", "lat", "propagation_delay", "rtt", "ping");
      link.key("rate", "bandwidth", "bw", "capacity", "speed", "throughput", "bitrate");
      link.key("loss", "packet_loss", "packetloss", "plr", "drop", "loss_rate", "drop_rate");
      link.key(
          "queue", "limit", "max_queue_size", "buffer", "queue_size", "buffer_size", "backlog");
      link.key("jitter", "delay_jitter", "latency_jitter", "variance", "deviation");
      link.key("up", "upload");
      link.key("down", "download");
      link.say(
          "remove it: a rate here has no burst beyond one packet",
          "burst",
          "buffer_burst",
          "cburst");
      link.say(
          "write jitter: { deviation: 1 ms, reorder: true }: packets overtake where their delays"
              + " let them",
          "reorder",
          "reordering");
      link.say(
          "remove it: links neither corrupt nor duplicate packets",
          "corrupt",
          "corruption",
          "duplicate",
          "duplication");
      link.say(
          "remove it: draws are independent of each other",
          "correlation",
          "loss_correlation",
          "delay_correlation");
      link.say("remove it: queues drop at the tail and mark nothing", "ecn", "red", "codel", "aqm");
      link.say("remove it: every interface has the MTU of the run, 1500 bytes", "mtu");
    }
    Words link = new Words(KeyTable.LINK);
    link.key("from", "source", "src", "origin", "a", "node1");
    link.key("to", "destination", "dest", "dst", "target", "b", "node2");
    link.key("one_way", "unidirectional", "directed", "bidirectional");
    link.say("write 'from: a' and 'to: b'", "endpoints", "nodes", "between", "ends");

    Words event = new Words(KeyTable.EVENT);
    event.key("at", "time", "when", "offset", "t");
    event.key("join", "start", "start_time", "up_at");
    event.key("leave", "down_at", "end");
    event.key("crash", "kill", "fail");
    event.key("set", "link", "change", "modify");
    event.key("amount", "count", "number", "percentage");
    event.say(
        "write the action as the key: { at: 5 s, leave: NAME }", "action", "event", "type", "name");

    Words experiment = new Words(KeyTable.EXPERIMENT);
    experiment.key("services", "hosts", "nodes", "endpoints", "containers");
    experiment.key("bridges", "switches", "routers");
    experiment.key("links", "edges", "topology", "network", "networks");
    experiment.key("timeline", "events", "schedule", "dynamic", "scenario");
    experiment.key("duration", "stop_time", "stoptime", "runtime", "length");
    experiment.key("subnet", "prefix", "network_prefix", "cidr", "mgmt");
    experiment.say("remove it: this form has no version", "version", "apiVersion");
    experiment.say("remove it: links are between services, without volumes", "volumes");
  }

  private ForeignWords() {}

  /** How to mend a key that the table does not know. */
  static String remedy(String key, KeyTable table) {
    String foreign = key.toLowerCase(Locale.ROOT).replace('-', '_');
    Map<String, String> words = REMEDIES.getOrDefault(table.name(), Map.of());
    String remedy = words.get(foreign);
    if (remedy != null) {
      return remedy;
    }
    if (!key.isEmpty() && Character.isDigit(key.charAt(0))) {
      return "a comma ends a value here: write decimals with a point, such as 1.5 %";
    }
    return Nearest.remedy(
        key, table.keys(), "remove it; known are: " + String.join(", ", table.keys()));
  }

  /** Fills the words of one table; what the table knows itself is never foreign. */
  private static final class Words {
    private final KeyTable table;
    private final Map<String, String> remedies;

    Words(KeyTable table) {
      this.table = table;
      this.remedies = REMEDIES.computeIfAbsent(table.name(), name -> new HashMap<>());
    }

    void key(String own, String... foreign) {
      if (table.keys().contains(own)) {
        say("write '" + own + "'", foreign);
      }
    }

    void say(String remedy, String... foreign) {
      for (String word : foreign) {
        String spelt = word.toLowerCase(Locale.ROOT).replace('-', '_');
        if (!table.keys().contains(spelt)) {
          remedies.putIfAbsent(spelt, remedy);
        }
      }
    }
  }
}
