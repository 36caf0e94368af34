package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML text to a tree with positions, straight from the parser's events: no anchors, aliases, tags
 * or merge keys, so nothing grows; depth and size are bounded while reading.
 */
final class YamlTree {
  /** Read at a time: the parser copies a long text once for every buffer that it spans. */
  private static final int BUFFER_CHARS = 1 << 20;

  private final FileKind kind;
  private final Problems problems;
  private final Iterator<Event> events;
  private final Map<String, String> keys = new HashMap<>();
  private int values;

  private YamlTree(SourceText source, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(ExperimentReader.MAX_FILE_BYTES)
            .setUseMarks(true)
            .setBufferSize(Math.min(source.text().length() + 1, BUFFER_CHARS))
            .build();
    this.problems = problems;
    this.kind = source.kind();
    this.events = new Parse(settings).parseString(source.text()).iterator();
  }

  /**
   * Parses the text; duplicate keys are reported and left out.
   *
   * @throws UnreadableException when it is not YAML, uses what is not allowed or passes a bound of
   *     {@link ReadLimits}
   */
  static YamlValue parse(SourceText source, Problems problems) throws UnreadableException {
    try {
      return new YamlTree(source, problems).document();
    } catch (MarkedYamlEngineException e) {
      throw new UnreadableException(
          e.getProblemMark().map(YamlTree::position).orElse(SourcePosition.UNKNOWN),
          "this is not YAML: " + e.getProblem(),
          "correct it here or a little before; texts with special characters need quotes");
    } catch (ReaderException e) {
      throw new UnreadableException(
          source.position(Math.clamp(e.getPosition(), 0, source.text().length())),
          "character U+" + Integer.toHexString(e.getCodePoint()) + " is not allowed in YAML",
          "save the file as plain text");
    } catch (YamlEngineException e) {
      throw new UnreadableException(
          SourcePosition.UNKNOWN, "this is not YAML: " + e.getMessage(), "correct it");
    }
  }

  private YamlValue document() throws UnreadableException {
    events.next(); // stream start
    Event first = events.next();
    if (first.getEventId() == Event.ID.StreamEnd) {
      throw new UnreadableException(
          new SourcePosition(1, 1), "the file is empty", kind.whenEmpty());
    }
    YamlValue value = value(events.next(), 0);
    events.next(); // document end
    Event after = events.next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      throw new UnreadableException(
          position(after),
          "a second document begins here",
          "write one " + kind.one() + " per file, without '---'");
    }
    return value;
  }

  private YamlValue value(Event event, int depth) throws UnreadableException {
    SourcePosition at = position(event);
    checkPlain(event, at);
    values++;
    if (values > ReadLimits.MAX_VALUES) {
      throw new UnreadableException(
          at,
          "the file has more than " + ReadLimits.MAX_VALUES + " values",
          "split the experiment");
    }
    if (depth > ReadLimits.MAX_DEPTH) {
      throw new UnreadableException(
          at, "values are nested deeper than " + ReadLimits.MAX_DEPTH, "write them less deeply");
    }
    return switch (event.getEventId()) {
      case Scalar -> text((ScalarEvent) event, at);
      case SequenceStart -> items(at, depth);
      case MappingStart -> fields(at, depth);
      default -> throw new UnreadableException(at, "a value is missing here", "write a value");
    };
  }

  private static YamlValue.Text text(ScalarEvent event, SourcePosition at)
      throws UnreadableException {
    if (event.getValue().indexOf('\0') >= 0) {
      throw new UnreadableException(
          at, "a text holds the character U+0000", "remove it; no program can be given it");
    }
    return new YamlValue.Text(event.getValue(), event.getScalarStyle() == ScalarStyle.PLAIN, at);
  }

  private YamlValue items(SourcePosition at, int depth) throws UnreadableException {
    List<YamlValue> items = new ArrayList<>();
    for (Event next = events.next();
        next.getEventId() != Event.ID.SequenceEnd;
        next = events.next()) {
      items.add(value(next, depth + 1));
    }
    return new YamlValue.Items(items, at);
  }

  private YamlValue fields(SourcePosition at, int depth) throws UnreadableException {
    List<YamlValue.Field> fields = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Event next = events.next();
        next.getEventId() != Event.ID.MappingEnd;
        next = events.next()) {
      if (!(value(next, depth + 1) instanceof YamlValue.Text key)) {
        throw new UnreadableException(
            position(next), "a key is a list or mapping", "write a word before the ':'");
      }
      if (key.plain() && key.text().equals("<<")) {
        throw new UnreadableException(
            key.position(), "merge keys ('<<') are not used here", "write the values out");
      }
      YamlValue value = value(events.next(), depth + 1);
      String name = keys.computeIfAbsent(key.text(), k -> k);
      if (seen.add(name)) {
        fields.add(new YamlValue.Field(name, value, key.position()));
      } else {
        problems.add(
            key.position(),
            "key " + Problems.quote(name) + " stands here a second time",
            "keep one of the two");
      }
    }
    return new YamlValue.Fields(fields, at);
  }

  private static void checkPlain(Event event, SourcePosition at) throws UnreadableException {
    if (event instanceof AliasEvent alias) {
      throw new UnreadableException(
          at, "alias '*" + shown(alias.getAlias()) + "' is not used here", "write the value out");
    }
    Optional<Anchor> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
    if (anchor.isPresent()) {
      throw new UnreadableException(
          at, "anchor '&" + shown(anchor.get()) + "' is not used here", "remove it");
    }
    Optional<String> tag =
        switch (event) {
          case ScalarEvent scalar -> scalar.getTag();
          case CollectionStartEvent collection -> collection.getTag();
          default -> Optional.empty();
        };
    if (tag.isPresent()) {
      throw new UnreadableException(
          at, "tag " + Problems.quote(tag.get()) + " is not used here", "remove it");
    }
  }

  private static String shown(Anchor anchor) {
    String quoted = Problems.quote(anchor.getValue());
    return quoted.substring(1, quoted.length() - 1);
  }

  private static SourcePosition position(Event event) {
    return event.getStartMark().map(YamlTree::position).orElse(SourcePosition.UNKNOWN);
  }

  private static SourcePosition position(Mark mark) {
    return new SourcePosition(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
