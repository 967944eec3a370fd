package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.line.AnswerFormat;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A form that an answer must have, ready to check one.
 *
 * <p>An answer that cannot be judged, because of its schema or of what it is itself, counts: it is
 * paid for, and the service took the schema.
 */
final class AnswerForm {
  public static final AnswerForm ANY =
      new AnswerForm(false, null, null, new SchemaWork(System::nanoTime));

  /** After so many answers that it could not judge, a schema is not tried any more. */
  private static final int MOST_ATTEMPTS = 3;

  /** The names of fields are not remembered: a model may make up a million of them. */
  private static final ObjectReader JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final boolean isJson;
  private final Set<String> words;
  private final AnswerSchema schema;
  private final SchemaWork work;
  private int attempts;

  private AnswerForm(boolean isJson, Set<String> words, AnswerSchema schema, SchemaWork work) {
    this.isJson = isJson;
    this.words = words;
    this.schema = schema;
    this.work = work;
  }

  /** Reads what {@link AnswerFormat#toJson} wrote. */
  static AnswerForm of(JsonNode format) {
    return of(format, new SchemaWork(System::nanoTime));
  }

  /**
   * Reads what {@link AnswerFormat#toJson} wrote.
   *
   * @param work what the answers of the job may cost
   */
  static AnswerForm of(JsonNode format, SchemaWork work) {
    boolean isJson = !format.path("mimeType").asText().equals(AnswerFormat.ENUM);
    JsonNode asWritten = format.path(format.has("jsonSchema") ? "jsonSchema" : "schema");
    if (asWritten.isMissingNode()) {
      return new AnswerForm(isJson, null, null, work);
    }
    try {
      JsonNode schema = GeminiSchema.toJsonSchema(asWritten);
      boolean isUsable = asWritten.isObject() || asWritten.isBoolean();
      return isJson && isUsable
          ? new AnswerForm(true, null, new AnswerSchema(schema), work)
          : new AnswerForm(isJson, isUsable ? words(schema.path("enum")) : null, null, work)
              .unusable(!isUsable);
    } catch (RuntimeException | StackOverflowError e) {
      // The service took it, so it is not ours to judge by.
      return new AnswerForm(isJson, null, null, work).unusable(true);
    }
  }

  private AnswerForm unusable(boolean isSo) {
    attempts = isSo ? MOST_ATTEMPTS : 0;
    return this;
  }

  private static Set<String> words(JsonNode list) {
    if (!list.isArray()) {
      return null;
    }
    Set<String> words = new HashSet<>();
    list.forEach(word -> words.add(word.asText()));
    return words;
  }

  /** Whether an answer must be JSON. */
  boolean isJson() {
    return isJson;
  }

  /**
   * Reads an answer that must be JSON.
   *
   * @throws JsonProcessingException saying where it is not
   */
  static JsonNode parse(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }

  /** Notes an answer that cannot be judged, whatever its schema. */
  void addUnchecked() {
    work.addUnchecked();
  }

  /**
   * Where an answer does not fit; empty if it does, or cannot be judged.
   *
   * @param json the answer, read; of no meaning where it need not be JSON
   */
  Optional<String> misfit(String text, JsonNode json) {
    if (attempts == MOST_ATTEMPTS) {
      work.addUnchecked();
      return Optional.empty();
    }
    if (!isJson) {
      return words == null || words.contains(text.strip())
          ? Optional.empty()
          : Optional.of(
              '"'
                  + SchemaJudge.shortened(text.strip())
                  + "\" is none of the words that the schema names");
    }
    return schema == null ? Optional.empty() : judge(json);
  }

  private Optional<String> judge(JsonNode json) {
    SchemaJudge judge = work.begin();
    try {
      schema.check(json, judge);
      return judge.isGood() ? Optional.empty() : Optional.of(judge.inWords());
    } catch (RuntimeException | StackOverflowError e) {
      // Too much work, or a reference that leads nowhere, elsewhere or to itself.
      attempts++;
      work.addUnchecked();
      return Optional.empty();
    } finally {
      work.end();
    }
  }
}
