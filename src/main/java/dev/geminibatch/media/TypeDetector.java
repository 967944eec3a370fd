package dev.geminibatch.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.geminibatch.io.TextEncoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MimeTypes;

/**
 * Finds what a file is by its content. Names lie: many a PNG is called .jpg.
 *
 * <p>Tika knows the beginnings of files. Where one beginning has several meanings (Matroska and
 * WebM, Ogg, MP4, Windows Media), the tracks decide; where it has none, the file may be text.
 */
final class TypeDetector {
  /** As much as Tika wants to see. */
  private static final int HEAD = 1 << 16;

  /** Shorter than this, a text may begin like a picture by chance, and the other way round. */
  private static final int CERTAIN = 32;

  /** Stands in the place of an encoding: UTF-8, but for the zero bytes in it. */
  static final String ZERO_BYTES = "NUL";

  private static final int TS_PACKET = 188;
  private static final Pattern LFS =
      Pattern.compile("(?s)version https://(git-lfs|hawser)\\.github\\.com/spec/v\\d+\\s.*");
  private static final Pattern ANNEX = Pattern.compile("(\\S*\\.git)?/annex/objects/\\S+\\s*");
  private static final Pattern CHARSET =
      Pattern.compile("(?i)(?:charset|encoding)\\s*=\\s*[\"']?\\s*([\\w.:-]{3,30})");
  private static final String VIDEO_STREAM = "\u00c0\u00ef\u0019\u00bc\u004d\u005b\u00cf\u0011";

  private TypeDetector() {}

  /** Reads the beginning of a file, and its list of tracks if it has one. */
  static ContentType of(FileWindow file) throws IOException {
    ByteBuffer start = file.read(0, CertainType.BEGINNING);
    Optional<String> certain = CertainType.of(Arrays.copyOf(start.array(), start.limit()));
    if (certain.isPresent()) {
      return ContentType.of(certain.get());
    }
    ByteBuffer read = file.read(0, HEAD);
    byte[] head = new byte[read.remaining()];
    read.get(0, head);
    if (isZeros(head)) {
      return ContentType.of(ContentType.ZEROS);
    }
    String tika = tika(head);
    if (isLatePdf(head, tika)) {
      return ContentType.of("application/pdf");
    }
    Optional<ContentType> text = text(head, tika);
    return text.isPresent() ? text.get() : ContentType.of(binary(file, read, head, tika));
  }

  /**
   * PDF readers find the beginning of a document within the first kilobyte. Text before it may
   * speak of PDF, blank space does not.
   */
  private static boolean isLatePdf(byte[] head, String tika) {
    if (!tika.equals("text/plain") && !tika.equals(ContentType.UNKNOWN)) {
      return false;
    }
    String start = new String(head, 0, Math.min(head.length, 1024), ISO_8859_1);
    int at = start.indexOf("%PDF-");
    return at >= 0
        && (start.substring(0, at).replace("\u00ef\u00bb\u00bf", "").isBlank() || !isUtf8(head));
  }

  /** Tika's word for a file that begins so. */
  static String tika(byte[] head) throws IOException {
    return Tables.TYPES
        .detect(new ByteArrayInputStream(head), new Metadata())
        .getBaseType()
        .toString();
  }

  private static boolean isZeros(byte[] head) {
    for (byte each : head) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  private static Optional<ContentType> text(byte[] head, String tika) {
    boolean isPortable = tika.startsWith("image/x-portable-");
    boolean isShort = head.length < CERTAIN;
    if (tika.equals("application/pdf") || isShort && isMedia(tika) && !isPortable) {
      return Optional.empty();
    }
    String bytes = new String(head, ISO_8859_1);
    boolean hasZero = bytes.indexOf(0) >= 0;
    if (!hasZero && controls(bytes) * 20 <= head.length && isUtf8(head)) {
      return isPortable && bytes.matches("(?s)P[1-6]\\s+[#\\d].*")
          ? Optional.empty() // pictures that are spelled out in digits
          : Optional.of(utf8(head, tika));
    }
    boolean maybe = tika.equals(ContentType.UNKNOWN) || isMarkup(tika) || isPlain(tika);
    Optional<String> encoding = maybe ? TextEncoding.guess(head) : Optional.empty();
    if (encoding.isEmpty() && hasZero && maybe && isPadded(head)) {
      return Optional.of(ContentType.text("text/plain", ZERO_BYTES));
    }
    if (encoding.isEmpty() && isPlain(tika) && !hasZero) {
      encoding = Optional.of(TextEncoding.UNKNOWN);
    }
    return encoding.map(name -> ContentType.text(plainUnless(tika), declared(head, name)));
  }

  private static boolean isPadded(byte[] head) {
    String text = new String(head, ISO_8859_1).replace("\0", "");
    return text.length() * 2 > head.length
        && controls(text) == 0
        && TextEncoding.firstInvalid(text.getBytes(ISO_8859_1), 0, text.length()) < 0;
  }

  /** Whether the beginning of a file is; unless it is all of it, a character may be incomplete. */
  private static boolean isUtf8(byte[] head) {
    return TextEncoding.firstInvalid(head, 0, head.length, head.length < HEAD) < 0;
  }

  /** Bytes that hardly any text has; programs color their logs with escapes. */
  private static long controls(String bytes) {
    return bytes.chars().filter(c -> c < ' ' && "\t\n\r\f\b\u001b".indexOf(c) < 0).count();
  }

  private static ContentType utf8(byte[] head, String tika) {
    String text = new String(head, 0, Math.min(head.length, 1000), ISO_8859_1);
    if (head.length < 1024 && LFS.matcher(text).matches()) {
      return ContentType.text(ContentType.LFS_POINTER, ContentType.UTF_8);
    }
    if (head.length < 1000 && ANNEX.matcher(text).matches()) {
      return ContentType.text(ContentType.ANNEX_POINTER, ContentType.UTF_8);
    }
    return ContentType.text(plainUnless(tika), ContentType.UTF_8);
  }

  /** A text that begins like a picture or a sound does so by chance. */
  private static String plainUnless(String tika) {
    boolean byChance = tika.equals(ContentType.UNKNOWN) || isMedia(tika) && !isMarkup(tika);
    return byChance ? "text/plain" : tika;
  }

  private static boolean isPlain(String tika) {
    return tika.equals("message/rfc822")
        || Tables.TYPES
            .getMediaTypeRegistry()
            .isInstanceOf(MediaType.parse(tika), MediaType.TEXT_PLAIN);
  }

  private static boolean isMedia(String tika) {
    return tika.startsWith("image/") || tika.startsWith("audio/") || tika.startsWith("video/");
  }

  static boolean isMarkup(String tika) {
    return tika.endsWith("/html") || tika.endsWith("/xml") || tika.endsWith("+xml");
  }

  /** The encoding that a page or an XML document says it has, if there is one of that name. */
  private static String declared(byte[] head, String guess) {
    Matcher says = CHARSET.matcher(new String(head, 0, Math.min(head.length, 2000), ISO_8859_1));
    try {
      return !guess.startsWith("UTF-")
              && says.find()
              && Charset.isSupported(says.group(1))
              && !says.group(1).equalsIgnoreCase(ContentType.UTF_8)
          ? Charset.forName(says.group(1)).name()
          : guess;
    } catch (IllegalArgumentException e) {
      return guess;
    }
  }

  private static String binary(FileWindow file, ByteBuffer read, byte[] head, String tika)
      throws IOException {
    String start = new String(head, 0, Math.min(head.length, 8192), ISO_8859_1);
    if (start.startsWith("\u001a\u0045\u00df\u00a3")) {
      return MatroskaFile.type(file);
    }
    if (start.startsWith("OggS")) {
      return ogg(start);
    }
    if (IsoMediaFile.isOne(read)) {
      return IsoMediaFile.type(file, tika);
    }
    if (tika.endsWith("x-ms-asf") || tika.endsWith("x-ms-wmv") || tika.endsWith("x-ms-wma")) {
      return start.contains(VIDEO_STREAM) ? "video/x-ms-wmv" : "audio/x-ms-wma";
    }
    // WAV files over 4 GB, and those whose writer did not know how long they become.
    if (start.startsWith("RF64") || start.startsWith("BW64")) {
      return start.startsWith("WAVE", 8) ? "audio/vnd.wave" : tika;
    }
    boolean isStream = start.length() > 2 * TS_PACKET;
    for (int at = 0; isStream && at <= 2 * TS_PACKET; at += TS_PACKET) {
      isStream = start.charAt(at) == 'G';
    }
    return isStream && tika.equals(ContentType.UNKNOWN) ? "video/mp2t" : tika;
  }

  /** The first page of every stream comes before anything else, and names its codec. */
  private static String ogg(String start) {
    boolean isVideo =
        start.contains("\u0080theora")
            || start.contains("OVP80")
            || start.contains("BBCD\0")
            || start.contains("\001video\0\0\0");
    return isVideo ? "video/ogg" : "audio/ogg";
  }

  /** Reading Tika's table takes a noticeable time, so it is done when it is first needed. */
  private static final class Tables {
    private static final MimeTypes TYPES = MimeTypes.getDefaultMimeTypes();
  }
}
