package dev.geminibatch.media;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.KeyTable;
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

  /** Hashes of the tags that are written down; some bytes each. */
  private final KeyTable written = new KeyTable();

  /** The tags of late, which are the likely ones to come again. */
  private final Map<String, Optional<MediaProblem>> recent = new LruMap<>(REMEMBERED);

  MediaExamination(MediaLookup lookup, MediaIndex index, String runId, MediaRoot root) {
    this.lookup = lookup;
    this.index = index;
    this.runId = runId;
    this.root = root;
  }

  /** What is written of a tag, whose run had nothing written when this began. */
  private Optional<Optional<MediaProblem>> written(String tag) {
    return written.find(KeyTable.hash(tag)) < 0 ? Optional.empty() : index.written(runId, tag);
  }

  /** The file of a tag that was checked and has no problem. */
  public Optional<MediaFile> file(String tag) {
    Entry entry = unwritten.get(tag);
    return entry == null ? index.file(runId, tag) : Optional.ofNullable(entry.file());
  }

  /** What was found out about a tag that was checked of late; empty if it is written down. */
  public Optional<Entry> recent(String tag) {
    return Optional.ofNullable(unwritten.get(tag));
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

  /** Examines the files of some tags that are about to be checked, many at a time. */
  public void prepare(Collection<String> tags) {
    List<String> unknown =
        tags.stream()
            .distinct()
            .filter(
                tag ->
                    !recent.containsKey(tag)
                        && !unwritten.containsKey(tag)
                        && written(tag).isEmpty())
            .toList();
    if (unwritten.size() + unknown.size() > GROUP) {
      close(); // not afterwards: these are asked for next
    }
    lookup.look(unknown, root).forEach(entry -> unwritten.put(entry.tag(), entry));
  }

  private Optional<MediaProblem> lookUp(String tag) {
    Entry entry = unwritten.get(tag);
    if (entry == null) {
      Optional<Optional<MediaProblem>> found = written(tag);
      if (found.isPresent()) {
        return found.get();
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
      entries.forEach(entry -> written.add(KeyTable.hash(entry.tag())));
    }
  }
}
