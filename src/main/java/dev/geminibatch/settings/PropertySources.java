package dev.geminibatch.settings;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
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
public final class PropertySources {
  private final Map<String, String> commandLine;
  private final Map<String, String> environment;
  private final Map<String, String> files;

  /** The keys that anybody has asked for. */
  private final Set<String> known;

  /** What stands before the keys of a profile; empty for the default one. */
  private final Optional<String> profile;

  private final Map<String, String> overrides;

  /** The files with a key or a password in them, of all profiles. */
  private final Set<Path> secretFiles;

  private PropertySources(Map<String, String> commandLine, Map<String, String> environment) {
    this.commandLine = commandLine;
    this.environment = environment;
    this.files = new TreeMap<>();
    this.known = new TreeSet<>();
    this.profile = Optional.empty();
    this.overrides = Map.of();
    this.secretFiles = new TreeSet<>();
  }

  private PropertySources(
      PropertySources all, Optional<String> profile, Map<String, String> overrides) {
    this.commandLine = all.commandLine;
    this.environment = all.environment;
    this.files = all.files;
    this.known = new TreeSet<>();
    this.profile = profile;
    this.overrides = overrides;
    this.secretFiles = all.secretFiles;
  }

  /**
   * Reads the files that exist.
   *
   * @param files the weakest first
   */
  public static PropertySources read(
      Map<String, String> commandLine, Map<String, String> environment, List<Path> files) {
    PropertySources properties = new PropertySources(commandLine, environment);
    for (Path file : files) {
      if (!Files.exists(file)) {
        continue;
      }
      Map<String, String> values = of(file);
      properties.files.putAll(values);
      if (values.entrySet().stream().anyMatch(PropertySources::isSecret)) {
        properties.holdsSecret(file);
      }
    }
    return properties;
  }

  /** Whether nobody but the owner of a file with this in it should read that. */
  private static boolean isSecret(Map.Entry<String, String> value) {
    return !value.getValue().isBlank()
        && (value.getKey().endsWith(ServiceConfigReader.KEY)
            || value.getKey().equals(OperationReader.TOKEN)
                && !value.getValue().startsWith(TypedProperties.FILE)
            || value.getKey().equals(ProxyReader.URL) && value.getValue().contains("@"));
  }

  /** Notes that a file holds a key or a password. */
  void holdsSecret(Path file) {
    secretFiles.add(file);
  }

  /** The files that were read and hold a key or a password. */
  public Set<Path> secretFiles() {
    return Collections.unmodifiableSet(secretFiles);
  }

  /** The keys and values of one file. */
  public static Map<String, String> of(Path file) {
    try {
      return of(file, TextFile.read(file));
    } catch (IOException e) {
      throw new UsageException("Cannot read " + file + ": " + e.getMessage());
    }
  }

  /** The keys and values in the text of a file. */
  static Map<String, String> of(Path file, String text) {
    java.util.Properties read = new java.util.Properties();
    try {
      read.load(new StringReader(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory can be read
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "Cannot read " + file + ": \\u begins an escape there; write folders with /.");
    }
    Map<String, String> values = new TreeMap<>();
    read.forEach((key, value) -> values.put(key.toString(), value.toString().strip()));
    return values;
  }

  /** Writes a file with one value. */
  public static void write(Path file, String key, String value) throws IOException {
    java.util.Properties properties = new java.util.Properties();
    properties.setProperty(key, value);
    try (Writer out = new OutputStreamWriter(PrivateFiles.output(file), StandardCharsets.UTF_8)) {
      properties.store(out, null);
    }
  }

  /**
   * The same, as a profile sees them: its own values come before those of everybody.
   *
   * @param overrides values that come before its own
   */
  PropertySources ofProfile(String name, Map<String, String> overrides) {
    return new PropertySources(
        this,
        name.equals(Profiles.DEFAULT) ? Optional.empty() : Optional.of("profile." + name + "."),
        overrides);
  }

  /** All keys, as they stand in the files. */
  Set<String> keysOfFiles() {
    return files.keySet();
  }

  /** The keys of all profiles, as they stand in the files. */
  Set<String> keysOfProfiles() {
    return files.keySet().stream()
        .filter(key -> key.startsWith("profile."))
        .collect(Collectors.toSet());
  }

  /** The value of a key; blank counts as not set. */
  public Optional<String> get(String key) {
    known.add(key);
    return notBlank(commandLine.get(key))
        .or(() -> override(key))
        .or(() -> ofProfileAlone(key))
        .or(() -> environment(environmentName(key)))
        .or(() -> notBlank(files.get(key)));
  }

  /** The value that a single file has for itself. */
  Optional<String> override(String key) {
    return notBlank(overrides.get(key));
  }

  /** The value that the profile has for itself. */
  Optional<String> ofProfileAlone(String key) {
    return profile.flatMap(
        prefix ->
            environment(environmentName(prefix + key)).or(() -> notBlank(files.get(prefix + key))));
  }

  /**
   * Refuses keys that look like ours and are not: a misspelt setting would be ignored without a
   * word. Keys with other beginnings belong to users' own routes.
   */
  void refuseUnknown() {
    for (String key : files.keySet()) {
      Optional<String> meant = isKnown(key) ? Optional.empty() : DidYouMean.nearly(key, known);
      if (meant.isPresent()) {
        throw new UsageException(
            "There is no setting " + key + "; did you mean " + meant.get() + "?");
      }
    }
    Set<String> beginnings =
        known.stream()
            .map(PropertySources::beginning)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String key : files.keySet()) {
      if (beginnings.contains(beginning(key)) && !known.contains(key)) {
        throw new UsageException(
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

  private boolean isKnown(String key) {
    return known.contains(key) || key.startsWith("profile.");
  }

  private static String beginning(String key) {
    return key.split("[.]", 2)[0] + ".";
  }

  /** Every key that a file sets but secrets, with its effective value: also keys not ours. */
  public Map<String, String> ofFiles() {
    Map<String, String> effective = new TreeMap<>();
    List.copyOf(files.keySet())
        .forEach(key -> get(key).ifPresent(value -> effective.put(key, value)));
    effective.entrySet().removeIf(PropertySources::isSecret);
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
