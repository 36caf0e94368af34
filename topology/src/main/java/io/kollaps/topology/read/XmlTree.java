package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.ext.DefaultHandler2;

/**
 * XML text to a tree with positions. There are no document types, so neither entity bombs nor
 * anything from outside the file; depth and size are bounded.
 */
final class XmlTree {
  private XmlTree() {}

  /**
   * Parses the text.
   *
   * @return the root element
   * @throws UnreadableException when it is not well-formed, declares a document type or passes a
   *     bound of {@link ReadLimits}
   */
  static XmlElement parse(SourceText source) throws UnreadableException {
    String text = source.text();
    if (text.charAt(0) != '<' && text.stripLeading().startsWith("<?xml ")) {
      throw new UnreadableException(
          new SourcePosition(1, 1),
          "something stands before '<?xml'",
          "begin the file with '<?xml'");
    }
    Builder builder = new Builder(source);
    try {
      SAXParser parser = hardenedParser();
      parser.getXMLReader().setProperty("http://xml.org/sax/properties/lexical-handler", builder);
      parser.parse(new InputSource(new StringReader(text)), builder);
    } catch (SAXParseException e) {
      throw new UnreadableException(
          new SourcePosition(Math.max(0, e.getLineNumber()), Math.max(0, e.getColumnNumber())),
          "this is not well-formed XML: " + e.getMessage(),
          "correct it here or a little before");
    } catch (SAXException e) {
      throw builder.refusal.orElseGet(
          () ->
              new UnreadableException(
                  builder.here(), "this XML cannot be read: " + e.getMessage(), "correct it here"));
    } catch (ParserConfigurationException | IOException e) {
      throw new IllegalStateException("the XML parser of this Java cannot be set up", e);
    }
    return builder.root();
  }

  private static SAXParser hardenedParser() throws ParserConfigurationException, SAXException {
    SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
    factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    factory.setXIncludeAware(false);
    SAXParser parser = factory.newSAXParser();
    parser.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    parser.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
    return parser;
  }

  /** Builds the tree from the parser's calls. */
  private static final class Builder extends DefaultHandler2 {
    private final SourceText source;
    private final Deque<XmlElement> open = new ArrayDeque<>();
    private @Nullable XmlElement root;
    private @Nullable Locator locator;
    private int values;
    private Optional<UnreadableException> refusal = Optional.empty();

    Builder(SourceText source) {
      this.source = source;
    }

    XmlElement root() {
      if (root == null) {
        throw new IllegalStateException("a well-formed document has a root");
      }
      return root;
    }

    SourcePosition here() {
      return locator == null
          ? SourcePosition.UNKNOWN
          : new SourcePosition(
              Math.max(0, locator.getLineNumber()), Math.max(0, locator.getColumnNumber()));
    }

    @Override
    public void setDocumentLocator(Locator documentLocator) {
      locator = documentLocator;
    }

    @Override
    public void startDTD(String name, @Nullable String publicId, @Nullable String systemId)
        throws SAXException {
      int declaration = source.text().toUpperCase(Locale.ROOT).indexOf("<!DOCTYPE");
      refuse(
          declaration >= 0 ? source.position(declaration) : here(),
          "a document type declaration (DOCTYPE) is not allowed",
          "remove it; entities are not used in topology files");
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes)
        throws SAXException {
      Optional<Integer> begin = tagBegin();
      SourcePosition position = begin.map(source::position).orElse(here());
      values += 1 + attributes.getLength();
      if (open.size() >= ReadLimits.MAX_DEPTH) {
        refuse(
            position,
            "elements are nested deeper than " + ReadLimits.MAX_DEPTH,
            "close elements where they end");
      }
      if (values > ReadLimits.MAX_VALUES) {
        refuse(
            position,
            "the file has more than " + ReadLimits.MAX_VALUES + " elements and attributes",
            "split the experiment");
      }
      XmlElement element = new XmlElement(name, position);
      int count = attributes.getLength();
      Map<String, SourcePosition> places =
          begin.filter(b -> count > 0).map(b -> attributePositions(b, count)).orElse(Map.of());
      for (int i = 0; i < attributes.getLength(); i++) {
        String key = attributes.getQName(i);
        element
            .attributes()
            .put(
                key,
                new XmlElement.Attribute(
                    key, attributes.getValue(i), places.getOrDefault(key, position)));
      }
      if (open.isEmpty()) {
        root = element;
      } else {
        open.peek().children().add(element);
      }
      open.push(element);
    }

    @Override
    public void endElement(String uri, String localName, String name) {
      open.pop();
    }

    @Override
    public void characters(char[] characters, int start, int length) throws SAXException {
      String text = new String(characters, start, length);
      if (!text.isBlank()) {
        refuse(
            here(),
            "text " + Problems.quote(text.strip()) + " stands between the elements",
            "remove it; values are attributes");
      }
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }

    private void refuse(SourcePosition position, String message, String remedy)
        throws SAXException {
      refusal = Optional.of(new UnreadableException(position, message, remedy));
      throw new SAXException(message);
    }

    /**
     * Offset of the '<' of the start tag that the parser is behind; a '<' cannot stand in an
     * attribute, so it is the last one.
     */
    private Optional<Integer> tagBegin() {
      SourcePosition behind = here();
      int end = source.offset(behind.line(), behind.column());
      if (end < 1 || source.text().charAt(end - 1) != '>') {
        return Optional.empty();
      }
      int begin = source.text().lastIndexOf('<', end - 1);
      return begin < 0 ? Optional.empty() : Optional.of(begin);
    }

    /** Where each of that many attributes of a start tag begins. */
    private Map<String, SourcePosition> attributePositions(int tagBegin, int count) {
      String text = source.text();
      Map<String, SourcePosition> places = HashMap.newHashMap(count);
      int at = tagBegin + 1;
      while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      for (int i = 0; i < count; i++) {
        at = skipBlanks(text, at);
        int equals = text.indexOf('=', at);
        int quote = skipBlanks(text, equals + 1);
        if (equals < 0 || quote == text.length()) {
          return places; // only if the parser's place was not that of the tag
        }
        places.put(text.substring(at, equals).strip(), source.position(at));
        at = text.indexOf(text.charAt(quote), quote + 1) + 1;
      }
      return places;
    }

    private static int skipBlanks(String text, int from) {
      int at = from;
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at;
    }
  }
}
