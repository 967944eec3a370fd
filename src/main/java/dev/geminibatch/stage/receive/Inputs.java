package dev.geminibatch.stage.receive;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.OnceKey;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes inputs that routes of users bring from elsewhere. The ledger has the key of each: whoever
 * brings it once more, in this process or in another one of the same ledger, makes no second run.
 */
public final class Inputs {
  private static final int PIECE = 64 << 10;

  private final IncomingFiles files;
  private final RunQueries runs;

  public Inputs(IncomingFiles files, RunQueries runs) {
    this.files = files;
    this.runs = runs;
  }

  /**
   * Makes a run of an input. When this returns, all of it is on the disk and belongs to a run, of
   * this call or of an earlier one: wherever it comes from, it may be deleted there.
   *
   * @param profile by whose settings it goes, or default
   * @param name of the file; folders before it do not count
   * @param once stands for this content at this place; something else has another one
   * @param content a stream, a channel, or an object of Google Storage; it is read piece by piece
   * @throws IllegalArgumentException when it will never be taken; the message says why
   * @throws IOException when it is to be brought once more, later
   */
  public void take(String profile, String name, String once, Object content) throws IOException {
    String file = name.substring(name.lastIndexOf('/') + 1);
    if (!InputFile.isInput(file)) {
      throw new IllegalArgumentException("Its name must end with " + InputFile.ENDINGS + ".");
    }
    OnceKey key = key(profile, name, once);
    if (isTaken(key)) {
      return;
    }
    IncomingFiles.Order order =
        new IncomingFiles.Order(
            profile, file, Optional.empty(), false, OptionalLong.empty(), Optional.of(key));
    try (IncomingFile incoming = files.begin(order)) {
      copy(content, incoming);
      incoming.take();
    } catch (UsageException | IncomingFile.TooLarge e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (IncomingFiles.Repeated e) {
      // Whoever was faster may still lose it: then it has to be there for the next try.
      if (!isTaken(key)) {
        throw new IOException("another process is taking it at this moment", e);
      }
    }
  }

  static OnceKey key(String profile, String name, String once) {
    return new OnceKey("route " + hex(once), hex(profile + "\n" + name));
  }

  private boolean isTaken(OnceKey key) {
    return runs.ofKey(key.key()).filter(RunQueries.Keyed::isReceived).isPresent();
  }

  private static void copy(Object content, IncomingFile to) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (ReadableByteChannel from = channel(content)) {
      while (from.read(piece) >= 0) {
        to.write(piece.flip());
        piece.clear();
      }
    }
  }

  private static ReadableByteChannel channel(Object content) throws IOException {
    if (content instanceof ReadableByteChannel channel) {
      return channel;
    }
    return content instanceof InputStream stream ? Channels.newChannel(stream) : reader(content);
  }

  /**
   * An object of Google Storage opens its content by {@code reader(options...)}, and a route cannot
   * call what takes any number of arguments.
   */
  private static ReadableByteChannel reader(Object content) throws IOException {
    try {
      for (Method method : content.getClass().getMethods()) {
        if (method.getName().equals("reader") && method.isVarArgs()) {
          Object none = Array.newInstance(method.getParameterTypes()[0].componentType(), 0);
          return (ReadableByteChannel) method.invoke(content, none);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IOException("its content cannot be read", e);
    }
    throw new IllegalStateException(
        "The content must be a stream or a channel; with a component for storage, set includeBody:"
            + " false.");
  }

  private static String hex(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
