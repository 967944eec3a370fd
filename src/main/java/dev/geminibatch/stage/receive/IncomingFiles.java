package dev.geminibatch.stage.receive;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.OnceKey;
import dev.geminibatch.run.Run;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Takes files that come over the network, by the rules of the inboxes that they are for. A file is
 * written where no inbox is, and becomes a run when all of it is there: no scan of an inbox can
 * find it, so it is received once.
 */
public final class IncomingFiles {
  /** More than that wait for a disk, not for each other. */
  public static final int AT_ONCE = 4;

  private static final String PREFIX = ".upload-";

  /** A copy in the state folder, which is removed after a day if nobody else does. */
  private static final String ENDING = ".copy";

  private final StageContext context;
  private final Receiver receiver;
  private final Consumer<String> advance;
  private final List<String> profiles;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Object keyed = new Object();

  /**
   * Takes nothing yet.
   *
   * @param advance begins the work on a run
   */
  public IncomingFiles(StageContext context, Receiver receiver, Consumer<String> advance) {
    this.context = context;
    this.receiver = receiver;
    this.advance = advance;
    this.profiles = context.settings().profiles().served().stream().map(Settings::profile).toList();
  }

  /**
   * A file that somebody sends.
   *
   * @param profile in whose inbox it is dropped
   * @param own what is set for it alone, as in a file of settings beside it
   * @param isDryRun whether it is only to be inspected
   * @param size in bytes, if it is known
   * @param once the key of whoever may send it once more
   */
  public record Order(
      String profile,
      String name,
      Optional<String> own,
      boolean isDryRun,
      OptionalLong size,
      Optional<OnceKey> once) {}

  /** The key of a file has a run already. */
  public static final class Repeated extends IOException {
    private static final long serialVersionUID = 1L;

    Repeated() {
      super("There is a run of this key already.");
    }
  }

  /** So many files are on their way that one more has to wait. */
  public static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    Busy() {
      super(AT_ONCE + " files are being sent at this moment; send this one a little later.");
    }
  }

  /** An inbox that files may be sent to. */
  public record Place(String profile, Path folder, boolean isForPictures) {}

  /** All of them. */
  public List<Place> places() {
    return profiles.stream()
        .map(name -> context.settings().profiles().of(name))
        .map(each -> new Place(each.profile(), each.folders().inbox(), each.pictures().isPresent()))
        .toList();
  }

  /**
   * Begins to take a file; to be closed in any case.
   *
   * @throws UsageException when it would not be taken, whatever is in it
   * @throws IncomingFile.TooLarge when it is larger than an input may be
   * @throws Busy when it has to wait
   * @throws IOException when there is no room for it
   */
  public IncomingFile begin(Order order) throws IOException {
    if (!profiles.contains(order.profile())) {
      throw new UsageException(
          "There is no inbox of a profile \""
              + order.profile()
              + "\"; there are: "
              + String.join(", ", profiles)
              + ".");
    }
    Settings profile = context.settings().profiles().of(order.profile());
    boolean isPicture = check(order, profile);
    Path place = place(order, profile);
    Settings set = own(order).map(own -> settings(order, own)).orElse(profile);
    if (!places.tryAcquire()) {
      throw new Busy();
    }
    Path part = null;
    try {
      part = Files.createTempFile(context.state().path(), PREFIX, ENDING);
      FileChannel channel = IncomingFile.open(part);
      return new IncomingFile(this, order, set, isPicture, place, part, channel);
    } catch (IOException | RuntimeException e) {
      if (part != null) {
        Files.deleteIfExists(part);
      }
      places.release();
      throw e;
    }
  }

  private boolean check(Order order, Settings profile) throws IOException {
    DroppedName.problem(order.name()).ifPresent(IncomingFiles::refuse);
    boolean isPicture = profile.pictures().isPresent() && DroppedName.isPicture(order.name());
    if (!isPicture) {
      DroppedName.problemOfInput(order.name()).ifPresent(IncomingFiles::refuse);
    } else if (order.isDryRun() || own(order).isPresent()) {
      refuse("A picture has no settings of its own and no dry run; send a file of requests");
    }
    if (order.size().isPresent()) {
      IncomingFile.checkSize(profile.inputLimits(), order.size().getAsLong());
      profile.folders().reserve().require(context.state().path(), order.size().getAsLong());
    }
    return isPicture;
  }

  private static void refuse(String why) {
    throw new UsageException(why + ".");
  }

  private static Path place(Order order, Settings profile) {
    try {
      return profile.folders().inbox().resolve(order.name());
    } catch (InvalidPathException e) {
      throw new UsageException("This system has no files of that name; rename the file.");
    }
  }

  private static Optional<String> own(Order order) {
    return order.own().filter(text -> !text.isBlank());
  }

  private Settings settings(Order order, String own) {
    byte[] text = own.getBytes(StandardCharsets.UTF_8);
    return FileOverrides.of(order.name(), text, context.settings(), order.profile());
  }

  /** Removes what a process that was killed has left; nothing may be on its way. */
  public void removeRemains() throws IOException {
    if (context.leases().areShared()) {
      return; // others may write them now; they are removed when they are a day old
    }
    try (DirectoryStream<Path> remains =
        Files.newDirectoryStream(context.state().path(), PREFIX + "*" + ENDING)) {
      for (Path each : remains) {
        if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  StageContext context() {
    return context;
  }

  Receiver receiver() {
    return receiver;
  }

  /**
   * Brings in a file, all of which is there. Of two with the same key the second waits: when it
   * hears of the run of the first, that one is on the disk.
   */
  void bringIn(Run run, Order order, Path readers, Receiver.Transfer transfer) throws IOException {
    if (order.once().isEmpty()) {
      receiver.bringIn(run, order.once(), readers, transfer);
      return;
    }
    synchronized (keyed) {
      receiver.bringIn(run, order.once(), readers, transfer);
    }
  }

  /** A run is received; unless a tick was faster, the work on it begins now. */
  void received(String run) {
    if (context.busy().begin(run)) {
      advance.accept(run);
    }
  }

  void isOver() {
    places.release();
  }
}
