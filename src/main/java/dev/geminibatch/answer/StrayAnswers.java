package dev.geminibatch.answer;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.geminibatch.service.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lines among a job's answers that answer no request, and answers that count unchecked.
 *
 * @param unknown answers under a key that was never asked
 * @param repeated further answers under a key that has one
 * @param unreadable lines that are not JSON
 * @param unchecked answers that could not be checked against their schema: it takes too long, or
 *     leads nowhere; not there if there are none
 * @param examples the first lines that answer no request, by line and key
 */
public record StrayAnswers(
    long unknown,
    long repeated,
    long unreadable,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long unchecked,
    List<String> examples) {
  public static final StrayAnswers NONE = new StrayAnswers(0, 0, 0, 0, List.of());
  private static final int MOST_EXAMPLES = 10;

  public long count() {
    return unknown + repeated + unreadable + unchecked;
  }

  /** In words, such as "2 lines under a key that was never asked". */
  public String inWords() {
    List<String> words = new ArrayList<>();
    add(words, unknown, "under a key that was never asked");
    add(words, repeated, "under a key that had an answer already");
    add(words, unreadable, "not readable");
    add(words, unchecked, "that could not be checked against their schema in time, and count");
    return String.join(", ", words)
        + (examples.isEmpty() ? "" : " (" + String.join("; ", examples) + ")");
  }

  private static void add(List<String> words, long count, String what) {
    if (count > 0) {
      words.add(count + (words.isEmpty() ? count == 1 ? " line " : " lines " : " ") + what);
    }
  }

  /** Counts them. */
  static final class Collection {
    private final List<String> examples = new ArrayList<>();
    private long unknown;
    private long repeated;
    private long unreadable;

    void unknown(long line, Optional<String> key) {
      unknown++;
      example(line, key.map(text -> "unknown key " + text).orElse("no key"));
    }

    void repeated(long line, Optional<String> key) {
      repeated++;
      example(line, "key " + key.orElse("") + " again");
    }

    void unreadable(long line) {
      unreadable++;
      example(line, "not JSON");
    }

    private void example(long line, String what) {
      if (examples.size() < MOST_EXAMPLES) {
        examples.add("line " + line + ": " + Redactor.shortened(what, 100));
      }
    }

    StrayAnswers sum(long unchecked) {
      return new StrayAnswers(unknown, repeated, unreadable, unchecked, List.copyOf(examples));
    }
  }
}
