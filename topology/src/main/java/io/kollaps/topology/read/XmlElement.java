package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An XML element with the place of everything in it. */
final class XmlElement {

  /** An attribute; its position is that of its name. */
  record Attribute(String name, String value, SourcePosition position) {}

  private final String name;
  private final SourcePosition position;
  private final Map<String, Attribute> attributes = LinkedHashMap.newLinkedHashMap(4);
  private final List<XmlElement> children = new ArrayList<>(0);

  XmlElement(String name, SourcePosition position) {
    this.name = name;
    this.position = position;
  }

  String name() {
    return name;
  }

  SourcePosition position() {
    return position;
  }

  Map<String, Attribute> attributes() {
    return attributes;
  }

  List<XmlElement> children() {
    return children;
  }

  Optional<Attribute> attribute(String attributeName) {
    return Optional.ofNullable(attributes.get(attributeName));
  }

  boolean has(String attributeName) {
    return attributes.containsKey(attributeName);
  }
}
