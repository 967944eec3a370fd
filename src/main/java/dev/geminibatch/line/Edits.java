package dev.geminibatch.line;

import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is to be changed in the bytes of a request.
 *
 * <p>Edits do not overlap. At the same position, the one that was noted first comes first.
 */
final class Edits {
  private record Edit(int start, int end, List<Segment> replacement) {}

  private final List<Edit> edits = new ArrayList<>();
  private int size;
  private int files;

  void insert(int position, String json) {
    insert(position, new Literal(json));
  }

  void insert(int position, Literal text) {
    replace(position, position, List.of(text));
  }

  void replace(int start, int end, List<Segment> replacement) {
    size += replacement.size();
    if (!isTooMany()) {
      edits.add(new Edit(start, end, replacement));
    }
  }

  void addAll(Edits others) {
    size += others.size;
    if (!isTooMany()) {
      edits.addAll(others.edits);
    }
  }

  private boolean isTooMany() {
    return size > LineLimits.EDITS;
  }

  boolean isEmpty() {
    return edits.isEmpty();
  }

  /** Notes files that are named by tags. */
  void addFiles(int more) throws BadLine {
    files += more;
    if (files > LineLimits.FILES) {
      throw LineLimits.tooManyFiles();
    }
  }

  /** The bytes of the range as segments, edits applied; fails if there are more than are kept. */
  List<Segment> applyTo(Range range) throws BadLine {
    if (isTooMany()) {
      throw LineLimits.tooMuch(
          "more than 100,000 texts and fields that have to be written in another way; write fewer,"
              + " or write each text as {\"text\":\"...\"}");
    }
    if (edits.isEmpty()) {
      return List.of(range);
    }
    edits.sort(Comparator.comparingInt(Edit::start));
    List<Segment> segments = new ArrayList<>();
    int from = range.start();
    for (Edit edit : edits) {
      if (edit.start() > from) {
        segments.add(new Range(from, edit.start()));
      }
      segments.addAll(edit.replacement());
      from = edit.end();
    }
    segments.add(new Range(from, range.end()));
    return segments;
  }
}
