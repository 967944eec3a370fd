package dev.geminibatch.window;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.page.Pages;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/** Makes the answers of all sections: pages with the same frame, JSON, refusals in either. */
final class Answers {
  /** Below which everything is JSON. */
  static final String API = "/api/v1/";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pages PAGES = Pages.of(Answers.class);
  private static final String HTML = "text/html; charset=utf-8";

  private final FormTokens tokens;
  private final LongSupplier stamp;
  private final boolean areMembers;

  /**
   * Makes them.
   *
   * @param stamp stands for what the ledger holds
   * @param areMembers whether several daemons may share the ledger
   */
  Answers(FormTokens tokens, LongSupplier stamp, boolean areMembers) {
    this.tokens = tokens;
    this.stamp = stamp;
    this.areMembers = areMembers;
  }

  static boolean isApi(WebRequest request) {
    return request.path().startsWith(API);
  }

  /** What a page begins with. */
  Frame frame(WebRequest request, String title) {
    return new Frame(
        title,
        request.right() == Right.ACT,
        tokens.next(),
        request.path(),
        stamp.getAsLong(),
        areMembers);
  }

  /**
   * A page.
   *
   * @param template its name, without the ending
   */
  static WebAnswer html(int status, String template, Object view) {
    return WebAnswer.of(status, HTML, out -> PAGES.write(template, view, out));
  }

  static WebAnswer json(int status, JsonNode document) {
    byte[] text = bytes(document);
    return WebAnswer.of(status, "application/json", out -> out.write(text));
  }

  /** A short page, or an object with an error, for what is not done. */
  static WebAnswer refused(WebRequest request, int status, String why) {
    if (isApi(request)) {
      return json(status, JsonNodeFactory.instance.objectNode().put("error", why));
    }
    return html(
        status, "refused", new RefusedPage(new Frame("Not done", false, "", "", 0, false), why));
  }

  private static byte[] bytes(JsonNode document) {
    try {
      return JSON.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree of ours can always be written
    }
  }
}
