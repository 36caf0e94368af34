package io.kollaps.topology.read;

/** What a file describes, in the words of its problems. */
enum FileKind {
  /** An experiment. */
  TOPOLOGY("topology file", "experiment", "describe services and links in it"),
  /** The network between the nodes of a cluster. */
  PHYSICAL("description of the physical network", "network", "describe switches in it");

  private final String words;
  private final String one;
  private final String whenEmpty;

  FileKind(String words, String one, String whenEmpty) {
    this.words = words;
    this.one = one;
    this.whenEmpty = whenEmpty;
  }

  /** What it is. */
  String words() {
    return words;
  }

  /** What one file describes. */
  String one() {
    return one;
  }

  /** The remedy when there is nothing in it. */
  String whenEmpty() {
    return whenEmpty;
  }
}
