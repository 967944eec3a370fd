package dev.geminibatch.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.request.BatchRequest.Inline;
import dev.geminibatch.request.BatchRequest.Range;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the reading of lines has found out, in a few bytes a line, so that most of them need not be
 * parsed again when they are sent.
 *
 * <p>There is a note for each line, in order. It says where the request stands in lines that are
 * passed on as they are, and that all others (with tags, with edits, with anything unusual) are to
 * be parsed again. The notes are a short cut for the process that has made them and for nobody
 * else: models and formats are in its memory.
 */
public final class LineNotes {
  /** More different models and formats than files usually have. */
  private static final int MOST_DIFFERENT = 64;

  /** Longer keys and formats are rare, and are not kept. */
  private static final int LONGEST_KEPT = 8192;

  private final Path file;
  private final List<String> models = new ArrayList<>();
  private final List<AnswerFormat> formats = new ArrayList<>();

  private LineNotes(Path file) {
    this.file = file;
  }

  /** Where the request of a line stands, and what else is to be known of it. */
  public record Note(RequestKey key, String model, AnswerFormat format, int start, int end) {

    /** The line as {@link RequestReader} would read it, but for its files, of which it has none. */
    public BatchRequest recall(Line line) {
      return new BatchRequest(
          line, key, model, List.of(), List.of(new Range(start, end)), new Inline(0, 0), format);
    }
  }

  /** The numbers of different values, of which most lines have the same. */
  private static final class Numbers<T> {
    private final List<T> values;
    private final Map<T, Integer> numbers = new HashMap<>();
    private T last;
    private int lastNumber = -1;

    Numbers(List<T> values) {
      this.values = values;
    }

    /** The number of a value; -1 if there are too many. */
    int number(T value) {
      if (lastNumber < 0 || !Objects.equals(value, last)) {
        lastNumber = numbers.getOrDefault(value, -1);
        if (lastNumber < 0 && values.size() < MOST_DIFFERENT) {
          lastNumber = values.size();
          values.add(value);
          numbers.put(value, lastNumber);
        }
        last = value;
      }
      return lastNumber;
    }
  }

  /** Takes notes from the first line to the last. */
  public static final class Writer implements Closeable {
    private final LineNotes notes;
    private final DataOutputStream out;
    private final Numbers<String> models;
    private final Numbers<AnswerFormat> formats;

    public Writer(Path file) throws IOException {
      this.notes = new LineNotes(file);
      this.models = new Numbers<>(notes.models);
      this.formats = new Numbers<>(notes.formats);
      this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    }

    /** Notes a line. */
    public void add(CheckedLine line) throws IOException {
      if (!(line instanceof BatchRequest request && note(request))) {
        out.writeInt(-1);
      }
    }

    private boolean note(BatchRequest request) throws IOException {
      boolean passesAsItIs =
          request.extras().isEmpty()
              && request.segments().size() == 1
              && request.segments().get(0) instanceof Range;
      String json = request.key().json();
      if (!passesAsItIs || json.length() > LONGEST_KEPT || json.indexOf('\\') >= 0) {
        return false;
      }
      byte[] key = json.getBytes(UTF_8);
      int model = models.number(request.model());
      int format =
          request.answerFormat().isLongerThan(LONGEST_KEPT)
              ? -1
              : formats.number(request.answerFormat());
      if (model < 0 || format < 0 || key.length > Short.MAX_VALUE) {
        return false;
      }
      Range range = (Range) request.segments().get(0);
      out.writeInt(range.start());
      out.writeInt(range.end());
      out.writeByte(model);
      out.writeByte(format);
      out.writeShort(key.length);
      out.write(key);
      return true;
    }

    /** The notes, once all have been taken. */
    public LineNotes notes() throws IOException {
      close();
      return notes;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads the notes from the first line to the last. */
  public static final class Reader implements Closeable {
    private final LineNotes notes;
    private final DataInputStream in;

    private Reader(LineNotes notes) throws IOException {
      this.notes = notes;
      this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(notes.file)));
    }

    /** The note of the next line; null if the line is to be parsed again. */
    public Note next() throws IOException {
      int start = in.readInt();
      if (start < 0) {
        return null;
      }
      int end = in.readInt();
      String model = notes.models.get(in.readByte());
      AnswerFormat format = notes.formats.get(in.readByte());
      byte[] key = new byte[in.readShort()];
      in.readFully(key);
      return new Note(keyOf(key), model, format, start, end);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Opens the notes. */
  public Reader open() throws IOException {
    return new Reader(this);
  }

  /** They are not needed any more. */
  public void forget() throws IOException {
    Files.deleteIfExists(file);
  }

  /** The key of a number, or of a string without escapes. */
  private static RequestKey keyOf(byte[] utf8) {
    String json = new String(utf8, UTF_8);
    boolean isString = json.length() >= 2 && json.charAt(0) == '"';
    return new RequestKey(isString ? json.substring(1, json.length() - 1) : json, json);
  }
}
