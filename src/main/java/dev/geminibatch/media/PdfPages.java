package dev.geminibatch.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Counts the pages of a PDF by its page objects, which may be inside compressed streams. */
final class PdfPages {
  private static final int BLOCK = 1 << 20;

  /** No object that is looked for is longer, so that none is missed where blocks meet. */
  private static final int OVERLAP = 1 << 10;

  private static final Pattern LINEARIZED =
      Pattern.compile("/Linearized.{0,200}?/N\\s+(\\d{1,6})\\b");
  private static final Pattern PAGE = Pattern.compile("/Type\\s{0,9}/Page(?![A-Za-z])");
  private static final Pattern OBJECTS =
      Pattern.compile("/Type\\s{0,9}/ObjStm.{0,300}?stream\\r?\\n", Pattern.DOTALL);

  /** Of what is unpacked: a stream may be made to be endless. */
  private static final long MOST_UNPACKED = 16 << 20;

  private final FileWindow file;
  private long unpacked;

  private PdfPages(FileWindow file) {
    this.file = file;
  }

  /** How many pages there are; 0 if that cannot be said. */
  static long count(FileWindow file) throws IOException {
    return new PdfPages(file).count();
  }

  private long count() throws IOException {
    Matcher linearized = LINEARIZED.matcher(text(file.read(0, OVERLAP)));
    if (linearized.find()) {
      return Long.parseLong(linearized.group(1));
    }
    long pages = 0;
    for (long at = 0; at < file.size(); at += BLOCK) {
      String block = text(file.read(at, BLOCK + OVERLAP));
      pages += matches(block);
      Matcher objects = OBJECTS.matcher(block);
      while (objects.find() && objects.start() < BLOCK) {
        pages += inside(at + objects.end());
      }
    }
    return pages;
  }

  private static long matches(String block) {
    Matcher page = PAGE.matcher(block);
    long pages = 0;
    while (page.find() && page.start() < BLOCK) {
      pages++;
    }
    return pages;
  }

  private long inside(long from) throws IOException {
    Inflater inflater = new Inflater();
    byte[] out = new byte[1 << 16];
    StringBuilder text = new StringBuilder();
    long pages = 0;
    try {
      for (long at = from; at < file.size() && unpacked < MOST_UNPACKED; at += 1 << 14) {
        ByteBuffer piece = file.read(at, 1 << 14);
        inflater.setInput(piece.array(), 0, piece.remaining());
        int length;
        while ((length = inflater.inflate(out)) > 0 && unpacked < MOST_UNPACKED) {
          unpacked += length;
          text.append(new String(out, 0, length, StandardCharsets.ISO_8859_1));
          if (text.length() > BLOCK - out.length) {
            pages += matches(text.toString());
            text.setLength(0);
          }
        }
        if (inflater.finished()) {
          break;
        }
      }
    } catch (DataFormatException e) {
      // encrypted, or packed in another way
    } finally {
      inflater.end();
    }
    return pages + matches(text.toString());
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes).toString();
  }
}
