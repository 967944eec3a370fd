package dev.geminibatch.service;

import dev.geminibatch.io.Amounts;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every wording of the service that the product depends on. The service says some things in no
 * other way, and may word them otherwise some day: then this is the place to change.
 *
 * <p>It stands with the port and not with one implementation because the same words come in answers
 * that are read from disk long after the call.
 */
public final class ServiceWords {
  /** A file of a request is not there any more. */
  private static final Pattern DEAD_FILE =
      Pattern.compile(
          "(?im)^(?>.*?\\bfiles?\\b).*(?:not exist|not (?:be )?found|no longer|expired|deleted"
              + "|not in an? active state|not active)"
              + "|^(?>.*?(?:expired|not found|unavailable)).*\\bfiles?/");

  /** A file by its id: {@code files/x}, or {@code File x}. */
  private static final Pattern FILE_ID =
      Pattern.compile("(?i)\\bfiles/([a-z0-9-]+)|\\bfile (?!files/)'?([a-z0-9-]+)");

  /** Before it; after a quotation mark, it would be something that the service only quotes. */
  private static final String SEPARATOR = "[.;:,|(\\[\\])]";

  /** How a line is named for which a job is refused, with its number; or lines, with theirs. */
  private static final String ERROR_ON_LINE =
      "(?:(?:[-*\u2022]|\\d++[.)])[ \\t]*+)?(?:errors? (?:on|in|at|processing|parsing)|invalid json (?:on|in|at))"
          + " line(?:s[ \\t]+([0-9][0-9, \\t&to\u2013and-]*[0-9]|[0-9])|[ \\t:#]+([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9}))\\b";

  /** A line for which a whole job is refused; several may stand in one line of text. */
  private static final Pattern REFUSED_LINE =
      Pattern.compile(
          "(?im)(?:^|%2$s)[ \\t]*+%1$s[ \\t]*[:,.-]?[ \\t]*(.*?)[ \\t\\])|]{0,9}(?=%2$s[ \\t]*+%3$s|$)"
              .formatted(ERROR_ON_LINE, SEPARATOR, ERROR_ON_LINE.replaceAll("\\((?=\\[0)", "(?:")));

  private static final Pattern LINE_RANGE =
      Pattern.compile("(\\d{1,9})(?:[ \\t]*(?:-|\u2013|to)[ \\t]*(\\d{1,9}))?");

  /** Quoted text and addresses, which are not the service's own words. */
  private static final Pattern QUOTED =
      Pattern.compile("\"[^\"]*\"|(?<!\\w)'[^']*'(?!\\w)|`[^`]*`|https?://\\S+");

  /** The account may not use the service at all. Compared in lower case. */
  private static final List<String> ACCOUNT_WORDS =
      List.of(
          "location is not supported",
          "not available in your country",
          "not available in your region",
          "has not been used in project",
          "has been suspended",
          "is suspended",
          "has been denied access",
          "billing to be enabled",
          "enable billing",
          "billing is disabled",
          "billing account",
          "billing has not been enabled",
          "requires billing",
          "credits are depleted",
          "credit balance",
          "spending cap",
          "spend cap",
          "free tier users",
          "upgrade to a paid",
          "billed users",
          "past due",
          "requests from referer",
          "referrer restriction",
          "referer restriction",
          "does not match the referrer",
          "ip address restriction",
          "requests from this android",
          "requests from this ios",
          "requests to this api",
          "organization policy",
          "organization's policy");

  /** The account, in a refusal that may as well be about the request: nothing else is believed. */
  private static final List<String> SURE_ACCOUNT_WORDS =
      List.of(
          "location is not supported",
          "not available in your country",
          "not available for free tier",
          "free tier is not available");

  private static final Pattern SURE_KEY_WORDS =
      Pattern.compile(
          "(?i)\\bapi key( was)? (not|is not|is invalid|expired|has expired|must|was|reported)\\b");

  /** A permission that the project has not, whatever is asked for. */
  private static final Pattern PROJECT = Pattern.compile("(?i)denied on resource.{0,80}projects/");

  /** A quota of nothing: the account has not been given any, and waiting changes nothing. */
  private static final Pattern NO_QUOTA =
      Pattern.compile("(?i)\\blimit(?: value)?\\s*[:=]\\s*0(?![.,]?\\d)|\\bquota of 0\\b");

  /** The same in the details of an error, as JSON. */
  private static final Pattern NO_QUOTA_VALUE =
      Pattern.compile("(?i)\"quota(?:_?limit)?_?value\"\\s*:\\s*\"?0\"?\\s*[,}]");

  /** Calls or tokens in some time, which is another limit than what is enqueued. */
  private static final Pattern PER_TIME =
      Pattern.compile(
          "(?i)per[ _-]?(?:second|minute|hour|day)|requests? (?:a|/) ?(?:minute|day)"
              + "|too many requests|slow down|(?:retry|try again) in ");

  /** What a refusal is about, if it is not about everything. */
  private static final Pattern THING =
      Pattern.compile(
          "(?im)\\b(files|models|tunedModels|cachedContents|batches|operations)/\\w"
              + "|permission to access the \\w"
              + "|\\bthe (file|batch|job|operation|model|request|image|video|audio|document)\\b"
              + "|^(?>.*?\\b(?:file|batch|job|operation|model)\\b).*"
              + "\\b(state|active|finished|completed|terminal|expired|not found)\\b");

  /** Of what is wrong with a line: a range of lines has it once for each. */
  private static final int LONGEST_WORDS = 2_000;

  private ServiceWords() {}

  /** Whether an error in place of an answer is about a file that is gone. */
  public static boolean isDeadFile(String message) {
    return DEAD_FILE.matcher(message).find();
  }

  /** The ids of the files that a message may name, without {@code files/}. */
  public static List<String> fileIds(String message) {
    return FILE_ID
        .matcher(message)
        .results()
        .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
        .toList();
  }

  /** Whether an upload was refused for its type. */
  public static boolean isAboutType(String message) {
    return message.toLowerCase(Locale.ROOT).contains("mime");
  }

  /** The answer to a chunk that was stored but whose answer was lost, when it is sent again. */
  public static boolean isAboutOffset(ServiceFailure failure) {
    return failure.kind() == ServiceFailure.Kind.REFUSED
        && failure.getMessage().toLowerCase(Locale.ROOT).contains("offset");
  }

  /** Whether an error answer is about the API key. */
  public static boolean isAboutKey(String text) {
    return text.contains("API_KEY_INVALID")
        || text.contains("api_key:")
        || ownWords(text).contains("API key")
        || text.contains("unregistered callers");
  }

  /** As {@link #isAboutKey}, of a message that may as well be about the request. */
  public static boolean isSurelyAboutKey(String text) {
    return text.contains("API_KEY_INVALID") || SURE_KEY_WORDS.matcher(ownWords(text)).find();
  }

  /** Whether an error is about the account and not about what was asked for. */
  public static boolean isAboutAccount(String text) {
    return PROJECT.matcher(text).find()
        || NO_QUOTA.matcher(ownWords(text)).find()
        || hasOne(ACCOUNT_WORDS, text);
  }

  /** Whether a quota is zero, by the details of an error as JSON. */
  public static boolean isNoQuota(String details) {
    return NO_QUOTA_VALUE.matcher(details).find();
  }

  /** Whether a message about a quota is about so much in some time. */
  public static boolean isPerTime(String message) {
    return PER_TIME.matcher(ownWords(message)).find();
  }

  /** As {@link #isAboutAccount}, of a message that may as well be about the request. */
  public static boolean isSurelyAboutAccount(String text) {
    return hasOne(SURE_ACCOUNT_WORDS, text);
  }

  private static boolean hasOne(List<String> words, String text) {
    String own = ownWords(text).toLowerCase(Locale.ROOT);
    return words.stream().anyMatch(own::contains);
  }

  /** A message without what it quotes: that may be a user's text. */
  private static String ownWords(String text) {
    return QUOTED.matcher(text).replaceAll(" ");
  }

  /** Whether a message names lines of a job's file. */
  public static boolean namesLines(String message) {
    return REFUSED_LINE.matcher(message).find();
  }

  /** Whether an error names the thing that it is about, a file or a model for example. */
  public static boolean namesThing(String text) {
    return THING.matcher(text).find();
  }

  /** Whether a 403 hides that the thing does not exist. */
  public static boolean mayNotExist(String text) {
    return text.contains("may not exist");
  }

  /** Whether a message, of whatever code, is about a used-up quota. */
  public static boolean isAboutQuota(String message) {
    return message.contains("RESOURCE_EXHAUSTED");
  }

  /**
   * One line of a job's file that the service refuses.
   *
   * @param line counted from 1 within the job's file
   */
  public record RefusedLine(long line, String message) {}

  /**
   * The lines for which the service refuses a job: {@code Error on line 3: no such field}.
   *
   * @param lines how many the job has; a message about others is about something else
   * @return in ascending order, each line once; empty if the message names none
   */
  public static List<RefusedLine> refusedLines(String message, long lines) {
    TreeMap<Long, RefusedLine> found = new TreeMap<>();
    BitSet seen = new BitSet(); // the same range a million times costs no more than once
    Matcher matcher = REFUSED_LINE.matcher(message);
    while (matcher.find()) {
      String numbers =
          matcher.group(1) == null ? matcher.group(2).replace(",", "") : matcher.group(1);
      String words = Amounts.shortened(matcher.group(3).strip(), LONGEST_WORDS);
      Matcher range = LINE_RANGE.matcher(numbers);
      while (range.find()) {
        long first = Long.parseLong(range.group(1));
        long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
        int end = (int) Math.min(Math.min(lines, last), Integer.MAX_VALUE - 1);
        int line = seen.nextClearBit((int) Math.max(1, first));
        for (; line <= end; line = seen.nextClearBit(line + 1)) {
          seen.set(line);
          found.put((long) line, new RefusedLine(line, words));
        }
      }
    }
    return List.copyOf(found.values());
  }
}
