package dev.geminibatch.line;

/** Adds up what a request weighs while it is read. */
final class WeightReader {
  private final byte[] bytes;
  private final JsonScanner parser;
  private long inlineBytes;
  private long contentBytes;
  private LetterCount letters;
  private FileTokens files = FileTokens.NONE;

  WeightReader(byte[] bytes, JsonScanner parser) {
    this.bytes = bytes;
    this.parser = parser;
  }

  /** The parser stands at the request. */
  void begin() {
    parser.setLetters(null); // of the key, say
  }

  /** The parser has read the request. */
  void end() {
    letters = parser.letters();
    parser.setLetters(null);
  }

  /** Notes what the model reads as it stands here: text, instructions, tools, schemas. */
  void addContent(int from, int end) {
    contentBytes += end - from;
  }

  /**
   * Notes data that is in the line itself.
   *
   * @param before the letters of the line before it
   */
  void addInline(int from, int end, LetterCount before) {
    inlineBytes += end - from;
    files = files.plus(MediaTokens.inline(bytes, from, end));
    parser.setLetters(before); // its own are none that anybody reads
  }

  /** The letters of the line so far; null if all are plain ASCII. */
  LetterCount lettersSoFar() {
    return parser.letters() == null ? null : parser.letters().copy();
  }

  /** Notes a file that is with the service already. */
  void addReference(int from, int end) {
    files = files.plus(MediaTokens.reference(bytes, from, end));
  }

  BatchRequest.Weight weight(GenerationConfigReader config) {
    return new BatchRequest.Weight(
        inlineBytes,
        contentBytes + config.schemaBytes(),
        letters,
        files,
        config.candidates(),
        config.thinkingTokens());
  }
}
