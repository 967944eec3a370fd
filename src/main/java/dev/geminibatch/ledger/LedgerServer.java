package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PostgreSQL server that holds the ledger.
 *
 * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE}, as the driver takes it
 * @param user who owns the tables, or may make them
 * @param password is never shown
 */
public record LedgerServer(String url, String user, String password) {
  /** Where the tables are, unless the URL names another one. */
  private static final String SCHEMA = "gemini_batch";

  /** The driver takes an {@code @} in no place where it is needed. */
  private static final Pattern CREDENTIALS = Pattern.compile("(?i)\\b(user|(ssl)?password)=|@");

  /** The driver has a default for each part, and is silent about what it does not understand. */
  private static final Pattern ADDRESS = Pattern.compile("jdbc:postgresql://[^/?]+/[^/?]+(\\?.*)?");

  private static final Pattern CURRENT_SCHEMA =
      Pattern.compile("[?&]currentSchema=(?<schema>[^&]*)");

  /** Refuses what cannot be used, with the remedy. */
  public LedgerServer {
    requireNoCredentials(url, "ledger.url");
    if (!ADDRESS.matcher(url).matches()) {
      throw new UsageException(
          "ledger.url is "
              + url
              + "; write jdbc:postgresql://HOST:PORT/DATABASE, or leave it empty for SQLite in the"
              + " state folder.");
    }
    if (!schema(url).matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new UsageException(
          "currentSchema in ledger.url must be one name of a to z, 0 to 9 and _, such as "
              + SCHEMA
              + ".");
    }
  }

  /**
   * Refuses a URL with a user or a password, without showing it.
   *
   * @param where it stands
   */
  public static void requireNoCredentials(String url, String where) {
    if (CREDENTIALS.matcher(url).find()) {
      throw new UsageException(
          where
              + " contains a user or a password, which would be shown with it. Set ledger.user and"
              + " ledger.password-file, and remove them from "
              + where
              + ".");
    }
  }

  private static String schema(String url) {
    Matcher named = CURRENT_SCHEMA.matcher(url);
    return named.find() ? named.group("schema") : SCHEMA;
  }

  /** The schema of the tables. */
  public String schema() {
    return schema(url);
  }

  /** What the driver needs besides; a parameter in the URL counts more. */
  Properties properties() {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    properties.put("currentSchema", schema());
    properties.put("ApplicationName", "gemini-batch");
    properties.put("targetServerType", "primary"); // a standby takes no writes
    properties.put("connectTimeout", "5");
    properties.put("socketTimeout", "300");
    properties.put("tcpKeepAlive", "true");
    properties.put("defaultRowFetchSize", "1000");
    properties.put("logServerErrorDetail", "false"); // it would quote what is stored
    return properties;
  }

  /** The URL, which has no password. */
  @Override
  public String toString() {
    return url;
  }
}
