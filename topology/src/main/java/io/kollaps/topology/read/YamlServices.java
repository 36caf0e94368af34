package io.kollaps.topology.read;

import io.kollaps.topology.Program;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.WaitFor;
import io.kollaps.topology.path.Paths;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code services} of the native form. */
final class YamlServices {

  /** A service whose name is known and whose other keys are still to be read. */
  record Declared(String name, SourcePosition position, YamlFields fields, int replicas) {}

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Stands where a program should, in a file that has a problem there. */
  private static final Program NO_PROGRAM = new Program.Command(List.of("true"));

  private static final int MAX_PORT = 65_535;

  private final Declarations declarations;
  private final Addresses addresses;
  private final Problems problems;

  YamlServices(Declarations declarations, Addresses addresses, Problems problems) {
    this.declarations = declarations;
    this.addresses = addresses;
    this.problems = problems;
  }

  /** Declares all names, so that they may be used before they stand in the file. */
  List<Declared> declare(YamlFields top) {
    List<Declared> declared = new ArrayList<>();
    List<YamlValue.Field> all = top.freeFields("services");
    if (all.isEmpty()) {
      top.value("services")
          .filter(YamlValue.Fields.class::isInstance)
          .ifPresent(
              v ->
                  problems.add(
                      v.position(), "there is no service", "declare one: name: { command: ... }"));
    }
    for (YamlValue.Field field : all) {
      Optional<YamlFields> fields = YamlFields.of(field.value(), KeyTable.SERVICE, problems);
      int replicas =
          fields
              .map(f -> f.integer("replicas", 1, Paths.MAX_ENDPOINTS))
              .orElse(OptionalInt.empty())
              .orElse(1);
      boolean shared = fields.flatMap(f -> f.flag("shared_link")).orElse(false);
      if (declarations.service(field.key(), replicas, shared, field.position())) {
        fields.ifPresent(
            f -> declared.add(new Declared(field.key(), field.position(), f, replicas)));
      }
    }
    return declared;
  }

  /**
   * Reads the declared services.
   *
   * @param joined services with a join event
   */
  List<Service> read(List<Declared> declared, Set<String> joined) {
    return declared.stream().map(d -> service(d, joined.contains(d.name))).toList();
  }

  private Service service(Declared declared, boolean joins) {
    YamlFields fields = declared.fields;
    return new Service(
        declared.name,
        program(fields, declared.position),
        declared.replicas,
        fields.value("shared_link").isPresent() && isTrue(fields, "shared_link"),
        addresses(fields, declared.replicas),
        activePaths(fields),
        environment(fields),
        fields.text("directory").map(YamlValue.Text::text),
        limits(fields),
        waitFor(fields, declared.name),
        fields.flag("background").orElse(false),
        fields
            .longDuration("stop_grace", ReadLimits.MAX_LATENCY_NANOS)
            .orElse(Service.DEFAULT_STOP_GRACE_NANOS),
        fields.flag("start").orElse(!joins),
        declared.position);
  }

  /** A flag whose problems are already reported. */
  private static boolean isTrue(YamlFields fields, String key) {
    return fields.value(key).get() instanceof YamlValue.Text text && text.text().equals("true");
  }

  private Program program(YamlFields fields, SourcePosition position) {
    Optional<YamlValue> command = fields.value("command");
    if (fields.has("image")) {
      Optional<String> image = fields.text("image").map(YamlValue.Text::text);
      if (command.isPresent() && command.get() instanceof YamlValue.Text text) {
        problems.add(
            text.position(),
            "with 'image', 'command' is the list of the image's arguments",
            "write a list: command: [ ... ]");
        return NO_PROGRAM;
      }
      List<String> arguments = command.isPresent() ? words(fields) : List.of();
      return image.<Program>map(i -> new Program.Image(i, arguments)).orElse(NO_PROGRAM);
    }
    if (command.isEmpty()) {
      problems.add(
          position, "this service has nothing to run", "add 'command: ...' or 'image: ...'");
      return NO_PROGRAM;
    }
    if (command.get() instanceof YamlValue.Text) {
      return fields
          .text("command")
          .<Program>map(t -> new Program.Command(List.of("sh", "-c", t.text())))
          .orElse(NO_PROGRAM);
    }
    List<String> words = words(fields);
    return words.isEmpty() ? NO_PROGRAM : new Program.Command(words);
  }

  /** The words of a command list; a quoted word may be empty. */
  private List<String> words(YamlFields fields) {
    List<String> words = new ArrayList<>();
    for (YamlValue item : fields.items("command")) {
      if (item instanceof YamlValue.Text text && !text.isNothing()) {
        words.add(text.text());
      } else {
        problems.add(
            item.position(),
            "an item of 'command' is not a word",
            "write a word, or text in quotes");
      }
    }
    if (fields.items("command").isEmpty()) {
      fields
          .value("command")
          .filter(YamlValue.Items.class::isInstance)
          .ifPresent(
              v ->
                  problems.add(
                      v.position(), "'command' is empty", "write the program and its arguments"));
    } else if (!words.isEmpty() && words.getFirst().isEmpty() && !fields.has("image")) {
      problems.add(
          fields.items("command").getFirst().position(), "the program's name is empty", "write it");
    }
    return words;
  }

  private List<String> addresses(YamlFields fields, int replicas) {
    if (fields.has("address") && fields.has("addresses")) {
      fields
          .field("address")
          .ifPresent(
              f ->
                  problems.add(
                      f.position(),
                      "'address' and 'addresses' are both there",
                      "keep one of the two"));
      return List.of();
    }
    List<YamlValue.Text> texts =
        fields.has("address")
            ? fields.text("address").map(List::of).orElse(List.of())
            : fields.texts("addresses");
    if (texts.size() > replicas) {
      problems.add(
          texts.get(replicas).position(),
          "there are " + texts.size() + " addresses for " + replicas + " endpoint(s)",
          "write one address per replica, or fewer");
      return List.of();
    }
    List<String> taken = new ArrayList<>();
    texts.forEach(t -> addresses.take(t.text(), t.position()).ifPresent(taken::add));
    return taken;
  }

  private List<String> activePaths(YamlFields fields) {
    return fields.texts("paths_to").stream()
        .filter(t -> declarations.checkService(t.text(), t.position()))
        .map(YamlValue.Text::text)
        .distinct()
        .toList();
  }

  private Map<String, String> environment(YamlFields fields) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (YamlValue.Field variable : fields.freeFields("env")) {
      if (!VARIABLE.matcher(variable.key()).matches()) {
        problems.add(
            variable.position(),
            Problems.quote(variable.key()) + " cannot be an environment variable",
            "write letters, digits and '_', the first not a digit");
      }
      if (variable.value() instanceof YamlValue.Text text && !text.isNothing()) {
        environment.put(variable.key(), text.text());
      } else {
        problems.add(
            variable.value().position(),
            "variable " + Problems.quote(variable.key()) + " has no text",
            "write one, or \"\" for an empty one");
      }
    }
    return environment;
  }

  private ResourceLimits limits(YamlFields fields) {
    OptionalLong memory = fields.quantity("memory", Quantities::sizeBytes, Long.MAX_VALUE, "that");
    if (memory.isPresent() && memory.getAsLong() == 0) {
      fields
          .value("memory")
          .ifPresent(
              v -> problems.add(v.position(), "'memory' is nothing", "write for example 256 MB"));
    }
    return new ResourceLimits(cpus(fields), memory);
  }

  private OptionalDouble cpus(YamlFields fields) {
    Optional<YamlValue.Text> text = fields.text("cpus");
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    String digits = text.get().text();
    if (digits.matches("[0-9]{1,6}(\\.[0-9]{0,9})?")) {
      double cpus = new BigDecimal(digits).doubleValue();
      if (cpus > 0 && cpus <= ReadLimits.MAX_CPUS) {
        return OptionalDouble.of(cpus);
      }
    }
    problems.add(
        text.get().position(),
        "'cpus' is " + Problems.quote(digits),
        "write a number of processors such as 0.5, at most " + ReadLimits.MAX_CPUS);
    return OptionalDouble.empty();
  }

  private List<WaitFor> waitFor(YamlFields fields, String self) {
    List<WaitFor> conditions = new ArrayList<>();
    for (YamlValue.Text text : fields.texts("wait_for")) {
      int colon = text.text().lastIndexOf(':');
      String digits = colon < 0 ? "" : text.text().substring(colon + 1).strip();
      int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
      String name = colon < 0 ? text.text() : text.text().substring(0, colon).strip();
      if (port < 1 || port > MAX_PORT) {
        problems.add(
            text.position(),
            Problems.quote(text.text()) + " is not a service and a port",
            "write for example " + (declarations.isService(name) ? name : "server") + ":5201");
      } else if (name.equals(self)) {
        problems.add(
            text.position(), "the service waits for itself", "name another service, or remove it");
      } else if (declarations.checkService(name, text.position())) {
        conditions.add(new WaitFor(name, port));
      }
    }
    return conditions;
  }
}
