package dev.geminibatch.window;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.run.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests with pages and, below {@code /api/v1}, with JSON. It knows no HTTP server, and
 * nothing of a request but what a {@link WebRequest} has. Each {@link Section} has its addresses;
 * whether a request may have its answer at all is decided here, for all of them.
 */
public final class Window {
  /** Where a stream says when something has changed. */
  public static final String CHANGES = Answers.API + "changes";

  /** Not that of what people do: whoever is refused must not fill the events with it. */
  private static final Logger LOG = LoggerFactory.getLogger("management");

  private final DropSection drops;
  private final List<Route> routes;
  private final ChangesSection changes;
  private final FormTokens tokens;
  private final boolean isClosed;

  /**
   * Shows what others know.
   *
   * @param isClosed whether requests bring a token
   */
  public Window(Sources sources, FormTokens tokens, boolean isClosed) {
    this(sources, tokens, isClosed, Executors.newCachedThreadPool(DaemonThreads.named("window")));
  }

  private Window(Sources sources, FormTokens tokens, boolean isClosed, Executor background) {
    this(sources, tokens, isClosed, new Overview(sources, System::nanoTime, background));
    background.execute(() -> warmUp(sources.ledger()));
  }

  Window(Sources sources, FormTokens tokens, boolean isClosed, Overview overview) {
    this.tokens = tokens;
    this.isClosed = isClosed;
    Deeds deeds = new Deeds(sources, isClosed);
    Once once = new Once(sources.ledger().queries());
    this.changes = new ChangesSection(sources);
    Answers answers = new Answers(tokens, changes::stamp, sources.ledger().isShared());
    this.drops = new DropSection(sources, answers, deeds, once);
    RunRows rows = new RunRows(sources, overview);
    List<Section> sections =
        List.of(
            new HomeSection(sources, overview, rows, answers),
            new RunSection(sources, rows, answers, deeds, once),
            new LinesSection(sources, answers),
            new DownloadSection(sources),
            new FilesSection(sources, answers),
            new JobsSection(sources, answers),
            new CostsSection(sources, answers),
            new EventsSection(sources, answers),
            new SettingsSection(sources, answers),
            new MembersSection(sources, answers),
            changes,
            drops,
            new AuditSection(sources, answers),
            new LookSection());
    this.routes = sections.stream().flatMap(section -> section.routes().stream()).toList();
  }

  /** Whether a path is one of its own, also where nothing is found. */
  public boolean isOwn(String path) {
    return path.startsWith(Answers.API)
        || path.startsWith("/runs/")
        || routes.stream().anyMatch(route -> route.names(path).isPresent());
  }

  /**
   * Stands for what the pages show: it is another number whenever something has changed. It is for
   * streams of events, and takes a moment.
   */
  public long stamp() {
    return changes.stamp();
  }

  /** What a stream of events is sent for a {@link #stamp}. */
  public static String event(long stamp) {
    return ChangesSection.event(stamp);
  }

  /**
   * The first pages count what there is, and the first person does not wait for Java to load them.
   */
  private void warmUp(Ledger ledger) {
    try {
      make("/");
      for (Run newest : ledger.queries().recent(1)) {
        make("/runs/" + newest.id());
        make("/runs/" + newest.id() + "/lines");
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("The first page cannot be made", e); // it is tried again when somebody asks
    }
  }

  private void make(String path) throws IOException {
    Map<String, String> headers = Map.of("host", "localhost");
    WebRequest request = new WebRequest("GET", path, Map.of(), Map.of(), headers, Right.READ, "");
    answer(request).body().writeTo(OutputStream.nullOutputStream());
  }

  /** All its addresses. */
  List<Route> routes() {
    return routes;
  }

  /** Whether the body of a request to a path is a file, which may be large: see {@link #begin}. */
  public boolean takesFile(String path) {
    return DropSection.takesFile(path);
  }

  /**
   * Begins to take the file of a request.
   *
   * @param request with those fields of its form that came before the file
   * @param fileName as the form says it; empty where the path does
   */
  public Upload begin(WebRequest request, String fileName) {
    try {
      Optional<WebAnswer> refusal = refusal(request);
      return refusal.isPresent() ? Upload.answered(refusal.get()) : drops.begin(request, fileName);
    } catch (IOException | RuntimeException e) {
      return Upload.answered(DropSection.refusal(request, e));
    }
  }

  /** Refuses a request that makes no sense. */
  public WebAnswer refused(WebRequest request, String why) {
    return Answers.refused(request, 400, why);
  }

  /** Refuses a request because there are so many. */
  public WebAnswer busy(WebRequest request) {
    return Answers.refused(
            request, 503, "Many files are being sent at this moment; send this one a little later.")
        .with("Retry-After", "5");
  }

  /** Answers a request. */
  public WebAnswer answer(WebRequest request) {
    try {
      return refusal(request).orElseGet(() -> found(request));
    } catch (BadRequest e) {
      return Answers.refused(request, 400, e.getMessage());
    } catch (UsageException | Conflict e) {
      return Answers.refused(request, 409, e.getMessage()); // it is not in a state for that
    }
  }

  /** Why a request gets no answer, whatever it asks for. */
  private Optional<WebAnswer> refusal(WebRequest request) {
    if (request.isReading()) {
      return CrossSite.isForeign(request.headers(), isClosed)
          ? refused(request, 403, "This address is not known here; use 127.0.0.1 or localhost.")
          : Optional.empty();
    }
    if (!request.isPost()) {
      return refused(request, 405, "This can only be read.");
    }
    if (request.right() != Right.ACT) {
      return refused(request, 403, "This token is for reading only.");
    }
    boolean isForm = tokens.isGood(request.form().get("token"));
    boolean isProgram =
        takesFile(request.path())
            ? !request.mayBeOfForm() || !request.isOfBrowser()
            : request.isJson();
    boolean isOurs = isForm || Answers.isApi(request) && isProgram;
    if (CrossSite.isForeignPost(request.headers(), isClosed) || !isOurs) {
      return refused(
          request,
          403,
          Answers.isApi(request) && !takesFile(request.path()) && !isProgram
              ? "Send JSON, with the header Content-Type: application/json."
              : "This form is not ours, or too old; open the page again.");
    }
    return Optional.empty();
  }

  private static Optional<WebAnswer> refused(WebRequest request, int status, String why) {
    if (!request.isReading()) {
      String path = Visible.line(request.path());
      LOG.info("{} {} of {} is refused: {}", request.method(), path, request.address(), why);
    }
    return Optional.of(Answers.refused(request, status, why));
  }

  private WebAnswer found(WebRequest request) {
    String method = request.isPost() ? "POST" : "GET";
    boolean isKnown = false;
    for (Route route : routes) {
      Optional<Map<String, String>> names = route.names(request.path());
      if (names.isPresent() && route.method().equals(method)) {
        return route.handler().answer(request, names.get());
      }
      isKnown |= names.isPresent();
    }
    return isKnown
        ? Answers.refused(request, 405, "There is nothing to " + method + " here.")
        : Answers.refused(request, 404, "There is no such page.");
  }
}
