package dev.geminibatch.media;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.media.MediaIndex.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The examination of a run's tags, one after the other, each distinct one once.
 *
 * <p>What is found is written in groups, because a transaction each would take longer than looking
 * at the files.
 */
public final class MediaExamination implements AutoCloseable {
  private static final int GROUP = 500;
  private static final int REMEMBERED = 10_000;

  private final MediaLookup lookup;
  private final MediaIndex index;
  private final String runId;
  private final MediaRoot root;
  private final Map<String, Entry> unwritten = new HashMap<>();

  /** The tags of late, which are the likely ones to come again. */
  private final Map<String, Optional<MediaProblem>> recent = new LruMap<>(REMEMBERED);

  MediaExamination(MediaLookup lookup, MediaIndex index, String runId, MediaRoot root) {
    this.lookup = lookup;
    this.index = index;
    this.runId = runId;
    this.root = root;
  }

  /** The file of a tag that was checked and has no problem. */
  public Optional<MediaFile> file(String tag) {
    Entry entry = unwritten.get(tag);
    return entry == null ? index.file(runId, tag) : Optional.ofNullable(entry.file());
  }

  /** The problem of a tag, if it has one. */
  public Optional<MediaProblem> check(String tag) {
    Optional<MediaProblem> known = recent.get(tag);
    if (known == null) {
      known = lookUp(tag);
      recent.put(tag, known);
    }
    return known;
  }

  /**
   * Examines the files of some tags that are about to be checked, as many at a time as there are
   * processors: hashing is what takes the time.
   */
  public void prepare(Collection<String> tags) {
    List<String> unknown =
        tags.stream()
            .distinct()
            .filter(
                tag ->
                    !recent.containsKey(tag)
                        && !unwritten.containsKey(tag)
                        && index.written(runId, tag).isEmpty())
            .toList();
    unknown.parallelStream()
        .map(tag -> lookup.look(tag, root))
        .toList()
        .forEach(entry -> unwritten.put(entry.tag(), entry));
    if (unwritten.size() >= GROUP) {
      close();
    }
  }

  private Optional<MediaProblem> lookUp(String tag) {
    Entry entry = unwritten.get(tag);
    if (entry == null) {
      Optional<Optional<MediaProblem>> written = index.written(runId, tag);
      if (written.isPresent()) {
        return written.get();
      }
      entry = lookup.look(tag, root);
      unwritten.put(tag, entry);
      if (unwritten.size() >= GROUP) {
        close();
      }
    }
    return Optional.ofNullable(entry.problem());
  }

  /** Writes down what has not been written yet. */
  @Override
  public void close() {
    List<Entry> entries = new ArrayList<>(unwritten.values());
    unwritten.clear();
    if (!entries.isEmpty()) {
      index.write(runId, entries);
    }
  }
}
