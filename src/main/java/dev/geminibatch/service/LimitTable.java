package dev.geminibatch.service;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the service allows a project, by a table that its owner keeps ({@code config/limits.json}).
 *
 * @param date of the table; empty if there is none
 * @param openJobs that a project may have at once, whoever created them
 * @param jobBytes of one job's file
 * @param families of models, with the tokens that all open jobs of one model may put in
 */
public record LimitTable(String date, int openJobs, long jobBytes, List<Family> families) {
  /** The paid tiers of the service, from the lowest. */
  public static final int TIERS = 3;

  /** For lack of a table: what is documented, and nothing about tokens. */
  public static final LimitTable NONE =
      new LimitTable("", ServiceLimits.MAX_OPEN_JOBS, ServiceLimits.MAX_JOB_BYTES, List.of());

  /**
   * Models whose names begin alike.
   *
   * @param name what their names begin with, up to a hyphen or to their end; {@code *} stands for
   *     any letters
   * @param enqueuedTokens by tier, as far as they are known
   */
  public record Family(String name, SortedMap<Integer, Long> enqueuedTokens) {
    public Family {
      enqueuedTokens = new TreeMap<>(enqueuedTokens);
    }

    boolean has(String model) {
      String[] pieces = name.split("\\*", -1);
      int at = 0;
      for (int i = 0; i < pieces.length; i++) {
        int found = i == 0 ? (model.startsWith(pieces[0]) ? 0 : -1) : model.indexOf(pieces[i], at);
        while (i == pieces.length - 1 && found >= 0 && !ends(model, found + pieces[i].length())) {
          found = i == 0 ? -1 : model.indexOf(pieces[i], found + 1);
        }
        if (found < 0) {
          return false;
        }
        at = found + pieces[i].length();
      }
      return true;
    }

    private static boolean ends(String model, int at) {
      return at == model.length() || model.charAt(at) == '-';
    }

    /** How many letters of a model's name it says. */
    private int letters() {
      return name.replace("*", "").length();
    }
  }

  public LimitTable {
    families = List.copyOf(families);
  }

  /**
   * The tokens that all open jobs of a model may put in, by tier; empty if nothing is known of it.
   *
   * @param model its short name
   */
  public Map<Integer, Long> enqueuedTokens(String model) {
    return families.stream()
        .filter(family -> family.has(model))
        .max(Comparator.comparingInt(Family::letters))
        .map(family -> Map.copyOf(family.enqueuedTokens()))
        .orElse(Map.of());
  }

  /** The same for one tier. */
  public OptionalLong enqueuedTokens(String model, int tier) {
    Long tokens = enqueuedTokens(model).get(tier);
    return tokens == null ? OptionalLong.empty() : OptionalLong.of(tokens);
  }
}
