package dev.geminibatch.line;

/**
 * A {@code [[FILE:path]]} in the text of a part.
 *
 * @param path what stands in the tag, decoded and trimmed
 * @param field where the tag stands, for messages, for example {@code contents[0].parts[1].text}
 */
public record FileTag(String path, String field) {}
