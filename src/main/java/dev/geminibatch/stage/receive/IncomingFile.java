package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.settings.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file on its way in, piece by piece; whoever sends it may stop at any of them. */
public final class IncomingFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger("receive");

  /**
   * After so many bytes of a file of unknown size the disk is asked whether there is still room.
   */
  private static final long BETWEEN_LOOKS = 16 << 20;

  private final IncomingFiles files;
  private final IncomingFiles.Order order;
  private final Settings set;
  private final InputLimits limits;
  private final boolean isPicture;
  private final Path place;
  private final Path part;
  private final FileChannel channel;
  private long size;
  private long nextLook = BETWEEN_LOOKS;
  private boolean isClosed;

  IncomingFile(
      IncomingFiles files,
      IncomingFiles.Order order,
      Settings set,
      boolean isPicture,
      Path place,
      Path part,
      FileChannel channel) {
    this.files = files;
    this.order = order;
    this.set = set;
    this.limits = set.inputLimits();
    this.isPicture = isPicture;
    this.place = place;
    this.part = part;
    this.channel = channel;
  }

  static FileChannel open(Path part) throws IOException {
    return FileChannel.open(part, StandardOpenOption.WRITE);
  }

  /** More than an input may have. */
  public static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge(String message) {
      super(message);
    }
  }

  /**
   * What became of a file.
   *
   * @param run the run that it is; empty for a picture, which waits for others
   * @param place where it would lie if it had been dropped; that of a picture
   */
  public record Taken(Optional<String> run, Path place) {}

  /** Above which estimated cost it is not sent. */
  public Optional<BigDecimal> mostCost() {
    return set.costs().maxPerFile();
  }

  static void checkSize(InputLimits limits, long size) throws TooLarge {
    Optional<String> problem = limits.problemOf(size);
    if (problem.isPresent()) {
      throw new TooLarge("The file is too large: " + problem.get() + ".");
    }
  }

  /**
   * Writes the next piece.
   *
   * @throws TooLarge when there is more than may be
   * @throws IOException when there is no room for more
   */
  public void write(ByteBuffer piece) throws IOException {
    size += piece.remaining();
    checkSize(limits, size);
    if (order.size().isEmpty() && size > nextLook) {
      nextLook = size + BETWEEN_LOOKS;
      limits.reserve().require(part.getParent(), BETWEEN_LOOKS);
    }
    while (piece.hasRemaining()) {
      channel.write(piece);
    }
  }

  /**
   * Takes the file, all of which is there. It is on the disk, and belongs to a run, when this
   * returns.
   *
   * @throws UsageException when there is nothing in it
   * @throws FileAlreadyExistsException when the inbox has a picture of this name
   */
  public Taken take() throws IOException {
    if (size == 0) {
      throw new UsageException("The file is empty; there is nothing in it to send.");
    }
    channel.force(true);
    channel.close();
    if (isPicture) {
      AtomicFiles.linkOrCopy(part, place, limits.reserve());
      AtomicFiles.forceFolder(place.getParent());
      LOG.info("{} has come into the inbox over the network", order.name());
      return new Taken(Optional.empty(), place);
    }
    Run run = run();
    String id = files.receiver().receive(run, place.getParent(), folder -> bringIn(run, folder));
    if (!order.isDryRun()) {
      try (RunScope scope = RunScope.of(run)) {
        LOG.info("{}: received as run {}, over the network", run.name(), id);
      }
      files.received(id);
    }
    return new Taken(Optional.of(id), place);
  }

  private Run run() {
    return files
        .receiver()
        .newRun(
            new RunInput(order.name(), place, !order.isDryRun(), 0, 0),
            set,
            InputFile.stem(order.name()),
            InputFile.isForced(order.name()),
            order.isDryRun(),
            order.isDryRun() ? Optional.of(place) : Optional.empty());
  }

  private void bringIn(Run run, RunFolder folder) throws IOException {
    Optional<String> own = order.own().filter(text -> !text.isBlank());
    if (own.isPresent()) {
      try (OutputStream out = new SyncedOutput(folder.overrides())) {
        out.write(own.get().getBytes(StandardCharsets.UTF_8));
      }
    }
    Files.move(part, folder.received(run), StandardCopyOption.ATOMIC_MOVE);
    // Whoever sent it does not drop it once more after a power failure: the answer was that it is
    // here.
    AtomicFiles.forceFolder(folder.path());
    AtomicFiles.forceFolder(folder.path().getParent());
  }

  /** Ends it: what was not taken is removed. */
  @Override
  public void close() throws IOException {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try (channel) {
      Files.deleteIfExists(part);
    } finally {
      files.isOver();
    }
  }
}
