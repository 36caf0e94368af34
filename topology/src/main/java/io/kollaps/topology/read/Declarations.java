package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.path.Paths;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of an experiment's services and bridges, and what a name in the file means. */
final class Declarations {

  /** What a name of the file stands for. */
  sealed interface Target {
    /** A service, all of its endpoints. */
    record OfService(String service) implements Target {}

    /** One endpoint of a service with several replicas. */
    record OfEndpoint(String service, int replica) implements Target {}

    /** A bridge. */
    record OfBridge(String bridge) implements Target {}
  }

  /** A declared element; a bridge has 0 replicas. */
  private record Element(int replicas, boolean sharesLink, SourcePosition position) {
    boolean isService() {
      return replicas > 0;
    }
  }

  private static final Pattern ENDPOINT = Pattern.compile("(.+)-([1-9][0-9]{0,5})");

  private final Problems problems;
  private final Pattern names;
  private final Map<String, Element> elements = new LinkedHashMap<>();
  private final Map<String, Element> foldedNames = new HashMap<>();
  private long endpoints;

  /**
   * Starts without names.
   *
   * @param names what a name may look like
   */
  Declarations(Pattern names, Problems problems) {
    this.names = names;
    this.problems = problems;
  }

  /** Declares a service with at least 1 replica; false, and a problem, when the name cannot be. */
  boolean service(String name, int replicas, boolean sharesLink, SourcePosition position) {
    boolean fitted = endpoints <= Paths.MAX_ENDPOINTS;
    endpoints += replicas;
    if (fitted && endpoints > Paths.MAX_ENDPOINTS) {
      problems.add(
          position,
          "with service " + Problems.quote(name) + " there are " + endpoints + " endpoints",
          "an experiment has at most " + Paths.MAX_ENDPOINTS + "; lower the replicas");
    }
    return declare(name, new Element(replicas, sharesLink, position));
  }

  /** Declares a bridge; false, and a problem, when the name cannot be. */
  boolean bridge(String name, SourcePosition position) {
    return declare(name, new Element(0, false, position));
  }

  private boolean declare(String name, Element element) {
    if (!names.matcher(name).matches()) {
      problems.add(
          element.position,
          Problems.quote(name) + " cannot be a name",
          "write 1 to 63 letters, digits, '-' or '.', the first a letter or digit");
      return false;
    }
    Optional<String> misread = Names.misread(name);
    if (misread.isPresent()) {
      problems.add(
          element.position,
          Problems.quote(name) + " cannot be a name: " + misread.get(),
          "write a name such as " + Names.instead(name));
      return false;
    }
    String folded = folded(name);
    Element alike = foldedNames.putIfAbsent(folded, element);
    if (alike != null && !elements.containsKey(name)) {
      problems.add(
          element.position,
          Problems.quote(name)
              + " differs from the name in line "
              + alike.position.line()
              + " only by capitals, which no resolver tells apart",
          "give it another name");
      return false;
    }
    Element before = elements.putIfAbsent(name, element);
    if (before != null) {
      problems.add(
          element.position,
          Problems.quote(name) + " is already declared in line " + before.position.line(),
          "give it another name");
      return false;
    }
    return true;
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Reports names of services and bridges that are also the name of an endpoint. */
  void checkEndpointNames() {
    elements.forEach(
        (name, element) ->
            endpoint(name)
                .ifPresent(
                    same ->
                        problems.add(
                            element.position,
                            Problems.quote(name)
                                + " is also the name of endpoint "
                                + same.replica()
                                + " of service "
                                + Problems.quote(same.service()),
                            "give one of the two another name")));
  }

  /** Number of endpoints of all services. */
  long endpointCount() {
    return endpoints;
  }

  boolean isService(String name) {
    Element element = elements.get(name);
    return element != null && element.isService();
  }

  boolean isElement(String name) {
    return elements.containsKey(name);
  }

  /** How many ends a link to this element has after replicas are expanded. */
  int linkEnds(String name) {
    Element element = elements.get(name);
    return element == null || !element.isService() || element.sharesLink ? 1 : element.replicas;
  }

  Collection<String> all() {
    return Collections.unmodifiableSet(elements.keySet());
  }

  /** Names of the services only. */
  Collection<String> services() {
    return elements.entrySet().stream()
        .filter(e -> e.getValue().isService())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What a name means: an element, or else an endpoint such as {@code c1-2}. */
  Optional<Target> target(String name) {
    Element element = elements.get(name);
    if (element == null) {
      return endpoint(name).map(t -> t);
    }
    return Optional.of(
        element.isService() ? new Target.OfService(name) : new Target.OfBridge(name));
  }

  /** True when the name is that of a service or bridge; else a problem. */
  boolean checkElement(String name, SourcePosition position) {
    if (isElement(name)) {
      return true;
    }
    if (endpoint(name).isPresent()) {
      problems.add(
          position,
          Problems.quote(name) + " is one endpoint of a service",
          "links are between services and bridges: write the service's name");
    } else {
      unknown("service or bridge", name, all(), position);
    }
    return false;
  }

  /** True when the name is that of a service; else a problem. */
  boolean checkService(String name, SourcePosition position) {
    if (isService(name)) {
      return true;
    }
    unknown("service", name, services(), position);
    return false;
  }

  void unknown(String what, String name, Collection<String> known, SourcePosition position) {
    problems.add(
        position,
        "there is no " + what + " " + Problems.quote(name),
        Nearest.remedy(name, known, "declare it, or write the name of a declared one"));
  }

  private Optional<Target.OfEndpoint> endpoint(String name) {
    Matcher matcher = ENDPOINT.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Element base = elements.get(matcher.group(1));
    int replica = Integer.parseInt(matcher.group(2));
    return base != null && base.replicas > 1 && replica <= base.replicas
        ? Optional.of(new Target.OfEndpoint(matcher.group(1), replica))
        : Optional.empty();
  }
}
