package dev.geminibatch.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.geminibatch.io.Amounts;
import java.nio.file.Path;

/**
 * What happened to an input after it was taken.
 *
 * @param lines that were added and not sent; 0 if it was changed in another way
 * @param file that holds these lines; null if there are none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InputChange(long lines, String file) {
  /** Lines were added. */
  public static InputChange added(long lines, Path file) {
    return new InputChange(lines, file.toString());
  }

  /** Lines that were sent are no longer there. */
  public static InputChange rewritten() {
    return new InputChange(0, null);
  }

  /** For a person, with what to do. */
  @JsonIgnore
  public String inWords() {
    return lines == 0
        ? "CHANGED: the input was changed after it was taken; the answers belong to its"
            + " lines at that time. Drop it again to send it as it is now."
        : "NOT SENT: "
            + Amounts.count(lines, "line")
            + (lines == 1 ? " was" : " were")
            + " added to the input after it was taken. Drop "
            + file
            + " into the inbox, or run it with --file, to send "
            + (lines == 1 ? "it." : "them.");
  }
}
