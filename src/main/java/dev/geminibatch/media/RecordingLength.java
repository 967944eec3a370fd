package dev.geminibatch.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Finds how long a recording is: WAV, AIFF, FLAC, MP3, ADTS, Ogg, the MP4 family, Matroska. */
final class RecordingLength {
  private static final int HEAD = 1 << 12;
  private static final int MOST_BOXES = 10_000;
  private static final int[] AAC_RATES = {
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350
  };
  private static final int[] KILOBITS_1 = {
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320
  };
  private static final int[] KILOBITS_2 = {
    0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160
  };
  private static final int[] MP3_RATES = {44100, 48000, 32000};

  private final FileWindow file;

  private RecordingLength(FileWindow file) {
    this.file = file;
  }

  /** In seconds; 0 if that cannot be said. */
  static double seconds(FileWindow file) throws IOException {
    return new RecordingLength(file).seconds();
  }

  private double seconds() throws IOException {
    ByteBuffer head = file.read(0, HEAD);
    String four = word(head, 0);
    return switch (four) {
      case "RIFF" -> wav();
      case "FORM" -> aiff();
      case "fLaC" -> flac(head);
      case "OggS" -> ogg(head);
      default ->
          word(head, 4).equals("ftyp")
              ? mp4(0, file.size())
              : head.getInt(0) == 0x1a45dfa3 ? MatroskaFile.seconds(file) : frames(head);
    };
  }

  private double wav() throws IOException {
    if (!word(file.read(8, 4), 0).equals("WAVE")) {
      return avi();
    }
    double rate = 0;
    long at = 12;
    for (int i = 0; i < MOST_BOXES && at + 8 <= file.size(); i++) {
      ByteBuffer chunk = file.read(at, 24).order(ByteOrder.LITTLE_ENDIAN);
      long size = chunk.getInt(4) & 0xffffffffL;
      if (word(chunk, 0).equals("fmt ")) {
        rate = chunk.getInt(16) & 0xffffffffL;
      } else if (word(chunk, 0).equals("data")) {
        return rate == 0 ? 0 : Math.min(size, file.size() - at - 8) / rate;
      }
      at += 8 + size + (size & 1);
    }
    return 0;
  }

  /** Its main header comes first: microseconds of a frame, and how many there are. */
  private double avi() throws IOException {
    ByteBuffer head = file.read(0, 64).order(ByteOrder.LITTLE_ENDIAN);
    return word(head, 24).equals("avih") ? head.getInt(32) / 1e6 * head.getInt(48) : 0;
  }

  private double aiff() throws IOException {
    long at = 12;
    for (int i = 0; i < MOST_BOXES && at + 8 <= file.size(); i++) {
      ByteBuffer chunk = file.read(at, 26);
      long size = chunk.getInt(4) & 0xffffffffL;
      if (word(chunk, 0).equals("COMM")) {
        long frames = chunk.getInt(10) & 0xffffffffL;
        int exponent = (chunk.getShort(16) & 0x7FFF) - 16383 - 31;
        return frames / ((chunk.getInt(18) & 0xffffffffL) * Math.pow(2, exponent));
      }
      at += 8 + size + (size & 1);
    }
    return 0;
  }

  private static double flac(ByteBuffer head) {
    long rate = (head.getInt(18) & 0xffffffffL) >> 12;
    long samples = (head.get(21) & 0x0FL) << 32 | head.getInt(22) & 0xffffffffL;
    return rate == 0 ? 0 : (double) samples / rate;
  }

  /** The last page says how many samples there are until its end. */
  private double ogg(ByteBuffer head) throws IOException {
    int body = 27 + (head.get(26) & 0xFF);
    double rate =
        word(head, body).equals("Opus")
            ? 48_000
            : Integer.reverseBytes(head.getInt(body + 12)); // Vorbis
    long from = Math.max(0, file.size() - (1 << 16));
    ByteBuffer tail = file.read(from, 1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = tail.limit() - 14; at >= 0; at--) {
      if (tail.get(at) == 'O' && word(tail, at).equals("OggS")) {
        return rate <= 0 ? 0 : tail.getLong(at + 6) / rate;
      }
    }
    return 0;
  }

  private double mp4(long from, long to) throws IOException {
    long at = from;
    for (int i = 0; i < MOST_BOXES && at + 8 <= to; i++) {
      ByteBuffer head = file.read(at, 48);
      long size = head.getInt(0) & 0xffffffffL;
      long headLength = size == 1 ? 16 : 8;
      size = size == 1 ? head.getLong(8) : size == 0 ? to - at : size;
      if (size < headLength) {
        return 0;
      }
      String name = word(head, 4);
      if (name.equals("moov")) {
        return mp4(at + headLength, Math.min(to, at + size));
      } else if (name.equals("mvhd")) {
        boolean isLong = head.get(8) == 1;
        long scale = head.getInt(isLong ? 28 : 20) & 0xffffffffL;
        double length = isLong ? head.getLong(32) : head.getInt(24) & 0xffffffffL;
        return scale == 0 ? 0 : length / scale;
      }
      at += size;
    }
    return 0;
  }

  /** MP3 and ADTS: frames that follow each other, after a tag perhaps. */
  private double frames(ByteBuffer head) throws IOException {
    long from = 0;
    if (word(head, 0).startsWith("ID3")) {
      from = 10;
      for (int i = 6; i < 10; i++) {
        from += (long) (head.get(i) & 0x7F) << 7 * (9 - i);
      }
    }
    ByteBuffer frames = file.read(from, HEAD);
    for (int at = 0; at + 4 < frames.limit(); at++) {
      int second = frames.get(at + 1) & 0xFF;
      if ((frames.get(at) & 0xFF) == 0xFF && (second & 0xE0) == 0xE0) {
        return (second & 0x06) == 0 ? adts(from + at) : mp3(frames, at, file.size() - from - at);
      }
    }
    return 0;
  }

  private static double mp3(ByteBuffer frames, int at, long bytes) {
    int version = frames.get(at + 1) >> 3 & 3; // 3 is the first, 2 the second
    int bits = frames.get(at + 2) >> 4 & 0xF;
    int rateIndex = frames.get(at + 2) >> 2 & 3;
    if (bits == 0xF || rateIndex == 3 || (frames.get(at + 1) >> 1 & 3) != 1) {
      return 0;
    }
    double rate = MP3_RATES[rateIndex] / (version == 3 ? 1.0 : version == 2 ? 2 : 4);
    boolean isMono = (frames.get(at + 3) >> 6 & 3) == 3;
    int info = at + 4 + (version == 3 ? isMono ? 17 : 32 : isMono ? 9 : 17);
    String word = word(frames, info);
    if ((word.equals("Xing") || word.equals("Info")) && (frames.getInt(info + 4) & 1) == 1) {
      long count = frames.getInt(info + 8) & 0xffffffffL;
      return count * (version == 3 ? 1152 : 576) / rate;
    }
    int kilobits = (version == 3 ? KILOBITS_1 : KILOBITS_2)[bits];
    return kilobits == 0 ? 0 : bytes * 8 / (kilobits * 1000.0);
  }

  /** By the frames at the beginning, as many as there are in some kilobytes. */
  private double adts(long from) throws IOException {
    ByteBuffer bytes = file.read(from, 1 << 16);
    int at = 0;
    int count = 0;
    int rate = AAC_RATES[bytes.get(2) >> 2 & 0xF];
    while (at + 7 <= bytes.limit() && (bytes.get(at) & 0xFF) == 0xFF) {
      int length = (bytes.getInt(at + 3) >> 13) & 0x1FFF;
      if (length < 7) {
        break;
      }
      at += length;
      count++;
    }
    return at == 0 ? 0 : (double) (file.size() - from) / at * count * 1024 / rate;
  }

  private static String word(ByteBuffer bytes, int at) {
    byte[] word = new byte[4];
    bytes.get(at, word);
    return new String(word, StandardCharsets.ISO_8859_1);
  }
}
