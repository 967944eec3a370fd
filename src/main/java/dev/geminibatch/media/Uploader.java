package dev.geminibatch.media;

import dev.geminibatch.io.RegularFile;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/** Brings one content to the service and remembers the reference. */
public final class Uploader {
  /** Videos take their time; longer than this, the run comes back later. */
  private static final Duration LONGEST_PROCESSING = Duration.ofMinutes(10);

  private final Connections connections;
  private final MediaLookup lookup;
  private final UploadCache cache;
  private final Clock clock;
  private final RandomGenerator random;

  public Uploader(
      Connections connections, MediaLookup lookup, UploadCache cache, RandomGenerator random) {
    this.connections = connections;
    this.clock = connections.clock();
    this.lookup = lookup;
    this.cache = cache;
    this.random = random;
  }

  /**
   * Uploads a content that the cache does not have.
   *
   * @param key the cache's key of the content
   * @param examined what its file had as a stamp when it was examined, if that is known
   * @param sent receives how many bytes have arrived so far
   * @throws MediaProblem when this file will never be with the service
   * @throws ServiceFailure when the service cannot be used now
   */
  public void upload(String key, MediaFile media, Optional<FileStamp> examined, LongConsumer sent)
      throws MediaProblem {
    try (RegularFile open = lookup.reopen(media, examined).orElseThrow(() -> changed(media))) {
      FileService files = connections.ofProject(UploadCache.project(key)).files();
      RemoteFile file = send(files, media, open, sent);
      file = awaitProcessing(files, file, media);
      if (!hashMatches(file, media.sha256())) {
        throw changed(media);
      }
      cache.put(key, media, file);
    } catch (Content.Changed e) {
      throw changed(media);
    } catch (IOException e) {
      throw new MediaProblem(
          ProblemCode.FILE_UNREADABLE,
          "\"" + media.path() + "\" cannot be read: " + e.getMessage());
    } catch (ServiceFailure failure) {
      if (failure.kind() == Kind.REFUSED) {
        throw new MediaProblem(
            ProblemCode.FILE_REFUSED,
            "the service refuses \"" + media.path() + "\": " + failure.getMessage());
      }
      throw failure;
    }
  }

  /**
   * The name follows from the content, so that a file whose last answer was lost is found instead
   * of sent again. A name can stay taken by a file that is dead or not ours; then another is used.
   */
  private RemoteFile send(FileService files, MediaFile media, RegularFile open, LongConsumer sent)
      throws IOException {
    String stem = "gb-" + media.sha256().substring(0, 24);
    try {
      return files.upload(upload(media, open, stem), sent);
    } catch (ServiceFailure taken) {
      if (taken.kind() != Kind.ALREADY_EXISTS) {
        throw taken;
      }
      Optional<RemoteFile> present = present(files, "files/" + stem, media);
      if (present.isPresent()) {
        return present.get();
      }
      String other = stem + "-" + HexFormat.of().toHexDigits(random.nextInt());
      return files.upload(upload(media, open, other), sent);
    }
  }

  private Optional<RemoteFile> present(FileService files, String name, MediaFile media) {
    try {
      RemoteFile file = files.file(name);
      Instant needed = cache.neededUntil();
      boolean usable =
          (file.size() < 0 || file.size() == media.size())
              && isOfType(file, media.mimeType())
              && hashMatches(file, media.sha256())
              && file.expires().map(needed::isBefore).orElse(false);
      return usable ? Optional.of(file) : Optional.empty();
    } catch (ServiceFailure none) {
      if (none.isPassing() || none.isAccount()) {
        throw none;
      }
      return Optional.empty();
    }
  }

  private static FileUpload upload(MediaFile media, RegularFile open, String id) {
    return new FileUpload(
        Content.of(open.fileChannel(), media.size(), media.sha256(), media.path().toString()),
        "files/" + id,
        media.path().getFileName().toString(),
        media.mimeType());
  }

  private RemoteFile awaitProcessing(FileService files, RemoteFile uploaded, MediaFile media)
      throws MediaProblem {
    RemoteFile file = uploaded;
    Instant until = clock.instant().plus(LONGEST_PROCESSING);
    while (file.isProcessing()) {
      if (clock.instant().isAfter(until)) {
        throw new ServiceFailure(
            Kind.UNAVAILABLE,
            "STILL_PROCESSING",
            "The service still processes " + media.path(),
            Optional.empty(),
            null);
      }
      file = files.fileAfterAWhile(file.name());
    }
    if (file.isFailed()) {
      throw new MediaProblem(
          ProblemCode.FILE_REFUSED,
          "the service could not process \""
              + media.path()
              + "\": "
              + file.error().orElse("no reason given"));
    }
    return file;
  }

  /** An earlier version may have uploaded the same content under another type. */
  private static boolean isOfType(RemoteFile file, String mimeType) {
    return file.mimeType().isEmpty() || file.mimeType().equals(mimeType);
  }

  /** Whether the service's hash, in a form that we know, is the content's. */
  private static boolean hashMatches(RemoteFile file, String sha256) {
    return file.sha256().flatMap(Uploader::hex).map(sha256::equals).orElse(true);
  }

  /** Documented as base64 of the hash; base64 of its hex form has been seen, too. */
  private static Optional<String> hex(String hash) {
    if (hash.matches("(?i)[0-9a-f]{64}")) {
      return Optional.of(hash.toLowerCase(Locale.ROOT));
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(hash);
      String text = new String(decoded, StandardCharsets.US_ASCII);
      return decoded.length == 32
          ? Optional.of(HexFormat.of().formatHex(decoded))
          : Optional.of(text.toLowerCase(Locale.ROOT)).filter(hex -> hex.matches("[0-9a-f]{64}"));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static MediaProblem changed(MediaFile media) {
    return new MediaProblem(
        ProblemCode.FILE_CHANGED,
        "\"" + media.path() + "\" was changed while it was being uploaded; send the line again");
  }
}
