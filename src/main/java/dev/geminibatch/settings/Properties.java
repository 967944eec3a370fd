package dev.geminibatch.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Values by key from all places a person can write them.
 *
 * <p>The strongest first: the command line, the environment ({@code INBOX_DIRECTORY} for {@code
 * inbox.directory}), {@code config/local.properties}, {@code config/application.properties}.
 */
public final class Properties {
  private final Map<String, String> commandLine;
  private final Map<String, String> environment;
  private final Map<String, String> files = new TreeMap<>();

  /** The keys that anybody has asked for. */
  private final Set<String> known = new TreeSet<>();

  private Properties(Map<String, String> commandLine, Map<String, String> environment) {
    this.commandLine = commandLine;
    this.environment = environment;
  }

  /**
   * Reads the files that exist.
   *
   * @param files the weakest first
   */
  public static Properties read(
      Map<String, String> commandLine, Map<String, String> environment, List<Path> files) {
    Properties properties = new Properties(commandLine, environment);
    for (Path file : files) {
      if (!Files.exists(file)) {
        continue;
      }
      java.util.Properties read = new java.util.Properties();
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        read.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new InvalidSettingException("Cannot read " + file + ": " + e.getMessage());
      }
      read.forEach((key, value) -> properties.files.put(key.toString(), value.toString().strip()));
    }
    return properties;
  }

  /** The value of a key; blank counts as not set. */
  public Optional<String> get(String key) {
    known.add(key);
    return notBlank(commandLine.get(key))
        .or(() -> environment(environmentName(key)))
        .or(() -> notBlank(files.get(key)));
  }

  /**
   * Refuses keys that look like ours and are not: a misspelt setting would be ignored without a
   * word. Keys with other beginnings belong to users' own routes.
   */
  void refuseUnknown() {
    Set<String> beginnings =
        known.stream().map(Properties::beginning).collect(Collectors.toCollection(TreeSet::new));
    for (String key : files.keySet()) {
      if (beginnings.contains(beginning(key)) && !known.contains(key)) {
        throw new InvalidSettingException(
            "There is no setting "
                + key
                + "; those that begin with "
                + beginning(key)
                + " are "
                + known.stream()
                    .filter(other -> beginning(other).equals(beginning(key)))
                    .collect(Collectors.joining(", "))
                + ".");
      }
    }
  }

  private static String beginning(String key) {
    return key.split("[.]", 2)[0] + ".";
  }

  /** Every key that a file sets, with its effective value: also keys that are not ours. */
  public Map<String, String> ofFiles() {
    Map<String, String> effective = new TreeMap<>();
    List.copyOf(files.keySet())
        .forEach(key -> get(key).ifPresent(value -> effective.put(key, value)));
    return effective;
  }

  /** The value of an environment variable; blank counts as not set. */
  Optional<String> environment(String name) {
    return notBlank(environment.get(name));
  }

  /** The value of a key that was given on the command line. */
  Optional<String> commandLine(String key) {
    return notBlank(commandLine.get(key));
  }

  private static String environmentName(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static Optional<String> notBlank(String value) {
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }
}
