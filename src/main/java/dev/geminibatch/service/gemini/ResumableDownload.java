package dev.geminibatch.service.gemini;

import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.service.RemoteFileName;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongConsumer;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Fetches one file's content to disk as it arrives. After a cut the rest is asked for; a service
 * that does not know how to send a part sends the whole, which then replaces what was there.
 */
final class ResumableDownload {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Rounds in sequence that bring almost nothing. */
  private static final int MOST_DROPS = 100;

  private static final int BEGINNING_BYTES = 64;

  /** How often it is checked whether the disk has room. */
  private static final long CHECK_BYTES = 16L << 20;

  private static final int NOTHING_BEYOND = 416;
  private static final int PART = 206;

  private final GeminiHttp http;
  private final RetryPolicy retries;
  private final RemoteFileName fileName;
  private final Path target;
  private final LongConsumer received;

  ResumableDownload(
      GeminiHttp http,
      RetryPolicy retries,
      RemoteFileName fileName,
      Path target,
      LongConsumer received) {
    this.http = http;
    this.retries = retries;
    this.fileName = fileName;
    this.target = target;
    this.received = received;
  }

  void run() throws IOException {
    int failures = 0;
    int drops = 0;
    while (true) {
      long before = size();
      try {
        fetch(before);
        return;
      } catch (ServiceFailure failure) {
        long more = size() - before;
        failures = more > 0 ? 1 : failures + 1; // while it moves it is not given up
        drops = more >= LimitedBody.LEAST_BYTES ? 0 : drops + 1;
        if (!failure.isPassing() || failures >= retries.attempts() || drops > MOST_DROPS) {
          throw failure;
        }
        retries.await(failures, failure);
      }
    }
  }

  private long size() throws IOException {
    return Files.exists(target) ? Files.size(target) : 0;
  }

  private void fetch(long from) throws IOException {
    Request.Builder request = http.contentRequest(fileName).get();
    if (from > 0) {
      // Without this, a client may ask for a compressed answer, of which there is no part.
      request.header("Accept-Encoding", "identity").header("Range", "bytes=" + from + "-");
    }
    try (Response response = http.open(request.build(), NOTHING_BEYOND)) {
      if (response.code() == NOTHING_BEYOND) {
        return;
      }
      boolean goesOn =
          response.code() == PART
              && response.header("Content-Range", "").startsWith("bytes " + from + "-");
      if (response.code() == PART && !goesOn) {
        throw GeminiHttp.odd("The service sent another part than was asked for", null);
      }
      refusePage(response);
      write(response, goesOn ? from : 0);
    }
  }

  /** A proxy, or whoever else answers in the service's place, may say 200 as well. */
  private void refusePage(Response response) {
    boolean isPage = response.header("Content-Type", "").startsWith("text/html");
    if (isPage || beginning(response).strip().startsWith("<")) {
      throw GeminiHttp.odd("A page of HTML came in place of " + fileName, null);
    }
  }

  private static String beginning(Response response) {
    try {
      return response.peekBody(BEGINNING_BYTES).string();
    } catch (IOException e) {
      return ""; // truncated; what there is will be read
    }
  }

  private void write(Response response, long from) throws IOException {
    StandardOpenOption how =
        from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    long announced = response.body().contentLength();
    long total = 0;
    long checked = -1;
    try (OutputStream out = PrivateFiles.output(target, how)) {
      InputStream in = response.body().byteStream();
      Piece piece = new Piece();
      while (piece.fill(in)) {
        if (checked < total / CHECK_BYTES) {
          checked = total / CHECK_BYTES;
          DiskReserve.FOR_THE_LEDGER.require(target, 0);
        }
        out.write(piece.bytes, 0, piece.length);
        total += piece.length;
        received.accept(from + total);
      }
      if (piece.lost != null) {
        throw http.unreachable(piece.lost);
      }
    }
    if (announced >= 0 && total != announced) {
      throw new ServiceFailure(
          Kind.UNREACHABLE,
          "CUT_OFF",
          "The download of " + fileName + " ended after " + total + " of " + announced + " bytes",
          Optional.empty(),
          null);
    }
  }

  /** What is written at once: a body comes in smaller pieces, each of which would be a call. */
  private static final class Piece {
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private int length;
    private boolean isLast;

    /** Why no more came. */
    private IOException lost;

    /** Fetches the next piece; false at the end. What comes before a cut is a piece, too. */
    boolean fill(InputStream in) {
      length = 0;
      try {
        while (!isLast && length < bytes.length) {
          int read = in.read(bytes, length, bytes.length - length);
          isLast = read < 0;
          length += Math.max(0, read);
        }
      } catch (IOException e) {
        lost = e;
        isLast = true;
      }
      return length > 0;
    }
  }
}
