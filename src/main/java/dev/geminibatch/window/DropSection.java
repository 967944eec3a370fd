package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.control.DryRun;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.stage.receive.IncomingFile;
import dev.geminibatch.stage.receive.IncomingFiles;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drops files into inboxes, or says what would happen to them. */
final class DropSection implements Section {
  private static final Logger LOG = LoggerFactory.getLogger("window");
  private static final String INBOX = "/api/v1/inbox/";
  private static final String DRY_RUN = "/api/v1/dry-run/";
  private static final Set<String> POSTS = Set.of("/drop", "/drop/dry-run");
  private static final String DEFAULT = "default";

  private final IncomingFiles files;
  private final DryRun dryRun;
  private final Answers answers;
  private final Deeds deeds;
  private final Once once;

  DropSection(Sources sources, Answers answers, Deeds deeds, Once once) {
    this.files = sources.intake().files();
    this.dryRun = sources.intake().dryRun();
    this.answers = answers;
    this.deeds = deeds;
    this.once = once;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/drop", this::page),
        Route.get("/api/v1/inboxes", (request, names) -> places()),
        Route.post("/drop", DropSection::withoutFile),
        Route.post("/drop/dry-run", DropSection::withoutFile),
        Route.post(INBOX + "{name}", DropSection::withoutFile),
        Route.post(DRY_RUN + "{name}", DropSection::withoutFile));
  }

  private static WebAnswer withoutFile(WebRequest request, Map<String, String> names) {
    throw new BadRequest("There is no file in this request; send one.");
  }

  /** Whether a request to a path brings a file. */
  static boolean takesFile(String path) {
    return POSTS.contains(path) || path.startsWith(INBOX) || path.startsWith(DRY_RUN);
  }

  private WebAnswer page(WebRequest request, Map<String, String> names) {
    DropPage page =
        new DropPage(
            answers.frame(request, "Drop a file"), files.places(), UUID.randomUUID().toString());
    return Answers.html(200, "drop", page);
  }

  private WebAnswer places() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode inboxes = document.putArray("inboxes");
    for (IncomingFiles.Place place : files.places()) {
      inboxes
          .addObject()
          .put("profile", place.profile())
          .put("folder", place.folder().toString())
          .put("takesPictures", place.isForPictures());
    }
    return Answers.json(200, document);
  }

  /**
   * Begins to take the file of a request that may send one.
   *
   * @param fileName as a form says it
   */
  Upload begin(WebRequest request, String fileName) throws IOException {
    boolean isDryRun = request.path().startsWith(DRY_RUN) || request.path().equals("/drop/dry-run");
    IncomingFiles.Order order = order(request, fileName, isDryRun);
    String key = isDryRun ? "" : Once.key(request);
    Optional<String> earlier = once.begin(key);
    if (earlier.isPresent()) {
      return Upload.answered(taken(request, order, "", earlier));
    }
    try {
      IncomingFile file = files.begin(order);
      return Upload.of(
          file,
          whole -> isDryRun ? inspect(request, whole) : take(request, order, whole, key),
          why -> refusal(request, why),
          () -> once.failed(key));
    } catch (IOException | RuntimeException e) {
      once.failed(key);
      throw e;
    }
  }

  private static IncomingFiles.Order order(WebRequest request, String fileName, boolean isDryRun) {
    for (String name : request.query().keySet()) {
      if (!name.equals("profile")) {
        // One that is misspelled would drop the file somewhere else, where it costs money.
        throw new BadRequest("There is no parameter \"" + name + "\"; there is \"profile\".");
      }
    }
    if (request.headers().containsKey("content-encoding")) {
      throw new BadRequest("Send the file as it is; a packed one has a name that ends with .gz.");
    }
    String profile =
        request.form().getOrDefault("profile", request.query().getOrDefault("profile", DEFAULT));
    String name = Answers.isApi(request) ? nameIn(request.path()) : fileName;
    return new IncomingFiles.Order(
        profile,
        name,
        Optional.ofNullable(request.form().get("settings")),
        isDryRun,
        request.isMultipart() ? OptionalLong.empty() : request.length());
  }

  private static String nameIn(String path) {
    String name = path.substring((path.startsWith(INBOX) ? INBOX : DRY_RUN).length());
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequest("The file name in the address must have its % written as %25.");
    }
  }

  private WebAnswer take(
      WebRequest request, IncomingFiles.Order order, IncomingFile file, String key)
      throws IOException {
    IncomingFile.Taken taken = file.take();
    taken.run().ifPresent(run -> once.done(key, run));
    deeds.done(
        request,
        taken.run(),
        order.name() + " is dropped into the inbox of the profile " + order.profile() + ".");
    return taken(request, order, taken.place().toString(), taken.run());
  }

  private WebAnswer taken(
      WebRequest request, IncomingFiles.Order order, String place, Optional<String> run) {
    if (!Answers.isApi(request)) {
      return WebAnswer.seeOther(run.map(id -> "/runs/" + id).orElse("/"));
    }
    ObjectNode document =
        JsonNodeFactory.instance
            .objectNode()
            .put("file", order.name())
            .put("profile", order.profile())
            .put("place", place.isEmpty() ? null : place)
            .put("run", run.orElse(null));
    WebAnswer answer = Answers.json(202, document);
    return run.map(id -> answer.with("Location", Answers.API + "runs/" + id)).orElse(answer);
  }

  private WebAnswer inspect(WebRequest request, IncomingFile file)
      throws IOException, InterruptedException {
    String id = file.take().run().orElseThrow();
    return dryRun.of(
        id,
        inspected -> {
          if (inspected.preflight().isEmpty()) {
            String why = inspected.reason().orElse("It cannot be inspected now; try it again.");
            return Answers.refused(request, 422, "Nothing of it can be sent. " + why);
          }
          DryRunPage page =
              DryRunPage.of(answers.frame(request, "Dry run"), inspected, file.mostCost());
          return Answers.isApi(request)
              ? Answers.json(200, page.json())
              : Answers.html(200, "dryrun", page);
        });
  }

  /** Says why a file is not taken. */
  static WebAnswer refusal(WebRequest request, Exception why) {
    int status = status(why);
    if (status == 500) {
      LOG.error("A file that was sent to {} is not taken", Visible.line(request.path()), why);
      return Answers.refused(request, status, "The file cannot be kept; the log says why.");
    }
    if (why instanceof FileAlreadyExistsException) {
      return Answers.refused(
          request, status, "The inbox has a file of this name, which is not taken yet.");
    }
    WebAnswer answer = Answers.refused(request, status, why.getMessage());
    return status == 503 ? answer.with("Retry-After", "5") : answer;
  }

  private static int status(Exception why) {
    if (why instanceof BadRequest || why instanceof UsageException) {
      return 400;
    }
    if (why instanceof IncomingFile.TooLarge) {
      return 413;
    }
    if (why instanceof FileAlreadyExistsException) {
      return 409;
    }
    if (why instanceof IncomingFiles.Busy) {
      return 503;
    }
    return why instanceof DiskReserve.NoRoom ? 507 : 500;
  }
}
