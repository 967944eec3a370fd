package dev.geminibatch.media;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What the tags of each run point to, kept over restarts; implemented by the ledger. */
public interface MediaIndex {
  /**
   * What was found out about a tag.
   *
   * @param file null if there is a problem
   * @param problem null if there is none
   * @param stamp of the file
   * @param type what to remember of the file's type, with its hash; null if both are remembered
   */
  record Entry(String tag, MediaFile file, MediaProblem problem, FileStamp stamp, String type) {}

  /**
   * What is remembered of a file.
   *
   * @param sha256 of the content, in hex
   * @param type as it was in the entry; older versions remembered a media type there
   */
  record Digest(String sha256, String type) {}

  /**
   * What is remembered of a path.
   *
   * @param stamp that its file had
   */
  record Known(FileStamp stamp, Digest digest) {}

  /**
   * A content that a run needs.
   *
   * @param examined what its file had as a stamp, if that is remembered
   */
  record Needed(MediaFile media, Optional<FileStamp> examined) {}

  /** Distinct contents of a run: how many, and their bytes. */
  record Totals(long files, long bytes) {}

  /** Forgets every tag of a run. */
  void clear(String runId);

  /** Writes down what was found out about tags of a run, none of which was written before. */
  void write(String runId, List<Entry> entries);

  /** What is remembered of a file that has not changed since. */
  Optional<Digest> known(Path path, FileStamp stamp);

  /** What is remembered of some paths, by path; those of which nothing is are missing. */
  Map<Path, Known> known(Collection<Path> paths);

  /** Whether a tag has been written down, and if so with which problem, if any. */
  Optional<Optional<MediaProblem>> written(String runId, String tag);

  /** The file that a tag points to; empty if it points to nothing usable. */
  Optional<MediaFile> file(String runId, String tag);

  /** The distinct usable contents that an attempt needs. */
  Totals totals(String runId, int attempt);

  /**
   * The next distinct contents that an attempt needs after a hash, in the order of their hashes.
   */
  List<Needed> contentsAfter(String runId, int attempt, String sha256, int most);

  /** From now on every tag of the run with this content has this problem. */
  void reject(String runId, String sha256, MediaProblem problem);

  /** Every tag of a run in order, with the hash of its content or the code of its problem. */
  void forEachContent(String runId, BiConsumer<String, String> taker);
}
