package dev.geminibatch.stage;

import dev.geminibatch.run.Run;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceWords;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Brings the file of a job to the service. */
public final class JobFileUpload {
  /** What the service has been seen to take for JSONL, the likeliest first. */
  private static final List<String> JSONL_TYPES =
      List.of("application/jsonl", "text/plain", "application/json");

  private static final int LAST_DIGITS = 36 * 36 * 36 * 36;

  private JobFileUpload() {}

  /**
   * The id of a job's file, for {@link #upload}.
   *
   * @param assembled when the content was put together: the references in it are others each time
   * @param creation of the job: a call that was given up may still come, and names an earlier file
   */
  public static String id(Run run, int job, Instant assembled, int creation) {
    String time = Long.toString(assembled.getEpochSecond() % LAST_DIGITS, 36);
    String next = creation == 1 ? "" : Integer.toString(creation % 36, 36);
    return "gb-" + run.id() + "-" + job + "-" + time + next;
  }

  /**
   * Uploads what is sent as the likeliest type, and under a name that {@link #upload} does not use:
   * a name stays taken for a while if an upload is given up.
   */
  static String uploadAhead(
      FileService files, Content content, String id, String displayName, LongConsumer sent)
      throws IOException {
    return files
        .upload(new FileUpload(content, "files/" + id + "9", displayName, JSONL_TYPES.get(0)), sent)
        .name();
  }

  /**
   * Uploads it, unless the service has it already.
   *
   * @param id of the file, unique for this content, with room for a digit at its end: a name of its
   *     own for each attempt at a type, since a refused one may stay taken
   * @return its name with the service
   */
  public static String upload(
      FileService files, Content content, String id, String displayName, LongConsumer sent)
      throws IOException {
    ServiceFailure refused = null;
    for (int i = 0; i < JSONL_TYPES.size(); i++) {
      FileUpload upload =
          new FileUpload(content, "files/" + id + i, displayName, JSONL_TYPES.get(i));
      try {
        return files.upload(upload, sent).name();
      } catch (ServiceFailure failure) {
        if (failure.kind() == Kind.ALREADY_EXISTS) {
          Optional<String> present = present(files, upload.name(), content.size());
          if (present.isPresent()) {
            return present.get();
          }
        } else if (!ServiceWords.isAboutType(failure.getMessage())) {
          throw failure;
        }
        refused = failure;
      }
    }
    throw refused;
  }

  private static Optional<String> present(FileService files, String name, long size) {
    try {
      RemoteFile file = files.file(name);
      return file.size() == size ? Optional.of(file.name()) : Optional.empty();
    } catch (ServiceFailure none) {
      return Optional.empty();
    }
  }

  /** Whether a file that was uploaded is certainly not with the service any more. */
  public static boolean isGone(FileService files, String name) {
    try {
      files.file(name);
      return false;
    } catch (ServiceFailure failure) {
      if (failure.isPassing() || failure.isAccount()) {
        throw failure; // nobody knows
      }
      return failure.kind() == Kind.NOT_FOUND;
    }
  }
}
