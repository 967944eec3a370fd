package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.ModelService;
import dev.geminibatch.service.PageTokens;
import dev.geminibatch.service.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The models that a key can use. */
final class GeminiModels implements ModelService {
  private final GeminiHttp http;
  private final RetryPolicy retries;

  GeminiModels(GeminiHttp http, RetryPolicy retries) {
    this.http = http;
    this.retries = retries;
  }

  @Override
  public List<String> methods(String name) {
    ModelName model = new ModelName(name);
    JsonNode json =
        retries.call(() -> http.call(http.request(model.collection(), model.id()).get().build()));
    List<String> methods = new ArrayList<>();
    json.path("supportedGenerationMethods").forEach(each -> methods.add(each.asText()));
    return methods;
  }

  @Override
  public List<String> listed() {
    List<String> names = new ArrayList<>();
    PageTokens pages = new PageTokens();
    Optional<String> token = Optional.empty();
    do {
      Optional<String> from = token;
      JsonNode page = retries.call(() -> http.call(http.pageRequest("models", from).get().build()));
      page.path("models")
          .forEach(each -> names.add(ModelName.shortName(each.path("name").asText(""))));
      if (names.size() > MOST_MODELS) {
        throw GeminiHttp.odd("The service lists more than " + MOST_MODELS + " models", null);
      }
      token = pages.next(GeminiHttp.nextPage(page, token));
    } while (token.isPresent());
    return names;
  }
}
