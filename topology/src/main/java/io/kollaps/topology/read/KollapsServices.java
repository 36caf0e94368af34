package io.kollaps.topology.read;

import io.kollaps.topology.Program;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the services of Kollaps XML. */
final class KollapsServices {
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "image",
          "command",
          "replicas",
          "share",
          "reuse",
          "supervisor",
          "port",
          "activepaths",
          "kind",
          "ip",
          "script",
          "tags",
          "machinename",
          "kollaps_folder",
          "topology_file",
          "controller_ip",
          "controllername");

  /** Stands where a program should, in a file that has a problem there. */
  private static final Program NO_PROGRAM = new Program.Command(List.of("true"));

  private record Declared(String name, XmlFields fields, int replicas) {}

  private final Declarations declarations;
  private final Addresses addresses;
  private final KollapsSchedule schedule;
  private final Set<String> leftOut;
  private final Problems problems;
  private final List<Declared> declared = new ArrayList<>();
  private final Set<String> usedOnce = new HashSet<>();

  KollapsServices(
      Declarations declarations,
      Addresses addresses,
      KollapsSchedule schedule,
      Set<String> leftOut,
      Problems problems) {
    this.declarations = declarations;
    this.addresses = addresses;
    this.schedule = schedule;
    this.leftOut = leftOut;
    this.problems = problems;
  }

  /** Declares all names with their replicas; supervisors are left out of the experiment. */
  void declare(List<XmlElement> elements) {
    for (XmlElement element : elements) {
      XmlFields fields = new XmlFields(element, problems);
      fields.checkKnown(KNOWN);
      Optional<String> name = fields.required("name");
      if (fields.has("supervisor")) {
        name.ifPresent(leftOut::add);
        problems.notice(
            element.position(),
            "supervisor " + Problems.quote(name.orElse("")) + " is not needed and left out",
            "remove it, Kollaps shows and controls runs itself");
        continue;
      }
      if (name.isPresent()) {
        declare(name.get(), fields);
      }
    }
    for (Declared service : declared) {
      if (leftOut.contains(service.name)) {
        problems.add(
            service.fields.position("name"),
            Problems.quote(service.name) + " is also the name of a supervisor",
            "give one of the two another name");
      }
    }
  }

  private void declare(String name, XmlFields fields) {
    int given = fields.integer("replicas", 1, Paths.MAX_ENDPOINTS).orElse(1);
    boolean reuse = fields.flag("reuse").orElse(true);
    if (!reuse) {
      usedOnce.add(name);
    }
    long joins = schedule.replicas(name, reuse);
    if (joins > Paths.MAX_ENDPOINTS) {
      problems.add(
          fields.position(),
          "the dynamic section joins " + joins + " endpoints of " + Problems.quote(name),
          "an experiment has at most " + Paths.MAX_ENDPOINTS);
    }
    int replicas = joins > 0 ? (int) Math.min(joins, Paths.MAX_ENDPOINTS) : given;
    boolean shared = fields.flag("share").orElse(false);
    if (declarations.service(name, replicas, shared, fields.position("name"))) {
      declared.add(new Declared(name, fields, replicas));
    }
  }

  /** True when each endpoint of the service joins only once (reuse="false"). */
  boolean joinsOnce(String service) {
    return usedOnce.contains(service);
  }

  /**
   * Reads the declared services.
   *
   * @param joinAtStart true in a file without a dynamic section
   */
  List<Service> read(boolean joinAtStart) {
    return declared.stream().map(d -> service(d, joinAtStart)).toList();
  }

  private Service service(Declared service, boolean joinsAtStart) {
    XmlFields fields = service.fields;
    return new Service(
        service.name,
        program(fields),
        service.replicas,
        fields.flag("share").orElse(false),
        fields
            .text("ip")
            .flatMap(t -> addresses.take(t, fields.position("ip")))
            .map(List::of)
            .orElse(List.of()),
        activePaths(fields),
        Map.of(),
        Optional.empty(),
        ResourceLimits.NONE,
        List.of(),
        false,
        Service.DEFAULT_STOP_GRACE_NANOS,
        joinsAtStart,
        fields.position());
  }

  private Program program(XmlFields fields) {
    Optional<String> kind = fields.text("kind");
    if (kind.isPresent() && !List.of("container", "baremetal").contains(kind.get())) {
      problems.add(
          fields.position("kind"),
          "kind is " + Problems.quote(kind.get()),
          "write container or baremetal");
      return NO_PROGRAM;
    }
    boolean baremetal =
        kind.map("baremetal"::equals).orElse(!fields.has("image") && fields.has("script"));
    if (baremetal) {
      return command(fields);
    }
    return fields
        .required("image")
        .<Program>map(image -> new Program.Image(image, fields.words("command")))
        .orElse(NO_PROGRAM);
  }

  private Program command(XmlFields fields) {
    Optional<String> script = fields.text("script");
    if (script.isPresent()) {
      return new Program.Command(List.of("sh", "-c", script.get()));
    }
    List<String> words = fields.words("command");
    if (words.isEmpty()) {
      problems.add(
          fields.position(),
          "a baremetal service has no script",
          "add script=\"...\", the command that starts it");
      return NO_PROGRAM;
    }
    return new Program.Command(words);
  }

  private List<String> activePaths(XmlFields fields) {
    List<String> paths = new ArrayList<>();
    for (String name : fields.words("activepaths")) {
      if (!leftOut.contains(name)
          && declarations.checkService(name, fields.position("activepaths"))) {
        paths.add(name);
      }
    }
    return paths.stream().distinct().toList();
  }
}
