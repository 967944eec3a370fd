package dev.geminibatch.media;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.Visible;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/**
 * Files that tags name by an {@code https:} address. They are brought to disk, under the hash of
 * their content, and are files like any others from then on.
 *
 * <p>Only hosts on the list are asked, a redirect is followed on the same host only, and size and
 * time are limited. That no address leads into the local network is seen to by the download.
 */
public final class RemoteMedia {
  private static final int MOST_REDIRECTS = 3;
  private static final int MOST_SHOWN = 200;

  private final RemoteHosts hosts;
  private final long maxBytes;
  private final Duration timeout;
  private final Path folder;
  private final Clock clock;
  private Download download;

  /** One HTTP exchange. */
  @FunctionalInterface
  public interface Download {
    /** Asks for the address; {@link RemoteMedia#store} takes the body of the answer. */
    Answer get(URI address) throws IOException;
  }

  /**
   * What came of a download.
   *
   * @param location where a redirect leads
   * @param stored the file, if there is one
   */
  public record Answer(int status, Optional<String> location, Optional<Path> stored) {}

  /**
   * @param hosts that may be asked
   * @param maxBytes of one file
   * @param timeout for one file
   * @param folder where the files are kept
   */
  public RemoteMedia(RemoteHosts hosts, long maxBytes, Duration timeout, Path folder, Clock clock) {
    this.hosts = hosts;
    this.maxBytes = maxBytes;
    this.timeout = timeout;
    this.folder = folder;
    this.clock = clock;
  }

  /** Says how to download; nothing can be fetched before. */
  public void use(Download download) {
    this.download = download;
  }

  /** Brings a file to disk. */
  Path fetch(String tag) throws MediaProblem, IOException {
    URI address = address(tag);
    for (int redirect = 0; redirect <= MOST_REDIRECTS; redirect++) {
      Answer answer = download.get(address);
      if (answer.stored().isPresent()) {
        return answer.stored().get();
      }
      if (answer.location().isEmpty()) {
        throw new MediaProblem(
            ProblemCode.FILE_MISSING,
            "\"" + tag + "\" cannot be fetched: the host answers with " + answer.status());
      }
      address = redirected(tag, address, answer.location().get());
    }
    throw new MediaProblem(
        ProblemCode.FILE_REMOTE, "\"" + tag + "\" leads from one address to the next");
  }

  private static URI redirected(String tag, URI from, String location) throws MediaProblem {
    try {
      URI next = from.resolve(location.replace(" ", "%20"));
      if ("https".equals(next.getScheme())
          && Objects.equals(next.getAuthority(), from.getAuthority())) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      // refused below
    }
    throw new MediaProblem(
        ProblemCode.FILE_REMOTE,
        "\"" + tag + "\" leads elsewhere, to " + shown(location) + "; name that address");
  }

  /** What a host writes may be long, and anything. */
  private static String shown(String location) {
    return Visible.line(Redactor.shortened(location, MOST_SHOWN));
  }

  private URI address(String tag) throws MediaProblem {
    URI address;
    try {
      address = new URI(tag.strip().replace(" ", "%20"));
    } catch (java.net.URISyntaxException e) {
      throw new MediaProblem(
          ProblemCode.FILE_REMOTE, "\"" + tag + "\" is not an address; write https://...");
    }
    boolean plain = address.getHost() != null && address.getUserInfo() == null;
    if (!"https".equalsIgnoreCase(address.getScheme()) || !plain) {
      throw new MediaProblem(
          ProblemCode.FILE_REMOTE,
          "\"" + tag + "\" is not an https address; save the file and name that");
    }
    boolean allowed = address.getPort() < 0 || address.getPort() == 443;
    if (!allowed || !hosts.allow(address.getHost())) {
      throw new MediaProblem(
          ProblemCode.FILE_REMOTE,
          "\""
              + tag
              + "\" is on the host "
              + address.getAuthority()
              + ", which media.remote-hosts does not name; add it, or save the file and name that");
    }
    return address;
  }

  /**
   * Takes the body of a good answer as it comes.
   *
   * @throws IOException when it is too large or takes too long
   */
  public Path store(InputStream body) throws IOException {
    PrivateFiles.createFolder(folder);
    PrivateFiles.restrict(folder); // an older version was not so careful
    Instant until = clock.instant().plus(timeout);
    Path part = Files.createTempFile(folder, ".", ".part");
    MessageDigest digest = Sha256.digest();
    try {
      try (OutputStream out = new DigestOutputStream(Files.newOutputStream(part), digest)) {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int read; (read = body.read(buffer)) >= 0; ) {
          total += read;
          if (total > maxBytes) {
            throw new IOException("it has more than " + maxBytes + " bytes");
          }
          if (clock.instant().isAfter(until)) {
            throw new IOException("it takes longer than " + timeout.toSeconds() + " s");
          }
          out.write(buffer, 0, read);
        }
      }
      // The name is the content's: a file that is there already is the same, and stays.
      Path target = folder.resolve(HexFormat.of().formatHex(digest.digest()));
      if (!Files.exists(target)) {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return target;
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
