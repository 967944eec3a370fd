package dev.geminibatch.media;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.service.ServiceLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
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

  /** Begins to examine the tags of a run, from nothing. */
  public MediaExamination examine(String runId, Path mediaRoot) {
    index.clear(runId);
    return new MediaExamination(this, index, runId, new MediaRoot(mediaRoot));
  }

  /** Resolves a tag and finds hash and type of its file. */
  Entry look(String tag, MediaRoot root) {
    try {
      Path path = ADDRESS.matcher(tag).lookingAt() ? remoteMedia.fetch(tag) : root.resolve(tag);
      FileStamp stamp = FileStamp.of(path);
      if (stamp.size() == 0) {
        throw new MediaProblem(
            ProblemCode.FILE_EMPTY, "\"" + tag + "\" is empty; put the file there again");
      }
      if (stamp.size() > ServiceLimits.MAX_FILE_BYTES) {
        throw new MediaProblem(
            ProblemCode.FILE_TOO_LARGE,
            "\"" + tag + "\" has " + stamp.size() + " bytes; the service takes files up to 2 GB");
      }
      return found(tag, path, stamp);
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

  private Entry found(String tag, Path path, FileStamp stamp) throws MediaProblem, IOException {
    Optional<MediaIndex.Digest> known = index.known(path, stamp);
    Optional<ContentType> remembered =
        known.flatMap(digest -> ContentType.remembered(digest.type()));
    ContentType type = remembered.isPresent() ? remembered.get() : TypeDetector.of(path);
    String mimeType = rules.nameToSend(tag, path, type);
    String sha256;
    if (known.isPresent() && (remembered.isPresent() || !type.isText())) {
      sha256 = known.get().sha256();
    } else {
      MessageDigest digest = Sha256.digest();
      Optional<TextScan> scan = type.isText() ? Optional.of(new TextScan()) : Optional.empty();
      read(path, scan, digest);
      sha256 = HexFormat.of().formatHex(digest.digest());
      Optional<String> otherEncoding = scan.flatMap(TextScan::otherEncoding);
      if (otherEncoding.isPresent()) {
        type = ContentType.text(type.name(), otherEncoding.get());
        mimeType = rules.nameToSend(tag, path, type);
      }
    }
    return new Entry(
        tag,
        new MediaFile(path, sha256, stamp.size(), mimeType),
        null,
        stamp,
        remembered.isPresent() ? null : type.toRemember());
  }

  /** Whether the file is still what it was when it was examined. */
  boolean isUnchanged(MediaFile file) throws IOException {
    return index
        .known(file.path(), FileStamp.of(file.path()))
        .filter(now -> now.sha256().equals(file.sha256()))
        .isPresent();
  }

  private static void read(Path file, Optional<TextScan> scan, MessageDigest digest)
      throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read; (read = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, read);
        if (scan.isPresent()) {
          scan.get().take(buffer, read);
        }
      }
    }
  }
}
