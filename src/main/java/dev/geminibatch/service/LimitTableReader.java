package dev.geminibatch.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Reads a {@link LimitTable}, and says file, line and remedy of whatever is wrong with it. */
public final class LimitTableReader {
  private static final List<String> FIELDS =
      List.of("comment", "date", "openJobs", "jobBytes", "enqueuedTokens");

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** A table of every model that there ever was is far smaller. */
  private static final long LARGEST_FILE = 1 << 20;

  private static final int MOST_JOBS = 10_000;

  /** More than any project may enqueue, and sums of it still fit. */
  private static final long MOST_TOKENS = 1_000_000_000_000L;

  private static final String EXAMPLE =
      "\"gemini-2.5-pro\": {\"1\": 5000000, \"2\": 500000000, \"3\": 1000000000}";

  private final Path file;
  private final JsonParser json;
  private String date = "";
  private int openJobs = LimitTable.NONE.openJobs();
  private long jobBytes = LimitTable.NONE.jobBytes();
  private final List<LimitTable.Family> families = new ArrayList<>();

  private LimitTableReader(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /**
   * Reads a table.
   *
   * @throws UsageException when it is not what it should be
   */
  public static LimitTable read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new UsageException(
            "The limits in "
                + file
                + " cannot be read: "
                + (Files.exists(file) ? "it is not a file" : "there is no such file")
                + ". Correct limits.file, or restore config/limits.json from the distribution.");
      }
      if (Files.size(file) > LARGEST_FILE) {
        throw new UsageException(
            "The limits in "
                + file
                + " are larger than 1 MiB; limits.file names another kind of file.");
      }
      try (JsonParser json = JSON.createParser(TextFile.read(file))) {
        return new LimitTableReader(file, json).table();
      } catch (JsonProcessingException e) {
        int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
        throw wrong(file, line, Visible.line(e.getOriginalMessage()) + "; correct the JSON there");
      }
    } catch (IOException e) {
      throw new UsageException(
          "The limits in "
              + file
              + " cannot be read ("
              + e.getClass().getSimpleName()
              + "); give this user the right to read the file, or correct limits.file.");
    }
  }

  private static UsageException wrong(Path file, int line, String what) {
    return new UsageException("The limits in " + file + ", line " + line + ": " + what + ".");
  }

  private UsageException wrong(String what) {
    return wrong(file, json.currentTokenLocation().getLineNr(), what);
  }

  private LimitTable table() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw wrong("the file must be a JSON object; write {\"enqueuedTokens\": {" + EXAMPLE + "}}");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      field(json.currentName());
    }
    if (json.nextToken() != null) {
      throw wrong("something follows the closing brace; remove it");
    }
    return new LimitTable(date, openJobs, jobBytes, families);
  }

  private void field(String name) throws IOException {
    if (!FIELDS.contains(name)) {
      throw wrong(
          "there is no field "
              + shown(name)
              + DidYouMean.meant(name, FIELDS)
              + "; write "
              + String.join(", ", FIELDS));
    }
    json.nextToken();
    switch (name) {
      case "openJobs" -> openJobs = (int) number(name, MOST_JOBS);
      case "jobBytes" -> jobBytes = number(name, ServiceLimits.MAX_FILE_BYTES);
      case "enqueuedTokens" -> models();
      default -> text(name);
    }
  }

  private void text(String name) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(name + " must be a text; write \"" + name + "\": \"...\"");
    }
    date = name.equals("date") ? json.getText() : date;
  }

  private long number(String name, long most) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = json.getLongValue();
      if (value >= 1 && value <= most) {
        return value;
      }
    }
    String written = json.currentToken().isStructStart() ? "not a number" : shown(json.getText());
    throw wrong(name + " is " + written + "; write a whole number from 1 to " + most);
  }

  private static String shown(String text) {
    return Visible.line(Amounts.shortened(text, 60));
  }

  private void models() throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("enqueuedTokens must name models; write {" + EXAMPLE + "}");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String model = json.currentName();
      if (!model.matches("(models/)?[a-zA-Z0-9*][\\w.*/-]{0,199}")) {
        throw wrong(
            "\""
                + shown(model)
                + "\" is not a model's name; write for example gemini-2.5-pro, or gemini-*-pro for all"
                + " of a kind");
      }
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw wrong(shown(model) + " must have tokens by tier; write " + EXAMPLE);
      }
      families.add(new LimitTable.Family(model.replaceFirst("^models/", ""), tiers(model)));
    }
  }

  private TreeMap<Integer, Long> tiers(String model) throws IOException {
    TreeMap<Integer, Long> tokens = new TreeMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String tier = json.currentName();
      if (!tier.matches("[1-" + LimitTable.TIERS + "]")) {
        throw wrong(
            "there is no tier " + shown(tier) + "; write \"1\", \"2\" or \"3\", as in " + EXAMPLE);
      }
      json.nextToken();
      tokens.put(
          Integer.valueOf(tier), number("tier " + tier + " of " + shown(model), MOST_TOKENS));
    }
    return tokens;
  }
}
