package io.kollaps.node.control.leader;

/**
 * A node that can take nothing new now.
 *
 * @param node what people call it
 * @param why the reason
 */
public record Absence(String node, Why why) {
  /** Why a node can take nothing; in the order in which people are told. */
  public enum Why {
    /** It does not answer. */
    LOST("lost"),
    /** Someone drained it. */
    DRAINED("drained"),
    /** It was admitted, and has not said yet what it can take. */
    STARTING("starting"),
    /** What it takes is taken. */
    FULL("no slots left"),
    /** It is set to take no endpoints. */
    CLOSED("takes no endpoints"),
    /** It is no member any more, and may not come back. */
    BANNED("banned");

    private final String text;

    Why(String text) {
      this.text = text;
    }

    /** For people: fits into brackets behind the node's name. */
    public String text() {
      return text;
    }
  }
}
