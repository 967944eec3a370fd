package dev.geminibatch.media;

import dev.geminibatch.io.NotRegular;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.MediaIndex.Digest;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.media.MediaIndex.Known;
import dev.geminibatch.service.ServiceLimits;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds what tags point to.
 *
 * <p>A file is read once to know its hash and type; as long as its stamp stays the same, that is
 * remembered over runs and restarts.
 */
public final class MediaLookup {
  /** {@code https://...}, but not a Windows drive. */
  private static final Pattern ADDRESS = Pattern.compile("(?i)[a-z][a-z0-9+.-]+:/");

  private static final int TRIES = 3;

  /** So many paths are asked for at once. */
  private static final int GROUP = 64;

  private static final int BUFFER_BYTES = 1 << 16;

  private final MediaIndex index;
  private final MediaRules rules;
  private final RemoteMedia remoteMedia;

  /**
   * A lookup that knows what the index knows.
   *
   * @param rules which files may be sent
   */
  public MediaLookup(MediaIndex index, MediaRules rules, RemoteMedia remoteMedia) {
    this.remoteMedia = remoteMedia;
    this.index = index;
    this.rules = rules;
  }

  /**
   * Begins to examine the tags of a run, from nothing.
   *
   * @param mediaRoot of the run
   * @param top the root that it must not lead out of, if it lies in there by its name
   */
  public MediaExamination examine(String runId, Path mediaRoot, Path top) {
    index.clear(runId);
    return new MediaExamination(this, index, runId, new MediaRoot(mediaRoot, top));
  }

  /**
   * Resolves tags and finds hash and type of their files, as many at a time as there are
   * processors: hashing is what takes the time.
   */
  List<Entry> look(List<String> tags, MediaRoot root) {
    List<Entry> entries = new ArrayList<>();
    for (int at = 0; at < tags.size(); at += GROUP) {
      List<String> group = tags.subList(at, Math.min(at + GROUP, tags.size()));
      List<Path> likely = group.stream().map(root::likely).flatMap(Optional::stream).toList();
      Remembered remembered = new Remembered(Set.copyOf(likely), index.known(likely));
      group.parallelStream().map(tag -> look(tag, root, remembered)).forEachOrdered(entries::add);
    }
    return entries;
  }

  /**
   * What is remembered of some paths.
   *
   * @param asked all of them
   * @param known those of which something is
   */
  private record Remembered(Set<Path> asked, Map<Path, Known> known) {
    static final Remembered NOTHING = new Remembered(Set.of(), Map.of());
  }

  /** Resolves a tag and finds hash and type of its file. */
  Entry look(String tag, MediaRoot root) {
    return look(tag, root, Remembered.NOTHING);
  }

  private Entry look(String tag, MediaRoot root, Remembered remembered) {
    try {
      for (int tries = 0; tries < TRIES; tries++) {
        try (RegularFile file = open(tag, root)) {
          Entry entry = look(tag, file, remembered);
          if (entry.type() == null || file.isUnchanged()) {
            return entry;
          }
        }
      }
      throw new MediaProblem(
          ProblemCode.FILE_CHANGED,
          "\""
              + tag
              + "\" changes all the time while it is read; send the line again when it rests");
    } catch (MediaProblem problem) {
      return new Entry(tag, null, problem, null, null);
    } catch (IOException e) {
      return new Entry(
          tag,
          null,
          new MediaProblem(
              ProblemCode.FILE_UNREADABLE, "\"" + tag + "\" cannot be read: " + e.getMessage()),
          null,
          null);
    }
  }

  private RegularFile open(String tag, MediaRoot root) throws MediaProblem, IOException {
    return ADDRESS.matcher(tag).lookingAt()
        ? RegularFile.openReal(remoteMedia.fetch(tag).toRealPath())
        : root.open(tag);
  }

  private Entry look(String tag, RegularFile file, Remembered remembered)
      throws MediaProblem, IOException {
    long size = file.state().size();
    if (size == 0) {
      throw new MediaProblem(
          ProblemCode.FILE_EMPTY, "\"" + tag + "\" is empty; put the file there again");
    }
    if (size > ServiceLimits.MAX_FILE_BYTES) {
      throw new MediaProblem(
          ProblemCode.FILE_TOO_LARGE,
          "\"" + tag + "\" has " + size + " bytes; the service takes files up to 2 GB");
    }
    FileStamp stamp = FileStamp.of(file.state());
    return found(tag, file, stamp, digest(file.path(), stamp, remembered));
  }

  private Optional<Digest> digest(Path path, FileStamp stamp, Remembered remembered) {
    return remembered.asked().contains(path)
        ? Optional.ofNullable(remembered.known().get(path))
            .filter(known -> known.stamp().equals(stamp))
            .map(Known::digest)
        : index.known(path, stamp);
  }

  private Entry found(String tag, RegularFile file, FileStamp stamp, Optional<Digest> known)
      throws MediaProblem, IOException {
    Optional<ContentType> remembered =
        known.flatMap(digest -> ContentType.remembered(digest.type()));
    FileWindow window = new FileWindow(file.fileChannel());
    ContentType type = remembered.isPresent() ? remembered.get() : TypeDetector.of(window);
    String mimeType = rules.nameToSend(tag, window, type);
    String sha256;
    if (remembered.isPresent()) {
      sha256 = known.get().sha256();
    } else {
      Optional<TextScan> scan = type.isText() ? Optional.of(new TextScan()) : Optional.empty();
      sha256 = hash(file, scan);
      Optional<String> otherEncoding = scan.flatMap(TextScan::otherEncoding);
      if (otherEncoding.isPresent()) {
        type = ContentType.text(type.name(), otherEncoding.get());
        mimeType = rules.nameToSend(tag, window, type);
      }
    }
    MediaExtent extent =
        remembered.isPresent()
            ? ContentType.rememberedExtent(known.get().type())
            : MediaMeasure.of(window, mimeType);
    return new Entry(
        tag,
        new MediaFile(file.path(), sha256, stamp.size(), mimeType, extent),
        null,
        stamp,
        remembered.isPresent() ? null : type.toRemember(extent));
  }

  /**
   * Opens a file as it was when it was examined.
   *
   * @param examined what it had as a stamp then, if that is known
   * @return empty if it is another one now, or has another content
   */
  Optional<RegularFile> reopen(MediaFile media, Optional<FileStamp> examined) throws IOException {
    RegularFile file;
    try {
      file = RegularFile.openReal(media.path());
    } catch (NotRegular | NoSuchFileException e) {
      return Optional.empty();
    }
    if (isAsExamined(file, media, examined)) {
      return Optional.of(file);
    }
    file.close();
    return Optional.empty();
  }

  /** A file that was only touched, or that an older version has examined, is read once more. */
  private boolean isAsExamined(RegularFile file, MediaFile media, Optional<FileStamp> examined)
      throws IOException {
    if (file.state().size() != media.size()) {
      return false;
    }
    FileStamp stamp = FileStamp.of(file.state());
    if (examined.equals(Optional.of(stamp))) {
      return true;
    }
    Optional<Digest> known = index.known(media.path(), stamp);
    String sha256 = known.isPresent() ? known.get().sha256() : hash(file, Optional.empty());
    return sha256.equals(media.sha256());
  }

  /** Reads as many bytes as the file had when it was opened; it may be growing. */
  private static String hash(RegularFile file, Optional<TextScan> scan) throws IOException {
    MessageDigest digest = Sha256.digest();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long size = file.state().size();
    for (long at = 0; at < size; at += buffer.position()) {
      buffer.clear();
      if (file.fileChannel().read(buffer, at) <= 0) {
        throw new EOFException("it became shorter while it was read");
      }
      digest.update(buffer.array(), 0, buffer.position());
      if (scan.isPresent()) {
        scan.get().take(buffer.array(), buffer.position());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
