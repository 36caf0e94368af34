package io.kollaps.topology.path;

import io.kollaps.topology.Action;
import io.kollaps.topology.Bridge;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.Problem;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Services become endpoints, links between services become links between endpoints.
 *
 * <p>A link to a service leads to each of its endpoints; between two services it becomes the full
 * bipartite product, in the order of the sender's replicas, then the receiver's; between a service
 * and itself, all pairs of different replicas. A service of several replicas that shares its link
 * gets a meta bridge {@code svc~share}: declared links end there, and ideal links join it with
 * every replica. Link indexes follow the declared links in file order, then the ideal links, then
 * links that only the timeline makes, in its order.
 */
final class NetworkExpansion {
  /** Most link directions of an expanded network: keeps a mistaken product from filling memory. */
  static final int MAX_LINKS = 2_000_000;

  /** Most entries of all trees together: 1 GiB of ints. */
  static final long MAX_TREE_ENTRIES = 1L << 28;

  private static final String META_SUFFIX = "~share";

  /** A declared link direction, by the names of the file. */
  record Pair(String from, String to) {
    @Override
    public String toString() {
      return from + "->" + to;
    }
  }

  private final Experiment experiment;
  private final List<Problem> problems;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Map<String, Integer> serviceIndexes = new HashMap<>();
  private final Map<String, int[]> nodesOf = new HashMap<>();
  private final Map<String, Integer> bridgeNodes = new HashMap<>();
  private final List<String> nodeNames = new ArrayList<>();
  private final Map<String, Integer> metas = new HashMap<>();
  private final Map<Pair, int[]> linksOf = new LinkedHashMap<>();
  private final List<LinkProperties> properties = new ArrayList<>();
  private int[] from = new int[16];
  private int[] to = new int[16];
  private int declaredLinks;

  /**
   * Expands an experiment; look at {@code problems} before using anything but the endpoints.
   *
   * @param experiment what to expand
   * @param problems gets what is wrong
   */
  NetworkExpansion(Experiment experiment, List<Problem> problems) {
    this.experiment = experiment;
    this.problems = problems;
    if (countEndpoints()) {
      expandServices();
      expandBridges();
      checkNames();
      expandLinks();
    }
  }

  private boolean countEndpoints() {
    long count = experiment.services().stream().mapToLong(Service::replicas).sum();
    if (count > Paths.MAX_ENDPOINTS) {
      problems.add(
          new Problem(
              SourcePosition.UNKNOWN,
              "the experiment has " + count + " endpoints",
              "use at most " + Paths.MAX_ENDPOINTS + " replicas in all services together"));
      return false;
    }
    return true;
  }

  private void expandServices() {
    AddressPlan plan = new AddressPlan(experiment.settings().subnet(), problems);
    experiment.services().forEach(plan::reserve);
    int missing = 0;
    for (Service service : experiment.services()) {
      serviceIndexes.put(service.name(), serviceIndexes.size());
      int[] nodes = new int[service.replicas()];
      for (int replica = 1; replica <= service.replicas(); replica++) {
        String name = service.replicas() == 1 ? service.name() : service.name() + "-" + replica;
        nodes[replica - 1] = nodeNames.size();
        nodeNames.add(name);
        Optional<InetAddress> address = plan.assign(service, replica);
        if (address.isPresent()) {
          endpoints.add(new Endpoint(nodes[replica - 1], name, service, replica, address.get()));
        } else if (replica > service.addresses().size()) {
          missing++;
        }
      }
      nodesOf.put(service.name(), nodes);
    }
    if (missing > 0) {
      plan.reportTooSmall(missing);
    }
    plan.checkOneFamily(endpoints);
  }

  private void expandBridges() {
    for (Bridge bridge : experiment.bridges()) {
      bridgeNodes.put(bridge.name(), nodeNames.size());
      nodesOf.put(bridge.name(), new int[] {nodeNames.size()});
      nodeNames.add(bridge.name());
    }
  }

  private void checkNames() {
    Map<String, SourcePosition> seen = new HashMap<>();
    for (Service service : experiment.services()) {
      checkName(seen, service.name(), service.position());
      int[] nodes = nodesOf.getOrDefault(service.name(), new int[0]);
      for (int i = 0;
          service.replicas() > 1 && i < Math.min(nodes.length, service.replicas());
          i++) {
        checkName(seen, nodeNames.get(nodes[i]), service.position());
      }
    }
    for (Bridge bridge : experiment.bridges()) {
      checkName(seen, bridge.name(), bridge.position());
    }
  }

  private void checkName(Map<String, SourcePosition> seen, String name, SourcePosition position) {
    if (seen.putIfAbsent(name, position) != null) {
      problems.add(
          new Problem(
              position,
              "the name " + name + " is used twice among services, endpoints and bridges",
              "rename one of them"));
    }
  }

  private void expandLinks() {
    Map<String, int[]> attachments = new HashMap<>(nodesOf);
    List<Service> sharing =
        experiment.services().stream().filter(s -> s.sharesLink() && s.replicas() > 1).toList();
    for (Service service : sharing) {
      attachments.put(service.name(), new int[] {nodeNames.size()});
      metas.put(service.name(), nodeNames.size());
      nodeNames.add(service.name() + META_SUFFIX);
    }
    for (Link link : experiment.links()) {
      Pair pair = new Pair(link.from(), link.to());
      if (linksOf.containsKey(pair)) {
        report(link.position(), "link " + pair + " is declared twice", "declare it once");
      } else {
        expandLink(pair, link.properties(), attachments, link.position());
      }
    }
    for (Service service : sharing) {
      int[] meta = attachments.getOrDefault(service.name(), new int[0]);
      for (int endpoint : nodesOf.getOrDefault(service.name(), new int[0])) {
        addLink(endpoint, meta[0], LinkProperties.IDEAL);
        addLink(meta[0], endpoint, LinkProperties.IDEAL);
      }
    }
    declaredLinks = properties.size();
    for (TimelineEvent event : experiment.timeline()) {
      if (event.action() instanceof Action.LinkJoin join) {
        Pair pair = new Pair(join.from(), join.to());
        if (!linksOf.containsKey(pair)) {
          expandLink(pair, LinkProperties.IDEAL, attachments, event.position());
        }
      }
    }
  }

  private void expandLink(
      Pair pair,
      LinkProperties linkProperties,
      Map<String, int[]> attachments,
      SourcePosition position) {
    int[] senders = attachments.get(pair.from());
    int[] receivers = attachments.get(pair.to());
    if (senders == null || receivers == null) {
      String unknown = senders == null ? pair.from() : pair.to();
      report(
          position,
          "link " + pair + " names " + unknown + ", which is no service and no bridge",
          "declare " + unknown + " or correct the name");
      return;
    }
    boolean itself = pair.from().equals(pair.to());
    if (itself && senders.length == 1) {
      report(position, "link " + pair + " leads from an element to itself", "remove the link");
      return;
    }
    long count = (long) senders.length * receivers.length - (itself ? senders.length : 0);
    if (properties.size() + count > MAX_LINKS) {
      report(
          position,
          "link " + pair + " makes more than " + MAX_LINKS + " links between endpoints",
          "put a bridge between the two services");
      return;
    }
    int[] made = new int[(int) count];
    int next = 0;
    for (int sender : senders) {
      for (int receiver : receivers) {
        if (sender != receiver) {
          made[next++] = addLink(sender, receiver, linkProperties);
        }
      }
    }
    linksOf.put(pair, made);
  }

  private int addLink(int sender, int receiver, LinkProperties linkProperties) {
    int link = properties.size();
    if (link == from.length) {
      from = Arrays.copyOf(from, 2 * link);
      to = Arrays.copyOf(to, 2 * link);
    }
    from[link] = sender;
    to[link] = receiver;
    properties.add(linkProperties);
    return link;
  }

  private void report(SourcePosition position, String message, String remedy) {
    problems.add(new Problem(position, message, remedy));
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** Index in the experiment's list of services by name. */
  Map<String, Integer> serviceIndexes() {
    return serviceIndexes;
  }

  /** Nodes of a service's endpoints in replica order, which are also the endpoints' indexes. */
  int[] endpointsOf(String service) {
    return nodesOf.getOrDefault(service, new int[0]);
  }

  /** Node of a bridge, empty for any other name. */
  Optional<Integer> bridgeNode(String bridge) {
    return Optional.ofNullable(bridgeNodes.get(bridge));
  }

  /** Links that a declared link became, empty when there is none of that name. */
  Optional<int[]> links(String fromName, String toName) {
    return Optional.ofNullable(linksOf.get(new Pair(fromName, toName)));
  }

  /** Properties that a link has before the timeline, {@code IDEAL} for those that it makes. */
  List<LinkProperties> properties() {
    return properties;
  }

  /** True for links that are there before the timeline. */
  boolean declared(int link) {
    return link < declaredLinks;
  }

  /** The arrays; only when nothing was wrong. */
  NetworkLayout layout() {
    NetworkLayout layout =
        new NetworkLayout(
            nodeNames.toArray(String[]::new),
            endpoints.size(),
            bridgeNodes.size(),
            metaOfEndpoint(),
            Arrays.copyOf(from, properties.size()),
            Arrays.copyOf(to, properties.size()));
    long entries = (long) layout.roots().length * layout.slotCount();
    if (entries > MAX_TREE_ENTRIES) {
      report(
          SourcePosition.UNKNOWN,
          "the shortest paths between "
              + layout.slotCount()
              + " bridges and endpoints with several links do not fit in memory",
          "give endpoints one link each to a bridge, or use fewer bridges");
    }
    return layout;
  }

  private int[] metaOfEndpoint() {
    int[] result = new int[endpoints.size()];
    Arrays.fill(result, NetworkLayout.NONE);
    metas.forEach(
        (service, meta) -> {
          for (int endpoint : endpointsOf(service)) {
            result[endpoint] = meta;
          }
        });
    return result;
  }

  /** Index of each endpoint's service. */
  int[] serviceOfEndpoint() {
    return endpoints.stream()
        .mapToInt(endpoint -> serviceIndexes.getOrDefault(endpoint.service().name(), 0))
        .toArray();
  }
}
