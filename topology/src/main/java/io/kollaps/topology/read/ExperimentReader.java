package io.kollaps.topology.read;

/** Reads topology files of every known format. */
public final class ExperimentReader {

  /** Largest file that is read: 16 MiB. */
  public static final int MAX_FILE_BYTES = 16 * 1024 * 1024;

  private ExperimentReader() {}

  /**
   * Reads a topology file: Kollaps XML (both dialects) or YAML, told apart by their first character
   * that is not white space. A file of another tool is refused by one problem that names the tool.
   *
   * <p>A file has at most {@link #MAX_FILE_BYTES} bytes, values nested 32 deep, a million values,
   * {@link io.kollaps.topology.path.Paths#MAX_ENDPOINTS} endpoints and a million link directions
   * after replicas are expanded; more is a problem. At most 100 problems and 100 notices are given;
   * a last one says how many more there are. Reading stops after 10000 problems.
   *
   * @param fileName used to name the experiment when the file does not, never opened
   * @param content the file's bytes, UTF-8
   * @return the experiment, or every problem of the file; never throws for bad content
   */
  public static ReadResult read(String fileName, byte[] content) {
    Problems problems = new Problems();
    try {
      SourceText source = SourceText.decode(content);
      ForeignFiles.refuse(fileName, source);
      return source.firstCharacter() == '<'
          ? KollapsXmlReader.read(fileName, XmlTree.parse(source), problems)
          : YamlReader.read(fileName, YamlTree.parse(source, problems), problems);
    } catch (UnreadableException e) {
      problems.add(e.problem());
      return new ReadResult.Invalid(problems.problems());
    } catch (Problems.TooMany e) {
      return new ReadResult.Invalid(problems.problems());
    }
  }
}
