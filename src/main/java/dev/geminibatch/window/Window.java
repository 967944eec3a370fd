package dev.geminibatch.window;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.page.Look;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * Answers requests with pages and, below {@code /api/v1}, with JSON. It knows no HTTP server, and
 * nothing of a request but what a {@link WebRequest} has. Each {@link Section} has its addresses;
 * whether a request may have its answer at all is decided here, for all of them.
 */
public final class Window {
  /** Where a stream says when something has changed. */
  public static final String CHANGES = Answers.API + "changes";

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
    this(
        sources,
        tokens,
        isClosed,
        new Overview(
            sources,
            System::nanoTime,
            Executors.newCachedThreadPool(DaemonThreads.named("window"))));
  }

  Window(Sources sources, FormTokens tokens, boolean isClosed, Overview overview) {
    this.tokens = tokens;
    this.isClosed = isClosed;
    Answers answers = new Answers(tokens);
    this.changes = new ChangesSection(sources);
    RunRows rows = new RunRows(sources, overview);
    List<Section> sections =
        List.of(
            new HomeSection(sources, overview, rows, answers),
            new RunSection(sources, rows, answers),
            new LinesSection(sources, answers),
            new DownloadSection(sources),
            new FilesSection(sources, answers),
            new JobsSection(sources, answers),
            new CostsSection(sources, answers),
            new EventsSection(sources, answers),
            new SettingsSection(sources, answers),
            changes,
            () ->
                List.of(
                    Route.get("/style.css", (request, names) -> style()),
                    Route.get("/script.js", (request, names) -> script())));
    this.routes = sections.stream().flatMap(section -> section.routes().stream()).toList();
    overview.begin();
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

  /** All its addresses. */
  List<Route> routes() {
    return routes;
  }

  /** Answers a request. */
  public WebAnswer answer(WebRequest request) {
    try {
      return refusal(request).orElseGet(() -> found(request));
    } catch (BadRequest e) {
      return Answers.refused(request, 400, e.getMessage());
    } catch (UsageException e) {
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
    boolean isOurs = isForm || Answers.isApi(request) && request.isJson();
    return CrossSite.isForeignPost(request.headers(), isClosed) || !isOurs
        ? refused(request, 403, "This form is not ours, or too old; open the page again.")
        : Optional.empty();
  }

  private static Optional<WebAnswer> refused(WebRequest request, int status, String why) {
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

  private static WebAnswer style() {
    return kept(
        "text/css; charset=utf-8",
        out ->
            out.write(
                Look.css(Window.class, "/window/window.css").getBytes(StandardCharsets.UTF_8)));
  }

  private static WebAnswer script() {
    return kept(
        "text/javascript; charset=utf-8",
        out ->
            out.write(
                Look.read(Window.class, "/window/window.js")
                    .script()
                    .getBytes(StandardCharsets.UTF_8)));
  }

  /** The browser may keep it for an hour. */
  private static WebAnswer kept(String type, WebAnswer.Body body) {
    return WebAnswer.of(200, type, body).with("Cache-Control", "max-age=3600");
  }
}
