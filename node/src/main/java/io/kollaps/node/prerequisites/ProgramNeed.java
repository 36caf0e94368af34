package io.kollaps.node.prerequisites;

/**
 * A program that a command line runs.
 *
 * @param program its name, or its path when it has a slash
 * @param certain false when the command line may do without it, or may bring it along
 */
record ProgramNeed(String program, boolean certain) {
  ProgramNeed uncertain() {
    return new ProgramNeed(program, false);
  }
}
