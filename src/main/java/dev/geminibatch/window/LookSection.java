package dev.geminibatch.window;

import dev.geminibatch.page.Look;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is the same for everybody: how the pages look, their script, and what the API is. */
final class LookSection implements Section {
  private static final String FOLDER = "/window/";

  @Override
  public List<Route> routes() {
    return List.of(
        kept("/style.css", "text/css; charset=utf-8", LookSection::style),
        kept("/script.js", "text/javascript; charset=utf-8", () -> resource("window.js")),
        kept("/icon.svg", "image/svg+xml", () -> resource("icon.svg")),
        kept(Answers.API + "openapi.json", "application/json", () -> resource("openapi.json")));
  }

  private interface Content {
    byte[] read() throws IOException;
  }

  /** The browser may keep it for an hour. */
  private static Route kept(String path, String type, Content content) {
    return Route.get(
        path,
        (request, names) ->
            WebAnswer.of(200, type, out -> out.write(content.read()))
                .with("Cache-Control", "max-age=3600"));
  }

  private static byte[] style() throws IOException {
    return Look.css(LookSection.class, FOLDER + "window.css").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = LookSection.class.getResourceAsStream(FOLDER + name)) {
      return in.readAllBytes();
    }
  }
}
